"""Levels of agreement: what Python means by each is what the engines run."""

from dataclasses import fields, replace
from datetime import date
from itertools import product

import duckdb
import pyarrow as pa
import pytest

from rosterlink import person, weights
from rosterlink.levels import BIRTH, COMPARISONS, NAME, NUMBER
from rosterlink.person import Person

ON = date(2026, 9, 1)
LIN = {
    "row_id": "H1",
    "name": "林小雨",
    "sex": "女",
    "birth_date": "2015-03-04",
    "id_no": "11010120150304002X",
    "father_name": "林海",
    "mother_name": "陈芳",
    "mother_id": "110101198803040027",
    "phone": "13800001234",
    "address": "前洋社区居委会滨江路186号19幢703室",
    "ethnicity": "畲族",
}
# One row for each way in which a row may be written otherwise.
CHANGES = [
    {},
    {"name": "林晓瑜"},
    {"name": "林筱宇"},
    {"name": "何静", "former_name": "林晓瑜"},
    {"name": "刘小雨"},
    {"name": "林雨桐花"},
    {"name": "linxiaoyu"},
    {"name": "小雨林"},
    {"name": "林?雨"},
    {"name": "宁小雨"},
    {"name": "陈小雨"},
    {"name": "林小雪"},
    {"name": "林小"},
    {"name": "林小雨涵"},
    {"name": "王小雨"},
    {"name": "雨雨"},
    {"name": "林阿雨"},
    {"name": "林大伟"},
    {"name": "林大伟", "birth_date": ""},
    {"name": "王大伟"},
    {"name": ""},
    {"name": "CRUZ JUAN CARLO"},
    {"name": "CRUZ JUAN CARLA"},
    {"birth_date": "2015-04-03"},
    {"birth_date": "2015-01-14"},
    {"birth_date": "2015-01-01"},
    {"birth_date": "2015-03"},
    {"birth_date": "2015-03-05"},
    {"birth_date": "2015-03-19"},
    {"birth_date": "2013-03-04"},
    {"birth_date": "2012-07-21"},
    {"birth_date": ""},
    {"birth_date": "2015-04-03", "id_no": ""},
    {"birth_date": "2015-01-14", "id_no": ""},
    {"birth_date": "2015-01-01", "id_no": ""},
    {"birth_date": "2015-03", "id_no": ""},
    {"birth_date": "2015-03-05", "id_no": ""},
    {"birth_date": "2015-03-19", "id_no": ""},
    {"birth_date": "2015-03-09", "id_no": ""},
    {"birth_date": "2015-03-10", "id_no": ""},
    {"birth_date": "2015-06-21", "id_no": ""},
    {"birth_date": "2013-03-04", "id_no": ""},
    {"birth_date": "2012-07-21", "id_no": ""},
    {"birth_date": "2015-01-14", "id_no": "110101201503040046"},
    {"id_no": ""},
    {"id_no": "", "student_no": "G11010120150304002X"},
    {"id_no": "110101201503040000"},
    {"id_no": "1.10101E+17"},
    {"id_no": "110101150304002"},
    {"id_no": "11010120150304"},
    {"id_no": "110101****0304002X"},
    {"id_no": "110101201503040024"},
    {"id_no": "11010120150304402X"},
    {"id_no": "11010120150304002X1"},
    {"id_no": "11O1O12015O3O4OO2X"},
    {"id_no": "110101201207210020"},
    {"id_no": "110101198803040027"},
    {"id_no": "E12345678"},
    {"id_no": "110101201503040046", "student_no": "G11010120150304002X"},
    {"birth_date": "2009-03-04", "id_no": ""},
    {"id_no": "110101201503047736"},
    {"id_no": "110107201803040026"},
    {"id_no": "000000000000000000"},
    {"id_no": "110101201503040046"},
    {"sex": "男"},
    {"sex": ""},
    {"ethnicity": "汉族"},
    {"ethnicity": ""},
    {"mother_name": "王丽", "mother_id": "110101198803040043"},
    {"mother_name": "", "guardian_name": "陈芳", "guardian_relation": "祖父母"},
    {"name": "林佳怡", "father_name": "", "mother_name": ""},
    {"name": "欧阳佳怡", "father_name": "", "mother_name": ""},
    {"mother_name": "", "mother_id": ""},
    {"phone": "１３８ 0000-1234"},
    {"phone": "13900001234;13800001234"},
    {"phone": ""},
    {"address": "滨江路186号19-703"},
    {"address": "滨江路186号2-101"},
    {"address": "前洋社区居委会19号楼703"},
    {"address": "望海路2号19-703"},
    {"address": "前洋社区居委会"},
    {"address": ""},
]


@pytest.fixture(scope="module")
def people():
    return [person.read(LIN | change, "police_hukou", ON) for change in CHANGES]


@pytest.fixture(scope="module")
def connection(people):
    columns = {f.name: [getattr(p, f.name) for p in people] for f in fields(Person)}
    columns["family_ids"] = pa.array([list(p.family_ids) for p in people], pa.list_(pa.string()))
    columns["n"] = list(range(len(people)))
    connection = duckdb.connect()
    connection.register("arrived", pa.table(columns))
    connection.execute("create table people as select * from arrived")
    return connection


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda c: c.code)
def test_engine_and_definition_agree(comparison, people, connection):
    names = [f.name for f in fields(Person)]
    sides = ", ".join(f"l.{name} as {name}_l, r.{name} as {name}_r" for name in names)
    answers = connection.execute(
        f"select {comparison.sql} from (select {sides}, l.n as a, r.n as b from people l, people r)"
        " order by a, b"
    ).fetchall()

    assert [level for (level,) in answers] == [
        comparison.level(left, right) for left, right in product(people, people)
    ]


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda c: c.code)
def test_every_level_is_the_same_both_ways_round(comparison, people):
    for left, right in product(people, people):
        assert comparison.level(left, right) == comparison.level(right, left)


@pytest.mark.parametrize("comparison", [NAME, BIRTH, NUMBER], ids=lambda c: c.code)
def test_the_ways_of_writing_reach_every_level(comparison, people):
    reached = {comparison.level(left, right) for left, right in product(people, people)}

    missing = {level.code for i, level in enumerate(comparison.levels) if i not in reached}
    assert missing <= {"two_slips", "fits_some"}


def test_every_level_has_its_weight():
    for comparison in COMPARISONS:
        assert set(weights.WEIGHTS[comparison.code]) == {level.code for level in comparison.levels}


@pytest.mark.parametrize(
    ("name", "birth", "number"),
    [
        ("same", "unlike", "same"),
        ("sound", "by_number", "one_slip"),
        ("near", "unlike", "same_not_own"),
        ("one_character", "same_season", "same_not_own"),
        ("one_character", "unlike", "same_not_own"),
        ("unlike", "same", "two_numbers"),
    ],
)
def test_the_sum_is_the_same_in_sql(name, birth, number):
    levels = _levels(name, birth, number)
    columns = ", ".join(f"{value} as {code}" for code, value in levels.items())
    [(answer,)] = duckdb.execute(
        f"select {weights.total_sql()} from (select {columns}, 9.5 as rarity, -14.0 as prior)"
    ).fetchall()

    assert answer == pytest.approx(weights.total(levels, 9.5, -14.0))


def test_a_date_that_no_sibling_can_have_excuses_itself_by_the_number():
    sibling, slip = (
        weights.total(_levels("one_character", birth, "same_not_own"), 9.5, -14.0)
        for birth in ("unlike", "same_season")
    )

    assert slip - sibling > weights.OWN_AFTER_ALL


def _levels(name, birth, number):
    levels = {c.code: len(c.levels) - 1 for c in COMPARISONS}
    for comparison, code in ((NAME, name), (BIRTH, birth), (NUMBER, number)):
        levels[comparison.code] = [level.code for level in comparison.levels].index(code)
    return levels


def test_a_number_of_another_birth_date_is_not_the_rows_own():
    siblings = person.read(LIN | {"id_no": "110101201207210020"}, "school_roll", ON)
    slip = person.read(LIN | {"birth_date": "2015-03-05"}, "school_roll", ON)

    assert not siblings.own
    assert slip.own


def test_a_guardians_number_is_a_sign_of_the_family_and_not_the_childs():
    child = person.read(LIN | {"id_no": "110101198803040027"}, "school_roll", ON)

    assert child.number == ""
    assert "110101198803040027" in child.family_ids


def test_a_row_without_anything_is_read():
    assert person.read({"row_id": "S1"}, "school_roll", ON) == replace(
        Person(), row_id="S1", roster="school_roll", side=1
    )
