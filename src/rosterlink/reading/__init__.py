"""名册读入: files to rows, for the command line and the platform alike."""

from rosterlink.reading.answer import (
    Guess,
    HeadingsMissing,
    Look,
    Problem,
    Reading,
    SheetLook,
    SheetRead,
    Unreadable,
)
from rosterlink.reading.intake import read
from rosterlink.reading.layouts import LAYOUTS, Column, Layout, Side
from rosterlink.reading.limits import LIMITS, Limits
from rosterlink.reading.looking import guess, look
from rosterlink.reading.marking import Marked, failed_rows, list_problems, mark, way_of
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
