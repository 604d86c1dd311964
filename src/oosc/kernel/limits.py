"""A limit: so many working or calendar days; its last day by a given calendar.

Comparisons follow 《民法典》第一千二百五十九条 (domain §3.1 H7): “以内、届满” take the number
itself in, so nothing is overdue on its last day; “超过、不满” leave it out, so `more_than`
seven days begins with the eighth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto
from typing import Protocol

from oosc.kernel.refusal import Refused

ONE_DAY = timedelta(days=1)


class TimeUnit(StrEnum):
    """A limit says which days it counts: 工作日 or 自然日 (domain §3.1 H1b)."""

    WORKING_DAYS = auto()
    DAYS = auto()

    @property
    def word(self) -> str:
        return "个工作日" if self is TimeUnit.WORKING_DAYS else "天"


class CalendarMissing(Refused):
    """The official calendar of a year that a limit touches has not been entered."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"{year} 年的节假日安排还没有录入。请先在“系统 → 工作日历”录入该年放假和调休。"
        )
        self.year = year


class WorkingDays(Protocol):
    """A calendar that knows working days, worked rest days (调休) included."""

    def is_working(self, day: date) -> bool: ...

    def working_day_after(self, start: date, days: int) -> date:
        """Return the working day that is `days` working days after `start`."""

    def working_day_from(self, day: date) -> date:
        """Return the day itself where it is a working day, else the next one that is."""

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start`, up to and with `end`."""


@dataclass(frozen=True)
class Limit:
    """A limit as the code declares it. What an office set instead is a `Term`."""

    code: str
    default: int
    unit: TimeUnit
    basis: str = ""


@dataclass(frozen=True)
class Term:
    """A limit with the value in force for a place and a day, and the calendar to count it by."""

    code: str
    days: int
    unit: TimeUnit
    calendar: WorkingDays

    def last_day(self, start: date) -> date:
        return last_day(start, self.days, self.unit, self.calendar)

    def days_left(self, today: date, last: date) -> int:
        return days_left(today, last, self.unit, self.calendar)

    @property
    def words(self) -> str:
        """5 个工作日, 14 天."""
        return f"{self.days} {self.unit.word}"


def last_day(start: date, days: int, unit: TimeUnit, calendar: WorkingDays) -> date:
    """Return the last day of a limit of `days` working or calendar days.

    The day on which the limit starts is not counted. A limit in calendar days whose last
    day is a rest day ends on the next working day; one in working days cannot end on one.
    Worked rest days (调休) are working days.

    Source: 《民法典》第二百零一条、第二百零三条; domain §3.1 H1 and H1b.

    Raises:
        CalendarMissing: the official calendar of a year that is touched has not been entered.
    """
    if days < 0:
        raise ValueError("a limit has no negative days")
    if unit is TimeUnit.WORKING_DAYS and days > 0:
        return calendar.working_day_after(start, days)
    return calendar.working_day_from(start + timedelta(days=days))


def days_left(today: date, last: date, unit: TimeUnit, calendar: WorkingDays) -> int:
    """Return how many days remain, in `unit`: 0 on the last day, negative when overdue.

    Today is not counted and the last day is, as when the limit was set.
    """
    if unit is TimeUnit.DAYS:
        return (last - today).days
    if today <= last:
        return calendar.working_days_between(today, last)
    # Overdue by a rest day alone is overdue, though no working day has passed since.
    return -max(1, calendar.working_days_between(last, today))


def more_than(days: int, since: date, today: date) -> bool:
    """True when more than `days` calendar days have passed: “超过” leaves the number out.

    Source: 《民法典》第一千二百五十九条; domain §3.1 H7 and A18.
    """
    return (today - since).days > days
