"""What pages and the comparison ask of the rosters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, Q
from django.utils.timezone import localdate

from oosc.access import policy
from oosc.access.policy import DataClass, Level, Permission
from oosc.access.roles import Role
from oosc.jobs import queries as jobs
from oosc.jobs.models import Job
from oosc.jobs.queries import Sight
from oosc.kernel import clock
from oosc.kernel.lights import Light, light
from oosc.kernel.limits import TimeUnit, WorkingDays
from oosc.kernel.notice import in_words
from oosc.kernel.once import once
from oosc.kernel.privacy import mask_id, mask_name
from oosc.members.acting import Acting
from oosc.members.models import Unit
from oosc.parameters import values
from oosc.parameters.values import Everywhere, Values
from oosc.rosters import problems as problems_
from oosc.rosters import rules
from oosc.rosters.mappings import KINDS_OF
from oosc.rosters.models import HeadingMapping, Roster, RosterQuerySet
from oosc.rosters.states import Kind, Standing, State, Which
from oosc.vault import files
from rosterlink import school_age
from rosterlink.reading import LAYOUTS, Marked, Problem, way_of

if TYPE_CHECKING:
    import pyarrow as pa

# How many days before the last one the light turns amber: a roster takes a fortnight to make.
AMBER_DAYS = 14
A_YEAR = timedelta(days=365)
COUNTERS = frozenset({"given_row_id", "sequence_no"})
SHOWN_OF_ROW = (
    *("name", "sex", "birth_date", "id_no", "passport", "cert_no"),
    *("community", "school_name", "source_sheet", "source_row", "differs"),
)


def latest(region_code: str) -> list[Roster]:
    """The newest received roster of each sender and kind in a region and below it."""
    rows = Roster.objects.latest_of_each().filter(policy.code_range("region__code", region_code))
    return list(rows.with_places().order_by("kind", "sender__name"))


def last_of(sender_id: UUID, kind: str) -> Roster | None:
    rows = Roster.objects.received().filter(sender_id=sender_id, kind=kind)
    return rows.newest_first().first()


def table(roster: Roster) -> pa.Table:
    """The rows of a roster: `row_id`, `source_sheet`, `source_row`, and the fields it has."""
    from oosc.rosters import intake  # few pages look at rows: see there

    return intake.from_parquet(files.read(roster.rows_key))


def has_rows(roster: Roster) -> bool:
    """False once file and rows were destroyed at the end of their time."""
    return bool(roster.rows_key) and roster.file_destroyed_on is None


def job_of(roster: Roster) -> Job | None:
    return Job.objects.filter(pk=roster.job_id).first() if roster.job_id else None


def sight_of(roster: Roster, now: datetime) -> Sight | None:
    """How far the check is, while it runs."""
    job = job_of(roster)
    return jobs.sight(job, now) if job else None


def is_stuck(roster: Roster) -> bool:
    """True where the check ended without a result: stopped, or failed at something unforeseen."""
    job = job_of(roster)
    return roster.state == State.CHECKING and (job is None or job.has_ended)


def first_of(roster: Roster) -> Roster:
    """The roster whose file holds all rows: that which was corrected, however often."""
    while roster.supplements:
        roster = roster.supplements
    return roster


def way_marked(roster: Roster) -> Marked | None:
    """How its marked file will come, told beforehand; None where the file is no longer kept."""
    first = first_of(roster)
    if not first.file_key:
        return None
    return way_of(Path(first.file_name).suffix or ".xlsx", first.rows, len(first.headings))


def problems(roster: Roster) -> Sequence[Problem]:
    if not roster.problems_key:
        return ()
    return problems_.from_json(files.read(roster.problems_key), roster.file_name)


@dataclass(frozen=True)
class KindOfProblem:
    """A problem that occurs under one heading, and how often; `number` stands in addresses."""

    number: int
    heading: str
    problem: str
    count: int


def kinds_of_problems(found: Iterable[Problem]) -> list[KindOfProblem]:
    """What is wrong and how often, the most frequent first."""
    counts = Counter((p.heading, p.problem) for p in found)
    return [
        KindOfProblem(number, heading, problem, count)
        for number, ((heading, problem), count) in enumerate(counts.most_common(), start=1)
    ]


def counted(found: Iterable[Problem]) -> dict[str, int]:
    """How often each problem occurs, the most frequent first."""
    counts = Counter(f"{p.heading}：{p.problem}" if p.heading else p.problem for p in found)
    return dict(counts.most_common())


# Whose rows a roster holds, by the rows of the access matrix: being on one of these is a fact
# about a child that not everybody is to know.
CLASS_OF: Mapping[str, DataClass] = {
    Kind.POLICE_HUKOU: DataClass.IDENTITY,
    Kind.POLICE_FLOATING: DataClass.IDENTITY,
    Kind.DEATHS: DataClass.IDENTITY,
    Kind.SCHOOL_ROLL: DataClass.SCHOOLING,
    Kind.ELSEWHERE_ROLL: DataClass.SCHOOLING,
    Kind.DEFERRAL: DataClass.SCHOOLING,
    Kind.KINDERGARTEN_LEAVERS: DataClass.SCHOOLING,
    Kind.BORDER_EXITS: DataClass.EXITS,
    Kind.DISABLED_CERT: DataClass.HEALTH,
    Kind.POVERTY: DataClass.AID,
    Kind.LEFT_BEHIND: DataClass.AID,
    Kind.VACCINATION: DataClass.VACCINATION,
}


def may_see_rows(roster: Roster, by: Acting) -> bool:
    """Who sent or handed in a roster knows its rows; another office what the matrix lets it."""
    if by.unit_id in (roster.sender_id, roster.checked_by.unit_id):
        return True
    return policy.level(by, CLASS_OF[roster.kind]) >= Level.MASKED


def can_show_rows(roster: Roster, by: Acting) -> bool:
    """Whether the figures of a roster can be followed to their rows: these are kept, and may."""
    kept = has_rows(roster) and (roster.previous is None or has_rows(roster.previous))
    return kept and may_see_rows(roster, by)


@dataclass(frozen=True)
class RowOfChange:
    """A row of a roster that one of its figures counts. `is_named`: the post may read the name."""

    name: str
    id_no: str
    sex: str
    birth_date: str
    place: str  # community, else school
    sheet: str
    row: int
    differs: tuple[str, ...]  # the headings of what is not as it was
    is_named: bool

    @property
    def shown_name(self) -> str:
        return self.name if self.is_named else mask_name(self.name)

    @property
    def shown_id(self) -> str:
        return mask_id(self.id_no)


def changes(roster: Roster, which: Which, *, by: Acting) -> list[RowOfChange]:
    """The rows that a figure of `rosters/_changes.html` counts, in the order of the file."""
    from oosc.rosters import comparing  # as in table

    held = roster.previous
    before = table(held) if held and has_rows(held) else None
    found = comparing.rows(table(roster), before, which)
    headings = fields_of(roster.kind)
    is_named = policy.level(by, DataClass.IDENTITY) in {Level.WRITE, Level.FULL, Level.TASKS}
    return [
        RowOfChange(
            name=row.get("name", ""),
            id_no=row.get("id_no") or row.get("passport") or row.get("cert_no") or "",
            sex=row.get("sex", ""),
            birth_date=row.get("birth_date", ""),
            place=row.get("community") or row.get("school_name") or "",
            sheet=row["source_sheet"],
            row=row["source_row"],
            differs=tuple(str(roster.mapping.get(n, headings.get(n, n))) for n in row["differs"]),
            is_named=is_named,
        )
        for row in found.select([n for n in SHOWN_OF_ROW if n in found.column_names]).to_pylist()
    ]


def fields_of(kind: str) -> dict[str, str]:
    """The fields of a kind with the heading that is usual for each; row counts are none."""
    columns = [column for column in LAYOUTS[kind].columns if column.field not in COUNTERS]
    return {column.field: column.headings[0] for column in columns}


def needed_by(kind: str) -> list[list[str]]:
    """Of each group one field at least must be there."""
    return [list(group) for group in LAYOUTS[kind].needs]


def known_headings(roster: Roster) -> dict[str, str]:
    """What this sender calls its columns, as it was told before; only what this file has."""
    told = HeadingMapping.objects.filter(sender=roster.sender_id, kind=roster.kind)
    return dict(told.values_list("field", "heading"))


@dataclass(frozen=True)
class HeadingShown:
    """A field of the layout, and the heading of the file that was taken for it."""

    label: str
    heading: str
    told: bool  # by hand, before


def headings_shown(roster: Roster) -> list[HeadingShown]:
    told = known_headings(roster)
    return [
        HeadingShown(label, roster.mapping[field], told.get(field) == roster.mapping[field])
        for field, label in fields_of(roster.kind).items()
        if field in roster.mapping
    ]


def ignored_headings(roster: Roster) -> list[str]:
    """Headings of the file that stand for nothing here: kept as they are, not compared."""
    used = set(roster.mapping.values())
    return [heading for heading in roster.headings if heading and heading not in used]


def received_as(sha256: str) -> Roster | None:
    """The received roster that is this very file."""
    return Roster.objects.received().filter(file_hash=sha256).select_related("sender").first()


def kept() -> RosterQuerySet:
    """Rosters whose file and rows are kept, with what says for how long."""
    held = Roster.objects.filter(received_at__isnull=False, file_destroyed_on__isnull=True)
    return held.select_related("region")


def kept_until(roster: Roster, here: Values) -> date | None:
    """The last day on which file and rows are kept; None before they were received."""
    years = here.number("roster_file_school_years")
    return rules.kept_until(roster.received_on, years) if roster.received_on else None


def is_over(roster: Roster, here: Values, today: date) -> bool:
    last = kept_until(roster, here)
    return last is not None and today > last


def expired(by: Acting, today: date, first: int | None = None) -> list[Roster]:
    """What this post may have destroyed, the oldest first: all of it, or the first ones."""
    keys = [one.key for one in over(by, today)[:first]]
    return list(Roster.objects.filter(pk__in=keys).with_places().order_by("received_at", "pk"))


@dataclass(frozen=True)
class Over:
    """A roster that is kept beyond its time, as little of it as a count of thousands needs."""

    key: UUID
    is_asked: bool  # whether somebody has to approve that it is destroyed


@once
def over(by: Acting, today: date) -> list[Over]:
    """What is kept beyond its time within reach, the oldest first."""
    here = Everywhere.of(["roster_file_school_years", "roster_destruction_by_itself"], today)
    # What has lain as long as the shortest time that any office has set.
    least = clock.start_of(today - here.least("roster_file_school_years") * A_YEAR)
    perhaps = kept().visible_to(by).filter(received_at__lt=least).order_by("received_at", "pk")
    settled = lru_cache(maxsize=None)(lambda code: _settled(here, code, today))
    found = []
    for key, received_at, code in perhaps.values_list("pk", "received_at", "region__code"):
        years, by_itself = settled(code)
        if today > rules.kept_until(localdate(received_at), years):
            found.append(Over(key, is_asked=not by_itself))
    return found


def _settled(here: Everywhere, code: str, today: date) -> tuple[int, bool]:
    """How long a region keeps, and whether what is over goes without being asked about."""
    years = here.number("roster_file_school_years", code, today)
    return years, bool(here.number("roster_destruction_by_itself", code, today))


def to_destroy(by: Acting, today: date) -> int:
    """How many rosters are over and wait for this post to approve that they are destroyed."""
    if not policy.holds(by, Permission.ROSTER_OF_OTHERS):
        return 0
    return sum(one.is_asked for one in over(by, today))


def centre_of(region_code: str) -> Unit | None:
    """The education centre whose reach takes in a region: the nearest one."""
    above = [region_code[:length] for length in (2, 4, 6, 9, 12) if length <= len(region_code)]
    centres = Unit.objects.filter(role=Role.EDU, region__code__in=above, ended_on__isnull=True)
    return centres.order_by("-region__level").first()


@once
def senders(by: Acting, roles: Collection[str] = tuple(KINDS_OF)) -> list[Unit]:
    """The units for which this post may hand in rosters, its own first."""
    units = Unit.objects.within_reach(by, Permission.ROSTER_RECEIVE)
    units = units.filter(role__in=roles, ended_on__isnull=True)
    if not policy.holds(by, Permission.ROSTER_OF_OTHERS):
        units = units.filter(pk=by.unit_id)
    return sorted(units.select_related("region"), key=lambda u: (u.pk != by.unit_id, u.name))


@dataclass(frozen=True)
class Due:
    """What a sender is to hand in by a day, and whether it did."""

    kind: Kind
    sender: Unit
    clause: str
    rule: str
    due_on: date
    light: Light
    received: Roster | None  # within this term
    last: Roster | None  # the newest there is
    standing: Standing

    @property
    def is_missing(self) -> bool:
        return self.received is None


@dataclass(frozen=True)
class _Expected:
    kind: Kind
    role: Role
    clause: str
    rule: str
    window: rules.Window


def due(by: Acting, today: date) -> list[Due]:
    """What the units this post may hand in for owe, what is late first.

    Days and months are those in force for the region of the post that looks.
    """
    here = values.as_of(by.region_code, today)
    expected = _expected(here, today)
    units = senders(by, tuple(sorted({one.role for one in expected})))
    opens_on = min(one.window.opens_on for one in expected)
    came = _came(units, {e.kind for e in expected}, opens_on)
    owed = [
        _due(one, unit, came[unit.pk, one.kind], today, here.calendar)
        for unit in units
        for one in expected
        if one.role == unit.role
    ]
    return sorted(owed, key=lambda d: (d.received is not None, d.due_on, d.sender.name))


def _came(
    units: Sequence[Unit], kinds: Iterable[Kind], since: date
) -> dict[tuple[UUID, str], list[Roster]]:
    """What was received of these units since a day, and their newest; by sender and kind, the
    newest first. One query.

    The roll that an education centre exported for all its schools is theirs as well.
    """
    came: dict[tuple[UUID, str], list[Roster]] = defaultdict(list)
    schools = [unit for unit in units if unit.role == Role.SCHOOL]
    theirs = Q(sender__in=units, kind__in=list(kinds))
    if schools:
        theirs |= Q(kind=Kind.SCHOOL_ROLL, sender__role=Role.EDU)
    rows = Roster.objects.latest_or_since(clock.start_of(since)).filter(theirs)
    rows = rows.annotate(role=F("sender__role"), code=F("region__code")).newest_first()
    for row in rows.only("kind", "sender", "as_of", "received_at"):
        came[row.sender_id, row.kind].append(row)
        role, code = row.role, row.code  # type: ignore[attr-defined]  # annotated above
        if row.kind == Kind.SCHOOL_ROLL and role == Role.EDU:
            for school in schools:
                if school.region.code.startswith(code):
                    came[school.pk, row.kind].append(row)
    return came


def _expected(here: Values, today: date) -> list[_Expected]:
    months = here.text("roster_expected_months")
    in_order = sorted(int(month) for month in months.split("、"))
    exchange = rules.in_months(in_order, today)
    month, day = map(int, here.text("disability_roster_day").split("-"))
    half_year = rules.each_year((1, 1), (month, day), today)
    opening, _ = school_age.school_year_days(school_age.school_year(today))
    roll = rules.Window(opening, here.limit("pending_days").last_day(opening))
    each = f"每年 {'、'.join(map(str, in_order))} 月"
    return [
        _Expected(Kind.POLICE_HUKOU, Role.POLICE, "GA-1", each, exchange),
        _Expected(Kind.POLICE_FLOATING, Role.POLICE, "GA-1", each, exchange),
        _Expected(Kind.BORDER_EXITS, Role.POLICE, "GA-1", each, exchange),
        _Expected(Kind.DISABLED_CERT, Role.CIVIL, "MZ-3b", "每年上半年，硬时限", half_year),
        _Expected(Kind.SCHOOL_ROLL, Role.SCHOOL, "XX-3a", "每学年开学后", roll),
    ]


def _due(
    expected: _Expected, unit: Unit, found: list[Roster], today: date, calendar: WorkingDays
) -> Due:
    window = expected.window
    opened = clock.start_of(window.opens_on)
    of_this_term = [r for r in found if r.received_at and r.received_at >= opened]
    received = of_this_term[-1] if of_this_term else None
    return Due(
        kind=expected.kind,
        sender=unit,
        clause=expected.clause,
        rule=expected.rule,
        due_on=window.due_on,
        light=_light(received, window, today, calendar),
        standing=_standing(received, window, today),
        received=received,
        last=found[0] if found else None,
    )


def _standing(received: Roster | None, window: rules.Window, today: date) -> Standing:
    day = received.received_on if received else None
    if day:
        return Standing.LATE if rules.days_late(window, day) else Standing.IN_TIME
    return Standing.OVERDUE if rules.days_late(window, today) else Standing.AWAITED


def _light(
    received: Roster | None, window: rules.Window, today: date, calendar: WorkingDays
) -> Light:
    if received and received.received_on:
        late = rules.days_late(window, received.received_on)
        return Light("amber", f"已收下，迟 {late} 天") if late else Light("green", "按时收下")
    return light(window.due_on, today, TimeUnit.DAYS, calendar, amber_within=AMBER_DAYS)


@dataclass(frozen=True)
class Reminder:
    """What a sender is told that has not handed in: to be copied into a message."""

    sender: Unit
    words: str


def reminders(owed: Iterable[Due], today: date, *, by: Acting) -> list[Reminder]:
    """A text for each sender that still owes rosters, of all it owes."""
    found: dict[Unit, list[Due]] = defaultdict(list)
    for one in owed:
        if one.is_missing:
            found[one.sender].append(one)
    return [Reminder(sender, _reminder(sender, due, today, by)) for sender, due in found.items()]


def _reminder(sender: Unit, owed: Sequence[Due], today: date, by: Acting) -> str:
    lines = []
    for number, one in enumerate(owed, start=1):
        late = (today - one.due_on).days
        how = f"已逾期 {late} 天" if late > 0 else f"还有 {-late} 天" if late else "今天到期"
        lines.append(
            f"{number}. {one.kind.label}：至迟 {one.due_on:%Y-%m-%d}，{how}"
            f"（{in_words(one.clause)}，{one.rule}）"
        )
    return "\n".join(
        [
            f"{sender.name}：",
            f"截至 {today:%Y-%m-%d}，以下花名册还没有收到：",
            *lines,
            "请登录平台，从“花名册 › 收花名册”交来，用单位原有的表格即可；"
            "请勿用邮箱、即时通信软件传送名册。",
            f"{by.unit_name}",
        ]
    )
