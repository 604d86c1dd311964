"""Codes, and tables of regions and schools, on plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oosc.kernel.refusal import Refused
from oosc.places.states import LEVELS, Stage

MOST_LINES = 60_000
LONGEST_NAME = 60
MOST_SCHOOLS = 5_000
LONGEST_SCHOOL_NAME = 80
SCHOOL_CODE = re.compile(r"[0-9]{10}")
HEADS_WITHIN = 10  # lines: a title and a note may stand above
# What the columns are called here and in the tables that offices have.
SCHOOL_HEADS = {
    "code": ("学校标识码", "标识码", "学校（机构）标识码", "机构标识码", "学校代码"),
    "name": ("学校名称", "学校（机构）名称", "学校", "名称"),
    "stage": ("办学类型", "学校（机构）办学类型", "学校类型", "类型", "学段"),
    "place": ("所在社区或街道", "所在社区", "所在街道", "所在", "区划代码", "社区", "街道"),
}
STAGES = {
    **{stage.label: stage for stage in Stage},
    "完全小学": Stage.PRIMARY, "小学教学点": Stage.PRIMARY, "教学点": Stage.PRIMARY,
    "初级中学": Stage.JUNIOR, "九年一贯制学校": Stage.NINE_YEAR, "九年制学校": Stage.NINE_YEAR,
    "特殊教育": Stage.SPECIAL, "特教学校": Stage.SPECIAL, "特教": Stage.SPECIAL,
}  # fmt: skip


@dataclass
class Table:
    """A pasted or uploaded table as read: names by code, and the lines that make no sense."""

    names: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class SchoolRow:
    """One school of a table; `place` is a region's code or name, as it stands there."""

    line: int
    code: str
    name: str
    stage: Stage
    place: str


@dataclass
class SchoolTable:
    """A table of schools as read, and the lines that make no sense."""

    rows: list[SchoolRow] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def trimmed(code: str) -> str:
    """Return a code without the zeros that the national table pads it with.

    350582000000 is the county 350582, 350000 the province 35. No region is numbered zero.
    """
    for length in (2, 4, 6, 9, 12):
        if len(code) in LEVELS and length <= len(code) and not code[length:].strip("0"):
            return code[:length]
    return code


def read_table(text: str) -> Table:
    """Read lines of code and name, parted by a tab, a comma or spaces.

    A column between the two, such as 城乡分类代码, is passed over; so is a line of headings.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise Refused(f"一次最多导入 {MOST_LINES} 行，请按市或县分开导入。")
    table = Table()
    for number, line in enumerate(lines, start=1):
        cells = [cell for cell in re.split(r'[\s,，;；"]+', line) if cell]
        if cells and not (number == 1 and not cells[0].isdigit()):
            _read_line(table, number, cells)
    return table


def read_schools(lines: Sequence[Sequence[str]]) -> SchoolTable:
    """Read a table of schools: under its headings, in whichever order, or in ours without any."""
    first, at = _school_heads(lines)
    if len(lines) - first > MOST_SCHOOLS:
        raise Refused(f"一次最多导入 {MOST_SCHOOLS:,} 所学校，请分开导入。")
    table, seen = SchoolTable(), dict[str, int]()
    for number, line in enumerate(lines[first:], start=first + 1):
        cells = {key: _cell(line, column) for key, column in at.items()}
        if not any(cells.values()):
            continue
        if problem := next(_wrong_of(cells, seen), ""):
            table.problems.append((number, problem))
            continue
        seen[cells["code"]] = number
        stage = STAGES[cells["stage"]]
        table.rows.append(SchoolRow(number, cells["code"], cells["name"], stage, cells["place"]))
    return table


def check_new_code(old: str, new: str) -> None:
    if not new.isascii() or not new.isdigit() or len(new) != len(old):
        raise Refused(f"新代码须与原代码同级：{len(old)} 位数字。")
    if new == old:
        raise Refused("新代码与现在的代码相同。")


def _read_line(table: Table, number: int, cells: list[str]) -> None:
    code, name = trimmed(cells[0]), cells[-1]
    if not code.isascii() or not code.isdigit() or len(code) not in LEVELS:
        table.problems.append((number, "代码须为 2、4、6、9 或 12 位数字。"))
    elif len(cells) < 2 or name.isdigit():
        table.problems.append((number, "缺名称。"))
    elif len(name) > LONGEST_NAME:
        table.problems.append((number, f"名称超过 {LONGEST_NAME} 个字。"))
    elif table.names.setdefault(code, name) != name:
        table.problems.append((number, "同一代码在表中有两个名称。"))


def _school_heads(lines: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The first line under the headings, and the column of each; refused where one is missing."""
    for number, line in enumerate(lines[:HEADS_WITHIN]):
        heads = [re.sub(r"\s|\*|（必填）", "", cell) for cell in line]
        at = {
            key: next(heads.index(name) for name in names if name in heads)
            for key, names in SCHOOL_HEADS.items()
            if not set(names).isdisjoint(heads)
        }
        if missing := [SCHOOL_HEADS[key][0] for key in SCHOOL_HEADS if key not in at]:
            if len(at) > 1:
                names = "、".join(missing)
                raise Refused(f"第 {number + 1} 行的表头里没有{names}，请补上再导入。")
            continue
        return number + 1, at
    if lines and SCHOOL_CODE.fullmatch(_cell(lines[0], 0)):
        return 0, {key: column for column, key in enumerate(SCHOOL_HEADS)}
    names = "、".join(names[0] for names in SCHOOL_HEADS.values())
    raise Refused(f"没有找到表头。请在第一行写：{names}，或用本页的示例文件。")


def _cell(line: Sequence[str], column: int) -> str:
    return " ".join(line[column].split()) if column < len(line) and line[column] else ""


def _wrong_of(cells: Mapping[str, str], seen: Mapping[str, int]) -> Iterator[str]:
    code, name = cells["code"], cells["name"]
    if not SCHOOL_CODE.fullmatch(code):
        yield f"学校标识码应是 10 位数字，现在是“{code}”。" if code else "缺学校标识码。"
    if code in seen:
        yield f"标识码 {code} 与第 {seen[code]} 行重复，只收前一行。"
    if not name:
        yield "缺学校名称。"
    if len(name) > LONGEST_SCHOOL_NAME:
        yield f"学校名称超过 {LONGEST_SCHOOL_NAME} 个字。"
    if cells["stage"] not in STAGES:
        known = "、".join(str(stage.label) for stage in Stage)
        yield f"不认识办学类型“{cells['stage']}”，请写{known}之一。"
    if not cells["place"]:
        yield "缺所在社区或街道。"
