"""In which grade a child ought to be, by the entry age and the cut-off day of its region.

Every page, paper and run asks here, so that none says another grade than its neighbour.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from oosc.parameters.values import Everywhere
from rosterlink import school_age
from rosterlink.school_age import EntryRule

AGE, CUTOFF = "entry_age", "entry_cutoff"


@dataclass(frozen=True)
class DueGrades:
    """What offices have set, read once: for a page of children of any regions and school years."""

    today: date
    everywhere: Everywhere

    @classmethod
    def as_of(cls, today: date) -> DueGrades:
        """Read both parameters of every region with one query."""
        return cls(today, Everywhere.of([AGE, CUTOFF], today))

    def rule(self, region_code: str, on: date) -> EntryRule:
        """When children of a region enter school, by what is in force there on a day."""
        age, cutoff = (self.everywhere.text(code, region_code, on) for code in (AGE, CUTOFF))
        return _rule(age, cutoff)

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
