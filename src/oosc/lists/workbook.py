"""Rows to an Excel workbook: row by row, and every cell as text that cannot calculate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

HEAD = 2  # the row of the headings, under title and subtitle
LONGEST_HEADER = 120  # characters: Excel takes 255, and an & counts twice


@dataclass(frozen=True)
class Column:
    """One column of a sheet; `width` in characters.

    Columns side by side of one `group` stand under its name, which makes the head two rows high.
    """

    heading: str
    width: int = 14
    centred: bool = False
    group: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet as offices print it: title, line under it, head that repeats, rows, foot."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    subtitle: str = ""
    foot: str = ""
    landscape: bool = True
    fixed: int = 0  # so many columns stay in sight when the rest moves sideways
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
    first = _heads(page, sheet.columns, head)
    row = first - 1
    for row, values in enumerate(sheet.rows, start=first):
        for number, value in enumerate(values):
            page.write_string(row, number, "" if value is None else str(value), cells[number])
    if sheet.foot:
        page.write_string(row + 2, 0, sheet.foot)
    page.freeze_panes(first, sheet.fixed)
    page.repeat_rows(0, first - 1)
    page.set_paper(9)  # A4
    if sheet.landscape:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer("&C第 &P 页，共 &N 页")
    if sheet.watermark:
        page.set_header("&L" + sheet.watermark[:LONGEST_HEADER].replace("&", "&&"))
    return max(row - first + 1, 0)


def _heads(
    page: xlsxwriter.workbook.Worksheet, columns: Sequence[Column], head: xlsxwriter.format.Format
) -> int:
    """Write the headings under title and subtitle; return the first row below them."""
    if not any(column.group for column in columns):
        for number, column in enumerate(columns):
            page.write_string(HEAD, number, column.heading, head)
        return HEAD + 1
    under = HEAD + 1
    for number, column in enumerate(columns):
        goes_on = number > 0 and column.group and column.group == columns[number - 1].group
        page.write(HEAD, number, None if goes_on else column.group or column.heading, head)
    for number, column in enumerate(columns):
        page.write(under, number, column.heading if column.group else None, head)
    # Merged once both rows are written: memory stays constant because none is gone back to.
    start = 0
    for group, same in groupby(columns, key=lambda column: column.group):
        size = len(list(same))
        if group and size > 1:
            page.merge_range(HEAD, start, HEAD, start + size - 1, group, head)
        for number in range(start, start + size) if not group else ():
            page.merge_range(HEAD, number, under, number, columns[number].heading, head)
        start += size
    return under + 1
