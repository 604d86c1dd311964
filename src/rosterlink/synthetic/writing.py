"""Made-up rosters as files: as the example data has them, and as an office really sends them."""

import codecs
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from rosterlink.synthetic import Made

TITLES = {
    "police_hukou": "户籍学龄人口花名册",
    "police_floating": "流动人口适龄儿童登记表",
    "school_roll": "在校学生学籍花名册",
    "elsewhere_roll": "外地就读学生名单",
    "deferral": "缓学审批名单",
    "deaths": "死亡人口名单",
    "border_exits": "出境人员名单",
    "disabled_cert": "持证残疾儿童名单",
    "poverty": "低收入家庭儿童名单",
    "left_behind": "留守儿童名单",
    "vaccination": "预防接种儿童名单",
    "kindergarten_leavers": "幼儿园大班离园名单",
}
HEADINGS = {
    "row_id": "序号",
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "ethnicity": "民族",
    "id_type": "证件类型",
    "id_no": "身份证件号",
    "former_name": "曾用名",
    "household_no": "户号",
    "community": "社区居委会",
    "address": "地址",
    "father_name": "父亲姓名",
    "father_id": "父亲身份证号",
    "mother_name": "母亲姓名",
    "mother_id": "母亲身份证号",
    "guardian_name": "监护人姓名",
    "guardian_relation": "与监护人关系",
    "guardian_id": "监护人证件号",
    "phone": "联系电话",
    "state": "状态",
    "nation": "国籍",
    "origin_area": "户籍地区划",
    "reg_date": "登记日期",
    "school_code": "学校标识码",
    "school_name": "学校名称",
    "grade": "年级",
    "class_no": "班级",
    "student_no": "学籍号",
    "home_address": "家庭住址",
    "enrol_date": "入学年月",
    "attend_mode": "就读方式",
    "migrant_child": "是否随迁子女",
    "province": "就读省份",
    "reason": "原因",
    "until": "缓学至",
    "death_date": "死亡日期",
    "name_pinyin": "拼音姓名",
    "passport": "护照号",
    "exit_date": "出境日期",
    "return_date": "入境日期",
    "cert_no": "残疾人证号",
    "category": "类别",
    "household_head": "户主姓名",
    "household_head_id": "户主身份证号",
    "parents_away": "外出父母",
    "child_code": "儿童编码",
    "kindergarten": "幼儿园",
}
FORMATS = ("xlsx", "csv", "parquet")


def write(made: "Made", folder: Path, format: str) -> list[Path]:
    """Write the twelve rosters and the truth into a folder; return the rosters' files.

    A workbook has Chinese headings; .csv (UTF-8 with BOM) and .parquet have the names of the
    columns. The truth is .csv, named truth_rows.csv and so on.

    Raises:
        ValueError: a format that is not one of FORMATS.
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}")
    folder.mkdir(parents=True, exist_ok=True)
    writers: dict[str, Callable[[pa.Table, Path], None]] = {
        "xlsx": _write_workbook,
        "csv": _write_csv,
        "parquet": lambda table, path: pq.write_table(table, path, compression="zstd"),
    }
    paths = []
    for name, table in made.rosters.items():
        paths.append(folder / f"{name}.{format}")
        writers[format](table, paths[-1])
    for name, table in made.truth.items():
        _write_csv(table, folder / f"truth_{name}.csv", start=b"")
    return paths


def headings(table: pa.Table) -> list[str]:
    return [HEADINGS[c] for c in table.column_names]


def ugly(made: "Made", roster: str, path: Path, *, seed: int = 0, title: str | None = None) -> Path:
    """Write one roster as an office really sends it.

    A merged title and a line about who filled it in, headings on row 3, a narrow column of running
    numbers in place of row ids, dates in several styles (some true spreadsheet dates), numbers
    with an apostrophe or spaces, an empty column, a total (合计) and notes under the table, a
    second sheet of instructions. The mistakes of the rows are those that were made before.
    """
    import xlsxwriter

    table = made.rosters[roster].drop_columns(["row_id"])
    random = Random(seed)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("花名册")
        last = table.num_columns + 1
        centred = book.add_format({"align": "center", "bold": True, "font_size": 16})
        sheet.merge_range(0, 0, 0, last, title or f"云屏街道{TITLES[roster]}", centred)
        sheet.merge_range(
            1, 0, 1, last, f"填报单位（盖章）：　　　　填报日期：{made.on:%Y年%m月%d日}"
        )
        sheet.write_row(2, 0, ["序号", *_office_headings(table, random), "备注"])
        day_format = book.add_format({"num_format": "yyyy/m/d"})
        for number, row in enumerate(_rows(table), start=1):
            sheet.write_number(number + 2, 0, number)
            for column, (name, value) in enumerate(zip(table.column_names, row, strict=True), 1):
                cell = _office_cell(name, value, random)
                if isinstance(cell, date):
                    sheet.write_datetime(number + 2, column, cell, day_format)  # type: ignore[arg-type, unused-ignore]  # a date will do
                elif cell:
                    sheet.write_string(number + 2, column, cell)
        end = table.num_rows + 3
        sheet.write_row(end, 0, ["合计", f"{table.num_rows}人"])
        sheet.write_string(
            end + 2, 0, "注：1.本表由经办人填写，主管领导审核后盖章上报。2.不得空项。"
        )
        book.add_worksheet("填表说明").write_string(
            0, 0, "请按户口簿如实填写，身份证号码以文本格式录入。"
        )
    return path


def _office_headings(table: pa.Table, random: Random) -> list[str]:
    """Write some headings broken over two lines or spaced out, as a narrow column makes them."""
    written = []
    for heading in headings(table):
        if heading == "姓名":
            heading = "姓  名"
        elif len(heading) > 4 and random.random() < 0.4:
            heading = f"{heading[:3]}\n{heading[3:]}"
        written.append(heading)
    return written


def _office_cell(column: str, value: str, random: Random) -> str | date:
    if not value:
        return random.choice(("", "", "", "/", "—")) if column == "phone" else ""
    if column == "birth_date" and len(value) == 10 and value[4] == value[7] == "-":
        return _office_date(date.fromisoformat(value), random)
    if column.endswith("id_no") or column.endswith("_id"):
        return random.choice((value, value, value, "'" + value, value + " ", " " + value))
    return value


def _office_date(day: date, random: Random) -> str | date:
    return random.choice(
        (
            day,
            f"{day:%Y.%m.%d}",
            f"{day.year}.{day.month}.{day.day}",
            f"{day:%Y%m%d}",
            f"{day.year}年{day.month}月{day.day}日",
            str((day - date(1899, 12, 30)) // timedelta(days=1)),
        )
    )


def _write_csv(table: pa.Table, path: Path, start: bytes = codecs.BOM_UTF8) -> None:
    with path.open("wb") as file:
        file.write(start + (",".join(table.column_names) + "\n").encode())
        options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
        pa.csv.write_csv(table, file, options)


def _write_workbook(table: pa.Table, path: Path) -> None:
    """One sheet, every cell text: what is empty has no cell."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, headings(table))
        for number, row in enumerate(_rows(table), start=1):
            for column, value in enumerate(row):
                if value:
                    sheet.write_string(number, column, value)


def _rows(table: pa.Table) -> Iterator[Sequence[str]]:
    for batch in table.to_batches(max_chunksize=10_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
