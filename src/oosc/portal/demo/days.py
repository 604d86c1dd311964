"""The days on which the demo is set: what was done ten days ago is dated ten days ago."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from oosc.parameters.calendar import Calendar
from rosterlink.school_age import school_year_start

VARIABLE = "OOSC_TODAY"  # the one by which `kernel.clock` lets the day be set


@dataclass(frozen=True)
class Days:
    today: date
    calendar: Calendar

    @contextmanager
    def ago(self, working_days: int) -> Iterator[date]:
        """Make it a day so many working days ago; never before the school year began."""
        day = max(self._back(working_days), school_year_start(self.today))
        set_before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = day.isoformat()
        try:
            yield day
        finally:
            if set_before is None:
                del os.environ[VARIABLE]
            else:
                os.environ[VARIABLE] = set_before

    def _back(self, working_days: int) -> date:
        day = self.today
        while working_days:
            working_days -= self.calendar.is_working(day)
            day -= timedelta(days=1)
        return day
