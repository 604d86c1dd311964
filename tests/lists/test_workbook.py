"""A workbook is written row by row: whatever is in the cells, and never beside its own file."""

from __future__ import annotations

import tempfile
from io import BytesIO
from zipfile import ZipFile

import openpyxl
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from oosc.lists import workbook
from oosc.lists.workbook import Column, Sheet

TWO = [Column("姓名"), Column("住址", 30, centred=True)]
# Letters, marks, digits, blanks of every script; not what no XML may hold.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"))).filter(
    lambda text: "_x" not in text
)


def read(data: bytes):
    return openpyxl.load_workbook(BytesIO(data)).active


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8))
def test_what_goes_in_comes_out_as_text(rows):
    page = read(workbook.to_bytes(Sheet("名单", TWO, rows, foot="制表人：梅青")))

    found = [tuple(cell.value or "" for cell in row) for row in page.iter_rows(min_row=4)]
    assert found[: len(rows)] == rows
    assert found[len(rows) :] == [("", ""), ("制表人：梅青", "")]
    assert {cell.data_type for row in page.iter_rows(min_row=4) for cell in row} <= {"s", "n"}


def test_what_no_file_may_hold_is_written_as_excel_does():
    rows = [["\x00\x1f\r", "_x0041_"], ["\ud800", "\ufffe"], ["=1+1", "x" * 40_000], [None, 7]]

    data = workbook.to_bytes(Sheet("名单", TWO, rows))

    xml = ZipFile(BytesIO(data)).read(workbook.PAGE)
    fromstring(xml)  # well formed
    assert b"_x0000__x001F__x000D_" in xml
    assert b"_x005F_x0041_" in xml
    page = read(data)
    assert (page["A6"].value, page["A6"].data_type) == ("=1+1", "s")
    assert len(page["B6"].value) == workbook.LONGEST_CELL
    assert (page["A7"].value or "", page["B7"].value) == ("", "7")


def test_head_style_and_foot_stand_where_they_did():
    sheet = Sheet("名单", TWO, [["林小雨", "梧桐巷"]], subtitle="共 1 人", foot="审核人", fixed=1)

    page = read(workbook.to_bytes(sheet))

    assert [page[place].value for place in ("A1", "A2", "A3", "B3", "A4", "A6")] == [
        "名单", "共 1 人", "姓名", "住址", "林小雨", "审核人",
    ]  # fmt: skip
    assert {str(one) for one in page.merged_cells.ranges} == {"A1:B1", "A2:B2"}
    assert page["B4"].alignment.horizontal == "center"
    assert page["A4"].border.top.style == "thin"
    assert page["A4"].number_format == "@"
    assert (page.freeze_panes, page.print_title_rows) == ("B4", "$1:$3")
    assert page.column_dimensions["B"].width > 29


def test_columns_of_a_group_stand_under_its_name():
    columns = [Column("序号"), Column("姓名", group="监护人"), Column("电话", group="监护人")]

    page = read(workbook.to_bytes(Sheet("名单", columns, [["1", "梅青", "139"]])))

    assert [cell.value for cell in page[3]] == ["序号", "监护人", None]
    assert [cell.value for cell in page[4]] == [None, "姓名", "电话"]
    assert [cell.value for cell in page[5]] == ["1", "梅青", "139"]
    merged = {str(one) for one in page.merged_cells.ranges}
    assert {"A3:A4", "B3:C3"} <= merged
    assert (page.freeze_panes, page.print_title_rows) == ("A5", "$1:$4")


def test_no_row_lies_in_a_file_of_its_own_meanwhile(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen = []

    def rows():
        for number in range(3_000):
            if number % 500 == 0:
                seen.append(list(tmp_path.iterdir()))
            yield [f"第 {number} 行", "梧桐巷"]

    workbook.to_bytes(Sheet("名单", TWO, rows()))

    assert seen == [[]] * 6
    assert list(tmp_path.iterdir()) == []
