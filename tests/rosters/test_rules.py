"""When a roster is owed, how long it is kept, and what is refused: on plain values."""

from __future__ import annotations

from datetime import date

import pytest

from oosc.kernel.refusal import Refused
from oosc.rosters import rules
from oosc.rosters.rules import Window
from oosc.rosters.states import NEXT, State


@pytest.mark.parametrize(
    ("today", "window"),
    [
        (date(2026, 9, 21), Window(date(2026, 8, 1), date(2026, 8, 31))),
        (date(2026, 8, 1), Window(date(2026, 8, 1), date(2026, 8, 31))),
        (date(2026, 7, 31), Window(date(2026, 4, 1), date(2026, 4, 30))),
        (date(2026, 1, 31), Window(date(2025, 8, 1), date(2025, 8, 31))),
        (date(2028, 2, 1), Window(date(2028, 2, 1), date(2028, 2, 29))),
    ],
)
def test_the_exchange_of_april_august_and_february(today, window):
    assert rules.in_months([4, 8, 2], today) == window


@pytest.mark.parametrize(
    ("today", "due_on"),
    [
        (date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 6, 30)),
        (date(2027, 1, 1), date(2027, 6, 30)),
    ],
)
def test_a_yearly_day(today, due_on):
    assert rules.each_year((1, 1), (6, 30), today).due_on == due_on


def test_days_late():
    window = Window(date(2026, 1, 1), date(2026, 6, 30))

    assert rules.days_late(window, date(2026, 6, 30)) == 0
    assert rules.days_late(window, date(2026, 7, 5)) == 5


def test_a_file_is_kept_one_school_year():
    assert rules.kept_until(date(2026, 9, 21), 1) == date(2027, 9, 21)
    assert rules.kept_until(date(2028, 2, 29), 1) == date(2029, 2, 28)


@pytest.mark.parametrize(
    ("now", "to"), [(now, to) for now in State for to in State if to not in NEXT[now]]
)
def test_what_does_not_follow_is_refused(now, to):
    with pytest.raises(Refused):
        rules.check_move(now, to)


@pytest.mark.parametrize(
    ("now", "to"), [(now, to) for now in State for to in State if to in NEXT[now]]
)
def test_what_follows_is_allowed(now, to):
    rules.check_move(now, to)


@pytest.mark.parametrize("size", [0, 50 * 1024 * 1024 + 1])
def test_files_that_are_empty_or_too_large(size):
    with pytest.raises(Refused):
        rules.check_size(size)


def test_a_reason_of_a_withdrawal():
    rules.check_reason("发错了文件")
    with pytest.raises(Refused, match="以内"):
        rules.check_reason("长" * 201)
