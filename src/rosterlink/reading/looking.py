"""What a file is, before anybody has said so: its sheets, its headings, and which roster."""

from collections import Counter
from pathlib import Path

from rosterlink.reading.answer import Guess, Look, SheetLook, Unreadable
from rosterlink.reading.headings import Headings
from rosterlink.reading.intake import NO_SHEET, find_headings, open_sheets
from rosterlink.reading.layouts import LAYOUTS, Layout
from rosterlink.reading.limits import LIMITS, Limits
from rosterlink.reading.sheets import Sheet

NAME_OF_FILE = 0.3  # what the file is called counts for so much; the headings for the rest
SURE_FROM = 0.45
AHEAD_BY = 0.05

# How many layouts know a field: 姓名 says nothing about which roster it is, 护照号 nearly all.
_KNOWN_BY = Counter(column.field for layout in LAYOUTS.values() for column in layout.columns)


def look(path: Path, *, limits: Limits = LIMITS) -> Look:
    """Say what a file holds and which rosters it may be, best first.

    Raises:
        Unreadable: the file cannot be taken in at all.
    """
    sheets, _ = open_sheets(path, limits)
    if not any((sheet.table.num_rows or sheet.labels) and not sheet.hidden for sheet in sheets):
        raise Unreadable(NO_SHEET)
    guesses = [
        Guess(layout.roster, round(_score(path, sheets, layout), 3)) for layout in LAYOUTS.values()
    ]
    guesses.sort(key=lambda found: -found.score)
    best = LAYOUTS[guesses[0].roster]
    return Look(path, tuple(_seen(sheet, best) for sheet in sheets), tuple(guesses))


def guess(path: Path, *, limits: Limits = LIMITS) -> str | None:
    """Return the roster a file is, or None where the best guess is not clearly the best."""
    first, second = look(path, limits=limits).guesses[:2]
    sure = first.score >= SURE_FROM and first.score - second.score >= AHEAD_BY
    return first.roster if sure else None


def _seen(sheet: Sheet, layout: Layout) -> SheetLook:
    if not sheet.table.num_rows:
        return SheetLook(sheet.name, sheet.hidden, 0, 0, ())
    found = find_headings(sheet, layout)
    labels = tuple(label for label in found.labels if label)
    rows = sheet.table.num_rows - (0 if sheet.labels else found.row + 1)
    return SheetLook(sheet.name, sheet.hidden, rows, found.row + 1, labels)


def _score(path: Path, sheets: list[Sheet], layout: Layout) -> float:
    stem = path.stem.lower()
    named = any(word in stem for word in layout.file_words)
    found = [find_headings(s, layout) for s in sheets if s.table.num_rows and not s.hidden]
    headings = max((_agreement(one, layout) for one in found), default=0.0)
    return (1 - NAME_OF_FILE) * headings + NAME_OF_FILE * named


def _agreement(found: Headings, layout: Layout) -> float:
    """Weigh the fields that were found against all headings seen and all fields of the layout."""
    present = {*found.columns, *found.twice}
    if not found.suits(layout):
        return 0.0
    hit = sum(1 / _KNOWN_BY[field] for field in present)
    unknown = sum(map(bool, found.labels)) - len(present)
    seen = hit + 0.5 * unknown
    whole = sum(1 / _KNOWN_BY[column.field] for column in layout.columns)
    return 2 * hit / (seen + whole) if hit else 0.0
