"""What is done with a list that is made in the background: asked for, kept, fetched, destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from oosc.audit import trail
from oosc.exports.models import Export
from oosc.jobs import actions as jobs
from oosc.kernel.refusal import Refused
from oosc.lists.papers import XLSX
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.vault import files

MAKE = "exports.make"
GONE = "这份导出已过保存期，文件已销毁。请回到名单再导出一次。"
NOT_YET = "这份导出还没有做好，请稍候。"


@transaction.atomic
def ask(
    *,
    by: Acting,
    path: str,
    query: str,
    words: str,
    title: str,
    purpose: str,
    rows: int,
    at: datetime,
) -> Export:
    """Ask for a list to be made. That it leaves the platform is traced by the list's own room."""
    export = Export.objects.create(
        officer_id=by.officer_id, post_id=by.post_id, path=path, query=query, words=words,
        title=title, purpose=purpose, rows=rows, asked_at=at,
    )  # fmt: skip
    job = jobs.enqueue(MAKE, by=by, title=f"导出：{title}（{rows:,} 行）", export=str(export.pk))
    export.job_id = job.pk
    export.save(update_fields=["job_id"])
    trail.record("export.asked", export, by=by.for_purpose(purpose), rows=rows)
    return export


def keep(export_id: UUID, file: BinaryIO, rows: int, *, region_code: str, at: datetime) -> Export:
    """Keep the file made, until a moment. Called in the transaction that ends its job."""
    export = Export.objects.select_for_update().get(pk=export_id)
    hours = values.as_of(region_code, at.date()).number("export_kept_hours")
    export.file_key, export.rows = files.store(file, media_type=XLSX), rows
    export.made_at, export.expires_at = at, at + timedelta(hours=hours)
    export.save(update_fields=["file_key", "rows", "made_at", "expires_at"])
    trail.record("export.made", export, by=None, rows=rows)
    return export


@transaction.atomic
def fetch(export: Export, *, by: Acting, at: datetime) -> Iterator[bytes]:
    """Hand out the file, piece by piece, with a trace.

    Raises:
        Refused: it is not made yet, or was destroyed.
    """
    if not export.file_key:
        raise Refused(NOT_YET)
    if not export.is_open(at):
        raise Refused(GONE)
    pieces = files.chunks(export.file_key)
    trail.record("export.fetched", export, by=by.for_purpose(export.purpose), rows=export.rows)
    return pieces


def destroy_expired(at: datetime) -> int:
    """Destroy what was kept long enough; return how many."""
    over = Export.objects.held().filter(expires_at__lte=at)
    return sum(_destroy(key, at) for key in over.values_list("pk", flat=True))


@transaction.atomic
def _destroy(key: UUID, at: datetime) -> bool:
    export = Export.objects.held().select_for_update().filter(pk=key).first()
    if export is None:
        return False
    files.destroy(export.file_key)
    export.destroyed_at = at
    export.save(update_fields=["destroyed_at"])
    trail.record("export.destroyed", export, by=None)
    return True
