"""Back to the sender: the own workbook with the wrong cells marked, or a list, or the rows alone.

Only problems that the reading kept are marked; read with a larger `keep` to mark more.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from rosterlink.reading import guard, prescan
from rosterlink.reading.answer import Reading, Unreadable
from rosterlink.reading.intake import open_sheets
from rosterlink.reading.limits import LIMITS, Limits
from rosterlink.reading.sheets import Sheet

ROWS_MARKED_AT_MOST = 20_000  # openpyxl holds a whole workbook: 45 s for 300,000 rows

LIST_HEADINGS = ("文件", "工作表", "行", "表头", "问题")
PROBLEM_HEADING = "问题"


def mark(path: Path, reading: Reading, out: Path, *, limits: Limits = LIMITS) -> Path:
    """Write the sender's .xlsx with wrong cells coloured and commented; return `out`.

    Where that cannot be (another format, more than 20,000 rows, a workbook that resists), `out`
    is the list of problems instead.
    """
    if path.suffix.lower() != ".xlsx" or reading.rows > ROWS_MARKED_AT_MOST:
        return list_problems(reading, out)
    marks = [(p.sheet, p.row, p.column, p.problem) for p in reading.problems]
    try:
        prescan.admit(path, limits)
        with tempfile.TemporaryDirectory(prefix="rosterlink-") as folder:
            problems = Path(folder) / "problems.json"
            problems.write_text(json.dumps(marks), encoding="utf-8")
            with guard.child("mark_child.py", path, limits, str(problems)) as (made, _):
                shutil.move(made / "marked.xlsx", out)
    except Unreadable:
        return list_problems(reading, out)
    return out


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
