"""What a row is called (design §5.1)."""

from pathlib import Path

import pytest

from rosterlink.reading import LAYOUTS, Reading, Unreadable, assign_row_ids, read


def reading(folder: Path, name: str, heading: str, *ids: str) -> Reading:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    lines = [f"{heading},姓名,出生日期", *(f"{one},林小满,2019-11-24" for one in ids)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return read(path, LAYOUTS["police_hukou"])


def ids(*readings: Reading) -> list[list[str]]:
    return [one.table.column("row_id").to_pylist() for one in assign_row_ids(readings)]


def test_the_senders_row_id_is_used(tmp_path: Path) -> None:
    assert ids(reading(tmp_path, "a.csv", "row_id", "H7", "H9")) == [["H7", "H9"]]


def test_a_row_id_that_comes_twice_is_not(tmp_path: Path) -> None:
    assert ids(reading(tmp_path, "a.csv", "row_id", "H7", "H7")) == [["a:2", "a:3"]]
    assert ids(reading(tmp_path, "a.csv", "row_id", "H7", "")) == [["a:2", "a:3"]]


def test_files_that_share_an_id_fall_back_the_others_do_not(tmp_path: Path) -> None:
    a = reading(tmp_path, "a.csv", "row_id", "1", "2")
    b = reading(tmp_path, "b.csv", "row_id", "2", "3")
    c = reading(tmp_path, "c.csv", "row_id", "8", "9")
    assert ids(a, b, c) == [["a:2", "a:3"], ["b:2", "b:3"], ["8", "9"]]


def test_a_sequence_number_that_is_more_than_a_count(tmp_path: Path) -> None:
    assert ids(reading(tmp_path, "a.csv", "序号", "H0001", "H0002")) == [["H0001", "H0002"]]
    assert ids(reading(tmp_path, "a.csv", "序号", "1", "2")) == [["a:2", "a:3"]]
    assert ids(reading(tmp_path, "a.csv", "序号", "101", "102")) == [["a:2", "a:3"]]
    assert ids(reading(tmp_path, "a.csv", "序号", "1", "3", "4")) == [["a:2", "a:3", "a:4"]]


def test_two_files_with_one_stem_are_refused(tmp_path: Path) -> None:
    a = reading(tmp_path, "a.csv", "row_id", "1")
    b = reading(tmp_path / "other", "a.csv", "row_id", "2")
    with pytest.raises(Unreadable, match="都叫“a”"):
        assign_row_ids([a, b])
