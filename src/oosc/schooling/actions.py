"""Every write to a child's school year, and the sealing of the rosters.

Each checks the policy, then the rules, then writes, then leaves a trace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from oosc.access.policy import DataClass, Level, Permission, level, require
from oosc.audit import trail
from oosc.children import actions as children
from oosc.children.models import Child, ChildPlace
from oosc.database import bulk
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.members.acting import Acting
from oosc.places.models import Region, School
from oosc.schooling import open_cases, queries, rules
from oosc.schooling.models import (
    SchoolYearStatus,
    SealedCorrection,
    SealedRoster,
    StatusChange,
)
from oosc.schooling.queries import Row
from oosc.schooling.rules import Column
from oosc.schooling.states import AT_A_SCHOOL, BESIDE_A_CASE, ON_LEAVE, RosterKind, Source, Status
from oosc.vault import files
from rosterlink import school_age

PORTION = 2000
ROWS_A_STATEMENT = 500


@dataclass(frozen=True)
class StatusRow:
    """What a run says of one child's school year."""

    child_id: UUID
    school_year: str
    status: Status
    source_key: UUID | None = None
    region_id: UUID | None = None
    school_id: UUID | None = None
    grade: int | None = None
    evidence: str = ""


@dataclass
class Counts:
    """How many statuses of a run were set, stood already, or were kept as a person decided."""

    set: int = 0
    unchanged: int = 0
    kept: int = 0


@transaction.atomic
def set_status(
    child: Child,
    *,
    school_year: str,
    status: Status,
    by: Acting | None,
    source: Source,
    on: date,
    source_key: UUID | None = None,
    school: School | None = None,
    grade: int | None = None,
    until: date | None = None,
    evidence: str = "",
    student_no: str = "",
    version: int | None = None,
) -> SchoolYearStatus:
    """Say how a child is schooled in a school year, on what a person found (SQ-2a, XX-3a).

    `version` is the one the officer has seen, 0 where there was none.
    """
    if by is not None:  # nobody: what a day of the school year brings by itself
        _require(by, source, child)
    rules.check_school_year(school_year)
    rules.check_status(status, source=source, since=on, until=until)
    record = _held(child, school_year)
    if version is not None and version != record.version:
        raise _changed_meanwhile(record)
    was = record.status
    seat = queries.seat_of(child, school_year)
    stood = school or (seat.school if seat and status in AT_A_SCHOOL else record.school)
    if by is not None and source is Source.HAND:
        _check_by_hand(record, status, stood, student_no)
        if student_no and student_no != child.student_no:
            children.note_student_number(child, by=by, number=student_no)
    record.status, record.source, record.source_key = status, source, source_key
    record.school = stood
    record.grade = grade or record.grade or _grade_then(seat, school_year, on)
    record.since, record.evidence = on, evidence
    record.until = until if status in ON_LEAVE else None
    record.version += 1
    record.save()
    StatusChange.objects.create(
        record=record, from_status=was, to_status=status, on=on, source=source,
        source_key=source_key, by_id=by.post_id if by else None, evidence=evidence,
    )  # fmt: skip
    trail.record(
        "schooling.set", child, by=by, record=record.pk, status=status.value, source=source.value
    )
    return record


@transaction.atomic
def set_statuses(rows_: Iterable[StatusRow], *, by: Acting | None, on: date) -> Counts:
    """Set what a run found, many at once. What a person decided stays."""
    if by is not None:
        require(by, Permission.RUN_START)
    counts = Counts()
    rest = iter(rows_)
    while portion := list(islice(rest, PORTION)):
        _set_portion(portion, counts, on=on)
    trail.record(
        "schooling.set_by_run", by=by,
        set=counts.set, unchanged=counts.unchanged, kept=counts.kept,
    )  # fmt: skip
    return counts


@transaction.atomic
def end_leaves(*, on: date) -> int:
    """休学 and 缓学 that are over, and of which nobody has said more, are 待核实 (domain §4.4)."""
    ended = [one for one in queries.over(on) if one.record.status in ON_LEAVE]
    for one in ended:
        set_status(
            one.child, school_year=school_age.school_year(on), status=Status.PENDING, by=None,
            source=Source.RUN, on=on, evidence=f"{one.words}，未见入学、复学或续批",
        )  # fmt: skip
    return len(ended)


@transaction.atomic
def carry_leaves_over(*, on: date) -> int:
    """休学 and 缓学 that last past 31 August stand in the new school year too, on their ground."""
    lasting = list(queries.leaves_over_the_new_year(on))
    for one in lasting:
        leave = Status(one.status)
        set_status(
            one.child, school_year=school_age.school_year(on), status=leave, by=None,
            source=Source(one.source), source_key=one.source_key, school=one.school,
            on=school_age.school_year_start(on), until=one.until,
            evidence=f"承接 {one.school_year} 学年的{leave.label}。{one.evidence}"[:200],
        )  # fmt: skip
    return len(lasting)


@transaction.atomic
def seal(
    kind: RosterKind, school_year: str, region: Region, *, by: Acting, on: date
) -> SealedRoster:
    """Seal a roster as it stands: a dated snapshot that is only ever corrected beside (SQ-1c)."""
    statuses = queries.roster(kind, school_year).filter(_below(region))
    sealed = queries.rows(queries.in_portions(statuses), queries.CLEAR, on)
    columns = queries.columns(kind)
    return seal_rows(kind, school_year, region, sealed, columns=columns, by=by, on=on)


@transaction.atomic
def seal_rows(
    kind: RosterKind, school_year: str, region: Region, sealed: Iterable[Row], *,
    columns: Sequence[Column], by: Acting, on: date,
) -> SealedRoster:  # fmt: skip
    """Seal rows with their headings, also those of another room: the 疑似台账 of the cases."""
    require(by, Permission.SCHOOLING_SEAL, region)
    rules.check_school_year(school_year)
    if SealedRoster.objects.filter(
        kind=kind, school_year=school_year, region=region, sealed_on=on
    ).exists():
        raise Refused("今天已封存过这本名册。要再封存，请改日；要改内容，请在封存件上更正。")
    content = list(sealed)
    if not content:
        raise Refused("名册里还没有人，不能封存。请先核对学年和社区。")
    roster = SealedRoster.objects.create(
        kind=kind,
        school_year=school_year,
        region=region,
        sealed_on=on,
        sealed_by_id=by.post_id,
        sealed_by_name=by.officer_name,
        rows_count=len(content),
        columns=[astuple(column) for column in columns],
        file_key=files.store(json.dumps(content, ensure_ascii=False).encode(), "application/json"),
    )
    trail.record(
        "schooling.sealed", roster, by=by, kind=kind.value, school_year=school_year,
        rows=len(content),
    )  # fmt: skip
    return roster


@transaction.atomic
def correct_sealed(
    roster: SealedRoster, *, row: int, column: str, now: str, why: str, by: Acting, on: date
) -> SealedCorrection:
    """Correct a sealed row: the row stays, the correction stands beside it with its reason."""
    require(by, Permission.SCHOOLING_SEAL, roster)
    # One correction after the other: each says what stood there before it.
    roster = SealedRoster.objects.select_for_update(of=("self",)).get(pk=roster.pk)
    if column in rules.FIXED or column not in {one.key for one in queries.columns_of(roster)}:
        raise Refused("这一栏不能在封存后更正，请选其他栏目。")
    content = sealed_rows(roster)
    if not 1 <= row <= len(content):
        raise Refused(f"封存件只有 {len(content)} 行，请核对序号。")
    was = queries.with_corrections(roster, content)[row - 1].get(column, "")
    if was == now:
        raise Refused("更正后的内容与原来相同，不用更正。")
    correction = SealedCorrection.objects.create(
        roster=roster,
        row=row,
        words={"column": column, "was": was, "now": now},
        why=why,
        on=on,
        by_id=by.post_id,
        by_name=by.officer_name,
    )
    trail.record(
        "schooling.sealed_corrected", roster, by=by, row=row, column=column,
        correction=correction.pk,
    )  # fmt: skip
    return correction


def exported(
    subject: SealedRoster | None, *, by: Acting, purpose: str, what: str, rows_count: int,
    form: str,
) -> None:  # fmt: skip
    """Leave the trace of a list that left the platform, or went on paper."""
    require(by, Permission.EXPORT)
    trail.record(
        "schooling.exported", subject, by=by.for_purpose(purpose), what=what, rows=rows_count,
        form=form,
    )  # fmt: skip


def sealed_rows(roster: SealedRoster) -> list[Row]:
    """The rows as they were sealed."""
    rows: list[Row] = json.loads(files.read(roster.file_key))
    return rows


def _require(by: Acting, source: Source, child: Child) -> None:
    # Whose case it is, the room of cases has asked: a school in charge need not be the child's.
    if source is Source.VISIT:
        return require(by, Permission.CASE_VERIFY)
    if source is Source.CLOSING:
        return require(by, Permission.CASE_APPROVE)
    require(by, Permission.CHILD_EDIT, child)
    if source is Source.HAND and level(by, DataClass.SCHOOLING) is not Level.WRITE:
        raise Refused("就学状态由学校和教育中心登记；社区请通过入户核查记录。")
    return None


def _held(child: Child, school_year: str) -> SchoolYearStatus:
    """The record of a school year, kept from others; a new one where there is none."""
    held = SchoolYearStatus.objects.select_for_update(of=("self",)).select_related("school")
    found = held.filter(child=child, school_year=school_year).first()
    return found or SchoolYearStatus(
        child=child, school_year=school_year, region=child.region, version=0
    )


def _grade_then(seat: ChildPlace | None, school_year: str, on: date) -> int | None:
    """The grade of a seat; what it will be in a year to come nobody knows yet."""
    return seat.grade if seat and school_year <= school_age.school_year(on) else None


def _changed_meanwhile(record: SchoolYearStatus) -> ChangedMeanwhile:
    """Say who has told how the child is schooled since this officer opened the form."""
    last = record.changes.select_related("by__unit").first()
    who = (last.by if last else None) or Source(record.source).label
    return ChangedMeanwhile(
        f"您打开这一页以后，{who}已把{record.school_year} 学年的就学状态登记为"
        f"“{Status(record.status).shown}”。请核对后再提交。"
    )


def _check_by_hand(
    record: SchoolYearStatus, status: Status, school: School | None, student_no: str
) -> None:
    """What §4.1 asks of a form of schooling, and that no case is passed by."""
    if record.status:
        rules.check_held(Status(record.status), Source(record.source))
    case = open_cases.of(record.child)
    if case and record.school_year >= case.school_year and status not in BESIDE_A_CASE:
        raise Refused(
            f"该儿童有未销号的个案（案号 {case.number}），请在个案里按理由申请排除或销号，"
            "批准后就学状态随之登记。"
        )
    rules.check_student_number(status, student_no, held=record.child.student_no)
    if status is Status.ENROLLED_LOCAL and school is None:
        raise Refused("本辖区在读的，请选择就读学校。")


def _below(region: Region) -> Q:
    return Q(region__in=Region.objects.below(region.code).values("pk"))


def _set_portion(portion: Sequence[StatusRow], counts: Counts, *, on: date) -> None:
    held = {
        (record.child_id, record.school_year): record
        for record in SchoolYearStatus.objects.filter(
            child__in={row.child_id for row in portion},
            school_year__in={row.school_year for row in portion},
        )
    }
    written: dict[tuple[UUID, str], SchoolYearStatus] = {}
    changes: list[StatusChange] = []
    for row in _last_of_each(portion):
        rules.check_status(row.status, source=Source.RUN, since=on, until=None)
        key = (row.child_id, row.school_year)
        record = held.get(key)
        if record and rules.is_kept(Source(record.source), Source.RUN):
            counts.kept += 1
            continue
        if record and _says(record) == _said(row):
            counts.unchanged += 1
            continue
        was = record.status if record else ""
        written[key] = _told(record, row, on)
        counts.set += 1
        if was != row.status:
            changes.append(_change(written[key], was, row, on))
    _write(written.values(), changes)


def _last_of_each(portion: Sequence[StatusRow]) -> Iterator[StatusRow]:
    return iter({(row.child_id, row.school_year): row for row in portion}.values())


def _says(record: SchoolYearStatus) -> tuple[object, ...]:
    return (record.status, record.region_id, record.school_id, record.grade, record.evidence)


def _said(row: StatusRow) -> tuple[object, ...]:
    return (row.status, row.region_id, row.school_id, row.grade, row.evidence)


def _told(record: SchoolYearStatus | None, row: StatusRow, on: date) -> SchoolYearStatus:
    told = record or SchoolYearStatus(
        child_id=row.child_id, school_year=row.school_year, version=0, since=on
    )
    if told.status != row.status:
        told.since = on
    told.status, told.source, told.source_key = row.status, Source.RUN, row.source_key
    told.region_id, told.school_id = row.region_id, row.school_id
    told.grade, told.evidence, told.until = row.grade, row.evidence, None
    told.version += 1
    return told


def _change(record: SchoolYearStatus, was: str, row: StatusRow, on: date) -> StatusChange:
    return StatusChange(
        record=record, from_status=was, to_status=row.status, on=on, source=Source.RUN,
        source_key=row.source_key, evidence=row.evidence,
    )  # fmt: skip


def _write(records: Iterable[SchoolYearStatus], changes: Sequence[StatusChange]) -> None:
    is_new: dict[bool, list[SchoolYearStatus]] = {True: [], False: []}
    for record in records:
        is_new[record.version == 1].append(record)
    bulk.insert(SchoolYearStatus, is_new[True])
    SchoolYearStatus.objects.bulk_create(
        is_new[False], update_conflicts=True, unique_fields=["pk"], batch_size=ROWS_A_STATEMENT,
        update_fields=[
            "status", "source", "source_key", "region", "school", "grade", "since", "until",
            "evidence", "version",
        ],
    )  # fmt: skip
    bulk.insert(StatusChange, changes)
