"""The rows of the rosters, for the page, for paper, and for the seal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from oosc.access import policy
from oosc.access.policy import DataClass, Level
from oosc.children import queries as children
from oosc.children import rules as children_rules
from oosc.children.models import Child, ChildPlace, Guardian
from oosc.children.states import PlaceKind
from oosc.kernel.privacy import mask_id, mask_phone
from oosc.lists.page import ListPage
from oosc.members.acting import Acting
from oosc.parameters.school_age import DueGrades
from oosc.parameters.values import Everywhere
from oosc.places.models import Region, School
from oosc.schooling.models import (
    SchoolYearStatus,
    SchoolYearStatusQuerySet,
    SealedRoster,
    StatusChange,
)
from oosc.schooling.rules import ENROLLED_COLUMNS, NOT_ENROLLED_COLUMNS, Column, on_a4
from oosc.schooling.states import ENROLLED, LIMITED, ON_LEAVE, RosterKind, Source, Status
from rosterlink import school_age

Row = dict[str, str]
PORTION = 1000
# Sentences: they are broken into lines, all else stands on one, however wide the book.
LONG = frozenset({"evidence", "trigger"})


@dataclass(frozen=True)
class Masking:
    """How a row is written for one post: what stands on paper is what stands on the page."""

    name: Callable[[str], str]
    guardian: Callable[[str], str]
    number: Callable[[Child], str]
    student_number: Callable[[Child], str]
    phone: Callable[[str], str]
    address: Callable[[str, str], str]  # of the name of a community and what was written

    @staticmethod
    def of(by: Acting) -> Masking:
        return Masking(
            name=lambda name: children.shown_name(name, by=by),
            guardian=lambda name: children.shown_guardian(name, by=by),
            number=lambda child: children_rules.masked_number(child.id_no_head),
            student_number=lambda child: mask_id(child.student_no),
            phone=mask_phone,
            address=lambda community, written: community,
        )


# For the sealed file, which lies encrypted and is masked again for whoever reads it.
CLEAR = Masking(
    name=str,
    guardian=str,
    number=lambda child: child.id_no,
    student_number=lambda child: child.student_no,
    phone=str,
    address=lambda community, written: written or community,
)


def columns(kind: RosterKind) -> tuple[Column, ...]:
    return ENROLLED_COLUMNS if kind is RosterKind.ENROLLED else NOT_ENROLLED_COLUMNS


def columns_of(roster: SealedRoster) -> tuple[Column, ...]:
    """The columns a roster was sealed with, whatever the book has since come to look like."""
    kept = tuple(Column(*one) for one in roster.columns)
    return kept or on_a4(columns(RosterKind(roster.kind)))


def roster(kind: RosterKind, school_year: str) -> SchoolYearStatusQuerySet:
    """The statuses that make up a roster, with what its rows need."""
    return SchoolYearStatus.objects.filter(school_year=school_year).of_kind(kind)


def with_people(statuses: Any) -> Any:  # a QuerySet of SchoolYearStatus, as it came
    guardians = Guardian.objects.filter(is_main=True).only(
        "name", "relation", "phone", "child", "is_main"
    )
    return statuses.select_related("child", "region", "school").prefetch_related(
        Prefetch("child__guardians", queryset=guardians, to_attr="main_guardians"),
        *past_of("child"),
    )


def past_of(child: str) -> list[Prefetch[Any]]:  # Any: rows of two models
    """What a row of any school year needs of its child, whose path this is: seats, deferrals."""
    seats = ChildPlace.objects.filter(kind=PlaceKind.SCHOOL).select_related("school")
    put_off = SchoolYearStatus.objects.put_off().only("child", "school_year")
    return [
        Prefetch(f"{child}__places", queryset=seats.defer("address"), to_attr="seats"),
        Prefetch(f"{child}__school_years", queryset=put_off, to_attr="put_off"),
    ]


def seat_of(child: Child, school_year: str) -> ChildPlace | None:
    """The school place of a child in a school year, the last one where there were several."""
    first, last = school_age.school_year_days(school_year)
    held: Iterable[ChildPlace] | None = getattr(child, "seats", None)
    if held is None:  # one child alone
        held = child.places.filter(kind=PlaceKind.SCHOOL).select_related("school")
    within = [one for one in held if one.since <= last and (one.until is None or one.until > first)]
    return max(within, key=lambda one: (one.since, one.until is None, one.pk), default=None)


def put_off(children: Collection[UUID] | None = None) -> dict[UUID, list[str]]:
    """The school years by which the entry of each child was put off; None: of all children."""
    found: dict[UUID, list[str]] = {}
    for child, year in _put_off(children):
        found.setdefault(child, []).append(year)
    return found


def _put_off(children: Collection[UUID] | None) -> Iterable[tuple[UUID, str]]:
    if children is not None:
        records = SchoolYearStatus.objects.put_off().filter(child__in=children)
        return records.values_list("child", "school_year")
    # Of a whole county the few changes are looked through, not every school year of every child.
    deferred = StatusChange.objects.filter(to_status=Status.DEFERRED)
    since = deferred.exclude(record__status__in=sorted(ENROLLED)).order_by()
    return since.values_list("record__child", "record__school_year").distinct()


def in_order(statuses: Any) -> Any:  # a QuerySet of SchoolYearStatus, as it came
    """By community, grade and name: the order of the paper."""
    return statuses.order_by("region__code", "grade", "child__name_pinyin", "pk")


def cut(page: ListPage) -> list[SchoolYearStatus]:
    """The statuses of a page with their people, read after the page has been cut."""
    keys = page.rows.values("pk")[max(page.first - 1, 0) : page.last]
    found = SchoolYearStatus.objects.filter(pk__in=keys).order_by(*page.rows.query.order_by)
    return list(with_people(found))


def rows(
    statuses: Iterable[SchoolYearStatus], masking: Masking, on: date, first: int = 1
) -> Iterator[Row]:
    due = DueGrades.as_of(on)
    for number, status in enumerate(statuses, start=first):
        yield {"number": str(number), **_row(status, masking, due)}


def in_portions(statuses: Any) -> Iterator[SchoolYearStatus]:  # a QuerySet of SchoolYearStatus
    """Read many rows in constant memory, with their guardians."""
    return iter(with_people(in_order(statuses)).iterator(chunk_size=PORTION))


def _row(status: SchoolYearStatus, masking: Masking, due: DueGrades) -> Row:
    child = status.child
    guardian = next(iter(getattr(child, "main_guardians", [])), None)
    kind = Status(status.status)
    at = Standpoint.of(child, status.school_year, status.region, due)
    return {
        "child": str(child.pk),
        "name": masking.name(child.name),
        "sex": child.sex,
        "birth_date": child.birth_date.isoformat() if child.birth_date else "",
        "id_no": masking.number(child),
        "student_no": masking.student_number(child),
        "community": status.region.name if status.region else "",
        "due_grade": at.due_words,
        "due_school": str(status.school or at.school or ""),
        "school": str(status.school or ""),
        "grade": school_age.grade_name(status.grade) if status.grade else "",
        "class_name": at.class_name(status.grade),
        "guardian": masking.guardian(guardian.name) if guardian else "",
        "relation": guardian.relation if guardian else "",
        "phone": masking.phone(guardian.phone) if guardian else "",
        "status": kind.shown,
        "evidence": "" if kind.is_restricted else status.evidence,
        "remark": f"至 {status.until:%Y-%m-%d}" if status.until else "",
    }


@dataclass(frozen=True)
class Standpoint:
    """A child as it stood in one school year: its grade due, and its seat of that year."""

    due_grade: int | None
    seat: ChildPlace | None

    @staticmethod
    def of(child: Child, school_year: str, region: Region | None, due: DueGrades) -> Standpoint:
        held = getattr(child, "put_off", None)
        years = put_off([child.pk]).get(child.pk, []) if held is None else _years_in(held)
        grade = due.grade(child.birth_date, region.code if region else "", school_year, years)
        return Standpoint(grade, seat_of(child, school_year))

    @property
    def due_words(self) -> str:
        return school_age.grade_name(self.due_grade) if self.due_grade else ""

    @property
    def school(self) -> School | None:
        return self.seat.school if self.seat else None

    def class_name(self, grade: int | None) -> str:
        """The class of that year; a seat in another grade is of another year, and says nothing."""
        if self.seat is None or self.seat.grade not in (None, grade or self.due_grade):
            return ""
        return children_rules.class_name(self.seat.grade, self.seat.class_name)


def _years_in(records: Iterable[SchoolYearStatus]) -> list[str]:
    return [record.school_year for record in records]


def masked_again(row: Row, by: Acting) -> Row:
    """A row of a sealed file as this post may read it."""
    return {
        **row,
        "name": children.shown_name(row.get("name", ""), by=by),
        "guardian": children.shown_guardian(row.get("guardian", ""), by=by),
        "id_no": children_rules.masked_number(
            row.get("id_no", "")[: children_rules.SHOWN_OF_NUMBER]
        ),
        "student_no": mask_id(row.get("student_no", "")),
        "phone": mask_phone(row.get("phone", "")),
        "address": row.get("home", ""),
        "hukou_address": row.get("hukou", ""),
    }


def as_printed(roster: SealedRoster, content: Sequence[Row], by: Acting) -> list[Row]:
    """The rows as a paper of the seal shows them: a corrected cell says what was sealed."""
    rows = [masked_again(row, by) for row in with_corrections(roster, content)]
    for row, column in {(one.row, one.words["column"]) for one in roster.corrections.all()}:
        was = masked_again(content[row - 1], by).get(column, "")
        rows[row - 1][column] = f"{rows[row - 1].get(column, '')}（封存时：{was or '空'}）"
    return rows


def with_corrections(roster: SealedRoster, content: Sequence[Row]) -> list[Row]:
    """The sealed rows with every correction, in the order in which they were made."""
    rows = [dict(row) for row in content]
    for one in roster.corrections.order_by("id"):
        rows[one.row - 1][one.words["column"]] = one.words["now"]
    return rows


@dataclass(frozen=True)
class Cell:
    """A cell of a sealed row: what was sealed, and what stands there since a correction."""

    now: str
    was: str | None = None
    is_short: bool = True  # stands on one line
    is_name: bool = False  # stays in sight while the others move


def corrected_lines(
    roster: SealedRoster, content: Sequence[Row], first: int, by: Acting
) -> list[list[Cell]]:
    """Some rows of a sealed roster, the first of them number `first`, as this post reads them."""
    numbers = range(first, first + len(content))
    changed: dict[int, Row] = {}
    for one in roster.corrections.filter(row__in=numbers).order_by("id"):
        changed.setdefault(one.row, {})[one.words["column"]] = one.words["now"]
    return [
        _cells(roster, row, changed.get(number, {}), by)
        for number, row in zip(numbers, content, strict=True)
    ]


def _cells(roster: SealedRoster, row: Row, changed: Row, by: Acting) -> list[Cell]:
    was, now = masked_again(row, by), masked_again({**row, **changed}, by)
    return [
        Cell(
            now=now.get(c.key, ""),
            was=was.get(c.key, "") if c.key in changed else None,
            is_short=c.key not in LONG,
            is_name=c.key == "name",
        )
        for c in columns_of(roster)
    ]


@dataclass(frozen=True)
class Corrected:
    """One line under a sealed roster: what was corrected, why, by whom."""

    row: int
    heading: str
    was: str
    now: str
    why: str
    on: date
    by_name: str


def corrections_of(roster: SealedRoster, by: Acting) -> list[Corrected]:
    headings = {column.key: column.heading for column in columns_of(roster)}
    lines = []
    for one in roster.corrections.all():
        column = one.words["column"]
        was = masked_again({column: one.words["was"]}, by)[column]
        now = masked_again({column: one.words["now"]}, by)[column]
        lines.append(Corrected(one.row, headings[column], was, now, one.why, one.on, one.by_name))
    return lines


def colour(status: Status) -> str:
    """The colour of a status as a tag: red is for nothing but what is wrong or late."""
    if status in {Status.NEVER_ENROLLED, Status.DROPOUT, Status.ILLEGAL_ALTERNATIVE}:
        return "is-red"
    if status in {Status.SUSPECTED, Status.PENDING, Status.ENROLLED_UNREGISTERED}:
        return "is-amber"
    return "is-green" if status.counts_as_enrolled else ""


@dataclass(frozen=True)
class Year:
    """One line of 各学年就学状态."""

    school_year: str
    due_grade: str
    words: str
    colour: str
    source: str
    since: date


def years_of(child: Child, today: date) -> list[Year]:
    """The school years of a child, the latest first."""
    due, years = DueGrades.as_of(today), put_off([child.pk]).get(child.pk, [])
    found = child.school_years.select_related("region").order_by("-school_year")
    return [
        Year(
            school_year=one.school_year.replace("-", "—"),
            due_grade=_due_grade(child, one, due, years),
            words=Status(one.status).shown,
            colour=colour(Status(one.status)),
            source=one.get_source_display(),
            since=one.since,
        )
        for one in found
    ]


def versions_of(child: Child) -> dict[str, int]:
    """How often each school year of a child was written: what an officer has before his eyes."""
    return dict(child.school_years.order_by("-school_year").values_list("school_year", "version"))


def _due_grade(child: Child, one: SchoolYearStatus, due: DueGrades, years: Sequence[str]) -> str:
    if child.birth_date is None:
        return "不详"
    code = one.region.code if one.region else ""
    return due.words(child.birth_date, code, one.school_year, years) or "—"


def school_years(today: date) -> list[str]:
    """This school year, the next and the three before: what a list can be asked for."""
    this = school_age.school_year_start(today).year
    return [f"{year}-{year + 1}" for year in range(this + 1, this - 4, -1)]


@dataclass(frozen=True)
class Standing:
    """How a school year stands within one's reach."""

    enrolled: int
    not_enrolled: int


def counts(by: Acting, today: date) -> Standing:
    """Count both rosters of this school year, as their pages do."""
    found = totals(within(by, school_age.school_year(today)))
    return Standing(found[RosterKind.ENROLLED], found[RosterKind.NOT_ENROLLED])


def within(by: Acting, school_year: str) -> SchoolYearStatusQuerySet:
    """The statuses of a school year within reach."""
    return SchoolYearStatus.objects.filter(school_year=school_year).visible_to(by)


def totals(statuses: SchoolYearStatusQuerySet) -> dict[RosterKind, int]:
    """How many of the statuses of a school year stand on each roster."""
    # Rows and not their keys are counted: keys are not in the index that has the rest.
    found = dict(statuses.order_by().values_list("status").annotate(rows=Count("*")))
    kinds = (RosterKind.ENROLLED, RosterKind.NOT_ENROLLED)
    return {kind: sum(found.get(status, 0) for status in kind.statuses) for kind in kinds}


@dataclass(frozen=True)
class Ending:
    """A form of schooling that lasts only so long: its last day, and what is due by then."""

    record: SchoolYearStatus
    last_day: date
    words: str

    @property
    def child(self) -> Child:
        return self.record.child


def endings(statuses: SchoolYearStatusQuerySet, today: date, *, within_days: int) -> list[Ending]:
    """休学 and 缓学 that end, 转学 and 补籍 whose time runs out: soon, or already.

    A leave that came with a case is watched by its case, which is reopened at the end.
    """
    horizon = today + timedelta(days=within_days)
    held = statuses.newest(school_age.school_year(today)).select_related(
        "child__home", "child__hukou", "region", "school"
    )
    leaves = Q(status__in=sorted(ON_LEAVE), until__lte=horizon) & ~Q(source=Source.CLOSING)
    terms = Everywhere.of(LIMITED.values(), today)
    # Said first by the statuses alone, which an index knows: the rest tells of dates.
    held = held.filter(status__in=sorted({*ON_LEAVE, *LIMITED}))
    near = leaves
    for status, code in LIMITED.items():
        near |= Q(status=status, since__lte=horizon - timedelta(days=terms.least(code)))
    found = (_ending(one, terms, today) for one in held.filter(near))
    return sorted((e for e in found if e.last_day <= horizon), key=lambda e: e.last_day)


def _ending(record: SchoolYearStatus, terms: Everywhere, today: date) -> Ending:
    kind = record.get_status_display()
    if record.until and record.status in ON_LEAVE:
        return Ending(record, record.until, f"{kind}至 {record.until:%Y-%m-%d} 期满")
    code = record.region.code if record.region else ""
    term = terms.limit(LIMITED[Status(record.status)], code, today)
    words = f"{kind}自 {record.since:%Y-%m-%d} 起，限 {term.words}"
    return Ending(record, term.last_day(record.since), words)


def waiting(by: Acting, today: date, *, within_days: int) -> list[Ending]:
    """What will soon come to its end and is this post's to settle: it may set a status."""
    may_set = policy.holds(by, policy.Permission.CHILD_EDIT)
    if not may_set or policy.level(by, DataClass.SCHOOLING) is not Level.WRITE:
        return []
    mine = SchoolYearStatus.objects.visible_to(by).filter(child__merged_into=None)
    return endings(mine, today, within_days=within_days)


def over(today: date) -> list[Ending]:
    """What has run out, wherever it is."""
    living = SchoolYearStatus.objects.filter(child__merged_into=None)
    return [one for one in endings(living, today, within_days=0) if one.last_day < today]


def leaves_over_the_new_year(today: date) -> SchoolYearStatusQuerySet:
    """休学 and 缓学 of last school year that last into this one, of which this one knows nothing.

    What a run says of a year that is beginning is no more than that it found nobody.
    """
    this = school_age.school_year(today)
    start = school_age.school_year_start(today).year
    told = SchoolYearStatus.objects.filter(child=OuterRef("child"), school_year=this)
    told = told.exclude(source=Source.RUN, status=Status.PENDING)
    leaves = SchoolYearStatus.objects.filter(
        school_year=f"{start - 1}-{start}", status__in=sorted(ON_LEAVE), until__gte=today,
        child__merged_into=None,
    )  # fmt: skip
    return leaves.exclude(Exists(told)).select_related("child", "school").order_by("pk")


def is_sealed(region_code: str, year: str) -> bool:
    """True when a region's roster of children not in school was sealed for a school year."""
    sealed = SealedRoster.objects.filter(kind=RosterKind.NOT_ENROLLED, school_year=year)
    return sealed.filter(region__code=region_code).exists()
