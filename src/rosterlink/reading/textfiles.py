"""Text files (.csv) and column files (.parquet) as sheets of text."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rosterlink.reading.answer import Unreadable
from rosterlink.reading.limits import MEBIBYTE, Limits
from rosterlink.reading.sheets import Sheet

ROWS_AT_ONCE = 65_536
SAMPLE = 65_536

BINARY = "文件不是文本，无法作为 .csv 读取，请用表格软件打开后另存为 .xlsx 或 .csv 再上传。"
UNKNOWN_ENCODING = "文件的文字编码无法识别，请另存为 UTF-8 编码的 .csv 再上传。"
OPEN_QUOTE = "文件里有没有配对的引号或过长的单元格，请用表格软件打开核对后另存再上传。"
TOO_BIG = "文件超过 {most} MB，请拆分后再上传。"
TOO_WIDE = "文件的列过多，请删除多余的列后再上传。"
TOO_LONG = "文件的行过多，请拆分后再上传。"
BROKEN_PARQUET = ".parquet 文件已损坏或不完整，请重新导出后再上传。"

csv.field_size_limit(131_072)


def text_file(path: Path, limits: Limits) -> list[Sheet]:
    """Read a .csv in UTF-8, UTF-16 or GB18030, parted by commas, tabs or semicolons."""
    if path.stat().st_size > limits.text_bytes:
        raise Unreadable(TOO_BIG.format(most=limits.text_bytes // MEBIBYTE))
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            delimiter = _delimiter(file.read(SAMPLE))
            file.seek(0)
            rows = csv.reader(file, delimiter=delimiter)
            return [Sheet("", False, _table(rows, limits))]
    except (UnicodeError, csv.Error) as error:
        raise Unreadable(
            OPEN_QUOTE if isinstance(error, csv.Error) else UNKNOWN_ENCODING
        ) from error


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"%PDF")):
        raise Unreadable(BINARY)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = start[:2000].count(0)
    if zeros and zeros * 8 >= len(start[:2000]):
        return "utf-16-le" if start[1:2000:2].count(0) > start[:2000:2].count(0) else "utf-16-be"
    if zeros:
        raise Unreadable(BINARY)
    return "utf-8-sig" if _decodes(path, "utf-8") else "gb18030"


def _decodes(path: Path, encoding: str) -> bool:
    """Try a whole file, piece by piece: one Chinese name late in the file can decide."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(MEBIBYTE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _delimiter(sample: str) -> str:
    lines: Counter[str] = Counter()
    for line in sample.splitlines()[:30]:
        lines.update({mark: line.count(mark) for mark in ",\t;"})
    return max(",\t;", key=lambda mark: lines[mark])


def _table(rows: Iterator[list[str]], limits: Limits) -> pa.Table:
    batches: list[list[pa.Array]] = []
    width = total = 0
    while some := list(islice(rows, ROWS_AT_ONCE)):
        total += len(some)
        width = max(width, max(map(len, some)))
        if width > limits.columns:
            raise Unreadable(TOO_WIDE)
        if total > limits.table_rows:
            raise Unreadable(TOO_LONG)
        batches.append(_columns(some, width))
    return pa.concat_tables(
        [_named(_widened(columns, width)) for columns in batches] or [_named([])]
    )


def _columns(rows: list[list[str]], width: int) -> list[pa.Array]:
    even = [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]
    return [pa.array(column, pa.string()) for column in zip(*even, strict=True)]


def _widened(columns: list[pa.Array], width: int) -> list[pa.Array]:
    """Add empty columns to earlier rows when a later one turned out to be longer."""
    if not columns or len(columns) == width:
        return columns
    empty = pa.array([""] * len(columns[0]), pa.string())
    return columns + [empty] * (width - len(columns))


def _named(columns: list[pa.Array]) -> pa.Table:
    return pa.table(columns, names=[f"c{n}" for n in range(len(columns))])


def column_file(path: Path, limits: Limits) -> list[Sheet]:
    """Read a .parquet, or a folder of its parts; its own column names are the headings."""
    tables = [_part(part, limits) for part in parts(path)]
    alike = all(table.column_names == tables[0].column_names for table in tables)
    try:
        table = pa.concat_tables(tables, promote_options="none" if alike else "default")
    except pa.ArrowException as error:
        raise Unreadable(BROKEN_PARQUET) from error
    if table.num_rows > limits.table_rows:
        raise Unreadable(TOO_LONG)
    columns = [pc.fill_null(column.combine_chunks(), "") for column in table.columns]
    return [Sheet("", False, _named(columns), labels=tuple(table.column_names))]


def is_in_parts(path: Path) -> bool:
    return path.is_dir() and any(path.glob("*.parquet"))


def parts(path: Path) -> list[Path]:
    """Return the parts of a folder as Spark and its like write one roster, in their order."""
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def _part(path: Path, limits: Limits) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            _fits(file.metadata, limits)
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(BROKEN_PARQUET) from error
    columns = [_as_text(column.combine_chunks()) for column in table.columns]
    return pa.table(columns, names=table.column_names)


def _fits(about: pq.FileMetaData, limits: Limits) -> None:
    if about.num_columns > limits.columns:
        raise Unreadable(TOO_WIDE)
    if about.num_rows > limits.table_rows:
        raise Unreadable(TOO_LONG)
    groups = map(about.row_group, range(about.num_row_groups))
    if sum(group.total_byte_size for group in groups) > limits.table_bytes:
        raise Unreadable(TOO_BIG.format(most=limits.table_bytes // MEBIBYTE))


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_nested(column.type):
        raise Unreadable("文件里有嵌套的列，请展开成普通的列后再上传。")
    if pa.types.is_timestamp(column.type):
        column = pc.strftime(column, "%Y-%m-%d")
    return pc.fill_null(column.cast(pa.string()), "")
