"""The old .xls, built here by its records: no writer of it is among our dependencies."""

import struct
from pathlib import Path

import pytest

from rosterlink.reading import LAYOUTS, Unreadable, read

HUKOU = LAYOUTS["police_hukou"]
NONE = 0xFFFFFFFF
END = 0xFFFFFFFE
SECTOR = 512


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def label(row: int, column: int, text: str) -> bytes:
    return record(
        0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le")
    )


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def workbook_stream(cells: bytes, extra: bytes = b"") -> bytes:
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + extra
    title = "名册"
    named = struct.pack("<HBB", 0, len(title), 1) + title.encode("utf-16-le")
    sheet_at = len(start) + 4 + 4 + len(named) + 4
    book = start + record(0x0085, struct.pack("<I", sheet_at) + named) + record(0x000A)
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells
    return book + sheet + record(0x000A)


def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return (
        head + struct.pack("<III", NONE, NONE, child) + bytes(36) + struct.pack("<IQ", start, size)
    )


def compound(stream: bytes) -> bytes:
    """Wrap a stream in the smallest compound file: table, directory, stream."""
    stream = stream.ljust(4096, b"\0")  # shorter ones lie in a table of their own
    stream = stream.ljust(-(-len(stream) // SECTOR) * SECTOR, b"\0")
    sectors = len(stream) // SECTOR
    chain = [0xFFFFFFFD, END, *range(3, sectors + 2), END]
    table = struct.pack("<128I", *(chain + [NONE] * (128 - len(chain))))
    directory = entry("Root Entry", 5, 1, END, 0) + entry("Workbook", 2, NONE, 2, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0
    )
    header += struct.pack("<109I", 0, *[NONE] * 108)
    return header + table + directory.ljust(SECTOR, b"\0") + stream


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    cells = b"".join(label(0, c, text) for c, text in enumerate(("姓名", "身份证号", "出生日期")))
    cells += label(1, 0, "林小满") + label(1, 1, "350503201911240783") + number(1, 2, 43793)
    cells += label(2, 0, "陈立夏") + number(2, 1, 520602201404051177.0)
    path = tmp_path / "名册.xls"
    path.write_bytes(compound(workbook_stream(cells)))
    reading = read(path, HUKOU)
    assert reading.table.column("name").to_pylist() == ["林小满", "陈立夏"]
    assert reading.table.column("birth_date").to_pylist() == ["2019-11-24", ""]
    assert reading.table.column("id_no").to_pylist()[1] == "520602201404051000"
    assert reading.sheets[0].name == "名册"


def test_an_old_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    locked = record(0x002F, struct.pack("<HHH", 1, 1, 1))
    path = tmp_path / "名册.xls"
    path.write_bytes(compound(workbook_stream(label(0, 0, "姓名"), locked)))
    with pytest.raises(Unreadable, match="密码"):
        read(path, HUKOU)
