"""Workbooks meant to hurt, made here. Whatever takes a file in is tried with each of them."""

import functools
import io
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import openpyxl

# Each is refused within so many seconds of work, most in a tenth of one. The work is measured, the
# child's with it, and not the clock: what else a machine has to do is no fault of the workbook.
SECONDS = 5

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEADINGS = "".join(
    f'<c r="{ref}1" t="inlineStr"><is><t>{text}</t></is></c>'
    for ref, text in zip("ABC", ("姓名", "身份证号", "出生日期"), strict=True)
)
CHILD = "".join(
    f'<c r="{ref}2" t="inlineStr"><is><t>{text}</t></is></c>'
    for ref, text in zip("ABC", ("林小满", "350503201911240791", "2019-11-24"), strict=True)
)
ROWS = f'<row r="1">{HEADINGS}</row><row r="2">{CHILD}</row>'


def parts(rows: str = ROWS, prolog: str = "") -> dict[str, bytes]:
    """Return the parts of the smallest workbook that a reader takes."""
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    made = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{office}"><sheets>'
        '<sheet name="名册" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
    }
    return {name: text.encode() for name, text in made.items()}


def packed(content: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", compression) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return memory.getvalue()


def with_part(name: str, data: bytes = b"<x/>") -> bytes:
    return packed(parts() | {name: data})


def zip_bomb() -> bytes:
    """Zeros by the hundred mebibytes in a part that nobody needs, and in a sheet."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts().items():
            archive.writestr(name, data)
        with archive.open("xl/media/image1.png", "w", force_zip64=True) as bomb:
            for _ in range(783):
                bomb.write(bytes(1024 * 1024))
    return memory.getvalue()


def steep_bomb() -> bytes:
    """Below the size limit, but packed a thousandfold."""
    return packed(parts() | {"xl/media/image1.png": bytes(60 * 1024 * 1024)})


def lying_size() -> bytes:
    """The table says one byte where there are many."""
    content = with_part("xl/media/image1.png", bytes(2_000_000))
    return content.replace(struct.pack("<I", 2_000_000), struct.pack("<I", 1))


def overlapping() -> bytes:
    """Many entries of the table point at one part."""
    content = bytearray(packed(parts() | {f"xl/media/i{n}.png": bytes(9) * 500 for n in range(5)}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = next(e.compress_size for e in archive.infolist() if e.filename.endswith("i0.png"))
    return bytes(content).replace(struct.pack("<I", size), struct.pack("<I", 100_000))


def symlink() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in parts().items():
            archive.writestr(name, data)
        link = zipfile.ZipInfo("xl/media/image1.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return memory.getvalue()


def encrypted_zip() -> bytes:
    content = bytearray(packed(parts()))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def compound(*streams: str) -> bytes:
    """Enough of a compound file for the gate: its magic and the names of its streams."""
    names = b"".join((stream + "\0").encode("utf-16-le") for stream in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names + bytes(1024)


def cell(ref: str) -> str:
    return f'<c r="{ref}"><v>1</v></c>'


def corner() -> bytes:
    return packed(parts(f'<row r="1">{HEADINGS}</row><row r="1048576">{cell("XFD1048576")}</row>'))


def far_down() -> bytes:
    return packed(parts(f'<row r="1">{HEADINGS}</row><row r="1048576">{cell("AZ1048576")}</row>'))


def million_columns() -> bytes:
    return packed(
        parts(
            f'<row r="1">{HEADINGS}{"".join(cell(f"X{a}{b}1") for a in "AB" for b in "ABC")}</row>'
        )
    )


def million_empty_rows() -> bytes:
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 999_999))
    return packed(parts(ROWS + empty))


def empty_rows_after_a_silence() -> bytes:
    """Millions of packed bytes that unpack to nothing, and only then what is refused."""
    name = "xl/worksheets/sheet1.xml"
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 99_999))
    sheet = parts(ROWS + empty)[name]
    start = sheet.index(b'<row r="3"')
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    raw = packer.compress(sheet[:start]) + packer.flush(zlib.Z_FULL_FLUSH)
    raw += b"\x00\x00\x00\xff\xff" * 500_000 + packer.compress(sheet[start:]) + packer.flush()
    made = bytearray(packed(parts() | {name: raw}, zipfile.ZIP_STORED))
    stored = struct.pack("<LLL", zlib.crc32(raw), len(raw), len(raw))
    deflated = struct.pack("<LLL", zlib.crc32(sheet), len(raw), len(sheet))
    while (at := made.find(stored)) >= 0:  # in the entry's own header and in the table
        made[at : at + 12] = deflated
        made[at - 6 : at - 4] = struct.pack("<H", zipfile.ZIP_DEFLATED)
    return bytes(made)


def disguised_corner() -> bytes:
    """A corner cell whose tags the scan does not recognise: the child's limits are what is left."""
    return packed(parts(f"<row>{HEADINGS}</row><row><c r='XFD1048576'><v>1</v></c></row>"))


DTD = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE worksheet [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "zip bomb": ("a.xlsx", zip_bomb, "过大"),
    "steep bomb": ("a.xlsx", steep_bomb, "过大"),
    "lying size": ("a.xlsx", lying_size, "目录与内容不符"),
    "overlapping parts": ("a.xlsx", overlapping, "目录与内容不符"),
    "symbolic link": ("a.xlsx", symlink, "目录与内容不符"),
    "upward path": ("a.xlsx", lambda: with_part("../../etc/cron.d/x"), "目录与内容不符"),
    "absolute path": ("a.xlsx", lambda: with_part("/etc/cron.d/x"), "目录与内容不符"),
    "backward name": ("a.xlsx", lambda: with_part("xl/\u202egnp.png"), "目录与内容不符"),
    "nested zip": ("a.xlsx", lambda: with_part("xl/x.zip", packed(parts())), "嵌有"),
    "embedded object": ("a.xlsx", lambda: with_part("xl/embeddings/oleObject1.bin"), "嵌有"),
    "control": ("a.xlsx", lambda: with_part("xl/activeX/activeX1.xml"), "嵌有"),
    "external link": ("a.xlsx", lambda: with_part("xl/externalLinks/externalLink1.xml"), "链接"),
    "dynamic data": ("a.xlsx", lambda: with_part("xl/externalLinks/externalLink9.xml"), "链接"),
    "data connection": ("a.xlsx", lambda: with_part("xl/connections.xml"), "链接"),
    "macros renamed": ("a.xlsx", lambda: with_part("xl/vbaProject.bin"), "宏"),
    "old macro sheet": ("a.xlsx", lambda: with_part("xl/macrosheets/sheet1.xml"), "宏"),
    "macro type": (
        "a.xlsx",
        lambda: packed(
            parts()
            | {"[Content_Types].xml": b"<Types><x y='sheet.macroEnabled.main+xml'/></Types>"}
        ),
        "宏",
    ),
    "macro workbook": ("a.xlsm", lambda: packed(parts()), "宏"),
    "binary workbook renamed": ("a.xlsx", lambda: packed({"xl/workbook.bin": b"x"}), ".xlsb"),
    "encrypted": ("a.xlsx", lambda: compound("EncryptionInfo", "EncryptedPackage"), "密码"),
    "encrypted entries": ("a.xlsx", encrypted_zip, "密码"),
    "old workbook renamed": ("a.xlsx", lambda: compound("Workbook"), "扩展名"),
    "new workbook renamed": ("a.xls", lambda: packed(parts()), "扩展名"),
    "letter renamed": ("a.xls", lambda: compound("WordDocument"), "不是电子表格"),
    "old macros": ("a.xls", lambda: compound("Workbook", "_VBA_PROJECT"), "宏"),
    "old workbook, empty": ("a.xls", lambda: compound("Workbook"), "损坏"),
    "letter, new, renamed": (
        "a.xlsx",
        lambda: packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>"}),
        "不是电子表格",
    ),
    "archive renamed": ("a.xlsx", lambda: packed({"a.txt": b"x"}), "压缩包"),
    "wps": ("a.et", lambda: compound("Workbook"), "另存为"),
    "web page renamed": ("a.xls", lambda: b"<html><table><tr><td>x", "网页"),
    "text renamed": ("a.xlsx", lambda: "姓名,身份证号\n".encode(), "文本"),
    "xml renamed": ("a.xls", lambda: b'<?xml version="1.0"?><Workbook/>', "XML"),
    "picture renamed": ("a.xlsx", lambda: b"\x89PNG\r\n\x1a\n\0\0", "不是电子表格"),
    "empty file": ("a.xlsx", lambda: b"", "空的"),
    "truncated": ("a.xlsx", lambda: packed(parts())[:-40], "不完整"),
    "cut in half": ("a.xlsx", lambda: packed(parts())[:700], "不完整"),
    "broken table": (
        "a.xlsx",
        lambda: packed(parts()).replace(b"PK\x01\x02", b"PK\x09\x09"),
        "不完整",
    ),
    "broken stream": (
        "a.xlsx",
        lambda: packed(parts()).replace(zlib.compress(parts()["xl/workbook.xml"])[2:20], bytes(18)),
        "不完整",
    ),
    "not xml": ("a.xlsx", lambda: packed(parts() | {"xl/workbook.xml": b"<a><b></a>"}), "损坏"),
    "no sheets": (
        "a.xlsx",
        lambda: packed(parts() | {"xl/workbook.xml": b"<workbook/>"}),
        "没有名册",
    ),
    "outside entity": ("a.xlsx", lambda: packed(parts(prolog=DTD)), "实体"),
    "entity bomb": ("a.xlsx", lambda: packed(parts(prolog=LAUGHS)), "实体"),
    "entity in the strings": (
        "a.xlsx",
        lambda: with_part("xl/sharedStrings.xml", (LAUGHS + "<sst/>").encode()),
        "实体",
    ),
    "dtd in utf-16": (
        "a.xlsx",
        lambda: with_part("xl/sharedStrings.xml", (DTD + "<sst/>").encode("utf-16")),
        "实体",
    ),
    "padding before a dtd": (
        "a.xlsx",
        lambda: with_part("xl/styles.xml", b"<!--" + b" " * 2_000_000 + b"-->" + DTD.encode()),
        "目录与内容不符",
    ),
    "corner cell": ("a.xlsx", corner, "列过多"),
    "cell far down": ("a.xlsx", far_down, "过多|过大"),
    "million columns": ("a.xlsx", million_columns, "列过多"),
    "million empty rows": ("a.xlsx", million_empty_rows, "空行"),
    "empty rows after a silence": ("a.xlsx", empty_rows_after_a_silence, "空行"),
    "disguised corner cell": ("a.xlsx", disguised_corner, "内存"),
    "two parts of one name": ("a.xlsx", lambda: _doubled(), "目录与内容不符"),
    "ten thousand parts": (
        "a.xlsx",
        lambda: packed(parts() | {f"xl/media/{n}.png": b"" for n in range(10_000)}),
        "组成文件过多",
    ),
    "many sheets": ("a.xlsx", lambda: _many_sheets(400), "工作表过多"),
    "macros in an open document": (
        "a.ods",
        lambda: packed({"mimetype": b"x", "content.xml": b"<x/>", "Basic/a.xml": b"<x/>"}),
        "宏",
    ),
    "open document, empty": (
        "a.ods",
        lambda: packed({"mimetype": b"x", "content.xml": b"<x/>"}),
        "损坏",
    ),
    "open document bomb": ("a.ods", lambda: _repeated_cells(16384), "内存"),
    "smaller open document bomb": ("a.ods", lambda: _repeated_cells(90), "内存"),
    "parquet cut short": ("a.parquet", lambda: b"PAR1" + bytes(100) + b"PAR1", "损坏"),
    "text that is none": ("a.csv", lambda: packed(parts()), "不是文本"),
    "text with zeros": ("a.csv", lambda: b"name,id\nx\0y,1\n" * 900, "不是文本"),
    "open quote": ("a.csv", lambda: b'name,id_no\n"' + b"x" * 300_000, "引号"),
    "unknown encoding": ("a.csv", lambda: b"name,id_no\n\xff\xff\xff\xff,1\n", "编码"),
    "too wide text": ("a.csv", lambda: b"," * 2_000, "列过多"),
    "other format": ("a.pdf", lambda: b"%PDF-1.7", "不能读取"),
}


def _doubled() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in [*parts().items(), ("xl/worksheets/sheet2.xml", parts()["_rels/.rels"])]:
            archive.writestr(name, data)
    return memory.getvalue().replace(b"sheet2.xml", b"sheet1.xml")


def _many_sheets(count: int) -> bytes:
    book = openpyxl.Workbook()
    for _ in range(count):
        book.create_sheet()
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def _repeated_cells(columns: int) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><office:body>'
        '<office:spreadsheet><table:table table:name="a">'
        '<table:table-row table:number-rows-repeated="1048576">'
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}">'
        "<text:p>1</text:p></table:table-cell></table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="x"/>'
    made = {"mimetype": mime, "META-INF/manifest.xml": manifest, "content.xml": content.encode()}
    return packed(made)


@functools.cache
def hostile(what: str) -> tuple[str, bytes, str]:
    """Return a name for the file, its content, and what the refusal of it says."""
    name, make, sentence = HOSTILE[what]
    return name, make(), sentence


@contextmanager
def refused_soon() -> Iterator[None]:
    """Hold what is done in the block, by this process and its children, to `SECONDS`."""
    before = _worked()
    yield
    assert _worked() - before < SECONDS


def _worked() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)
