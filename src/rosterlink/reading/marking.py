"""Back to the sender: the own workbook with the wrong cells marked, or a list, or the rows alone.

Only problems that the reading kept are marked; read with a larger `keep` to mark more.
"""

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from rosterlink.reading import guard, prescan
from rosterlink.reading.answer import Marked, Problem, Reading, Unreadable, way_of
from rosterlink.reading.intake import open_sheets
from rosterlink.reading.limits import LIMITS, Limits
from rosterlink.reading.sheets import Sheet

COMMENTED_AT_MOST = 5_000  # spreadsheet programs open no more comments at ease; colours go on

LIST_HEADINGS = ("文件", "工作表", "行", "表头", "问题")
PROBLEM_HEADING = "问题"
WRONG = "#FFC7CE"


def mark(path: Path, reading: Reading, out: Path, *, limits: Limits = LIMITS) -> Marked:
    """Write the sender's file to `out` with wrong cells coloured and commented; say what it is.

    What cannot be marked as it is (another format, a long or a resisting workbook) is copied cell
    by cell into a workbook of its own; what is too large for that comes as the list of problems.
    """
    way = way_of(path.suffix, reading.rows, len(reading.headings))
    for write in {Marked.ORIGINAL: (_original, _copy), Marked.COPY: (_copy,)}.get(way, ()):
        try:
            return write(path, reading.problems, out, limits)
        except Unreadable:
            continue
    list_problems(reading, out)
    return Marked.LIST


def _original(path: Path, problems: Sequence[Problem], out: Path, limits: Limits) -> Marked:
    marks = [(p.sheet, p.row, p.column, p.problem) for p in problems]
    prescan.admit(path, limits)
    told = json.dumps(marks).encode()
    with guard.child("mark_child.py", path, limits, told) as (made, _):
        shutil.move(made / "marked.xlsx", out)
    return Marked.ORIGINAL


def _copy(path: Path, problems: Sequence[Problem], out: Path, limits: Limits) -> Marked:
    # As in _write: reading a file need not pay for what writes one.
    import xlsxwriter

    came, _ = open_sheets(path, limits)
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"constant_memory": True, **plain}) as book:
        text = book.add_format({"num_format": "@"})
        wrong = book.add_format({"num_format": "@", "bg_color": WRONG})
        shown = False
        for sheet, name in zip(came, _names(came), strict=True):
            page = book.add_worksheet(name)
            said = _by_cell(sheet, problems)
            for place in sorted(said)[:COMMENTED_AT_MOST]:
                page.write_comment(*place, said[place], {"x_scale": 2})
            for row, cells in enumerate(_lines(sheet)):
                for column, words in enumerate(cells, start=sheet.first_column):
                    is_wrong = (row, column) in said
                    if words or is_wrong:
                        page.write_string(row, column, words, wrong if is_wrong else text)
            if sheet.hidden:
                page.hide()
            elif not shown:
                page.activate()
                shown = True
    return Marked.COPY


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Return a name for each sheet that a workbook takes: its own, where that will do."""
    names: list[str] = []
    for number, sheet in enumerate(sheets, start=1):
        name = sheet.name or "名册"  # a text file has no sheets
        fits = re.fullmatch(r"(?!')[^\[\]:*?/\\]{1,31}(?<!')", name)
        taken = {other.lower() for other in names}
        names.append(name if fits and name.lower() not in taken else f"第 {number} 张工作表")
    return names


def _by_cell(sheet: Sheet, problems: Sequence[Problem]) -> dict[tuple[int, int], str]:
    """Return what is wrong with the cells of a sheet, by row and column from 0."""
    said: dict[tuple[int, int], str] = {}
    for problem in problems:
        if problem.sheet == sheet.name:
            place = (problem.row - 1, max(problem.column - 1, sheet.first_column))
            said[place] = "\n".join(filter(None, (said.get(place, ""), problem.problem)))
    return said


def _lines(sheet: Sheet) -> Iterable[Sequence[str]]:
    """Yield the rows of a sheet as it came, its headings first where they stand outside."""
    if sheet.labels:
        yield sheet.labels
    for batch in sheet.table.to_batches(max_chunksize=10_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def list_problems(reading: Reading, out: Path) -> Path:
    """Write the problems as a workbook, one a row, by place and never with a cell's content."""
    rows = ((p.file, p.sheet, str(p.row), p.heading, p.problem) for p in reading.problems)
    return _write(out, "问题", [LIST_HEADINGS, *rows])


def failed_rows(path: Path, reading: Reading, out: Path, *, limits: Limits = LIMITS) -> Path:
    """Write only the rows with a problem, as the sender wrote them, with the problems beside.

    Raises:
        Unreadable: the file can no longer be read.
    """
    said: dict[tuple[str, int], list[str]] = {}
    for problem in reading.problems:
        said.setdefault((problem.sheet, problem.row), []).append(str(problem.problem))
    sheets = {sheet.name: sheet for sheet in open_sheets(path, limits)[0]}
    lines: list[Sequence[str]] = []
    for read in reading.sheets:
        sheet = sheets[read.name]
        lines.append([*_row(sheet, read.heading_row), PROBLEM_HEADING])
        wrong = sorted(row for name, row in said if name == read.name)
        lines += [[*_row(sheet, row), "".join(said[read.name, row])] for row in wrong]
    return _write(out, "有问题的行", lines)


def _row(sheet: Sheet, number: int) -> list[str]:
    """Return a row by the number the spreadsheet gives it."""
    if sheet.labels:
        return list(sheet.labels) if number == 1 else _cells(sheet, number - 2)
    return _cells(sheet, number - 1)


def _cells(sheet: Sheet, index: int) -> list[str]:
    return [column[index].as_py() for column in sheet.table.columns]


def _write(out: Path, title: str, rows: Iterable[Sequence[str]]) -> Path:
    # openpyxl takes 0.7 s to import, which reading a file need not pay.
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        cells = [WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)) for text in row]
        for cell in cells:
            # Text stays text: a cell that begins with "=" would else come back as a formula,
            # and an identity number as 3.50503E+17.
            cell.data_type = "s"
            cell.number_format = "@"
        sheet.append(cells)
    book.save(out)
    return out
