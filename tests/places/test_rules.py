"""Codes and tables of regions."""

from __future__ import annotations

import pytest

from oosc.kernel.refusal import Refused
from oosc.places import rules


@pytest.mark.parametrize(
    ("padded", "code"),
    [
        ("990000000000", "99"),
        ("990100000000", "9901"),
        ("990101000000", "990101"),
        ("990101002000", "990101002"),
        ("990101002003", "990101002003"),
        ("990000", "99"),
        ("990100", "9901"),
        ("990101000", "990101"),
        ("990110", "990110"),
        ("990101010", "990101010"),
        ("99", "99"),
        ("12345", "12345"),
    ],
)
def test_the_zeros_of_the_national_table_are_taken_away(padded, code):
    assert rules.trimmed(padded) == code


def test_a_table_is_read_as_it_is_pasted():
    table = rules.read_table(
        "统计用区划代码\t城乡分类代码\t名称\n"
        "990001001000\t\t云屏街道\n"
        "990001001001\t111\t东桥社区\n"
        '"990001001002","西桥社区"\r\n'
        "\n"
        "990001001003，南桥社区"
    )

    assert table.names == {
        "990001001": "云屏街道",
        "990001001001": "东桥社区",
        "990001001002": "西桥社区",
        "990001001003": "南桥社区",
    }
    assert table.problems == []


def test_lines_that_make_no_sense_are_named_by_number():
    table = rules.read_table(
        "99 云岭省\n9 甲\nabc 乙\n990001\n990002 111\n99 别名省\n9901 " + "长" * 61
    )

    assert table.names == {"99": "云岭省"}
    assert table.problems == [
        (2, "代码须为 2、4、6、9 或 12 位数字。"),
        (3, "代码须为 2、4、6、9 或 12 位数字。"),
        (4, "缺名称。"),
        (5, "缺名称。"),
        (6, "同一代码在表中有两个名称。"),
        (7, "名称超过 60 个字。"),
    ]


def test_a_table_of_a_nation_is_asked_for_in_parts():
    with pytest.raises(Refused, match="分开导入"):
        rules.read_table("99 云岭省\n" * 60_001)


@pytest.mark.parametrize(
    "new", ["990001", "99000100", "9900010012", "99000100a", "９９０００１００２"]
)
def test_a_new_code_is_of_the_same_level(new):
    with pytest.raises(Refused, match="同级"):
        rules.check_new_code("990001001", new)


def test_the_same_code_is_no_new_one():
    with pytest.raises(Refused, match="相同"):
        rules.check_new_code("990001001", "990001001")
