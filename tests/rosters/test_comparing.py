"""What has changed between two rosters of one sender."""

from __future__ import annotations

import pyarrow as pa
import pytest

from oosc.rosters.comparing import Changes, Which, compare, rows
from oosc.rosters.states import Kind
from rosterlink.reading import LAYOUTS

SHEET = {"row_id": "1", "source_sheet": "名册", "source_row": "2"}


def table(*rows: dict[str, str]) -> pa.Table:
    return pa.Table.from_pylist([{**SHEET, **row} for row in rows])


def person(name: str, id_no: str = "", **more: str) -> dict[str, str]:
    return {"name": name, "id_no": id_no, "birth_date": "2015-06-22", **more}


def test_without_an_earlier_one_all_rows_are_new():
    assert compare(table(person("桑夏至"), person("禾小满")), None) == Changes(new=2)


def test_a_row_is_known_by_its_number_then_by_who_it_is():
    before = table(person("桑夏至", "1"), person("禾小满"), person("溪立冬", "3"))
    now = table(person("桑下至", "1"), person("禾小满"), person("莲小雪"))

    assert compare(now, before) == Changes(new=1, changed=1, unchanged=1, gone=1)


def test_where_a_row_stands_says_nothing():
    before = table(person("桑夏至", "1"))
    moved = before.set_column(0, "row_id", pa.array(["9"]))

    assert compare(moved, before) == Changes(new=0, unchanged=1)


def test_two_rows_of_one_child_are_two_rows():
    before = table(person("桑夏至", "1"), person("桑夏至", "1"))

    assert compare(table(person("桑夏至", "1")), before) == Changes(new=0, unchanged=1, gone=1)


def test_each_journey_abroad_is_a_row():
    before = table(person("桑夏至", "1", exit_date="2026-01-01"))
    now = table(
        person("桑夏至", "1", exit_date="2026-01-01"), person("桑夏至", "1", exit_date="2026-03-01")
    )

    assert compare(now, before) == Changes(new=1, unchanged=1)


def test_a_column_that_is_new_changes_no_row():
    assert compare(
        table(person("桑夏至", "1", phone="1")), table(person("桑夏至", "1"))
    ) == Changes(new=0, unchanged=1)


@pytest.mark.parametrize("heading", ['备注"2', "备注'; drop", "a b"])
def test_headings_of_senders_are_only_names(heading):
    both = table(person("桑夏至", "1", **{heading: "x"}))

    assert compare(both, both) == Changes(new=0, unchanged=1)


def test_every_kind_has_its_layout():
    assert set(Kind.values) == set(LAYOUTS)
    assert {kind.value: kind.label for kind in Kind} == {
        layout.roster: layout.name for layout in LAYOUTS.values()
    }


def test_each_figure_has_its_rows():
    before = table(person("桑夏至", "1"), person("禾小满"), person("溪立冬", "3"))
    now = table(person("莲小雪"), person("禾小满"), person("桑下至", "1", sex="女"))
    now = now.drop_columns("birth_date")
    counts = compare(now, before)

    for which in Which:
        assert rows(now, before, which).num_rows == getattr(counts, which.value)
    assert rows(now, before, Which.NEW)["name"].to_pylist() == ["莲小雪"]
    assert rows(now, before, Which.GONE)["birth_date"].to_pylist() == ["2015-06-22"]
    changed = rows(now, before, Which.CHANGED)
    assert changed["name"].to_pylist() == ["桑下至"]
    assert changed["differs"].to_pylist() == [["name"]]


def test_twice_under_one_number_each_row_is_told_once():
    before = table(person("桑夏至", "1"), person("桑夏至", "1"))
    now = table(person("桑夏至", "1"), person("桑夏", "1"), person("桑", "1"))

    told = [rows(now, before, which).num_rows for which in Which]

    assert told == list(vars(compare(now, before)).values())
    assert sum(told[:3]) == now.num_rows


def test_a_first_roster_is_all_new():
    now = table(person("桑夏至", "1"))

    assert rows(now, None, Which.NEW)["name"].to_pylist() == ["桑夏至"]
    assert rows(now, None, Which.GONE).num_rows == 0


def test_spaces_within_a_name_change_nothing():
    before = table(person("桑夏至", "1"), person("禾小满"))
    now = table(person("桑 夏 至", "1"), person("禾\u3000小满", sex=""))

    assert compare(now, before) == Changes(new=0, unchanged=2)
    assert rows(now, before, Which.CHANGED).num_rows == 0
