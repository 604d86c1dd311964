"""Lists made by the worker: streamed row by row, so that memory stays small."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
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

TEN_MINUTES = 600  # seconds
TOLD_EVERY = 500  # rows


@task(actions.MAKE, "导出名单")
def make(progress: Progress, *, export: str) -> Outcome:
    """Write the workbook beside the database and keep it encrypted in the last step."""
    asked = Export.objects.select_related("post__unit__region").get(pk=UUID(export))
    sheet = replay.sheet_of(asked)
    # Without a name: what a worker that is killed was writing is gone with it.
    file = tempfile.TemporaryFile(dir=_folder())  # noqa: SIM115  # closed by the last step
    counted = replace(sheet, rows=_told(sheet.rows, asked.rows, progress))
    rows = workbook.write(counted, file)
    file.seek(0)
    progress.report(99, 100, "正在加密保存")

    def write() -> Mapping[str, Any]:  # Any: a job's result is JSON
        with file:
            code = asked.post.unit.region.code
            kept = actions.keep(asked.pk, file, rows, region_code=code, at=clock.now())
        return {"rows": kept.rows, "address": reverse("exports:detail", args=[kept.pk])}

    return write


@every(TEN_MINUTES, "exports.destroy_expired")
def destroy_expired() -> None:
    actions.destroy_expired(clock.now())


def _told(
    rows: Any, total: int, progress: Progress
) -> Iterator[Sequence[object]]:  # Any: as of a sheet
    for number, row in enumerate(rows):
        if number % TOLD_EVERY == 0:
            done = 98 * number // max(total, number, 1)
            progress.report(done, 100, f"正在写第 {number + 1:,} 行，共 {total:,} 行")
        yield row


def _folder() -> Path:
    folder: Path = settings.DATA_DIR / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
