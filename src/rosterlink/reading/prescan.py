"""The gate before the child: what a workbook is by its bytes, and whether it may be opened.

Works on the zip table and on the stream of each part, never on a whole part, so a file of any
sort costs little. What gets past is still read only in the guarded child (guard.py).
"""

import mmap
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from rosterlink.reading.answer import Unreadable
from rosterlink.reading.limits import MEBIBYTE, Limits

ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, .et, and what wraps an encrypted .xlsx

RATIO_ASKED_ABOVE = 32 * MEBIBYTE
CHUNK = MEBIBYTE
LETTERS_OF_A_COLUMN = 3
MOSTLY_EMPTY_ABOVE = 50_000  # rows; so many without a value are a fault of formatting, or meant

BROKEN = "工作簿不完整或已损坏（可能没有传完），请重新导出或另存后再上传。"
NOT_A_WORKBOOK = "文件不是电子表格，请上传 .xlsx、.xls、.ods、.csv 或 .parquet 格式的文件。"
ENCRYPTED = "工作簿设有密码，请取消密码后另存再上传。"
MACROS = "工作簿含有宏，请用表格软件另存为不含宏的 .xlsx 后再上传。"
EMBEDDED = "工作簿里嵌有其他文件或控件，请删除后另存再上传。"
EXTERNAL = "工作簿链接了外部文件或数据，请断开链接（数据—编辑链接—断开）后另存再上传。"
SUSPICIOUS = "压缩包目录与内容不符，文件可能被改动过，请用表格软件打开后另存为 .xlsx 再上传。"
TOO_BIG = "文件超过 {most} MB，请拆分后再上传。"
TOO_BIG_INSIDE = "工作簿解开后过大，请删除表格以外的内容和多余的格式后另存再上传。"
TOO_MANY_PARTS = "工作簿的组成文件过多，请只保留表格所在的工作表，另存后再上传。"
ENTITIES = "工作簿里有不该出现的实体声明，文件可能被改动过，请用表格软件另存为 .xlsx 再上传。"
TOO_WIDE = "工作表的列过多，请删除表格右侧多余的列后另存再上传。"
TOO_LONG = "工作表的行过多，请删除表格下方多余的行后另存再上传。"
TOO_SPREAD = (
    "工作表里有远离表格的单元格，读取范围过大，请删除表格右侧和下方的多余行列后另存再上传。"
)
EMPTY_ROWS = "工作表里绝大多数行是空行，请删除表格下方的空行后另存再上传。"
RENAMED = "文件内容实为 {is_}，与扩展名不符，请用表格软件打开后另存为 .xlsx 再上传。"


@dataclass(frozen=True, slots=True)
class Found:
    """What the scan saw that the sender may not: hidden rows and columns (they are read)."""

    hidden_rows: int = 0
    hidden_columns: int = 0


def admit(path: Path, limits: Limits) -> Found:
    """Let a workbook pass to the child.

    Raises:
        Unreadable: it is not what its name says, or it may not be opened, with the reason.
    """
    if path.stat().st_size > limits.workbook_bytes:
        raise Unreadable(TOO_BIG.format(most=limits.workbook_bytes // MEBIBYTE))
    with path.open("rb") as file:
        start = file.read(4096)
        if start.startswith(ZIP):
            return _archive(path, file, limits)
        if start.startswith(COMPOUND):
            return _compound(path, file)
    raise Unreadable(_foreign(start))


def _foreign(start: bytes) -> str:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")):
        return RENAMED.format(is_="网页")
    if text.startswith(b"<"):
        return RENAMED.format(is_="XML 文本")
    if start.startswith(b"PAR1"):
        return RENAMED.format(is_=".parquet")
    if start and b"\0" not in start:
        return RENAMED.format(is_="文本（如 .csv）")
    return BROKEN if not start else NOT_A_WORKBOOK


def _compound(path: Path, file: BinaryIO) -> Found:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if _names(content, "EncryptedPackage"):
            raise Unreadable(ENCRYPTED)
        if not (_names(content, "Workbook") or _names(content, "Book")):
            raise Unreadable(NOT_A_WORKBOOK)
        if _names(content, "_VBA_PROJECT"):
            raise Unreadable(MACROS)
    if path.suffix.lower() != ".xls":
        raise Unreadable(RENAMED.format(is_=".xls"))
    return Found()


def _names(content: mmap.mmap, stream: str) -> bool:
    return content.find((stream + "\0").encode("utf-16-le")) >= 0


def _archive(path: Path, file: BinaryIO, limits: Limits) -> Found:
    entries = _table(path, file, limits)
    _is_what_it_says(path, {entry.filename for entry in entries})
    _fits(path, entries, limits)
    found = Found()
    for entry in entries:
        seen = _part(file, entry, limits)
        found = Found(
            found.hidden_rows + seen.hidden_rows, found.hidden_columns + seen.hidden_columns
        )
    return found


def _table(path: Path, file: BinaryIO, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the zip table. Its length is looked at first: parsing a long one costs seconds."""
    file.seek(max(0, path.stat().st_size - 65_557))
    end = file.read()
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        raise Unreadable(BROKEN)
    (count,) = struct.unpack_from("<H", end, at + 10)
    if count > limits.entries:
        raise Unreadable(TOO_MANY_PARTS)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Unreadable(BROKEN) from error
    if len(entries) > limits.entries:
        raise Unreadable(TOO_MANY_PARTS)
    return entries


def _is_what_it_says(path: Path, names: set[str]) -> None:
    suffix = path.suffix.lower()
    if "xl/workbook.bin" in names:
        raise Unreadable(RENAMED.format(is_=".xlsb"))
    if "xl/workbook.xml" in names:
        actual = ".xlsx"
    elif "content.xml" in names and "mimetype" in names:
        actual = ".ods"
    elif "[Content_Types].xml" in names or "word/document.xml" in names:
        raise Unreadable(NOT_A_WORKBOOK)
    else:
        raise Unreadable(RENAMED.format(is_="压缩包"))
    if suffix != actual:
        raise Unreadable(RENAMED.format(is_=actual))
    for name in names:
        _harmless(name)


def _harmless(name: str) -> None:
    lower = name.lower()
    if lower.endswith("vbaproject.bin") or lower.startswith(
        ("basic/", "scripts/", "xl/macrosheets/")
    ):
        raise Unreadable(MACROS)
    if "/embeddings/" in lower or "/activex/" in lower or lower.endswith((".zip", ".exe", ".xlsx")):
        raise Unreadable(EMBEDDED)
    if "/externallinks/" in lower or lower == "xl/connections.xml":
        raise Unreadable(EXTERNAL)
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise Unreadable(SUSPICIOUS)
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in name):
        raise Unreadable(SUSPICIOUS)


def _fits(path: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    size = path.stat().st_size
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise Unreadable(TOO_BIG_INSIDE)
    if unpacked > RATIO_ASKED_ABOVE and unpacked > limits.ratio * size:
        raise Unreadable(TOO_BIG_INSIDE)
    if sum(entry.compress_size for entry in entries) > size:
        raise Unreadable(SUSPICIOUS)  # parts that lie over each other
    if len({entry.filename for entry in entries}) < len(entries):
        raise Unreadable(SUSPICIOUS)
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Unreadable(ENCRYPTED)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unreadable(SUSPICIOUS)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(SUSPICIOUS)


def _part(file: BinaryIO, entry: zipfile.ZipInfo, limits: Limits) -> Found:
    chunks = _unpacked(file, entry)
    if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
        for _ in chunks:
            pass  # only its true length is asked
        return Found()
    first = next(chunks, b"")
    root = _root(first)
    if entry.filename == "[Content_Types].xml" and b"macroEnabled" in first:
        raise Unreadable(MACROS)
    if root.rpartition(":")[2] != "worksheet":
        for _ in chunks:
            pass
        return Found()
    return _Sheet(root, limits).scan(first, chunks)


def _unpacked(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part piece by piece, holding its length to what the table says."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(ZIP):
        raise Unreadable(BROKEN)
    file.seek(sum(struct.unpack_from("<HH", header, 26)), 1)
    length = 0
    pieces = _inflated if entry.compress_type == zipfile.ZIP_DEFLATED else _stored
    for piece in pieces(file, entry.compress_size):
        length += len(piece)
        if length > entry.file_size:
            raise Unreadable(SUSPICIOUS)
        yield piece
    if length != entry.file_size:
        raise Unreadable(BROKEN)


def _stored(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left and (piece := file.read(min(left, CHUNK))):
        left -= len(piece)
        yield piece


def _inflated(file: BinaryIO, left: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _stored(file, left):
            yield inflate.decompress(packed, CHUNK)
            while inflate.unconsumed_tail:
                yield inflate.decompress(inflate.unconsumed_tail, CHUNK)
        yield inflate.flush()
    except zlib.error as error:
        raise Unreadable(BROKEN) from error
    if not inflate.eof or inflate.unused_data:
        raise Unreadable(SUSPICIOUS)


def _ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield pieces, each unpacked while the one before it is looked at."""
    with ThreadPoolExecutor(1) as unpacking:
        coming = unpacking.submit(next, pieces, None)
        while (piece := coming.result()) is not None:  # an empty piece is not the end
            coming = unpacking.submit(next, pieces, None)
            yield piece


class _RootSeen(Exception):
    """Ends the parsing: a DTD can only stand before the first element."""


class _Root(ContentHandler):
    name = ""

    # Any: the handler's own interface does not type the attributes.
    def startElement(self, name: str, attrs: object) -> None:
        self.name = name
        raise _RootSeen


def _root(start: bytes) -> str:
    """Return the name of the first element, with its prefix. Any DTD is refused."""
    handler = _Root()
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    try:
        parser.feed(start)
    except _RootSeen:
        return handler.name
    except DefusedXmlException as error:
        raise Unreadable(ENTITIES) from error
    except SAXParseException as error:
        raise Unreadable(BROKEN) from error
    raise Unreadable(SUSPICIOUS)  # no element in the first piece: empty, or padded to hide a DTD


class _Sheet:
    """How far a worksheet reaches and how much of it is filled, read off its tags as they pass.

    The tags are matched as bytes, since a parser would take longer over them than all the rest.
    Whoever writes them so that they are not recognised meets the child's limits instead.
    """

    def __init__(self, root: str, limits: Limits) -> None:
        prefix = re.escape(root.removesuffix("worksheet").encode())
        self.limits = limits
        self.row_tag = re.compile(rb"<" + prefix + rb"row[\s>]")
        self.row_number = re.compile(rb"<" + prefix + rb"row[^>]*?\sr=[\"'](\d{1,9})")
        self.value_tag = re.compile(rb"<" + prefix + rb"(?:v|is)[\s>]")
        self.hidden_row = re.compile(rb"<" + prefix + rb"row[^>]*\shidden=[\"'](?:1|true)")
        self.hidden_column = re.compile(rb"<" + prefix + rb"col(?=\s)[^>]*\shidden=[\"'](?:1|true)")
        self.wider = _wider_than(b"")
        self.last_row = self.last_column = self.rows = self.values = 0
        self.hidden_rows = self.hidden_columns = 0

    def scan(self, first: bytes, more: Iterator[bytes]) -> Found:
        rest = self._take(first)
        for piece in _ahead(more):
            rest = self._take(rest + piece)
        self._take(rest + b"<")
        if self.rows > MOSTLY_EMPTY_ABOVE and self.values < self.rows:
            raise Unreadable(EMPTY_ROWS)
        return Found(self.hidden_rows, self.hidden_columns)

    def _take(self, text: bytes) -> bytes:
        """Look at all whole tags; return what is left of the last, unless it is absurdly long."""
        cut = text.rfind(b"<")
        whole, rest = text[:cut], text[cut:]
        self.rows += len(self.row_tag.findall(whole))
        if self.values <= self.limits.rows:  # as many as any sheet may have rows: enough are seen
            self.values += len(self.value_tag.findall(whole))
        if b"hidden=" in whole:
            self.hidden_rows += len(self.hidden_row.findall(whole))
            self.hidden_columns += len(self.hidden_column.findall(whole))
        self._reach(whole)
        return rest if len(rest) < 4 * CHUNK else b""

    def _reach(self, whole: bytes) -> None:
        at = 0
        while wider := self.wider.search(whole, at):
            self.last_column = _column_number(wider[1])
            if self.last_column > self.limits.columns:
                raise Unreadable(TOO_WIDE)
            self.wider, at = _wider_than(wider[1]), wider.end()
        numbered = max(map(int, self.row_number.findall(whole)), default=0)
        self.last_row = max(self.last_row, self.rows, numbered)
        if self.last_row > self.limits.rows:
            raise Unreadable(TOO_LONG)
        if self.last_row * self.last_column > self.limits.cells:
            raise Unreadable(TOO_SPREAD)


def _wider_than(letters: bytes) -> re.Pattern[bytes]:
    """What finds a cell further right than a column: its letters are more, or come later."""
    later = [
        letters[:at] + b"[%c-Z]" % (letter + 1) + b"[A-Z]" * (len(letters) - at - 1)
        for at, letter in enumerate(letters)
        if letter < ord("Z")
    ]
    longer = b"[A-Z]{%d,3}" % (len(letters) + 1) if len(letters) < LETTERS_OF_A_COLUMN else b""
    return re.compile(b' r="(' + b"|".join(filter(None, [*later, longer])) + rb")\d")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
