"""名册读入: files to rows, for the command line and the platform alike.

What a file may be and what comes of it is known at once; what reads one takes a second to load,
and is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rosterlink.reading.answer import (
    Guess,
    HeadingsMissing,
    Look,
    Marked,
    Problem,
    Reading,
    SheetLook,
    SheetRead,
    Unreadable,
    way_of,
)
from rosterlink.reading.layouts import LAYOUTS, Column, Layout, Side
from rosterlink.reading.limits import LIMITS, Limits

if TYPE_CHECKING:
    from rosterlink.reading.intake import read
    from rosterlink.reading.looking import guess, look
    from rosterlink.reading.marking import failed_rows, list_problems, mark
    from rosterlink.reading.row_ids import assign_row_ids
    from rosterlink.reading.textfiles import is_in_parts

__all__ = [
    "LAYOUTS",
    "LIMITS",
    "Column",
    "Guess",
    "HeadingsMissing",
    "Layout",
    "Limits",
    "Look",
    "Marked",
    "Problem",
    "Reading",
    "SheetLook",
    "SheetRead",
    "Side",
    "Unreadable",
    "assign_row_ids",
    "failed_rows",
    "guess",
    "is_in_parts",
    "list_problems",
    "look",
    "mark",
    "read",
    "way_of",
]

_HOME = {
    "assign_row_ids": "row_ids",
    "failed_rows": "marking",
    "guess": "looking",
    "is_in_parts": "textfiles",
    "list_problems": "marking",
    "look": "looking",
    "mark": "marking",
    "read": "intake",
}


def __getattr__(name: str) -> Any:  # Any: whatever the name stands for
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
