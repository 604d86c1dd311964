"""Which rows under the headings are rows of the roster: not totals, notes, repeated headings.

A row that could be a child's is kept. What is left out is said, with its row numbers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink.reading.columns import flags
from rosterlink.reading.headings import comparable

ROWS_NAMED = 8  # row numbers told in one sentence

TOTAL = "合计、小计"
NOTE = "备注、说明、签字等"
REPEATED = "重复的表头"
UNUSABLE = "没有姓名、证件号和出生日期"

_TOTAL = re.compile(r"[本]?[页班级校村]?(合\s*计|小\s*计|总\s*计|共\s*计|累\s*计|总数|合计人数).*")
_TOTAL_SHAPE = r"^\s*本?[页班级校村]?(合\s*计|小\s*计|总\s*计|共\s*计|累\s*计|总数)"
_NOTE = re.compile(
    r"[（(*※]?(备\s*注|注|说\s*明|填\s*表|制\s*表|审\s*核|填\s*报|复\s*核|经\s*办|负责人|单位|盖章|联系|日期|附).*"
)
_IDENTITY = ("name", "id_no", "cert_no", "birth_date")

Flags = npt.NDArray[np.bool_]


def roster_rows(
    columns: Sequence[pa.Array], fields: Mapping[str, int], labels: Sequence[str], first_row: int
) -> tuple[Flags, list[str]]:
    """Return which rows are kept, and the sentences about those that are not.

    `first_row` is the number of the first row as the spreadsheet counts.
    """
    filled = np.zeros(len(columns[0]), dtype=bool)
    for column in columns:
        filled |= flags(pc.not_equal(column, ""))
    keep = filled & ~_doubtful(columns, fields)
    left_out: dict[str, list[int]] = {}
    for row in np.flatnonzero(filled & ~keep):
        reason = _reason([column[row].as_py() for column in columns], fields, labels)
        if reason:
            left_out.setdefault(reason, []).append(first_row + int(row))
        else:
            keep[row] = True
    left_out.pop("", None)
    return keep, list(_sentences(left_out))


def _doubtful(columns: Sequence[pa.Array], fields: Mapping[str, int]) -> Flags:
    """Mark rows without a name, or with nothing beside it, or whose name begins like a total."""
    present = {field: columns[fields[field]] for field in _IDENTITY if field in fields}
    has = {
        field: flags(pc.not_equal(pc.utf8_trim_whitespace(c), "")) for field, c in present.items()
    }
    beside = np.zeros(len(columns[0]), dtype=bool)
    for field, filled in has.items():
        if field != "name":
            beside |= filled
    total = flags(pc.match_substring_regex(present["name"], _TOTAL_SHAPE))
    heading = flags(
        pc.match_substring_regex(present["name"], r"^\s*(姓\s*名|学生姓名|儿童姓名)\s*$")
    )
    return ~(has["name"] & beside) | total | heading


def _reason(cells: list[str], fields: Mapping[str, int], labels: Sequence[str]) -> str | None:
    """Say why a row is no roster row; None keeps it."""
    texts = [cell.strip() for cell in cells]
    filled = [text for text in texts if text]
    if not filled:
        return UNUSABLE
    name = texts[fields["name"]]
    if any(_TOTAL.fullmatch(text) for text in (name, filled[0], filled[min(1, len(filled) - 1)])):
        return TOTAL
    if comparable(name) and comparable(name) == comparable(labels[fields["name"]]):
        return REPEATED
    if not any(texts[fields[field]] for field in _IDENTITY if field in fields):
        return NOTE if _is_note(filled[0]) else UNUSABLE
    if len(filled) <= 2 and _is_note(name):
        return NOTE
    return None


def _is_note(text: str) -> bool:
    return bool(_NOTE.fullmatch(text)) or len(text) > 20 or "：" in text or ":" in text


def _sentences(left_out: Mapping[str, list[int]]) -> Iterator[str]:
    for reason, rows in left_out.items():
        named = "、".join(map(str, rows[:ROWS_NAMED]))
        more = f" 等 {len(rows)} 行" if len(rows) > ROWS_NAMED else " 行"
        yield f"第 {named}{more}未读取：{reason}。"
