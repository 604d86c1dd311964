"""What a parameter is worth in a region on a day: the office's value, else the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from oosc.kernel.limits import Term, WorkingDays
from oosc.parameters.calendar import working_days
from oosc.parameters.definitions import ALL, BY_CODE, time_unit
from oosc.parameters.models import Parameter


@dataclass(frozen=True)
class Values:
    """All parameters of a region on a day, read at once: for a page that needs several."""

    texts: Mapping[str, str]
    calendar: WorkingDays

    def text(self, code: str) -> str:
        return self.texts[code]

    def number(self, code: str) -> int:
        return int(self.texts[code])

    def limit(self, code: str) -> Term:
        return Term(code, self.number(code), time_unit(BY_CODE[code]), self.calendar)


def as_of(region_code: str | None, on: date) -> Values:
    """Read every parameter with one query. No region: what holds for the whole installation."""
    texts = {definition.code: definition.default for definition in ALL}
    texts.update(Parameter.objects.in_force(region_code or "", on).values_list("code", "value"))
    return Values(texts, working_days())


def text(code: str, region_code: str | None, on: date) -> str:
    """Return one value in words: a month and day, or months."""
    set_here = Parameter.objects.in_force(region_code or "", on).filter(code=code)
    found = set_here.values_list("value", flat=True).last()
    return found or BY_CODE[code].default


def number(code: str, region_code: str | None, on: date) -> int:
    return int(text(code, region_code, on))


def limit(code: str, region_code: str | None, on: date) -> Term:
    """Return a limit with the value in force and the calendar to count it by."""
    days = number(code, region_code, on)
    return Term(code, days, time_unit(BY_CODE[code]), working_days())


def yearly(code: str, region_code: str | None, *, year: int, on: date) -> date:
    """Return the day of a year that a parameter such as 09-20 names."""
    month, day = text(code, region_code, on).split("-")
    return date(year, int(month), int(day))
