"""Limits over ten years of days, by a calendar with worked rest days and holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oosc.kernel.limits import ONE_DAY, TimeUnit, days_left, last_day, more_than
from oosc.parameters.calendar import Calendar, official

CALENDAR = Calendar(official)
DAYS = st.dates(date(2016, 1, 1), date(2025, 12, 31))
COUNTS = st.integers(1, 90)


@given(DAYS, COUNTS)
def test_a_limit_in_working_days_ends_on_the_nth_of_them(start: date, days: int) -> None:
    last = last_day(start, days, TimeUnit.WORKING_DAYS, CALENDAR)

    passed = [day for day in _days_after(start, last) if CALENDAR.is_working(day)]
    assert len(passed) == days
    assert passed[-1] == last


@given(DAYS, COUNTS)
def test_a_limit_in_days_ends_on_its_last_day_or_the_next_working_day(
    start: date, days: int
) -> None:
    last = last_day(start, days, TimeUnit.DAYS, CALENDAR)

    nominal = start + timedelta(days=days)
    assert CALENDAR.is_working(last)
    assert last >= nominal
    assert not any(
        CALENDAR.is_working(day) for day in _days_after(nominal - ONE_DAY, last - ONE_DAY)
    )


@given(DAYS, st.integers(0, 90), st.sampled_from(TimeUnit))
def test_more_days_never_end_earlier(start: date, days: int, unit: TimeUnit) -> None:
    one, other = (last_day(start, n, unit, CALENDAR) for n in (days, days + 1))

    assert one <= other


@given(DAYS, DAYS, st.sampled_from(TimeUnit))
def test_overdue_begins_the_day_after_the_last(today: date, last: date, unit: TimeUnit) -> None:
    assert (days_left(today, last, unit, CALENDAR) < 0) == (today > last)


@given(DAYS, COUNTS)
def test_on_the_day_it_starts_the_whole_limit_is_left(start: date, days: int) -> None:
    last = last_day(start, days, TimeUnit.WORKING_DAYS, CALENDAR)

    assert days_left(start, last, TimeUnit.WORKING_DAYS, CALENDAR) == days
    assert days_left(last, last, TimeUnit.WORKING_DAYS, CALENDAR) == 0


@pytest.mark.parametrize(
    ("start", "days", "unit", "last"),
    [
        # Friday: the day itself is not counted.
        (date(2026, 9, 4), 1, TimeUnit.WORKING_DAYS, date(2026, 9, 7)),
        # Sunday the 20th is worked in exchange for the National Day.
        (date(2026, 9, 18), 1, TimeUnit.WORKING_DAYS, date(2026, 9, 20)),
        # Mid-autumn: Friday to Sunday are rest days.
        (date(2026, 9, 23), 2, TimeUnit.WORKING_DAYS, date(2026, 9, 28)),
        # The seventh day after the 24th is the 1st of October: on to the 8th.
        (date(2026, 9, 24), 7, TimeUnit.DAYS, date(2026, 10, 8)),
        # A calendar limit may end on a worked Sunday.
        (date(2026, 9, 13), 7, TimeUnit.DAYS, date(2026, 9, 20)),
        (date(2026, 9, 21), 0, TimeUnit.WORKING_DAYS, date(2026, 9, 21)),
        (date(2026, 9, 26), 0, TimeUnit.WORKING_DAYS, date(2026, 9, 28)),
    ],
)
def test_last_days(start: date, days: int, unit: TimeUnit, last: date) -> None:
    assert last_day(start, days, unit, CALENDAR) == last


def test_overdue_is_counted_in_working_days_with_the_worked_sunday() -> None:
    left = days_left(date(2026, 9, 21), date(2026, 9, 16), TimeUnit.WORKING_DAYS, CALENDAR)

    assert left == -4


def test_overdue_on_a_rest_day_is_at_least_one_day_overdue() -> None:
    left = days_left(date(2026, 9, 12), date(2026, 9, 11), TimeUnit.WORKING_DAYS, CALENDAR)

    assert left == -1


def test_a_limit_has_no_negative_days() -> None:
    with pytest.raises(ValueError, match="negative"):
        last_day(date(2026, 9, 1), -1, TimeUnit.DAYS, CALENDAR)


def test_more_than_a_week_begins_with_the_eighth_day() -> None:
    since = date(2026, 9, 1)

    assert not more_than(7, since, date(2026, 9, 8))
    assert more_than(7, since, date(2026, 9, 9))


def _days_after(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
