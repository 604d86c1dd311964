"""Two rows side by side: what agrees, in words, and no more of a number than must be seen."""

from __future__ import annotations

from datetime import date

import pytest

import factories
from oosc.linkage import pairs
from oosc.linkage.pairs import AMBER, GREEN, GREY

NUMBER = factories.id_no(date(2016, 4, 20), 11)


def line(label: str, left: dict[str, str], right: dict[str, str]) -> pairs.Line:
    return next(one for one in pairs.compare(left, right) if one.label == label)


def test_what_agrees_and_what_does_not_is_counted():
    left = {"name": "林小雨", "sex": "女", "birth_date": "2016-04-20"}
    right = {"name": "林小宇", "sex": "女", "birth_date": ""}

    assert pairs.tally(pairs.compare(left, right)) == "1 项相符，1 项不符，6 项不比"


def test_only_the_characters_that_differ_are_marked():
    name = line("姓名", {"name": "林小雨"}, {"name": "林小宇"})

    assert (name.left, name.right) == ("林小<mark>雨</mark>", "林小<mark>宇</mark>")
    assert (name.colour, name.verdict) == (AMBER, "1 处不同")


def test_a_name_in_traditional_characters_agrees():
    name = line("姓名", {"name": "许启瑞"}, {"name": "許啓瑞"})

    assert (name.colour, name.verdict) == (GREEN, "一致，写法不同")
    assert (name.left, name.right) == ("许启瑞", "許啓瑞")


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ({"community": "青桥社区"}, {"community": "青桥社区"}, (GREEN, "同一社区")),
        ({"community": "青桥社区"}, {"community": "望湖社区"}, (AMBER, "社区不同")),
        ({"community": "青桥社区", "address": "1号"}, {"community": ""}, (GREY, "一侧没有住址")),
        ({"address": "福街1号101室"}, {"address": "福街1号101室"}, (GREEN, "详址一致")),
    ],
)
def test_without_an_address_the_communities_are_compared(left, right, said):
    found = line("住址", left, right)

    assert (found.colour, found.verdict) == said


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (NUMBER[:15] + NUMBER[16] + NUMBER[15] + NUMBER[17], "一致"),  # 11: turned it is the same
        (NUMBER[:10] + NUMBER[11] + NUMBER[10] + NUMBER[12:], "第 11、12 位互换"),
        ("1" + NUMBER[1:], "第 1 位不同"),
        (NUMBER[:-1], "位数不同"),
        ("", "一侧没有记"),
    ],
)
def test_how_two_numbers_differ_is_said(other, verdict):
    assert line("证件号", {"id_no": NUMBER}, {"id_no": other}).verdict.startswith(verdict)


def test_of_two_unlike_numbers_nothing_but_the_head_is_shown():
    other = "110101201512308" + NUMBER[15:]
    number = line("证件号", {"id_no": NUMBER}, {"id_no": other})

    assert "<mark>" not in number.left
    assert NUMBER[6:] not in number.left
    assert number.left.count("*") == 12


def test_a_number_that_agrees_stays_masked():
    number = line("证件号", {"id_no": NUMBER}, {"id_no": NUMBER})

    assert number.colour == GREEN
    assert NUMBER[6:] not in number.left


def test_each_of_several_phones_is_masked_by_itself():
    phone = line("联系电话", {"phone": "13800138000;13900139001"}, {"phone": "13900139001"})

    assert phone.left == "138****8000、139****9001"
    assert phone.colour == GREEN


@pytest.mark.parametrize("field", ["name", "birth_date", "sex", "guardian", "school", "community"])
def test_what_a_roster_says_is_never_markup(field):
    evil = '<img src=x onerror="alert(1)">'
    for left, right in (({field: evil}, {}), ({field: evil}, {field: "别的"})):
        lines = pairs.compare(left, right)
        assert not any("<img" in one.left or "<img" in one.right for one in lines)


def test_a_number_that_is_markup_is_shown_as_stars():
    number = line("证件号", {"id_no": "<script>alert(1)</script>"}, {"id_no": NUMBER})

    assert "<script" not in number.left


def test_nothing_is_compared_with_nothing():
    assert {one.colour for one in pairs.compare({}, {})} == {GREY}
