"""学年, 适龄: the one place that decides who is of compulsory school age, and in which grade.

Source: 《义务教育法》第十一条; domain §3.2. Ages are whole years (周岁).
"""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_MONTH = 9  # a school year starts on 1 September

GRADE_NAMES = {
    1: "一年级",
    2: "二年级",
    3: "三年级",
    4: "四年级",
    5: "五年级",
    6: "六年级",
    7: "七年级",
    8: "八年级",
    9: "九年级",
    10: "高一",
    11: "高二",
    12: "高三",
}


@dataclass(frozen=True)
class EntryRule:
    """When a child enters school: who is `entry_age` on the cut-off day enters that autumn.

    Raises:
        ValueError: the cut-off is no day of every year, or an age or length is not positive.
    """

    cutoff_month: int = 8
    cutoff_day: int = 31
    entry_age: int = 6
    years: int = 9

    def __post_init__(self) -> None:
        date(2025, self.cutoff_month, self.cutoff_day)  # a common year, so 29 February is refused
        if self.entry_age < 1 or self.years < 1:
            raise ValueError("入学年龄和义务教育年限必须为正数。")

    def cutoff(self, year: int) -> date:
        return date(year, self.cutoff_month, self.cutoff_day)


NATIONAL = EntryRule()


def birthday(birth: date, age: int) -> date:
    """Return the day on which someone turns `age`; born on 29 February: 1 March of a common year.

    Source: domain §3.2, the reckoning of the household registers.
    """
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def age_on(birth: date, on: date) -> int:
    """Return the age in whole years; negative before the birth."""
    years = on.year - birth.year
    return years if birthday(birth, years) <= on else years - 1


def school_year_start(on: date) -> date:
    """Return the 1 September on which the school year of this day began."""
    return date(on.year if on.month >= FIRST_MONTH else on.year - 1, FIRST_MONTH, 1)


def school_year(on: date) -> str:
    """Name the school year of a day: 2026-09-01 lies in "2026-2027"."""
    start = school_year_start(on).year
    return f"{start}-{start + 1}"


def school_year_days(name: str) -> tuple[date, date]:
    """Return the first and the last day of a school year named like "2026-2027".

    Raises:
        ValueError: the name is not of two years that follow each other.
    """
    first, dash, second = name.partition("-")
    if not (dash and first.isdigit() and second.isdigit() and int(second) == int(first) + 1):
        raise ValueError("学年应写作“2026-2027”。")
    return date(int(first), FIRST_MONTH, 1), date(int(second), FIRST_MONTH, 1) - timedelta(days=1)


def entry_year(birth: date, rule: EntryRule = NATIONAL, deferred_years: int = 0) -> int:
    """Return the year in whose autumn a child is to enter grade 1; each year of 缓学 adds one."""
    turns = birthday(birth, rule.entry_age)
    return turns.year + (turns > rule.cutoff(turns.year)) + deferred_years


def expected_grade(
    birth: date, on: date, rule: EntryRule = NATIONAL, deferred_years: int = 0
) -> int | None:
    """Return the grade (1 to 9) a child should be in on a day, or None outside compulsory age.

    None above the age does not strike anybody off: a child held back or suspended who has not
    finished nine years stays in the care of the platform (domain §3.2, step 3).
    """
    grade = school_year_start(on).year - entry_year(birth, rule, deferred_years) + 1
    return grade if 1 <= grade <= rule.years else None


def is_school_age(
    birth: date, on: date, rule: EntryRule = NATIONAL, deferred_years: int = 0
) -> bool:
    """Whether a child is of compulsory school age on a day: of age for one of grades 1 to 9.

    A child whose entry was deferred is counted from so many years later.
    Source: 义务教育法 art. 11.
    """
    return expected_grade(birth, on, rule, deferred_years) is not None


def birth_bounds(on: date, rule: EntryRule = NATIONAL) -> tuple[date, date]:
    """Return the first and the last birth date, both inclusive, of school age on a day.

    For filters in SQL: without deferral, `is_school_age` holds exactly between the two.
    """
    year = school_year_start(on).year
    last = rule.cutoff(year - rule.entry_age)
    first = rule.cutoff(year - rule.entry_age - rule.years) + timedelta(days=1)
    return first, last


def grade_name(grade: int) -> str:
    """Say a grade in words: 7 is 七年级.

    Raises:
        ValueError: there is no such grade (1 to 12).
    """
    if grade not in GRADE_NAMES:
        raise ValueError("年级应为 1 至 12。")
    return GRADE_NAMES[grade]
