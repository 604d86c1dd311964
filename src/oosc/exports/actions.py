"""What is done with a list that leaves the platform: asked for, kept, fetched, destroyed.

One in clear is also answered by a second person, where it is of more than a few children.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.exports import locked, sources
from oosc.exports.models import ClearExport, Export
from oosc.exports.states import ClearState
from oosc.jobs import actions as jobs
from oosc.kernel.refusal import Refused
from oosc.lists import workbook
from oosc.lists.papers import XLSX
from oosc.members.acting import Acting
from oosc.members.models import Officer
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
    _hold(export, file, rows, region_code, at)
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


@dataclass(frozen=True)
class Listed:
    """A list as its page shows it: which one, narrowed to what, and of how many."""

    source: str
    path: str
    query: str
    words: str
    title: str
    scope: str
    rows: int
    is_restricted: bool = False  # narrowed to what is S3R


@transaction.atomic
def ask_clear(
    listed: Listed, *, by: Acting, fields: Sequence[str], purpose: str, destination: str,
    reason: str, at: datetime,
) -> ClearExport:  # fmt: skip
    """Ask for a list in clear. A few rows in a day need nobody else; more wait for the head."""
    require(by, Permission.EXPORT_CLEAR)
    _check_fields(listed.source, fields, by)
    here = values.as_of(by.region_code, at.date())
    alone_rows, most = map(here.number, ("clear_export_alone_rows", "clear_export_most_rows"))
    if listed.is_restricted:
        raise Refused("按残疾、困难、特殊就学等情形筛出的名单不能导出明文。请回到名单改条件。")
    if not listed.rows:
        raise Refused("名单是空的，没有可以导出的。请回到名单改条件。")
    if listed.rows > most:
        raise Refused(
            f"名单有 {listed.rows:,} 人，明文一次最多导出 {most:,} 人。请回到名单先筛选。"
        )
    # Two requests at once would each see the other's absence without this lock.
    Officer.objects.select_for_update().get(pk=by.officer_id)
    alone = _rows_alone(by, at) + listed.rows <= alone_rows
    hours = here.number("clear_export_hours")
    clear = ClearExport.objects.create(
        officer_id=by.officer_id, post_id=by.post_id, source=listed.source, path=listed.path,
        query=listed.query, words=listed.words, title=listed.title, scope=listed.scope,
        rows=listed.rows, fields=list(fields), purpose=purpose, destination=destination,
        reason=reason, alone_rows=alone_rows, asked_at=at,
        state=ClearState.ALONE if alone else ClearState.ASKED,
        expires_at=at + timedelta(hours=hours) if alone else None,
    )  # fmt: skip
    trail.record(
        "export.clear_asked", clear, by=by.for_purpose(purpose), rows=listed.rows,
        fields=list(fields), alone=alone,
    )  # fmt: skip
    return clear


@transaction.atomic
def answer_clear(
    clear: ClearExport, *, by: Acting, granted: bool, answer: str, at: datetime
) -> ClearExport:
    """Answer a request: the head within reach, or whom the head named, and never oneself."""
    clear = _locked(clear)
    if clear.officer_id == by.officer_id:
        raise Refused("不能批准自己的申请，请由另一人答复。")
    if not ClearExport.objects.answerable_by(by).filter(pk=clear.pk).exists():
        raise Refused("明文导出由负责人或其授权的人员批准，您所在的岗位不能答复。")
    if clear.state != ClearState.ASKED:
        raise Refused("这份申请已经答复过，或申请人已撤回。请刷新页面。")
    region_code = clear.post.unit.region.code
    hours = values.as_of(region_code, at.date()).number("clear_export_hours")
    clear.state = ClearState.AGREED if granted else ClearState.REFUSED
    clear.answer, clear.answered_at = answer, at
    clear.answered_by_id, clear.answered_by_officer_id = by.post_id, by.officer_id
    clear.expires_at = at + timedelta(hours=hours) if granted else None
    clear.save()
    trail.record("export.clear_answered", clear, by=by, granted=granted, rows=clear.rows)
    return clear


@transaction.atomic
def withdraw_clear(clear: ClearExport, *, by: Acting) -> ClearExport:
    """Take back a request of one's own that nobody has answered."""
    clear = _own(clear, by)
    if clear.state != ClearState.ASKED:
        raise Refused("这份申请已经有答复或已撤回，不能再撤回。")
    clear.state = ClearState.WITHDRAWN
    clear.save(update_fields=["state"])
    trail.record("export.clear_withdrawn", clear, by=by)
    return clear


def note_clear_read(clear: ClearExport, *, by: Acting, at: datetime) -> None:
    """Take the answer to one's own request off the home page: it has been read."""
    ClearExport.objects.asked_by(by).filter(pk=clear.pk, seen_at=None).update(seen_at=at)


@transaction.atomic
def make_clear(clear: ClearExport, *, by: Acting, keys: Sequence[UUID], at: datetime) -> str:
    """Make the file anew under a new password, and return that: it is kept nowhere.

    `keys` are the rows of the list as it is now. Each leaves a trace of its own.

    Raises:
        Refused: it is not one's own or not agreed to, or the list has grown meanwhile.
    """
    require(by, Permission.EXPORT_CLEAR)
    clear = _own(clear, by)
    if not clear.may_be_made(at):
        raise Refused("这份申请没有获准，或已过有效期，不能制作。还需要的，请重新申请。")
    _check_fields(clear.source, clear.fields, by)
    if len(keys) > clear.rows:
        raise Refused(f"名单现在比申请时的 {clear.rows:,} 人多，不能照原申请制作。请重新申请。")
    password = locked.new_password()
    sheet = _clear_sheet(clear, keys, by, at)
    file = locked.lock(workbook.to_bytes(sheet), password)
    if clear.export_id:
        _destroy(clear.export_id, at)
    clear.export = Export.objects.create(
        officer_id=by.officer_id, post_id=by.post_id, path=clear.path, query=clear.query,
        words=clear.words, title=clear.title, purpose=clear.purpose, rows=len(keys),
        asked_at=at,
    )  # fmt: skip
    _hold(clear.export, file, len(keys), by.region_code, at)
    clear.save(update_fields=["export"])
    told = by.for_purpose(clear.purpose)
    trail.record("export.clear_made", clear, by=told, rows=len(keys), fields=clear.fields)
    subject = sources.find(clear.source).subject
    trail.record_each("export.row_in_clear", subject, keys, by=told, fields=clear.fields)
    return password


def _clear_sheet(
    clear: ClearExport, keys: Sequence[UUID], by: Acting, at: datetime
) -> workbook.Sheet:
    source = sources.find(clear.source)
    return workbook.Sheet(
        title=f"{clear.title}（明文）",
        subtitle=clear.watermark(at),
        columns=source.columns(clear.fields),
        rows=source.rows(keys, clear.fields, by),
        watermark=clear.watermark(at),
    )


def _check_fields(source: str, fields: Sequence[str], by: Acting) -> None:
    offered = {code for code, _ in sources.find(source).fields(by)}
    if not fields or set(fields) - offered:
        raise Refused("所选内容里有您所在岗位不能明文导出的，请改选。")


def _rows_alone(by: Acting, at: datetime) -> int:
    """How much this officer took along within a day without being asked."""
    lately = ClearExport.objects.filter(
        officer=by.officer_id, state=ClearState.ALONE, asked_at__gt=at - timedelta(hours=24)
    )
    return lately.aggregate(rows=Sum("rows"))["rows"] or 0


def _own(clear: ClearExport, by: Acting) -> ClearExport:
    clear = _locked(clear)
    if (clear.officer_id, clear.post_id) != (by.officer_id, by.post_id):
        raise Refused("只能办理自己在本岗位提出的申请。")
    return clear


def _locked(clear: ClearExport) -> ClearExport:
    held = ClearExport.objects.select_for_update(of=("self",))
    return held.select_related("post__unit__region").get(pk=clear.pk)


def _hold(export: Export, file: BinaryIO, rows: int, region_code: str | None, at: datetime) -> None:
    hours = values.as_of(region_code, at.date()).number("export_kept_hours")
    export.file_key, export.rows = files.store(file, media_type=XLSX), rows
    export.made_at, export.expires_at = at, at + timedelta(hours=hours)
    export.save(update_fields=["file_key", "rows", "made_at", "expires_at"])


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
