"""Every write to a roster: handed in, checked, received, withdrawn.

Each checks the policy, then the rules, then writes, then leaves a trace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.timezone import localdate

from oosc.access.policy import Permission, holds, require
from oosc.audit import trail
from oosc.jobs import actions as jobs
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.members.models import Unit
from oosc.parameters import values
from oosc.rosters import effects, in_clear, mappings, problems, queries, rules
from oosc.rosters.models import HeadingMapping, Roster
from oosc.rosters.states import Kind, State
from oosc.vault import files
from rosterlink.reading import HeadingsMissing, Problem, Reading, Unreadable

if TYPE_CHECKING:
    import pyarrow as pa

    from oosc.rosters import intake

CHECK = "rosters.check"
NOT_FINISHED = (State.CHECKING, State.UNMAPPED, State.CHECKED)

Step = Callable[[int, int, str], None]  # done, of how many, what is being done
LastStep = Callable[[], Roster]


class AlreadyHere(Refused):
    """The same file is here already; it is not taken in twice."""

    def __init__(self, roster: Roster, sentence: str) -> None:
        super().__init__(sentence)
        self.roster = roster


@transaction.atomic
def hand_in(
    file: BinaryIO,
    *,
    name: str,
    size: int,
    kind: str,
    sender: Unit,
    as_of: date,
    at: datetime,
    by: Acting,
    supplements: Roster | None = None,
) -> Roster:
    """Keep the file as it came, and queue its check (GA-1, JY-2a, MZ-3b and other senders)."""
    require(by, Permission.ROSTER_RECEIVE, sender)
    _require_own(by, sender)
    rules.check_size(size)
    rules.check_as_of(as_of, localdate(at))
    if not mappings.may_send(sender.role, kind):
        raise Refused(f"{sender.name}不报送“{Kind(kind).label}”。请另选名册种类或报送单位。")
    if supplements and supplements.state != State.RECEIVED:
        raise Refused("要更正的花名册已不是“已收下”。请刷新页面再看。")
    sha256 = _hash(file)
    _refuse_twice(sha256)
    _refuse_two_at_once(by)
    roster = Roster(
        kind=kind,
        sender=sender,
        region=sender.region,
        school=sender.school,
        as_of=as_of,
        file_name=name[-200:],
        file_hash=sha256,
        file_bytes=size,
        file_key=files.store(file),
        supplements=supplements,
        checked_by_id=by.post_id,
        uploaded_at=at,
    )
    roster.save(force_insert=True)
    _queue(roster, by=by)
    trail.record("roster.handed_in", roster, by=by, kind=kind, sender=sender.pk, bytes=size)
    return roster


@transaction.atomic
def map_headings(roster: Roster, *, mapping: Mapping[str, str], by: Acting, at: datetime) -> Roster:
    """Say which heading holds which field, remember it for this sender, and check again."""
    roster = _locked(roster, by)
    rules.check_move(roster.state, State.CHECKING)
    fields = queries.fields_of(roster.kind)
    for field, heading in mapping.items():
        if field not in fields:
            raise Refused("有一栏不是这种名册的内容。请刷新页面，重新指定。")
        _remember(roster, field, heading, by=by, at=at)
    roster.state = State.CHECKING
    roster.save(update_fields=["state"])
    _queue(roster, by=by)
    trail.record("roster.mapped", roster, by=by, fields=sorted(mapping))
    return roster


@transaction.atomic
def check_again(roster: Roster, *, by: Acting) -> Roster:
    """Read a roster anew, for instance because another one was received meanwhile."""
    roster = _locked(roster, by)
    rules.check_move(roster.state, State.CHECKING)
    roster.state = State.CHECKING
    roster.save(update_fields=["state"])
    _queue(roster, by=by)
    trail.record("roster.checked_again", roster, by=by)
    return roster


def check(roster: Roster, *, step: Step) -> LastStep:
    """Read a roster that was handed in; return the last step, which writes all of it at once.

    Begun again after a kill it does the same once more: nothing is written before the end.
    """
    from oosc.rosters import comparing, intake  # the worker alone needs them: see there

    with in_clear.private_folder() as folder:
        path = folder / f"{roster.stem}{in_clear.suffix(roster.file_name)}"
        with path.open("wb") as file:
            for chunk in files.chunks(roster.file_key):
                file.write(chunk)
        step(1, 4, "正在读取文件")
        try:
            taken = intake.take_in(path, roster.kind, mapping=queries.known_headings(roster))
        except HeadingsMissing as missing:
            return partial(_unmapped, roster, missing)
        except Unreadable as error:
            return partial(_refused, roster, str(error))
    step(2, 4, "正在与上一份比较")
    previous = roster.supplements or queries.last_of(roster.sender_id, roster.kind)
    before = queries.table(previous) if previous and queries.has_rows(previous) else None
    try:
        table, found = _corrected(roster, taken, before)
    except Refused as error:
        return partial(_refused, roster, str(error))
    changes = vars(comparing.compare(table, before))
    step(3, 4, "正在加密保存")
    rows = intake.to_parquet(table)
    return partial(_checked, roster, taken.reading, rows, table.num_rows, found, previous, changes)


@transaction.atomic
def receive(roster: Roster, *, by: Acting, at: datetime) -> Roster:
    """Receive a checked roster: from now on it never changes."""
    roster = _locked(roster, by)
    rules.check_move(roster.state, State.RECEIVED)
    _refuse_twice(roster.file_hash)
    if roster.previous != (roster.supplements or queries.last_of(roster.sender_id, roster.kind)):
        raise Refused(
            "检查之后又收下或撤回了同一单位的另一份。请点“重新检查”，看过新的比较再收下。"
        )
    roster.state = State.RECEIVED
    roster.received_at = at
    roster.received_by_id = by.post_id
    roster.save(update_fields=["state", "received_at", "received_by"])
    trail.record(
        "roster.received",
        roster,
        by=by,
        kind=roster.kind,
        sender=roster.sender_id,
        rows=roster.rows,
        problems=roster.problems,
        sha256=roster.file_hash,
    )
    return roster


@transaction.atomic
def withdraw(roster: Roster, *, by: Acting, at: datetime, why: str) -> Roster:
    """Take a received roster back, with all it caused (see `effects`)."""
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    require(by, Permission.ROSTER_WITHDRAW, roster)
    _require_own(by, roster.sender)
    rules.check_move(roster.state, State.WITHDRAWN)
    rules.check_reason(why)
    roster.state = State.WITHDRAWN
    roster.withdrawn_at = at
    roster.withdrawn_by_id = by.post_id
    roster.withdrawn_why = why.strip()
    roster.save(update_fields=["state", "withdrawn_at", "withdrawn_by", "withdrawn_why"])
    effects.undo(roster, by=by, why=why)
    trail.record("roster.withdrawn", roster, by=by, kind=roster.kind, rows=roster.rows)
    return roster


@transaction.atomic
def discard(roster: Roster, *, by: Acting) -> Roster:
    """Put a roster away that was never received, and destroy its file."""
    roster = _locked(roster, by)
    rules.check_move(roster.state, State.DISCARDED)
    if roster.job_id and roster.state == State.CHECKING:
        jobs.cancel(roster.job_id, by=by)
    _put_away(roster, "")
    trail.record("roster.discarded", roster, by=by, kind=roster.kind)
    return roster


@transaction.atomic
def record_download(roster: Roster, what: str, *, by: Acting) -> None:
    """Leave a trace of a workbook with children in it going out (domain §8.3)."""
    require(by, Permission.ROSTER_RECEIVE, roster)
    if by.unit_id not in (roster.sender_id, roster.checked_by.unit_id):
        raise Refused("这个工作簿含有儿童信息，只有报送单位和提交的单位可以下载。")
    trail.record("roster.downloaded", roster, by=by, what=what, rows=roster.rows_with_problems)


@transaction.atomic
def record_receipt(roster: Roster, form: str, *, by: Acting) -> None:
    """Leave a trace of a 数据移交单 that was opened to be printed (W20)."""
    require(by, Permission.ROSTER_VIEW, roster)
    trail.record("roster.receipt_printed", roster, by=by, form=form)


@transaction.atomic
def destroy(rosters: Sequence[Roster], *, by: Acting, today: date) -> int:
    """Destroy files and rows whose time is over, as an officer approved it (domain §8.3)."""
    held = {roster.pk: roster for roster in queries.expired(by, today)}
    for roster in rosters:
        require(by, Permission.ROSTER_OF_OTHERS, roster)
        if roster.pk not in held:
            raise Refused(f"“{roster}”没有期满，或已经销毁。请刷新页面再看。")
    for roster in Roster.objects.filter(pk__in=[r.pk for r in rosters]).select_for_update():
        _destroy_files(roster, today, by=by)
    return len(rosters)


@transaction.atomic
def destroy_expired(today: date) -> int:
    """Destroy what is over where nobody is asked; hashes and counts stay (§8.3)."""
    gone = 0
    for roster in queries.kept().select_for_update(of=("self",)):
        here = values.as_of(roster.region.code, today)
        if here.number("roster_destruction_by_itself") and queries.is_over(roster, here, today):
            _destroy_files(roster, today, by=None)
            gone += 1
    return gone


def _require_own(by: Acting, sender: Unit) -> None:
    if sender.pk != by.unit_id and not holds(by, Permission.ROSTER_OF_OTHERS):
        raise Refused("您只能办理本单位报送的花名册。其他单位的请由教育中心办理。")


def _hash(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1024 * 1024):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _refuse_twice(sha256: str) -> None:
    same = queries.received_as(sha256)
    if same:
        raise AlreadyHere(same, f"这个文件已于 {same.received_on} 收下，没有重复收取。")


def _refuse_two_at_once(by: Acting) -> None:
    for running in Roster.objects.filter(state=State.CHECKING, checked_by_id=by.post_id):
        if queries.is_stuck(running):
            continue
        raise AlreadyHere(running, "上一份还在检查。请等它查完，或先停止，再提交下一份。")


def _locked(roster: Roster, by: Acting) -> Roster:
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    require(by, Permission.ROSTER_RECEIVE, roster)
    _require_own(by, roster.sender)
    return roster


def _queue(roster: Roster, *, by: Acting) -> None:
    job = jobs.enqueue(CHECK, by=by, title=f"检查花名册：{roster}", roster=str(roster.pk))
    roster.job_id = job.pk
    roster.save(update_fields=["job_id"])


def _remember(roster: Roster, field: str, heading: str, *, by: Acting, at: datetime) -> None:
    known = HeadingMapping.objects.filter(sender=roster.sender, kind=roster.kind, field=field)
    if not heading:
        known.delete()
        return
    HeadingMapping.objects.update_or_create(
        sender=roster.sender,
        kind=roster.kind,
        field=field,
        defaults={"heading": heading[:100], "told_by_id": by.post_id, "told_at": at},
    )


def _corrected(
    roster: Roster, taken: intake.Intake, before: pa.Table | None
) -> tuple[pa.Table, list[Problem]]:
    from oosc.rosters import intake  # as in check

    if roster.supplements is None or before is None:
        return taken.table, list(taken.problems)
    whole = intake.merge(before, taken.table)
    before_it = queries.problems(roster.supplements)
    return whole, intake.replaced(before_it, taken.problems, taken.table, whole)


@transaction.atomic
def _unmapped(roster: Roster, missing: HeadingsMissing) -> Roster:
    from oosc.rosters import intake  # as in check

    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    if roster.state == State.CHECKING:
        roster.state = State.UNMAPPED
        roster.headings = list(missing.seen)
        roster.mapping = intake.matched(missing.seen, roster.kind)
        roster.refusal = str(missing)
        roster.save(update_fields=["state", "headings", "mapping", "refusal"])
    return roster


@transaction.atomic
def _refused(roster: Roster, sentence: str) -> Roster:
    """Put a roster away that could not be read, with the sentence that says why."""
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    if roster.state == State.CHECKING:
        _put_away(roster, sentence)
        trail.record("roster.refused", roster, by=None, kind=roster.kind)
    return roster


@transaction.atomic
def _checked(
    roster: Roster,
    reading: Reading,
    parquet: BinaryIO,
    rows: int,
    found: Sequence[Problem],
    previous: Roster | None,
    changes: Mapping[str, int],
) -> Roster:
    """Write what was read, all at once."""
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    if roster.state != State.CHECKING:  # put away while it was being read
        return roster
    _destroy_rows(roster)
    roster.state = State.CHECKED
    roster.rows_key = files.store(parquet)
    roster.problems_key = files.store(problems.to_json(found))
    roster.rows = rows
    roster.problems = len(found)
    roster.rows_with_problems = len({(p.sheet, p.row) for p in found})
    roster.problem_counts = queries.counted(found)
    roster.sheets = [[s.name, s.heading_row, s.rows] for s in reading.sheets]
    roster.headings = list(reading.headings)
    roster.mapping = dict(reading.mapping)
    roster.skipped = list(reading.skipped)
    roster.refusal = ""
    roster.previous = previous
    for name, count in changes.items():
        setattr(roster, name, count)
    roster.save()
    return roster


def _put_away(roster: Roster, sentence: str) -> None:
    roster.state = State.DISCARDED
    roster.refusal = sentence
    _destroy_rows(roster)
    if roster.file_key:
        files.destroy(roster.file_key)
        roster.file_key = ""
    roster.save()


def _destroy_rows(roster: Roster) -> None:
    for key in filter(None, (roster.rows_key, roster.problems_key)):
        files.destroy(key)
    roster.rows_key = roster.problems_key = ""


def _destroy_files(roster: Roster, today: date, *, by: Acting | None) -> None:
    """The rows' key stays as the name of what was destroyed: a run's manifest still cites it."""
    for key in filter(None, (roster.file_key, roster.rows_key, roster.problems_key)):
        files.destroy(key)
    roster.file_key = roster.problems_key = ""
    roster.file_destroyed_on = today
    roster.file_destroyed_by_id = by.post_id if by else None
    roster.save(
        update_fields=["file_key", "problems_key", "file_destroyed_on", "file_destroyed_by"]
    )
    trail.record("roster.destroyed", roster, by=by, sha256=roster.file_hash)
