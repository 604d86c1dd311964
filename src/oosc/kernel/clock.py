"""The one place that reads the clock; only views, commands and jobs ask it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# One official time holds in the whole country.
OFFICIAL_TIME = ZoneInfo("Asia/Shanghai")
# What an address asks for may be any day; beyond these a moment has no date elsewhere.
FIRST, LAST = date(1, 1, 2), date(9999, 12, 30)


def now() -> datetime:
    """Return this moment, aware. `OOSC_TODAY` moves the day, for the demo and for tests."""
    moment = datetime.now(UTC).astimezone(OFFICIAL_TIME)
    fixed = os.environ.get("OOSC_TODAY")
    if fixed:
        moment = datetime.combine(date.fromisoformat(fixed), moment.timetz())
    return moment


def today() -> date:
    return now().date()


def start_of(day: date) -> datetime:
    """The first moment of a day: by it an index of moments is asked, by their dates none."""
    return datetime.combine(max(day, FIRST), time.min, tzinfo=OFFICIAL_TIME)


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return start_of(min(day, LAST) + timedelta(days=1))
