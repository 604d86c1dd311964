"""Workbooks as offices really send them: ugly, legitimate, and read. The people are made up."""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from rosterlink.reading import LAYOUTS, HeadingsMissing, Reading, Unreadable, read

HUKOU = LAYOUTS["police_hukou"]
ROLL = LAYOUTS["school_roll"]

HEADINGS = ("姓名", "性别", "出生日期", "身份证号", "联系电话")
LIN = ("林小满", "女", "2019-11-24", "350503201911240783", "13800000001")
CHEN = ("陈立夏", "男", "2014-04-05", "520602201404051177", "13800000002")


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    def make(fill: Callable[[Worksheet], None], name: str = "名册.xlsx") -> Path:
        book = openpyxl.Workbook()
        fill(book.active)
        book.save(tmp_path / name)
        return tmp_path / name

    return make


def rows(*lines: Sequence[object]) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for line in lines:
            sheet.append(list(line))

    return fill


def names(reading: Reading) -> list[str]:
    return reading.table.column("name").to_pylist()


def values(reading: Reading, field: str) -> list[str]:
    return reading.table.column(field).to_pylist()


def test_headings_on_row_3_under_a_merged_title(workbook: Callable[..., Path]) -> None:
    def fill(sheet: Worksheet) -> None:
        title, unit = ["罗山街道户籍学龄人口名册"], ["填报单位（盖章）：", None, None, "填报日期："]
        rows(title, unit, HEADINGS, LIN, CHEN)(sheet)
        sheet.merge_cells("A1:E1")
        sheet.merge_cells("A2:C2")

    reading = read(workbook(fill), HUKOU)
    assert names(reading) == ["林小满", "陈立夏"]
    assert reading.sheets[0].heading_row == 3
    assert reading.headings == HEADINGS
    assert values(reading, "source_row") == [4, 5]
    assert values(reading, "row_id") == ["名册:4", "名册:5"]


def test_two_heading_rows_with_groups(workbook: Callable[..., Path]) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["序号", "学生信息", None, None, "监护人信息", None, None, "备注"])
        sheet.append([None, "姓名", "出生日期", "身份证号", "姓名", "身份证号", "电话", None])
        sheet.append(
            [1, "林小满", "2019-11-24", LIN[3], "林大江", "350503198711020019", LIN[4], ""]
        )
        for merge in ("A1:A2", "B1:D1", "E1:G1", "H1:H2"):
            sheet.merge_cells(merge)

    reading = read(workbook(fill), ROLL)
    assert names(reading) == ["林小满"]
    assert values(reading, "guardian_name") == ["林大江"]
    assert values(reading, "guardian_id") == ["350503198711020019"]
    assert values(reading, "phone") == [LIN[4]]
    assert reading.mapping["guardian_name"] == "监护人信息姓名"
    assert reading.sheets[0].heading_row == 2


def test_an_address_in_full_and_a_relation_stand_under_their_groups(
    workbook: Callable[..., Path],
) -> None:
    groups = ("基本信息", None, "居住地", None, "监护人", None)
    under = ("姓名", "身份证\n号码\n（18位）", "社区\n居委会", "详细\n地址", "姓名", "与儿童\n关系")
    line = ("林小满", LIN[3], "青桥社区", "青桥路 8 号", "林仲和", "父亲")
    reading = read(workbook(rows(groups, under, line)), LAYOUTS["police_floating"])

    assert values(reading, "address") == ["青桥路 8 号"]
    assert values(reading, "guardian_relation") == ["父亲"]
    assert names(reading) == ["林小满"]


def test_a_group_of_somebody_else_is_not_the_child(workbook: Callable[..., Path]) -> None:
    top = ["姓名", "身份证号", "班主任", None]
    reading = read(
        workbook(rows(top, [None, None, "姓名", "身份证号"], [LIN[0], LIN[3], "王老师", "x"])), ROLL
    )
    assert names(reading) == ["林小满"]
    assert values(reading, "班主任") == ["王老师"]


def test_totals_notes_and_repeated_headings_are_skipped_and_said(
    workbook: Callable[..., Path],
) -> None:
    reading = read(
        workbook(
            rows(
                HEADINGS, LIN, ["小计", "", "", 1], HEADINGS, CHEN, [], ["合 计", None, None, 2],
                ["备注：本表一式两份，由派出所和教育中心各存一份。"],
                ["", "", "", "", "填表人：某某"],
            )
        ),
        HUKOU,
    )  # fmt: skip
    assert names(reading) == ["林小满", "陈立夏"]
    said = "".join(reading.skipped)
    for line in (
        "第 3、7 行未读取：合计、小计",
        "第 4 行未读取：重复的表头",
        "第 8、9 行未读取：备注",
    ):
        assert line in said


def test_a_child_with_nothing_but_a_name_is_kept_and_told(workbook: Callable[..., Path]) -> None:
    reading = read(workbook(rows(HEADINGS, LIN, ["欧阳小雪"])), HUKOU)
    assert names(reading) == ["林小满", "欧阳小雪"]
    assert [str(p) for p in reading.problems] == [
        "名册.xlsx“Sheet”第 3 行没有可用的证件号和出生日期，无法比对。"
    ]


def test_a_row_without_a_name_is_kept_and_told(workbook: Callable[..., Path]) -> None:
    reading = read(workbook(rows(HEADINGS, ["", *LIN[1:]])), HUKOU)
    assert reading.rows == 1
    assert [(p.row, p.heading, p.problem) for p in reading.problems] == [(2, "姓名", "缺姓名。")]


def test_hidden_rows_and_columns_are_read_hidden_sheets_are_not(
    workbook: Callable[..., Path],
) -> None:
    def fill(sheet: Worksheet) -> None:
        rows(HEADINGS, LIN, CHEN)(sheet)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["E"].hidden = True
        old = sheet.parent.create_sheet("去年")
        rows(HEADINGS, LIN)(old)
        old.sheet_state = "hidden"

    reading = read(workbook(fill), HUKOU)
    assert names(reading) == ["林小满", "陈立夏"]
    assert values(reading, "phone") == [LIN[4], CHEN[4]]
    assert "有 1 个隐藏的行，已一并读取。" in reading.skipped
    assert "有 1 个隐藏的列，已一并读取。" in reading.skipped
    assert "工作表“去年”是隐藏的，未读取。" in reading.skipped


def test_several_sheets_are_one_roster(workbook: Callable[..., Path]) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.title = "一班"
        rows(HEADINGS, LIN)(sheet)
        rows(["说明"], ["请按班填报"])(sheet.parent.create_sheet("填表说明"))
        rows(["标题"], [*HEADINGS, "备注"], [*CHEN, "转入"])(sheet.parent.create_sheet("二班"))

    path = workbook(fill)
    reading = read(path, ROLL)
    assert values(reading, "row_id") == ["名册:一班:2", "名册:二班:3"]
    assert values(reading, "备注") == ["", "转入"]
    assert "工作表“填表说明”没有名册所需的表头，未读取。" in reading.skipped
    assert names(read(path, ROLL, sheets=["二班"])) == ["陈立夏"]


def test_a_table_that_begins_further_right_and_down(workbook: Callable[..., Path]) -> None:
    def fill(sheet: Worksheet) -> None:
        for down, line in enumerate((HEADINGS, LIN, ("陈立夏", "男", "2014-04-05", "3505", "1"))):
            for across, value in enumerate(line):
                sheet.cell(5 + down, 3 + across, value)

    reading = read(workbook(fill), HUKOU)
    assert values(reading, "source_row") == [6, 7]
    wrong = [(p.row, p.column, p.heading) for p in reading.problems]
    assert (7, 6, "身份证号") in wrong


def test_cells_merged_down_give_every_member_the_head_of_household(
    workbook: Callable[..., Path],
) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["户主姓名", "家庭成员姓名", "身份证号", "类别"])
        sheet.append(["林大江", "林小满", LIN[3], "低保"])
        sheet.append([None, "林小雪", "350503201612270025", None])
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("D2:D3")

    reading = read(workbook(fill), LAYOUTS["poverty"])
    assert values(reading, "household_head") == ["林大江", "林大江"]
    assert values(reading, "category") == ["低保", "低保"]


def test_a_name_merged_over_two_lines_is_one_child(workbook: Callable[..., Path]) -> None:
    def fill(sheet: Worksheet) -> None:
        rows(HEADINGS, LIN, [None, None, None, None, "13800000009"])(sheet)
        for column in "ABCD":
            sheet.merge_cells(f"{column}2:{column}3")

    reading = read(workbook(fill), HUKOU)
    assert names(reading) == ["林小满"]
    assert "第 3 行未读取：没有姓名、证件号和出生日期。" in reading.skipped


def test_numbers_typed_as_numbers(workbook: Callable[..., Path]) -> None:
    """A date as a serial or as a date, a phone and an identity number as numbers."""

    def fill(sheet: Worksheet) -> None:
        rows(
            HEADINGS,
            ["甲", 2, 42979, "350503201709010028", 13800000001],
            ["乙", 1, date(2017, 9, 1), 350503201709010010, 13800000002.0],
            [
                "丙",
                1,
                datetime(2017, 9, 1, 8, 30),  # noqa: DTZ001 - a workbook knows no time zone
                "３５０５０３２０１７０９０１００４４",
                "'13800000003",
            ],
            ["丁", "1", "２０１７．９．１", "3.50503E+17", "13800000004/0595-85550000"],
        )(sheet)

    reading = read(workbook(fill), HUKOU)
    assert values(reading, "birth_date") == ["2017-09-01"] * 4
    assert values(reading, "sex") == ["女", "男", "男", "男"]
    assert values(reading, "phone") == [
        "13800000001", "13800000002", "13800000003", "13800000004;059585550000",
    ]  # fmt: skip
    assert values(reading, "id_no")[1] == "350503201709010000"  # what the spreadsheet had left
    assert values(reading, "id_no")[3] == "3.50503E+17"  # never guessed
    problems = {p.row: p.problem for p in reading.problems if p.heading == "身份证号"}
    assert "末三位为 000" in problems[3]
    assert "科学计数" in problems[5]


def test_cosmetics_of_numbers_are_no_problem(workbook: Callable[..., Path]) -> None:
    number = "36042320190607142X"
    wild = [f"'{number}", f" {number}\t", number.lower(), "３６０４２３２０１９０６０７１４２Ｘ",
            f"\u200b{number}\ufeff", "360423 20190607 142x"]  # fmt: skip
    lines = [[f"学生{n}", "女", "2019-06-07", text, ""] for n, text in enumerate(wild)]
    reading = read(workbook(rows(HEADINGS, *lines)), HUKOU)
    assert set(values(reading, "id_no")) == {number}
    assert not [p for p in reading.problems if p.heading == "身份证号"]


@pytest.mark.parametrize(
    "heading",
    [
        "姓 名",
        "姓名\n",
        "＊姓名",
        "姓名（必填）",
        "*姓名：",
        "【必填】姓名",
        "学生姓名",
        "XM",
        "name",
        "儿童姓名",
    ],
)
def test_headings_are_known_in_their_disguises(workbook: Callable[..., Path], heading: str) -> None:
    reading = read(workbook(rows([heading, "身份证号码(18位)"], ["林小满", LIN[3]])), HUKOU)
    assert names(reading) == ["林小满"]


def test_extra_columns_come_along_untouched(workbook: Callable[..., Path]) -> None:
    reading = read(
        workbook(rows([*HEADINGS, "备注", None, "source_row"], [*LIN, "  =1+1 ", "无题", "9"])),
        HUKOU,
    )
    assert values(reading, "备注") == ["  =1+1 "]
    assert values(reading, "第 7 列") == ["无题"]
    assert values(reading, "source_row（原表）") == ["9"]


def test_a_missing_heading_shows_what_was_seen(workbook: Callable[..., Path]) -> None:
    path = workbook(rows(["名称", "证号", "电话"], ["林小满", LIN[3], LIN[4]]))
    with pytest.raises(HeadingsMissing) as refusal:
        read(path, HUKOU)
    assert refusal.value.seen == ("名称", "证号", "电话")
    assert refusal.value.looked_for["name"][0] == "姓名"
    assert "身份证号" in refusal.value.looked_for["id_no"]
    assert refusal.value.groups == (("name",), ("id_no", "birth_date"))
    assert "缺少表头“姓名”" in str(refusal.value)
    assert "等）或“出生日期”" in str(refusal.value)
    assert "看到的表头：名称、证号、电话。" in str(refusal.value)
    reading = read(path, HUKOU, mapping={"name": "名称", "id_no": "证号"})
    assert names(reading) == ["林小满"]
    assert reading.mapping["name"] == "名称"


def test_a_heading_twice_is_for_the_clerk(workbook: Callable[..., Path]) -> None:
    path = workbook(rows(["姓名", "姓名", "身份证号"], ["林小满", "林大江", LIN[3]]))
    with pytest.raises(HeadingsMissing, match="含义重复") as refusal:
        read(path, HUKOU)
    assert refusal.value.twice == {"name": ("姓名", "姓名 (2)")}
    assert names(read(path, HUKOU, mapping={"name": "姓名"})) == ["林小满"]
    assert names(read(path, HUKOU, mapping={"name": "姓名 (2)"})) == ["林大江"]


def test_a_mapping_that_does_not_fit_is_refused(workbook: Callable[..., Path]) -> None:
    path = workbook(rows(HEADINGS, LIN))
    with pytest.raises(Unreadable, match="没有找到指定的表头“名字”"):
        read(path, HUKOU, mapping={"name": "名字"})
    with pytest.raises(Unreadable, match="没有 school_code 这一项"):
        read(path, HUKOU, mapping={"school_code": "学校"})


def test_a_mapping_need_only_fit_the_sheet_with_the_roster(workbook: Callable[..., Path]) -> None:
    def fill(sheet: Worksheet) -> None:
        rows(["填表说明"], ["每校一表", "不得空项"])(sheet)
        rows(["名称", "身份证号"], ["林小满", LIN[3]])(sheet.parent.create_sheet("名册"))

    assert names(read(workbook(fill), HUKOU, mapping={"name": "名称"})) == ["林小满"]


def test_of_two_phones_the_usual_heading_is_taken(workbook: Callable[..., Path]) -> None:
    path = workbook(
        rows(["姓名", "身份证号", "家长电话", "联系电话"], ["林小满", LIN[3], "1", LIN[4]])
    )
    reading = read(path, HUKOU)
    assert values(reading, "phone") == [LIN[4]]
    assert values(reading, "家长电话") == ["1"]
    assert any("家长电话" in line for line in reading.skipped)


def test_grade_and_class_in_one_cell(workbook: Callable[..., Path]) -> None:
    lines = [["甲", LIN[3], text] for text in ("八（3）班", "初二3班", "2022级3班", "八年级")]
    reading = read(workbook(rows(["姓名", "身份证号", "年级班级"], *lines)), ROLL)
    assert values(reading, "grade") == ["8", "8", "2022级", "8"]
    assert values(reading, "class_no") == ["3", "3", "3", ""]


def test_birth_and_sex_are_held_against_the_number(workbook: Callable[..., Path]) -> None:
    path = workbook(rows(HEADINGS, [LIN[0], "男", "2019-11-25", *LIN[3:]]))
    assert [(p.heading, p.row) for p in read(path, HUKOU).problems] == [
        ("性别", 2),
        ("出生日期", 2),
    ]


def test_all_problems_are_counted_some_are_kept(workbook: Callable[..., Path]) -> None:
    lines = [[f"学生{n}", "女", "2019-02-30", LIN[3], ""] for n in range(50)]
    reading = read(workbook(rows(HEADINGS, *lines)), HUKOU, keep=10)
    assert len(reading.problems) == 10
    assert reading.problem_count == 50
    assert reading.problem_counts == {"日期不存在，请核对。": 50}
    assert [p.row for p in reading.problems] == list(range(2, 12))


def test_problems_never_repeat_a_cell(workbook: Callable[..., Path]) -> None:
    secret = "机密内容"
    path = workbook(rows(HEADINGS, [123, secret, secret, secret, secret]))
    assert len(read(path, HUKOU).problems) == 5
    assert not any(secret in str(problem) for problem in read(path, HUKOU).problems)


def test_a_workbook_with_its_text_inline(tmp_path: Path) -> None:
    path = tmp_path / "流式.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEADINGS, LIN)):
            sheet.write_row(number, 0, line)
    assert names(read(path, HUKOU)) == ["林小满"]


def test_a_sheet_of_headings_alone_is_an_empty_roster(workbook: Callable[..., Path]) -> None:
    reading = read(workbook(rows(HEADINGS)), HUKOU)
    assert reading.rows == 0
    assert reading.problem_count == 0


def test_a_workbook_without_anything_is_refused(workbook: Callable[..., Path]) -> None:
    with pytest.raises(Unreadable, match="没有名册"):
        read(workbook(rows()), HUKOU)


def test_the_file_is_known_by_its_hash(workbook: Callable[..., Path]) -> None:
    path = workbook(rows(HEADINGS, LIN))
    assert read(path, HUKOU).sha256 == read(path, HUKOU).sha256
    assert len(read(path, HUKOU).sha256) == 64


def test_columns_formatted_to_the_last_row_do_no_harm(workbook: Callable[..., Path]) -> None:
    def fill(sheet: Worksheet) -> None:
        rows(HEADINGS, LIN)(sheet)
        for row in range(3, 3000):
            sheet.cell(row, 4).number_format = "@"

    reading = read(workbook(fill), HUKOU)
    assert names(reading) == ["林小满"]


def test_bytes_of_a_workbook_do_not_depend_on_its_folder(tmp_path: Path) -> None:
    """A path with spaces, quotes and Chinese reaches the child whole."""
    folder = tmp_path / "各校 '上报' 材料；"
    folder.mkdir()
    book = openpyxl.Workbook()
    rows(HEADINGS, LIN)(book.active)
    memory = io.BytesIO()
    book.save(memory)
    (folder / "名 册.xlsx").write_bytes(memory.getvalue())
    assert names(read(folder / "名 册.xlsx", HUKOU)) == ["林小满"]
