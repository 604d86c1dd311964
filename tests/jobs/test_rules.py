"""The words about a job, on plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from oosc.jobs import rules

BEGAN = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 0, None), (0, 3, 0), (1, 3, 33), (3, 3, 100), (5, 3, 100)]
)
def test_how_much_is_done(done, total, percent):
    assert rules.percent(done, total) == percent


@pytest.mark.parametrize(
    ("elapsed_s", "done", "total", "words"),
    [
        (4, 1, 2, ""),
        (50, 0, 2, ""),
        (50, 2, 2, ""),
        (50, 1, 2, "约剩 50 秒"),
        (50, 999, 1000, "约剩 1 秒"),
        (60, 1, 4, "约剩 3 分钟"),
    ],
)
def test_how_long_it_will_take(elapsed_s, done, total, words):
    assert rules.remaining(BEGAN, BEGAN + timedelta(seconds=elapsed_s), done, total) == words
