"""Names as they are compared."""

import pytest

from rosterlink import names


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("陳雨涵", "陈雨涵"),
        ("张 三", "张三"),
        ("　张三\u200b", "张三"),
        ("蕭一諾", "肖一诺"),
        ("阿依古丽·买买提", "阿依古丽买买提"),
        ("阿依古丽．买买提", "阿依古丽买买提"),
        ("林小雨（转学）", "林小雨"),
        ("林小雨1", "林小雨"),
        ("陈*涵", "陈?涵"),
        ("cruz  juan", "CRUZJUAN"),
        ("", ""),
    ],
)
def test_a_name_is_brought_to_one_spelling(written, plain):
    assert names.read(written).plain == plain
    assert names.plain(written) == plain


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("单晓", "shan xiao"),
        ("曾雨", "zeng yu"),
        ("欧阳娜娜", "ou yang na na"),
        ("吕布", "lv bu"),
        ("陈YUAN", "chen yuan"),
    ],
)
def test_a_name_is_read_aloud_with_the_reading_of_surnames(name, sound):
    assert names.read(name).sound == sound


@pytest.mark.parametrize(
    ("one", "other"), [("林思涵", "宁诗寒"), ("张英", "章因"), ("胡兰", "傅南")]
)
def test_sounds_that_southern_speakers_do_not_part_are_near(one, other):
    assert names.read(one).near == names.read(other).near


def test_the_parts_of_a_turned_name_are_the_same_parts():
    assert names.read("买买提·阿依古丽").turned == names.read("阿依古丽·买买提").turned
    assert names.read("JUAN CRUZ").turned == names.read("CRUZ JUAN").turned


def test_letters_of_a_name_in_pinyin_are_those_of_the_characters():
    assert names.read("chenyihan").letters == names.read("陈奕涵").letters
    assert names.read("LYU BU").letters == names.read("吕布").letters


@pytest.mark.parametrize(
    ("name", "parts"),
    [("欧阳娜", ("欧阳", "娜")), ("欧阳", ("欧", "阳")), ("陈雨涵", ("陈", "雨涵"))],
)
def test_compound_surnames_stay_whole(name, parts):
    assert names.split(name) == parts
