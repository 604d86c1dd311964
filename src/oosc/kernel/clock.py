"""The one place that reads the clock; only views, commands and jobs ask it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# One official time holds in the whole country.
OFFICIAL_TIME = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return this moment, aware. `OOSC_TODAY` moves the day, for the demo and for tests."""
    moment = datetime.now(UTC).astimezone(OFFICIAL_TIME)
    fixed = os.environ.get("OOSC_TODAY")
    if fixed:
        moment = datetime.combine(date.fromisoformat(fixed), moment.timetz())
    return moment


def today() -> date:
    return now().date()
