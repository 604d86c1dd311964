"""The working-day calendar: which days are worked, by year, with 调休.

A year that an office has entered is known by its entries alone. Else the official calendar of
the installed `chinesecalendar` is used. A year that neither knows falls back to weekends, and
says so: until November nobody in the country knows next year's rest days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from chinese_calendar import constants

from oosc.kernel.limits import ONE_DAY, CalendarMissing
from oosc.kernel.once import once
from oosc.parameters.models import CalendarDay
from oosc.parameters.rules import SATURDAY, NamedDay

FIRST_MONTH_OF_NEWS = 11  # the State Council announces a year's rest days in the November before


Year = Mapping[date, NamedDay]


@dataclass
class Calendar:
    """Counts working days. `year_of` gives the named days of a year, or None if it is unknown."""

    year_of: Callable[[int], Year | None]
    strict: bool = False
    _years: dict[int, Year] = field(default_factory=dict)
    guessed: set[int] = field(default_factory=set)  # years counted by weekends alone

    def is_working(self, day: date) -> bool:
        named = self._year(day.year).get(day)
        return named.is_workday if named else day.weekday() < SATURDAY

    def working_day_after(self, start: date, days: int) -> date:
        day = start
        while days > 0:
            day += ONE_DAY
            days -= self.is_working(day)
        return day

    def working_day_from(self, day: date) -> date:
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def working_days_between(self, start: date, end: date) -> int:
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(self.is_working(day) for day in days)

    def _year(self, number: int) -> Year:
        if number not in self._years:
            self._years[number] = self._known(number)
        return self._years[number]

    def _known(self, number: int) -> Year:
        known = self.year_of(number)
        if known is None:
            if self.strict:
                raise CalendarMissing(number)
            self.guessed.add(number)
        return known or {}


def working_days(*, strict: bool = False) -> Calendar:
    """Return the calendar in force; make one for each request, it reads a year when asked."""
    return Calendar(year_in_force, strict)


def year_in_force(number: int) -> Year | None:
    return entered(number) or official(number)


def entered(number: int) -> Year | None:
    """What the office entered for a year, or None."""
    return _entered().get(number)


@once
def _entered() -> Mapping[int, Year]:
    """Every year an office entered, some thirty days each: a page often counts into the next."""
    found: dict[int, dict[date, NamedDay]] = defaultdict(dict)
    for day, is_workday, name in CalendarDay.objects.values_list("day", "is_workday", "name"):
        found[day.year][day] = NamedDay(is_workday, name)
    return found


@cache
def official(number: int) -> Year | None:
    """What the installed library knows of a year, or None."""
    rest = {day: NamedDay(False, _chinese(name)) for day, name in constants.holidays.items()}
    worked = {day: NamedDay(True, _chinese(name)) for day, name in constants.workdays.items()}
    return {day: one for day, one in (rest | worked).items() if day.year == number} or None


def _chinese(name: str) -> str:
    return str(constants.Holiday(name).chinese)


def warning(today: date) -> str:
    """Return what officers must know about years that are not entered, or nothing."""
    soon = today.year + 1 if today.month >= FIRST_MONTH_OF_NEWS else today.year
    for year in range(today.year, soon + 1):
        if year_in_force(year) is None:
            return f"{year} 年的放假和调休还没有录入，涉及该年的期限暂按双休日计算，可能不准。"
    return ""
