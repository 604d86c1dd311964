"""The pairs a person has decided: the same child, or not."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from rosterlink.reading import Unreadable

COLUMNS = ("left_row_id", "right_row_id", "same")
SCHEMA = pa.schema(
    [("left_row_id", pa.string()), ("right_row_id", pa.string()), ("same", pa.bool_())]
)
_SAME = {"1": True, "0": False, "True": True, "False": False}  # the latter from Parquet


def read_decisions(path: Path) -> pa.Table:
    """Read decisions from .csv (UTF-8 or GB18030) or .parquet: left_row_id, right_row_id, same.

    Raises:
        Unreadable: no such file, a column missing, `same` neither 1 nor 0, or one pair decided
            both ways.
    """
    if not path.is_file():
        raise Unreadable(f"没有这个文件：{path}")
    decided: dict[frozenset[str], tuple[str, str, bool]] = {}
    for number, line in enumerate(_lines(path), start=2):
        left, right, same = (_text_of(line.get(column)) for column in COLUMNS)
        place = f"{path.name} 第 {number} 行"
        if not left or not right:
            raise Unreadable(f"{place}【{COLUMNS[0]}、{COLUMNS[1]}】两个行号都要填")
        if same not in _SAME:
            raise Unreadable(f"{place}【same】只能填 1（同一人）或 0（不是）")
        earlier = decided.setdefault(frozenset((left, right)), (left, right, _SAME[same]))
        if earlier[2] != _SAME[same]:
            raise Unreadable(f"{place}【same】同一对此前已判定为相反的结果，请改正")
    rows = [dict(zip(COLUMNS, line, strict=True)) for line in decided.values()]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _lines(path: Path) -> Iterator[dict[str, object]]:
    if path.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        try:
            lines = pq.read_table(path).to_pylist()
        except pa.ArrowInvalid as error:
            raise Unreadable(f"{path.name} 不是 Parquet 文件") from error
        seen = list(lines[0]) if lines else list(COLUMNS)
    elif path.suffix.lower() == ".csv":
        reader = csv.DictReader(_text(path).splitlines())
        seen = list(reader.fieldnames or ())
        lines = list(reader)
    else:
        raise Unreadable(f"{path.name}：判定文件应为 .csv 或 .parquet")
    if missing := [column for column in COLUMNS if column not in seen]:
        raise Unreadable(
            f"{path.name} 缺少表头 {'、'.join(missing)}；看到的表头：{'、'.join(seen) or '无'}"
        )
    yield from lines


def _text_of(value: object) -> str:
    return "" if value is None else str(value).strip()


def _text(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"{path.name} 的编码认不出，请另存为 UTF-8")
