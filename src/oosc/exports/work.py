"""Lists made by the worker: streamed row by row, so that memory stays small."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from oosc.exports import actions, replay
from oosc.exports.models import Export
from oosc.jobs.actions import Outcome
from oosc.jobs.periodic import every
from oosc.jobs.registry import Progress, task
from oosc.kernel import clock
from oosc.lists import workbook

AN_HOUR = 3600  # seconds
TOLD_EVERY = 500  # rows


@task(actions.MAKE, "导出名单")
def make(progress: Progress, *, export: str) -> Outcome:
    """Write the workbook beside the database and keep it encrypted in the last step."""
    asked = Export.objects.select_related("post__unit__region").get(pk=UUID(export))
    sheet = replay.sheet_of(asked)
    folder = _folder()
    # Gone with this process: nobody else has its name, and `sweep` takes what a kill leaves.
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by the last step
    with _private(folder) as own:
        counted = replace(sheet, rows=_told(sheet.rows, asked.rows, progress))
        rows = workbook.write(counted, file, folder=own)
    file.seek(0)
    progress.report(99, 100, "正在加密保存")

    def write() -> Mapping[str, Any]:  # Any: a job's result is JSON
        with file:
            code = asked.post.unit.region.code
            kept = actions.keep(asked.pk, file, rows, region_code=code, at=clock.now())
        return {"rows": kept.rows, "address": reverse("exports:detail", args=[kept.pk])}

    return write


@every(AN_HOUR / 6, "exports.destroy_expired")
def destroy_expired() -> None:
    actions.destroy_expired(clock.now())


@every(AN_HOUR, "exports.sweep")
def sweep() -> None:
    """Remove what a worker that was killed left in clear."""
    for path in _folder().iterdir():
        with suppress(FileNotFoundError):  # its worker has just ended
            if path.is_dir() and path.stat().st_mtime < time.time() - AN_HOUR:
                shutil.rmtree(path, ignore_errors=True)


def _told(
    rows: Any, total: int, progress: Progress
) -> Iterator[Sequence[object]]:  # Any: as of a sheet
    for number, row in enumerate(rows):
        if number % TOLD_EVERY == 0:
            done = 98 * number // max(total, number, 1)
            progress.report(done, 100, f"正在写第 {number + 1:,} 行，共 {total:,} 行")
        yield row


@contextmanager
def _private(folder: Path) -> Iterator[Path]:
    name = tempfile.mkdtemp(dir=folder)
    try:
        yield Path(name)
    finally:
        shutil.rmtree(name, ignore_errors=True)


def _folder() -> Path:
    folder: Path = settings.DATA_DIR / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
