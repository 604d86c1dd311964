"""Why a child stands on a list: each sentence says what is its own, and nothing restricted."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from oosc.linkage import wording
from oosc.linkage.register import Line
from oosc.linkage.sources import Source
from oosc.members.models import Unit
from oosc.rosters.models import Roster

SAID = "模板里的一句。"


def line(kind: str, **row: str) -> Line:
    roster = Roster(kind=kind, sender=Unit(name="派出所"), as_of=date(2026, 9, 1))
    return Line("0:1:a", Source(roster, pa.table({"row_id": []})), row)


HUKOU = line("police_hukou", community="东桥社区", birth_date="2016-04-20")
FLOATING = line("police_floating", community="西桥社区")
LEFT = line("school_roll", school_name="云屏中学", grade="8", class_no="3", state="离校")
CARD = line("disabled_cert", community="东桥社区", name="林小雨")


@pytest.mark.parametrize(
    ("code", "lines", "grade", "sentence"),
    [
        (
            "never_on_roll", [HUKOU], 5,
            "户籍在东桥社区，按年龄应读五年级，本地和外地学籍里都没有；没有别的名册认得。",
        ),
        (
            "never_on_roll", [HUKOU, CARD], None,
            "户籍在东桥社区，年级不详，本地和外地学籍里都没有；另有 1 份名册认得这个孩子。",
        ),
        (
            "left_roll", [FLOATING, LEFT], 8,
            "居住登记在西桥社区，按年龄应读八年级；云屏中学八年级3班学籍标注“离校”，没有新的在读学籍。",
        ),
        (
            "transferred_out", [FLOATING, LEFT], 8,
            "居住登记在西桥社区，按年龄应读八年级；云屏中学八年级3班学籍标注“离校”，转入的学籍没有找到。",
        ),
        (
            "age_unknown", [FLOATING], None,
            "居住登记在西桥社区，没有出生日期和证件号，无法判断是否适龄，请先核实；没有别的名册认得。",
        ),
        (
            "age_unknown", [HUKOU], None,
            "户籍在东桥社区，出生日期不可信，无法判断是否适龄，请先核实；没有别的名册认得。",
        ),
        ("a_rule_of_tomorrow", [HUKOU], 5, SAID),
    ],
)  # fmt: skip
def test_suspected(code, lines, grade, sentence):
    assert wording.suspected(code, SAID, lines, grade) == sentence


@pytest.mark.parametrize(
    ("code", "by", "sentence"),
    [
        (
            "enrolled_elsewhere",
            line("elsewhere_roll", province="甲省", school_name="某校", grade="2"),
            "甲省某校二年级在读（外地就读名册）。",
        ),
        ("suspended", LEFT, "云屏中学八年级3班休学中，学籍保留。"),
        (
            "deferred", line("deferral", until="2027-08-31", reason="病"),
            "已批准缓学，到 2027-08-31 期满。",
        ),
        ("deceased", line("deaths", death_date="2026-03-02"), "死亡登记：2026-03-02。"),
        ("moved_out", line("police_hukou", move_out_date="2026-05-01", community="东桥社区"),
         "东桥社区登记已于 2026-05-01 迁出、离开。"),
        ("abroad", line("border_exits", exit_date="2026-05-01"), SAID),
        ("deferred", line("deferral"), SAID),
        ("suspended", None, SAID),
    ],
)  # fmt: skip
def test_explained(code, by, sentence):
    assert wording.explained(code, SAID, by) == sentence


def test_found_and_unknown_to_the_police():
    migrant = line("school_roll", school_name="云屏中学", grade="8", migrant_child="是")

    assert wording.found(LEFT, SAID) == "云屏中学八年级3班在读，与居住登记为同一人。"
    assert wording.found(None, SAID) == SAID
    assert wording.ghost("no_resident", SAID, migrant).startswith(
        "云屏中学八年级在读，学籍记为随迁子女；"
    )
    assert wording.ghost("deceased", SAID, migrant) == SAID


def test_known_to_one_roster_alone():
    said = "只有预防接种名册知道这个孩子，公安和学籍名册中都没有，请查找。"
    placed = "只有预防接种名册知道这个孩子，公安和学籍名册中都没有；登记在东桥社区，请查找。"

    assert wording.unregistered(said, line("vaccination", community="东桥社区")) == placed
    assert wording.unregistered(said, line("vaccination")) == said


def test_a_pair_says_what_it_leaves_open():
    said = wording.DOUBTFUL + "姓名一致、性别一致；同一社区。"
    row = {"birth_date": "2016-04-20", "id_no": "x", "guardian": "林"}

    assert wording.doubtful(said, row, row) == "姓名一致、性别一致；同一社区。"
    assert wording.doubtful(said, row, {"guardian": "林"}) == (
        "姓名一致、性别一致；同一社区。出生日期、证件号无从比较。"
    )
