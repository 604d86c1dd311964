"""Files in clear, for as long as somebody reads them: in a folder of one process, then gone."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

# Nothing is read for so long: what is older was left by a process that was killed.
LEFT_BEHIND_S = 3600


def suffix(name: str) -> str:
    """The ending of the sender's file name; what a workbook is, is read from its bytes."""
    return Path(name).suffix.lower()[:8]


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for a file in clear, readable by this process alone, gone when the block ends."""
    sweep(time.time() - LEFT_BEHIND_S)
    folder = incoming() / secrets.token_hex(8)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(before: float) -> None:
    """Remove what a killed process left in clear, older than a moment (seconds since 1970)."""
    for path in incoming().iterdir():
        with suppress(FileNotFoundError):  # another process swept it
            if path.stat().st_mtime < before:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def incoming() -> Path:
    folder: Path = settings.DATA_DIR / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
