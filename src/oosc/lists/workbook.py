"""Rows to an Excel workbook: row by row, and every cell as text that cannot calculate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

LONGEST_HEADER = 120  # characters: Excel takes 255, and an & counts twice


@dataclass(frozen=True)
class Column:
    """One column of a sheet; `width` in characters."""

    heading: str
    width: int = 14
    centred: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet as offices print it: title, line under it, head that repeats, rows, foot."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    subtitle: str = ""
    foot: str = ""
    landscape: bool = True
    watermark: str = ""  # on top of every printed page


def write(sheet: Sheet, out: BinaryIO, *, folder: Path | None = None) -> int:
    """Write one sheet and return the number of rows. Memory stays constant.

    Until it is packed its rows lie in clear in a file of `folder`, or where the machine keeps
    temporary files.

    Nothing becomes a formula, a link or a number: a cell that begins with = is text.
    """
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(folder) if folder else None,
        },
    )
    page = book.add_worksheet(sheet.title[:31].replace("/", "-"))
    written = _fill(book, page, sheet)
    book.close()
    return written


def to_bytes(sheet: Sheet) -> bytes:
    out = BytesIO()
    write(sheet, out)
    return out.getvalue()


def _fill(book: xlsxwriter.Workbook, page: xlsxwriter.workbook.Worksheet, sheet: Sheet) -> int:
    last = len(sheet.columns) - 1
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    plain = {"border": 1, "valign": "vcenter", "text_wrap": True, "num_format": "@"}
    head = book.add_format({**plain, "bold": True, "bg_color": "#EBEFF3", "align": "center"})
    cells = [
        book.add_format({**plain, "align": "center"} if column.centred else plain)
        for column in sheet.columns
    ]
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
    if last > 0:
        page.merge_range(0, 0, 0, last, sheet.title, title)
        page.merge_range(1, 0, 1, last, sheet.subtitle)
    else:
        page.write_string(0, 0, sheet.title, title)
        page.write_string(1, 0, sheet.subtitle)
    for number, column in enumerate(sheet.columns):
        page.write_string(2, number, column.heading, head)
    row = 2
    for row, values in enumerate(sheet.rows, start=3):
        for number, value in enumerate(values):
            page.write_string(row, number, "" if value is None else str(value), cells[number])
    if sheet.foot:
        page.write_string(row + 2, 0, sheet.foot)
    page.freeze_panes(3, 0)
    page.repeat_rows(0, 2)
    page.set_paper(9)  # A4
    if sheet.landscape:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer("&C第 &P 页，共 &N 页")
    if sheet.watermark:
        page.set_header("&L" + sheet.watermark[:LONGEST_HEADER].replace("&", "&&"))
    return max(row - 2, 0)
