"""Decided pairs as people hand them in."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rosterlink.decisions import read_decisions
from rosterlink.reading import Unreadable

HEAD = "left_row_id,right_row_id,same\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text(HEAD + "户籍:4,学籍:9,1\nH2, S2 ,0\n", encoding=encoding)
    assert read_decisions(path).to_pylist() == [
        {"left_row_id": "户籍:4", "right_row_id": "学籍:9", "same": True},
        {"left_row_id": "H2", "right_row_id": "S2", "same": False},
    ]


@pytest.mark.parametrize("same", [["1", "0"], [1, 0], [True, False]])
def test_a_parquet_file_with_text_numbers_or_booleans(tmp_path: Path, same: list[object]) -> None:
    table = pa.table({"left_row_id": ["H1", "H2"], "right_row_id": ["S1", "S2"], "same": same})
    pq.write_table(table, tmp_path / "d.parquet")
    assert read_decisions(tmp_path / "d.parquet")["same"].to_pylist() == [True, False]


def test_none_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(HEAD, encoding="utf-8")
    assert read_decisions(path).num_rows == 0


def test_the_same_decision_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(HEAD + "H1,S1,1\nS1,H1,1\n", encoding="utf-8")
    assert read_decisions(path).num_rows == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("d.txt", b"", ".csv"),
        ("d.csv", b"\xff\xfe\xff\xff", "编码"),
        ("d.csv", b"", "看到的表头：无"),
        ("d.parquet", b"PAR1", "Parquet"),
    ],
)
def test_what_is_no_list_of_decisions_is_refused(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=words):
        read_decisions(tmp_path / name)
