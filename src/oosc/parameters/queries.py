"""What the pages show: parameters by group, a year by months."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from oosc.parameters.calendar import Year, entered, official
from oosc.parameters.definitions import ALL, BY_CODE, Definition, Group
from oosc.parameters.models import CalendarYear, Parameter, ParameterQuerySet
from oosc.parameters.rules import SATURDAY, NamedDay


@dataclass(frozen=True)
class Row:
    """One parameter: its value here and today, who set it (None: the default), what follows."""

    definition: Definition
    value: str
    set: Parameter | None
    coming: Parameter | None

    @property
    def words(self) -> str:
        return self.definition.words(self.value)


@dataclass(frozen=True)
class Section:
    group: Group
    rows: list[Row]


def listing(region_code: str | None, today: date) -> list[Section]:
    """Return every parameter by group, with what holds in a region today."""
    in_force = Parameter.objects.in_force(region_code or "", today).select_related("region")
    now = {parameter.code: parameter for parameter in in_force}
    coming = {p.code: p for p in reversed(_coming(region_code, today))}
    rows = [
        Row(
            d,
            now[d.code].value if d.code in now else d.default,
            now.get(d.code),
            coming.get(d.code),
        )
        for d in ALL
    ]
    return [Section(group, [r for r in rows if r.definition.group is group]) for group in Group]


def row(code: str, region_code: str | None, today: date) -> Row:
    """Return one parameter as it holds in a region today."""
    now = Parameter.objects.in_force(region_code or "", today).filter(code=code).last()
    coming = [p for p in _coming(region_code, today) if p.code == code]
    default = BY_CODE[code].default
    return Row(BY_CODE[code], now.value if now else default, now, coming[0] if coming else None)


def history(code: str, region_code: str | None) -> ParameterQuerySet:
    """Every value set for this region or one above it, the latest first, also those taken back."""
    told = Parameter.objects.told_to(region_code or "").filter(code=code)
    return told.select_related("region").order_by("-effective_from", "-set_at")


def version_of(code: str) -> int:
    """How often a parameter was set or taken back: who sets it second is told of the first."""
    told = Parameter.objects.filter(code=code)
    return told.count() + told.exclude(withdrawn_at=None).count()


def version_of_year(number: int) -> int:
    """How often a year was entered."""
    last = CalendarYear.objects.filter(year=number).aggregate(last=Max("version"))["last"]
    return last or 0


def entries(number: int) -> list[CalendarYear]:
    """How a year was entered, the last time first."""
    return list(CalendarYear.objects.filter(year=number).order_by("-version"))


def _coming(region_code: str | None, today: date) -> list[Parameter]:
    """Values that will take effect, the next one first."""
    later = Parameter.objects.in_force(region_code or "", date.max)
    return list(later.filter(effective_from__gt=today).order_by("effective_from", "set_at"))


@dataclass(frozen=True)
class Day:
    day: date
    named: NamedDay | None

    @property
    def is_working(self) -> bool:
        return self.named.is_workday if self.named else self.day.weekday() < SATURDAY

    @property
    def mark(self) -> str:
        """休 or 班 where the day is not what its weekday says."""
        if self.named is None:
            return ""
        return "班" if self.named.is_workday else "休"


@dataclass(frozen=True)
class Month:
    number: int
    weeks: list[list[Day | None]]

    @property
    def working_days(self) -> int:
        return sum(day.is_working for week in self.weeks for day in week if day)


@dataclass(frozen=True)
class YearPage:
    number: int
    days: Year
    source: str  # entered, official, unknown
    months: list[Month]

    @property
    def rest(self) -> int:
        return sum(not named.is_workday for named in self.days.values())

    @property
    def worked(self) -> int:
        return sum(named.is_workday for named in self.days.values())

    @property
    def working_days(self) -> int:
        return sum(month.working_days for month in self.months)


def year(number: int) -> YearPage:
    """Return a year as twelve months of weeks from Monday."""
    ours, theirs = entered(number), official(number)
    days = ours or theirs or {}
    source = "entered" if ours else "official" if theirs else "unknown"
    return YearPage(number, days, source, [_month(number, month, days) for month in range(1, 13)])


def _month(year: int, month: int, days: Year) -> Month:
    weeks = months.Calendar().monthdatescalendar(year, month)
    return Month(
        month,
        [
            [Day(day, days.get(day)) if day.month == month else None for day in week]
            for week in weeks
        ],
    )
