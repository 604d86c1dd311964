"""The mark that an installation is the demo, and how far its loading came.

It is set before the first row is written: what a kill has left is known as the demo's, too.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection

from oosc.kernel.refusal import Refused

LOADING, LOADED = "正在载入示例数据\n", "示例数据\n"
DATABASE = ("oosc.sqlite3", "oosc.sqlite3-wal", "oosc.sqlite3-shm")


def is_demo() -> bool:
    return _path().exists()


def is_loaded() -> bool:
    return is_demo() and _path().read_text("utf-8") == LOADED


def set_loading() -> None:
    _write(LOADING)


def set_loaded() -> None:
    _write(LOADED)


def wipe() -> None:
    """Remove the database and the files of the demo, and of nothing else."""
    if not is_demo():
        raise Refused("这里不是示例，没有清除任何东西。")
    set_loading()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    connection.close()
    for name in DATABASE:
        (settings.DATA_DIR / name).unlink(missing_ok=True)
    shutil.rmtree(settings.DATA_DIR / "files", ignore_errors=True)


def _write(words: str) -> None:
    draft = _path().with_suffix(".draft")
    draft.write_text(words, "utf-8")
    os.replace(draft, _path())


def _path() -> Path:
    path: Path = settings.DATA_DIR / "demo"
    return path
