"""The rules of a roster, on plain values: no database, no clock."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from oosc.kernel.refusal import Refused
from oosc.rosters.states import NEXT, State

UPLOAD_BYTES = 50 * 1024 * 1024
LONGEST_REASON = 200


def is_shrunk(gone: int, before: int) -> bool:
    """True when so much of the last roster is gone that perhaps only a part was sent."""
    return gone * 5 > before


def check_move(now: str, to: State) -> None:
    """Refuse a step that does not follow from the present state."""
    if to not in NEXT[State(now)]:
        raise Refused(
            f"这份花名册的状态是“{State(now).label}”，不能转为“{to.label}”。请刷新页面再看。"
        )


def check_as_of(as_of: date, today: date) -> None:
    if as_of > today:
        raise Refused("时点在今天之后。请填文件导出的那一天。")


def check_size(size: int) -> None:
    if size == 0:
        raise Refused("文件是空的。请确认选对了文件，重新选择。")
    if size > UPLOAD_BYTES:
        raise Refused("文件超过 50 MB。请按社区或年级拆成几份，分别提交。")


def check_reason(why: str) -> None:
    if not why.strip():
        raise Refused("请写明撤回理由，例如“报送单位发错了文件”。")
    if len(why) > LONGEST_REASON:
        raise Refused(f"撤回理由请控制在 {LONGEST_REASON} 字以内。")


@dataclass(frozen=True)
class Window:
    """When something is expected: from the first day on, `due_on` at the latest."""

    opens_on: date
    due_on: date


def in_months(months: Sequence[int], today: date) -> Window:
    """Return the window that counts today: the last one that is over, until the next opens.

    Each named month is a window of its own, due on its last day.
    """
    return _current(
        [
            Window(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
            for year in (today.year - 1, today.year, today.year + 1)
            for month in months
        ],
        today,
    )


def each_year(opens: tuple[int, int], due: tuple[int, int], today: date) -> Window:
    """Return the yearly window that counts today; days are given as month and day."""
    return _current(
        [
            Window(date(year, *opens), date(year, *due))
            for year in (today.year - 1, today.year, today.year + 1)
        ],
        today,
    )


def _current(windows: Sequence[Window], today: date) -> Window:
    return max((w for w in windows if w.opens_on <= today), key=lambda w: w.due_on)


def kept_until(received_on: date, school_years: int) -> date:
    """The last day on which the file of a roster is kept; a school year is as long as a year."""
    year = received_on.year + school_years
    last = min(received_on.day, monthrange(year, received_on.month)[1])
    return received_on.replace(year=year, day=last)


def days_late(window: Window, handed_in: date) -> int:
    return max((handed_in - window.due_on) // timedelta(days=1), 0)
