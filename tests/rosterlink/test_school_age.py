"""学年, 适龄 (domain §3.2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosterlink import school_age
from rosterlink.school_age import EntryRule

births = st.dates(date(1995, 1, 1), date(2035, 12, 31))
days = st.dates(date(2010, 1, 1), date(2035, 12, 31))
rules = st.builds(
    EntryRule,
    cutoff_month=st.integers(1, 12),
    cutoff_day=st.integers(1, 28),
    entry_age=st.integers(4, 8),
    years=st.integers(6, 12),
)


@pytest.mark.parametrize(
    ("birth", "year"),
    [
        (date(2017, 8, 31), 2023),
        (date(2017, 9, 1), 2024),
        (date(2016, 2, 29), 2022),
        (date(2017, 1, 1), 2023),
        (date(2017, 12, 31), 2024),
    ],
)
def test_who_is_six_on_31_august_enters_that_autumn(birth: date, year: int) -> None:
    assert school_age.entry_year(birth) == year


def test_school_age_on_1_september_2026() -> None:
    on = date(2026, 9, 1)
    assert school_age.birth_bounds(on) == (date(2011, 9, 1), date(2020, 8, 31))
    assert school_age.expected_grade(date(2020, 8, 31), on) == 1
    assert school_age.expected_grade(date(2020, 9, 1), on) is None
    assert school_age.expected_grade(date(2011, 9, 1), on) == 9
    assert school_age.expected_grade(date(2011, 8, 31), on) is None


def test_the_school_year_turns_on_1_september() -> None:
    assert school_age.school_year(date(2026, 9, 1)) == "2026-2027"
    assert school_age.school_year(date(2026, 8, 31)) == "2025-2026"
    assert school_age.school_year_days("2026-2027") == (date(2026, 9, 1), date(2027, 8, 31))
    for wrong in ("2026", "2026-2028", "2026—2027", "-"):
        with pytest.raises(ValueError, match="学年"):
            school_age.school_year_days(wrong)


def test_a_year_of_deferral_is_a_year_later() -> None:
    on = date(2026, 9, 1)
    assert school_age.expected_grade(date(2020, 3, 1), on) == 1
    assert school_age.expected_grade(date(2020, 3, 1), on, deferred_years=1) is None
    assert school_age.expected_grade(date(2019, 3, 1), on, deferred_years=1) == 1
    assert school_age.is_school_age(date(2011, 3, 1), on, deferred_years=1)


def test_born_on_29_february_one_turns_a_year_older_on_1_march() -> None:
    born = date(2012, 2, 29)
    assert school_age.age_on(born, date(2018, 2, 28)) == 5
    assert school_age.age_on(born, date(2018, 3, 1)) == 6
    assert school_age.age_on(born, date(2028, 2, 29)) == 16
    assert school_age.entry_year(born, EntryRule(cutoff_month=2, cutoff_day=28)) == 2019


def test_sixteen_is_turned_on_the_birthday() -> None:
    assert school_age.age_on(date(2010, 9, 1), date(2026, 8, 31)) == 15
    assert school_age.age_on(date(2010, 9, 1), date(2026, 9, 1)) == 16


@given(births, days, rules)
def test_the_bounds_for_sql_say_the_same(birth: date, on: date, rule: EntryRule) -> None:
    first, last = school_age.birth_bounds(on, rule)
    assert (first <= birth <= last) == school_age.is_school_age(birth, on, rule)


@given(births, days, rules)
def test_a_child_rises_one_grade_a_year(birth: date, on: date, rule: EntryRule) -> None:
    now = school_age.expected_grade(birth, on, rule)
    later = school_age.expected_grade(birth, on + timedelta(days=366), rule)
    assert now is None or later in (now + 1, now + 2, None)


@given(births, days)
def test_age_counts_whole_years(birth: date, on: date) -> None:
    age = school_age.age_on(birth, on)
    assert school_age.birthday(birth, age) <= on < school_age.birthday(birth, age + 1)


def test_grades_have_names() -> None:
    assert school_age.grade_name(1) == "一年级"
    assert school_age.grade_name(9) == "九年级"
    with pytest.raises(ValueError, match="年级"):
        school_age.grade_name(0)


def test_a_rule_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="day"):
        EntryRule(cutoff_month=2, cutoff_day=29)
    with pytest.raises(ValueError, match="正数"):
        EntryRule(years=0)
