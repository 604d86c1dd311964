"""In which grade a child ought to be, by the entry age and the cut-off day of its region.

Every page, paper and run asks here, so that none says another grade than its neighbour.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from oosc.parameters.definitions import BY_CODE
from oosc.parameters.models import Parameter
from rosterlink import school_age
from rosterlink.school_age import EntryRule

AGE, CUTOFF = "entry_age", "entry_cutoff"


@dataclass(frozen=True)
class _Set:
    """One value that an office set, and for which region: none for the whole installation."""

    code: str
    region_code: str
    effective_from: date
    value: str


@dataclass(frozen=True)
class DueGrades:
    """What offices have set, read once: for a page of children of any regions and school years."""

    today: date
    set_by_offices: Sequence[_Set]

    @classmethod
    def as_of(cls, today: date) -> DueGrades:
        """Read both parameters of every region with one query."""
        found = Parameter.objects.by_rank(today).filter(code__in=[AGE, CUTOFF])
        rows = found.values_list("code", "region__code", "effective_from", "value")
        return cls(today, [_Set(code, at or "", since, value) for code, at, since, value in rows])

    def rule(self, region_code: str, on: date) -> EntryRule:
        """When children of a region enter school, by what is in force there on a day."""
        texts = {code: BY_CODE[code].default for code in (AGE, CUTOFF)}
        for one in self.set_by_offices:
            if one.effective_from <= on and region_code.startswith(one.region_code):
                texts[one.code] = one.value
        return _rule(texts[AGE], texts[CUTOFF])

    def grade(
        self,
        birth: date | None,
        region_code: str,
        school_year: str,
        put_off: Collection[str] = (),
    ) -> int | None:
        """Return the grade (1 to 9) due in a school year, None outside compulsory age.

        A year by which entry was put off (缓学) counts from the next on: in that year itself the
        child still stands with the grade it ought to have begun. A past year is judged by what was
        in force at its end, this one and the next by what is in force now.
        """
        if birth is None:
            return None
        first, last = school_age.school_year_days(school_year)
        rule = self.rule(region_code, min(self.today, last))
        deferred_years = sum(year < school_year for year in set(put_off))
        return school_age.expected_grade(birth, first, rule, deferred_years)

    def words(
        self,
        birth: date | None,
        region_code: str,
        school_year: str,
        put_off: Collection[str] = (),
    ) -> str:
        """The same in words, nothing outside compulsory age."""
        due = self.grade(birth, region_code, school_year, put_off)
        return school_age.grade_name(due) if due else ""


@lru_cache(maxsize=64)
def _rule(age: str, cutoff: str) -> EntryRule:
    month, day = map(int, cutoff.split("-"))
    return EntryRule(cutoff_month=month, cutoff_day=day, entry_age=int(age))
