"""Plain values in, a decision out."""

from __future__ import annotations

from datetime import date

import pytest

from oosc.children import rules
from oosc.children.rules import Asked


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        ("林小雨", Asked.NAME, "林小雨"),
        (" 林 小雨 ", Asked.NAME, "林小雨"),
        ("阿依·晨露", Asked.NAME, "阿依·晨露"),
        ("lxy", Asked.LETTERS, "LXY"),
        ("1207", Asked.LAST_FOUR, "1207"),
        ("120x", Asked.LAST_FOUR, "120X"),
        ("１２０７", Asked.LAST_FOUR, "1207"),
        ("150 0000 1207", Asked.NUMBER, "15000001207"),
        ("G350582201604200110", Asked.NUMBER, "G350582201604200110"),
    ],
)
def test_what_was_typed_is_understood(words, kind, text):
    asked = rules.read_search(words)

    assert (asked.kind, asked.text) == (kind, text)


@pytest.mark.parametrize(
    ("name", "initials", "pinyin"),
    [
        ("林小雨", "LXY", "LINXIAOYU"),
        ("单雄", "SX", "SHANXIONG"),
        ("欧阳小雪", "OYXX", "OUYANGXIAOXUE"),
        ("Anna Lin", "A", "ANNALIN"),
    ],
)
def test_a_name_is_spelt(name, initials, pinyin):
    assert rules.spelling(name) == (initials, pinyin)


@pytest.mark.parametrize(
    ("birth_date", "sex", "problem"),
    [
        (date(2016, 4, 20), "男", ""),
        (date(2016, 4, 21), "男", "出生日期与所填的不一致"),
        (date(2016, 4, 20), "女", "性别与所填的不一致"),
        (None, "", ""),
    ],
)
def test_a_number_agrees_with_what_stands_beside_it(birth_date, sex, problem):
    found = rules.problem_of_number("350582201604200110"[:17] + _check(), birth_date, sex)

    assert problem in found
    assert bool(found) == bool(problem)


def _check() -> str:
    from rosterlink.identity_number import check_digit

    return check_digit("35058220160420011")


@pytest.mark.parametrize(
    ("grade", "number", "words"),
    [(3, "1", "三年级1班"), (None, "1", "1"), (7, "火箭班", "火箭班"), (3, "", "")],
)
def test_a_class_is_named_as_its_teachers_post_names_it(grade, number, words):
    assert rules.class_name(grade, number) == words


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("阿依•晨露", "阿依·晨露"), (" 林　小雨 ", "林小雨"), ("Anna Lin", "Anna Lin")],
)
def test_a_name_is_kept_in_one_spelling(typed, kept):
    assert rules.clean_name(typed) == kept


def test_an_id_number_shows_its_first_six_alone():
    assert rules.masked_number("350582") == "350582************"
    assert rules.masked_number("") == ""
