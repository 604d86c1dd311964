"""The sender's workbook back, with what is wrong in it marked."""

from pathlib import Path

import openpyxl
import pytest

from rosterlink.reading import (
    LAYOUTS,
    LIMITS,
    Marked,
    answer,
    failed_rows,
    list_problems,
    mark,
    marking,
    read,
)
from rosterlink.reading.answer import Reading

HUKOU = LAYOUTS["police_hukou"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名册"
    sheet.append(["户籍名册"])
    sheet.append(["姓名", "身份证号", "出生日期", "备注"])
    sheet.append(["林小满", "350503201911240783", "2019-11-24", ""])
    sheet.append(["陈立夏", "350503201911240784", "2019-11-25", "=1+1"])
    sheet.append(["", "350503201911240783", "2019年11月", ""])
    book.save(tmp_path / "名册.xlsx")
    return tmp_path / "名册.xlsx"


@pytest.fixture
def reading(path: Path) -> Reading:
    return read(path, HUKOU)


def test_wrong_cells_are_coloured_and_commented(path: Path, reading: Reading) -> None:
    out = path.with_name("标注.xlsx")
    assert mark(path, reading, out) is Marked.ORIGINAL
    sheet = openpyxl.load_workbook(out)["名册"]
    assert {c.coordinate for row in sheet.iter_rows() for c in row if c.comment} == {
        "B4",
        "A5",
        "C5",
    }
    assert "校验位" in sheet["B4"].comment.text
    assert sheet["B4"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["B4"].value == "350503201911240784"
    assert "仅能用到月" in sheet["C5"].comment.text


def marks(out: Path, sheet: str) -> dict[str, str]:
    """Return what is said of the cells that are coloured."""
    rows = openpyxl.load_workbook(out)[sheet].iter_rows()
    return {
        cell.coordinate: cell.comment.text
        for row in rows
        for cell in row
        if cell.fill.fgColor.rgb == "FFFFC7CE" and cell.comment
    }


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_text_file_is_copied_and_marked(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("户籍名册\n姓名,身份证号,备注\n林小满,123,=1+1\n", encoding=encoding)
    out = tmp_path / "标注.xlsx"

    assert mark(path, read(path, HUKOU), out) is Marked.COPY

    sheet = openpyxl.load_workbook(out)["名册"]
    assert [cell.value for cell in sheet[3]] == ["林小满", "123", "=1+1"]
    assert {cell.data_type for cell in sheet[3]} == {"s"}
    assert list(marks(out, "名册")) == ["B3"]
    assert "位数" in marks(out, "名册")["B3"]


def test_columns_and_hidden_sheets_keep_their_places_in_a_copy(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "旧表"
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("名册")
    for row in (["姓名", "身份证号"], ["林小满", "123"], ["陈立夏", ""]):
        sheet.append(["", "", *row])
    book.active = sheet
    book.save(tmp_path / "名册.xlsx")
    path = tmp_path / "名册.xlsx"
    reading = read(path, HUKOU)
    out = tmp_path / "标注.xlsx"

    assert marking._copy(path, reading.problems, out, LIMITS) is Marked.COPY

    copied = openpyxl.load_workbook(out)
    assert [page.sheet_state for page in copied] == ["hidden", "visible"]
    assert copied["名册"]["C2"].value == "林小满"
    assert "D2" in marks(out, "名册")
    assert "C3" in marks(out, "名册")  # what is wrong with a whole row stands at its beginning


def test_a_long_workbook_is_copied(
    path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "ROWS_MARKED_AT_MOST", 2)
    out = path.with_name("标注.xlsx")

    assert mark(path, reading, out) is Marked.COPY

    assert set(marks(out, "名册")) == {"B4", "A5", "C5"}


def test_what_is_too_large_to_copy_gets_a_list(
    path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "ROWS_MARKED_AT_MOST", 2)
    monkeypatch.setattr(answer, "CELLS_COPIED_AT_MOST", 2)
    out = path.with_name("问题.xlsx")

    assert mark(path, reading, out) is Marked.LIST

    lines = list(openpyxl.load_workbook(out).active.values)
    assert lines[0] == ("文件", "工作表", "行", "表头", "问题")
    assert lines[1][2:4] == ("4", "身份证号")
    assert "350503201911240784" not in str(lines)


def test_a_workbook_that_has_gone_bad_gets_a_list(path: Path, reading: Reading) -> None:
    path.write_bytes(path.read_bytes()[:500])
    out = path.with_name("问题.xlsx")
    assert mark(path, reading, out) is Marked.LIST
    assert openpyxl.load_workbook(out).sheetnames == ["问题"]


def test_only_the_first_comments_are_written_and_every_colour(
    path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "COMMENTED_AT_MOST", 1)
    out = path.with_name("标注.xlsx")

    marking._copy(path, reading.problems, out, LIMITS)

    assert list(marks(out, "名册")) == ["B4"]
    assert openpyxl.load_workbook(out)["名册"]["C5"].fill.fgColor.rgb == "FFFFC7CE"


def test_only_the_rows_that_failed(path: Path, reading: Reading) -> None:
    out = failed_rows(path, reading, path.with_name("失败.xlsx"))
    lines = list(openpyxl.load_workbook(out).active.values)
    assert lines[0] == ("姓名", "身份证号", "出生日期", "备注", "问题")
    assert [line[:2] for line in lines[1:]] == [
        ("陈立夏", "350503201911240784"),
        (None, "350503201911240783"),
    ]
    assert "缺姓名。" in lines[2][4]


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("姓名,身份证号,备注\n=cmd|' /C calc'!A0,123,@SUM(1)\n", encoding="utf-8")
    out = failed_rows(path, read(path, HUKOU), tmp_path / "失败.xlsx")
    for row in openpyxl.load_workbook(out).active.iter_rows():
        assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)


def test_the_list_of_a_clean_roster_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("姓名,出生日期\n林小满,2019-11-24\n", encoding="utf-8")
    out = list_problems(read(path, HUKOU), tmp_path / "问题.xlsx")
    assert len(list(openpyxl.load_workbook(out).active.values)) == 1
