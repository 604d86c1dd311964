"""Text and column files, in the encodings that offices export."""

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rosterlink.reading import LAYOUTS, Reading, Unreadable, read

HUKOU = LAYOUTS["police_hukou"]
LINES = "姓名,身份证号,出生日期,户籍地址\n林小满,350503201911240783,2019-11-24,“中山路”1号\n"


def names(reading: Reading) -> list[str]:
    return reading.table.column("name").to_pylist()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes(LINES.encode(encoding))
    reading = read(path, HUKOU)
    assert names(reading) == ["林小满"]
    assert reading.table.column("address").to_pylist() == ["“中山路”1号"]
    assert reading.table.column("row_id").to_pylist() == ["名册:2"]


def test_rare_characters_of_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes(LINES.replace("小满", "𬭎喆").encode("gb18030"))
    assert names(read(path, HUKOU)) == ["林𬭎喆"]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_every_delimiter(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "名册.csv"
    path.write_text(LINES.replace(",", mark), encoding="utf-8")
    assert names(read(path, HUKOU)) == ["林小满"]


def test_titles_ragged_lines_and_protected_numbers(tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_text(
        "户籍名册\r\n\r\n姓名,身份证号,电话\r\n"
        '林小满,="350503201911240783"\r\n'
        '"陈\n立夏",\'520602201404051177,13800000002,多出的一格\r\n\r\n合计,2\r\n',
        encoding="utf-8-sig",
    )
    reading = read(path, HUKOU)
    assert names(reading) == ["林小满", "陈 立夏"]
    assert reading.table.column("id_no").to_pylist() == [
        "350503201911240783", "520602201404051177",
    ]  # fmt: skip
    assert reading.table.column("第 4 列").to_pylist() == ["", "多出的一格"]
    assert reading.table.column("source_row").to_pylist() == [4, 5]


def test_identifiers_as_headings(tmp_path: Path) -> None:
    path = tmp_path / "school.csv"
    path.write_text("row_id,name,id_no,national_student_no\nS1,林小满,,G1\n", encoding="utf-8")
    reading = read(path, LAYOUTS["school_roll"])
    assert reading.table.column("row_id").to_pylist() == ["S1"]
    assert reading.table.column("student_no").to_pylist() == ["G1"]


def test_a_column_file_of_any_types(tmp_path: Path) -> None:
    path = tmp_path / "名册.parquet"
    days = pa.array([17410, None], pa.date32())
    table = pa.table(
        {"name": ["林小满", None], "birth_date": days, "id_no": ["x", "y"], "phone": [1, 2]}
    )
    pq.write_table(table.append_column("stamp", pa.array([0, 1], pa.timestamp("s"))), path)
    reading = read(path, HUKOU)
    assert names(reading) == ["林小满", ""]
    assert reading.table.column("birth_date").to_pylist() == ["2017-09-01", ""]
    assert reading.table.column("source_row").to_pylist() == [2, 3]
    assert reading.table.column("stamp").to_pylist() == ["1970-01-01", "1970-01-01"]


def test_nested_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "名册.parquet"
    pq.write_table(pa.table({"name": ["a"], "id_no": [[1, 2]]}), path)
    with pytest.raises(Unreadable, match="嵌套"):
        read(path, HUKOU)


def test_a_column_file_of_a_billion_equal_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "名册.parquet"
    one = pa.table({"name": pa.repeat(pa.scalar("林"), 1_000_000).dictionary_encode()})
    with pq.ParquetWriter(path, one.schema) as writer:
        for _ in range(25):
            writer.write_table(one)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(Unreadable, match="行过多"):
        read(path, HUKOU)


def test_an_open_document(tmp_path: Path) -> None:
    """As LibreOffice writes it, with its million repeated empty rows at the end."""
    names_of = "urn:oasis:names:tc:opendocument:xmlns"

    def row(*texts: str) -> str:
        cells = "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{text}</text:p></table:table-cell>"
            for text in texts
        )
        return f"<table:table-row>{cells}</table:table-row>"

    content = (
        f'<office:document-content xmlns:office="{names_of}:office:1.0" '
        f'xmlns:table="{names_of}:table:1.0" xmlns:text="{names_of}:text:1.0"><office:body>'
        '<office:spreadsheet><table:table table:name="名册">'
        + row("姓名", "身份证号")
        + row("林小满", "350503201911240783")
        + '<table:table-row table:number-rows-repeated="1048573"><table:table-cell '
        'table:number-columns-repeated="1024"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="x"/>')
        archive.writestr("content.xml", content)
    path = tmp_path / "名册.ods"
    path.write_bytes(memory.getvalue())
    assert names(read(path, HUKOU)) == ["林小满"]
