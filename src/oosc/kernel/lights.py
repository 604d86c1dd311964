"""The light of a due day: colour, shape and words together (look §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from oosc.kernel.limits import TimeUnit, WorkingDays, days_left


@dataclass(frozen=True)
class Light:
    """`colour` is red, amber, green or grey; `words` always say the unit; `rule` the limit."""

    colour: str
    words: str
    rule: str = ""


UNTIMED = Light("grey", "不计时")


def light(
    due_on: date | None,
    today: date,
    unit: TimeUnit,
    calendar: WorkingDays,
    *,
    amber_within: int = 2,
    rule: str = "",
) -> Light:
    """Return the light of something due on a day.

    `amber_within` is counted in `unit`: amber from that many days before the due day.
    """
    if due_on is None:
        return UNTIMED
    left = days_left(today, due_on, unit, calendar)
    word = "个工作日" if unit is TimeUnit.WORKING_DAYS else "天"
    if left < 0:
        return Light("red", f"逾期 {-left} {word}", rule)
    if left == 0:
        return Light("amber", "今天到期", rule)
    return Light("amber" if left <= amber_within else "green", f"剩 {left} {word}", rule)
