"""The rules of schooling, on plain values: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from oosc.kernel.refusal import Refused
from oosc.schooling.states import (
    BY_HAND,
    ON_LEAVE,
    THROUGH_A_CASE,
    WITH_STUDENT_NUMBER,
    Source,
    Status,
)

_SCHOOL_YEAR = re.compile(r"([0-9]{4})-([0-9]{4})")
# G and J are for good, L for the time being (domain §5.1).
_STUDENT_NUMBER = re.compile(r"[GJL][0-9]{17}[0-9X]")


@dataclass(frozen=True)
class Column:
    """One column of a roster on paper: its key in a row, its heading, its width in characters.

    A book of more columns than a page holds says of those that go on A4 how wide they are there,
    and in a workbook puts those that belong together under the name of their group.
    """

    key: str
    heading: str
    width: int = 10
    on_a4: int = 0
    group: str = ""
    in_group: str = ""  # what is left of the heading under the name of the group


def on_a4(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns that are printed: all of them, or those of a wide book that are meant for it."""
    chosen = [replace(column, width=column.on_a4) for column in columns if column.on_a4]
    return tuple(chosen or columns)


def fixed(columns: Sequence[Column]) -> int:
    """How many columns stay in sight while the others move: up to the name of whose row it is."""
    return 1 + next((n for n, column in enumerate(columns) if column.key == "name"), -1)


_CHILD = (
    Column("number", "序号", 6, 6),
    Column("name", "姓名", 12, 12),
    Column("sex", "性别", 6, 6),
    Column("birth_date", "出生日期", 12, 12),
    Column("id_no", "公民身份号码", 22, 22),
    Column("student_no", "全国学籍号", 22),
    Column("community", "社区", 12, 12),
)
_GUARDIAN = (
    Column("guardian", "监护人姓名", 12, 12),
    Column("relation", "与监护人关系", 12, 12),
    Column("phone", "监护人电话", 14),
)
# 未入学花名册 in the columns offices use (D17); 入学花名册 has school and class in their place.
# Numbers to call and to look up by go into the workbook alone: A4 has no room for them.
NOT_ENROLLED_COLUMNS = (
    *_CHILD,
    Column("due_grade", "应读年级", 10, 10),
    Column("due_school", "应就读学校", 16, 16),
    *_GUARDIAN,
    Column("status", "未入学情况", 14, 14),
    Column("evidence", "原因、依据", 36, 36),
    Column("remark", "备注", 12, 12),
)
ENROLLED_COLUMNS = (
    *_CHILD,
    Column("school", "就读学校", 24, 24),
    Column("grade", "年级", 8, 8),
    Column("class_name", "班级", 8, 8),
    *_GUARDIAN,
    Column("status", "就学形式", 16, 16),
    Column("remark", "备注", 12, 12),
)
# What may not be corrected after sealing: the row and its child stay, and numbers stand masked.
FIXED = frozenset(
    {
        "number", "id_no", "student_no", "phone", "hukou_address", "address", "case_number",
        "school_year",
    }
)  # fmt: skip


def check_school_year(text: str) -> str:
    """Return the school year, written 2026-2027."""
    read = _SCHOOL_YEAR.fullmatch(text)
    if not read or int(read[2]) != int(read[1]) + 1:
        raise Refused("学年请写成 2026-2027 这样的两个相连年份。")
    return text


def check_status(status: Status, *, source: Source, since: date, until: date | None) -> None:
    """Refuse what nobody may say: a run that decides, a leave without its end."""
    if source is Source.RUN and status.needs_a_person:
        raise Refused(f"“{status.label}”须由人核查后登记，比对不能自行认定。")
    if source is Source.HAND and status not in BY_HAND:
        raise Refused(
            f"“{status.label}”须有证据和审批，不能直接登记。请先“登记疑似”立案，在个案里办理。"
        )
    if status in ON_LEAVE and source is Source.HAND and until is None:
        raise Refused(f"{status.label}须填写期满日期。")
    if until is not None and until < since:
        raise Refused("期满日期不能早于开始日期，请改填。")


def check_held(held: Status, source: Source) -> None:
    """What was approved with a case, a case alone changes: the old one is opened again."""
    if source is Source.CLOSING and held in THROUGH_A_CASE:
        raise Refused(f"“{held.label}”是销号审批后登记的。要改，请先“登记疑似”，重开原来的个案。")


def check_student_number(status: Status, given: str, *, held: str) -> None:
    """Who is in school has a student number: in the register already, or told now."""
    if given and not is_student_number(given):
        raise Refused("全国学籍号是 19 位：G、J 或 L 加 18 位。请按学籍系统核对。")
    if given and held and given != held:
        raise Refused("登记册里的学籍号与所填的不同。请核对后先在档案里更正，再登记就学状态。")
    if status in WITH_STUDENT_NUMBER and not (given or held):
        raise Refused(
            f"“{status.label}”须填全国学籍号。还没有学籍号的，请选“在校无学籍（待补籍）”。"
        )


def is_student_number(text: str) -> bool:
    return bool(_STUDENT_NUMBER.fullmatch(text))


def is_kept(held: Source, said: Source) -> bool:
    """True when what is held stays: what a person decided, no run changes."""
    return said is Source.RUN and held is not Source.RUN
