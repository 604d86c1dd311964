"""Rows to an Excel workbook: row by row, and every cell as text that cannot calculate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import IO, TYPE_CHECKING, BinaryIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    import xlsxwriter

PAGE = "xl/worksheets/sheet1.xml"  # the sheet within the workbook
HEAD = 2  # the row of the headings, under title and subtitle
LONGEST_CELL = 32_767  # characters, as Excel has it
# What no XML may hold; and an underline that would be read as the beginning of such an escape.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
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

    @property
    def first_row(self) -> int:
        """The row under the head, from 0 on; the head is two rows high where it has groups."""
        return HEAD + (2 if any(column.group for column in self.columns) else 1)


def write(sheet: Sheet, out: BinaryIO) -> int:
    """Write one sheet and return the number of rows. Memory stays constant.

    The rows go compressed into `out` and nowhere else: no file beside it ever holds them, so
    that a process that is killed leaves nothing. XlsxWriter makes all that stands around them.

    Nothing becomes a formula, a link or a number: a cell that begins with = is text.
    """
    with ZipFile(BytesIO(_frame(sheet))) as frame, ZipFile(out, "w", ZIP_DEFLATED) as book:
        for part in frame.infolist():
            if part.filename != PAGE:
                book.writestr(part, frame.read(part))
        head, styles, tail = _around(sheet.first_row + 1, frame.read(PAGE).decode())
        with book.open(PAGE, "w", force_zip64=True) as page:
            page.write(head.encode())
            written = _write_rows(page, sheet, styles)
            if sheet.foot:
                place = sheet.first_row + written + 2
                page.write(_row(place, [("A", "")], [sheet.foot]))
            page.write(tail.encode())
    return written


def to_bytes(sheet: Sheet) -> bytes:
    out = BytesIO()
    write(sheet, out)
    return out.getvalue()


def _frame(sheet: Sheet) -> bytes:
    """The workbook with one empty row where the rows are to be."""
    # Every room knows what a column is; few processes ever write a workbook.
    import xlsxwriter

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        _fill(book, book.add_worksheet(sheet.title[:31].replace("/", "-")), sheet)
    return out.getvalue()


def _around(row: int, xml: str) -> tuple[str, list[str], str]:
    """What stands before the empty row, the style of each of its cells, and what stands after."""
    start, end = xml.index(f'<row r="{row}"'), xml.index("</sheetData>")
    # It says how far the sheet reaches, which nobody knows yet; it may be left out.
    head = re.sub("<dimension [^>]*/>", "", xml[:start])
    return head, re.findall(r' s="(\d+)"', xml[start:end]), xml[end:]


def _write_rows(page: IO[bytes], sheet: Sheet, styles: Sequence[str]) -> int:
    from xlsxwriter.utility import xl_col_to_name  # as in _frame

    columns = [(xl_col_to_name(n), f' s="{style}"') for n, style in enumerate(styles)]
    written = 0
    for written, values in enumerate(sheet.rows, start=1):
        page.write(_row(sheet.first_row + written, columns, values))
    return written


def _row(number: int, columns: Sequence[tuple[str, str]], values: Sequence[object]) -> bytes:
    cells = "".join(
        f'<c r="{letter}{number}"{style} t="inlineStr"><is><t xml:space="preserve">'
        f"{_written(value)}</t></is></c>"
        for (letter, style), value in zip(columns, values, strict=True)
    )
    # Half of a pair of characters has no bytes; no keyboard types it.
    return f'<row r="{number}">{cells}</row>'.encode(errors="replace")


def _written(value: object) -> str:
    """A value as the text of a cell; what XML cannot hold stands there as Excel writes it."""
    text = "" if value is None else str(value)[:LONGEST_CELL]
    return escape(UNWRITABLE.sub(lambda one: f"_x{ord(one[0]):04X}_", text))


def _fill(book: xlsxwriter.Workbook, page: xlsxwriter.workbook.Worksheet, sheet: Sheet) -> None:
    last = len(sheet.columns) - 1
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    plain = {"border": 1, "valign": "vcenter", "text_wrap": True, "num_format": "@"}
    head = book.add_format({**plain, "bold": True, "bg_color": "#EBEFF3", "align": "center"})
    if last > 0:
        page.merge_range(0, 0, 0, last, sheet.title, title)
        page.merge_range(1, 0, 1, last, sheet.subtitle)
    else:
        page.write_string(0, 0, sheet.title, title)
        page.write_string(1, 0, sheet.subtitle)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
        cell = {**plain, "align": "center"} if column.centred else plain
        page.write_blank(sheet.first_row, number, None, book.add_format(cell))
    _write_head(page, sheet, head)
    page.freeze_panes(sheet.first_row, sheet.fixed)
    page.repeat_rows(0, sheet.first_row - 1)
    page.set_paper(9)  # A4
    if sheet.landscape:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer("&C第 &P 页，共 &N 页")
    if sheet.watermark:
        page.set_header("&L" + sheet.watermark[:LONGEST_HEADER].replace("&", "&&"))


def _write_head(
    page: xlsxwriter.workbook.Worksheet, sheet: Sheet, look: xlsxwriter.format.Format
) -> None:
    last = sheet.first_row - 1
    numbered = enumerate(sheet.columns)
    for group, side_by_side in groupby(numbered, key=lambda one: one[1].group):
        columns = list(side_by_side)
        if group:
            _write_over(page, (HEAD, columns[0][0], HEAD, columns[-1][0]), group, look)
        for number, column in columns:
            _write_over(page, (last if group else HEAD, number, last, number), column.heading, look)


def _write_over(
    page: xlsxwriter.workbook.Worksheet,
    cells: tuple[int, int, int, int],
    text: str,
    look: xlsxwriter.format.Format,
) -> None:
    """Into one cell, or over several that become one; rows and columns, first and last."""
    if cells[:2] == cells[2:]:
        page.write_string(*cells[:2], text, look)
    else:
        page.merge_range(*cells, text, look)
