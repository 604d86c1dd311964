"""The guarded child: one workbook in, one Arrow file of text for each sheet out.

Run as a script by guard.py and never imported, so it starts without the rest of the package.
Arguments: workbook, folder for the answer, and the limits as JSON. What it learnt goes into
verdict.json; if it dies, there is none, and that is an answer too.
"""

import datetime
import json
import resource
import sys
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pyarrow as pa
import python_calamine
from python_calamine import SheetTypeEnum, SheetVisibleEnum

ROWS_AT_ONCE = 1024  # so few that their cells are still near the processor
MERGED_AT_MOST = 20_000


class TooMuch(Exception):
    """The workbook holds more than the limits allow; the message names which."""


def main() -> None:
    workbook, folder, limits = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
    confine(limits)
    verdict = read(workbook, folder, limits)
    (folder / "verdict.json").write_text(json.dumps(verdict), encoding="utf-8")


def confine(limits: dict[str, int]) -> None:
    """Take from this process what a hostile file would make it use."""
    for what, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_FSIZE, limits["memory_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def read(workbook: Path, folder: Path, limits: dict[str, int]) -> dict[str, object]:
    try:
        with python_calamine.CalamineWorkbook.from_path(workbook) as book:
            return {"sheets": [sheet(book, n, folder, limits) for n in range(count(book, limits))]}
    except TooMuch as error:
        return {"error": str(error)}
    except python_calamine.PasswordError:
        return {"error": "password"}
    except MemoryError:
        return {"error": "memory"}
    except Exception as error:  # whatever a hostile file provokes means the same: not readable
        return {"error": "memory" if "limit exceeded" in str(error) else "corrupt"}


def count(book: python_calamine.CalamineWorkbook, limits: dict[str, int]) -> int:
    if len(book.sheet_names) > limits["sheets"]:
        raise TooMuch("sheets")
    return len(book.sheet_names)


def sheet(
    book: python_calamine.CalamineWorkbook, number: int, folder: Path, limits: dict[str, int]
) -> dict[str, object]:
    """Write one sheet as columns of text: c0 is its first used column, row 1 its very first row."""
    about = book.sheets_metadata[number]
    found: dict[str, object] = {
        "name": about.name,
        "hidden": about.visible != SheetVisibleEnum.Visible,
        "rows": 0,
        "first_column": 0,
        "merged": [],
    }
    if about.typ != SheetTypeEnum.WorkSheet:
        return found
    cells = book.get_sheet_by_index(number)
    if cells.start is None or cells.end is None:
        return found
    if cells.width > limits["columns"]:
        raise TooMuch("columns")
    height = cells.end[0] + 1
    if height > limits["rows"]:
        raise TooMuch("rows")
    schema = pa.schema([(f"c{n}", pa.string()) for n in range(cells.width)])
    rows = cells.iter_rows()
    with (
        pa.OSFile(str(folder / f"{number}.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, schema) as writer,
    ):
        while some := list(islice(rows, ROWS_AT_ONCE)):
            writer.write_batch(
                pa.record_batch([texts(c) for c in zip(*some, strict=True)], schema=schema)
            )
    left = cells.start[1]
    return found | {"rows": height, "first_column": left, "merged": merged_down(cells, left)}


def merged_down(cells: python_calamine.CalamineSheet, left: int) -> list[tuple[int, int, int]]:
    """List cells merged over several rows of one column: column, first and last row, from 0.

    Only the first of them holds the value that was meant for all, as a household's head does.
    """
    down = (
        (column - left, top, bottom)
        for (top, column), (bottom, last) in cells.merged_cell_ranges or ()
        if column == last and top < bottom
    )
    return list(islice(down, MERGED_AT_MOST))


def texts(column: tuple[object, ...]) -> pa.Array:
    try:
        return pa.array(column, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([text(cell) for cell in column], pa.string())


def text(cell: object) -> str:
    """Write a cell as the spreadsheet's owner would read it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return str(cell)


def number_text(cell: float) -> str:
    """Write a number without an exponent, with the 15 digits that a spreadsheet keeps."""
    if cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return format(Decimal(f"{cell:.15g}"), "f")


if __name__ == "__main__":
    main()
