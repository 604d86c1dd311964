"""What a parameter is worth in a region on a day: the office's value, else the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from oosc.kernel.limits import Term, WorkingDays
from oosc.kernel.once import once
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


SetByOffice = tuple[str, str, date, str]  # code, region, from when, value


@once
def _set_by_offices(until: date) -> Sequence[SetByOffice]:
    """What offices set in every region, the one that counts last: a table of some hundred rows.

    A page asks for its own region and, in a list across regions, for theirs: all with one query.
    """
    found = Parameter.objects.by_rank(until)
    rows = found.values_list("code", "region__code", "effective_from", "value")
    return [(code, at or "", since, value) for code, at, since, value in rows]


@once
def as_of(region_code: str | None, on: date) -> Values:
    """Every parameter at once. No region: what holds for the whole installation."""
    texts = {definition.code: definition.default for definition in ALL}
    here = region_code or ""
    texts |= {code: value for code, at, _, value in _set_by_offices(on) if here.startswith(at)}
    return Values(texts, working_days())


@dataclass(frozen=True)
class Everywhere:
    """Some parameters in every region, read at once: for a list that goes across regions."""

    set_by_offices: Sequence[SetByOffice]
    calendar: WorkingDays

    @classmethod
    def of(cls, codes: Collection[str], until: date) -> Everywhere:
        """Read what takes effect up to a day."""
        return cls([one for one in _set_by_offices(until) if one[0] in codes], working_days())

    def text(self, code: str, region_code: str, on: date) -> str:
        value = BY_CODE[code].default
        for of, at, since, said in self.set_by_offices:
            if of == code and since <= on and region_code.startswith(at):
                value = said
        return value

    def number(self, code: str, region_code: str, on: date) -> int:
        return int(self.text(code, region_code, on))

    def least(self, code: str) -> int:
        """The smallest number in any region: what a database leaves out by it is out everywhere."""
        said = [value for of, _, _, value in self.set_by_offices if of == code]
        return min(map(int, [BY_CODE[code].default, *said]))

    def limit(self, code: str, region_code: str, on: date) -> Term:
        days = self.number(code, region_code, on)
        return Term(code, days, time_unit(BY_CODE[code]), self.calendar)


def text(code: str, region_code: str | None, on: date) -> str:
    """Return one value in words: a month and day, or months."""
    return as_of(region_code, on).text(code)


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
