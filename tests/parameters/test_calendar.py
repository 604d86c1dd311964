"""The calendar in force: entered, official, or weekends with a warning."""

from __future__ import annotations

from datetime import date

import pytest

from oosc.kernel.limits import CalendarMissing
from oosc.parameters.calendar import Calendar, official, warning, working_days
from oosc.parameters.models import CalendarDay

pytestmark = pytest.mark.django_db


def test_the_official_calendar_is_used_where_nothing_was_entered():
    calendar = working_days()

    assert calendar.is_working(date(2026, 9, 20))
    assert not calendar.is_working(date(2026, 10, 1))
    assert not calendar.is_working(date(2026, 9, 19))
    assert calendar.guessed == set()


def test_a_year_that_was_entered_is_known_by_its_entries_alone():
    CalendarDay.objects.create(day=date(2026, 1, 1), is_workday=False, name="元旦")

    calendar = working_days()

    assert not calendar.is_working(date(2026, 1, 1))
    assert calendar.is_working(date(2026, 10, 1))
    assert not calendar.is_working(date(2025, 10, 1))


def test_a_year_that_nobody_knows_falls_back_to_weekends_and_says_so():
    calendar = working_days()

    assert calendar.is_working(date(2031, 1, 1))
    assert not calendar.is_working(date(2031, 1, 4))
    assert calendar.guessed == {2031}


def test_a_strict_calendar_refuses_a_year_that_nobody_knows():
    calendar = working_days(strict=True)

    with pytest.raises(CalendarMissing, match="2031 年的节假日安排还没有录入"):
        calendar.working_day_after(date(2030, 12, 31), 1)


def test_a_year_is_read_once(django_assert_num_queries):
    calendar = working_days()

    with django_assert_num_queries(1):
        calendar.working_days_between(date(2026, 2, 1), date(2026, 8, 31))


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (date(2026, 10, 31), ""),
        (date(2026, 11, 1), "2027 年"),
        (date(2031, 3, 1), "2031 年"),
    ],
)
def test_from_november_the_next_year_is_asked_for(today, says):
    assert warning(today)[: len(says)] == says
    assert bool(warning(today)) == bool(says)


def test_days_between_counts_the_end_and_not_the_start():
    calendar = Calendar(official)

    assert calendar.working_days_between(date(2026, 9, 18), date(2026, 9, 21)) == 2
    assert calendar.working_days_between(date(2026, 9, 21), date(2026, 9, 21)) == 0
