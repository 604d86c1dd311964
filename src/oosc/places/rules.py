"""Codes and tables of regions, on plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from oosc.kernel.refusal import Refused
from oosc.places.states import LEVELS

MOST_LINES = 60_000
LONGEST_NAME = 60


@dataclass
class Table:
    """A pasted or uploaded table as read: names by code, and the lines that make no sense."""

    names: dict[str, str] = field(default_factory=dict)
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
