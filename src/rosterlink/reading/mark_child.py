"""The guarded child that marks: a workbook and its problems in, the workbook with marks out.

Run as a script by guard.py and never imported. Arguments: workbook, folder for the answer, limits
as JSON. Its input are the problems: a list of [sheet, row, column, sentence].
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

WRONG = PatternFill("solid", fgColor="FFFFC7CE")
AUTHOR = "保学"


def main() -> None:
    workbook, folder, limits = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
    most = limits["memory_bytes"]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    problems = json.load(sys.stdin.buffer)
    verdict: dict[str, object] = {"error": "corrupt"}
    try:
        verdict = mark(workbook, problems, folder / "marked.xlsx")
    except MemoryError:
        verdict = {"error": "memory"}
    except Exception:  # whatever a hostile file provokes means the same: it cannot be marked
        pass
    (folder / "verdict.json").write_text(json.dumps(verdict), encoding="utf-8")


def mark(workbook: Path, problems: list[list[Any]], out: Path) -> dict[str, object]:  # Any: JSON
    book = openpyxl.load_workbook(workbook)
    for sheet, row, column, sentence in problems:
        mark_cell(book[sheet], row, max(column, 1), sentence)
    book.save(out)
    return {"marked": len(problems)}


def mark_cell(sheet: Any, row: int, column: int, sentence: str) -> None:  # Any: no types published
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        # Only the first cell of a merged range can be coloured.
        range_ = next(r for r in sheet.merged_cells.ranges if cell.coordinate in r)
        cell = sheet.cell(range_.min_row, range_.min_col)
    before = f"{cell.comment.text}\n" if cell.comment else ""
    cell.fill = WRONG
    cell.comment = Comment(before + sentence, AUTHOR, width=320, height=120)


if __name__ == "__main__":
    main()
