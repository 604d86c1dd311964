"""Names read all together are read as each is by itself."""

import pyarrow as pa
import pytest

import rosterlink
from little_rosters import ON
from rosterlink import names, synthetic
from rosterlink.birth_dates import comparable_birth_date, lunar
from rosterlink.engines import texts

ODD = [
    "", "欧阳", "欧阳锋", "单雄信", "單于", "餸菜", "黎譁", "任任", "曾", "〇一", "林?雨",
    "小明（曾用名）",
    "阿里·买买提", "LIN XIAOYU", "王lin", "龘龘", "林 小 雨", "朴树", "長孫無忌",
]  # fmt: skip


@pytest.fixture(scope="module")
def written():
    made = rosterlink.make(
        300, seed=5, on=ON, faults=synthetic.WIDE_HARD, names=synthetic.NORTHWEST
    )
    found = {
        text
        for table in made.rosters.values()
        for column in ("name", "father_name", "birth_date")
        if column in table.column_names
        for text in table.column(column).to_pylist()
    }
    return pa.array(sorted({*found, *ODD} - {None}))


def test_each_name_is_read_as_by_itself(written):
    told = {form.pop("text"): form for form in texts.name_forms(written).to_pylist()}

    for text in written.to_pylist():
        form = told[text]
        assert names.Name(plain=form.pop("name"), **form) == names.read(text)


def test_each_spelling_is_that_of_the_text(written):
    told = texts.spellings(written).to_pylist()

    assert {one["text"]: one["plain"] for one in told} == {
        text: names.plain(text) for text in written.to_pylist()
    }


def test_each_birth_date_has_its_day_in_both_calendars(written):
    told = texts.births(written).to_pylist()

    for one in told:
        assert one["birth"] == comparable_birth_date(one["text"])
        assert one["lunar"] == lunar(one["birth"])


def test_nothing_is_read_of_nothing():
    nothing = pa.array([], pa.string())

    assert len(texts.name_forms(nothing)) == len(texts.spellings(nothing)) == 0
