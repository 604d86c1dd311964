"""Each mistake on one cell: what should stand there, and what does."""

import re
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from rosterlink.synthetic import mistakes
from rosterlink.synthetic.mistakes import Row

NUMBER = "99000120150304123X"
ROW = Row(
    NUMBER,
    date(2015, 3, 4),
    id_no=NUMBER,
    former_name="王晨",
    neighbour_id="990001201409010017",
    neighbour_birth=date(2014, 9, 1),
    sibling_id="990001201702030029",
    sibling_name="王子涵",
    parent_ids=("990001198501010031", "990001198601010048"),
    surnames=("王", "李"),
)


def of(kind: str, value: str) -> set[str]:
    """Return what fifty people would make of a cell."""
    spoil = getattr(mistakes, kind)
    return {spoil(replace(ROW, value=value), Random(seed)) for seed in range(50)}


@pytest.mark.parametrize(
    ("kind", "value", "among"),
    [
        ("id_masked", NUMBER, "990001********123X"),
        ("id_masked", NUMBER, "**************123X"),
        ("id_masked", NUMBER, "9900012015********"),
        ("id_zeros", NUMBER, "990001201503040000"),
        ("id_x", NUMBER, "99000120150304123×"),
        ("id_x", NUMBER, "990001201503041231" + "0"),
        ("id_note", NUMBER, NUMBER + "（待核）"),
        ("id_two", NUMBER, NUMBER + "/990001198501010031"),
        ("id_student_no", NUMBER, "G" + NUMBER),
        ("id_hyphen", NUMBER, "990001-20150304-123X"),
        ("id_sibling", NUMBER, "990001201702030029"),
        ("id_15", NUMBER, "990001150304123"),
        ("name_variant", "王峰", "王峯"),
        ("name_split", "王明", "王日月"),
        ("name_cut", "阿卜杜拉·艾力", "阿卜杜拉"),
        ("name_two", "王子轩", "王子轩（曾用名王晨）"),
        ("name_sibling", "王子轩", "王子涵"),
        ("name_pinyin_words", "王子轩", "WANG ZIXUAN"),
        ("name_pinyin_words", "王子轩", "Zixuan Wang"),
        ("name_garbled", "王子轩", "锟斤拷"),
        ("name_translit", "阿依古丽·买买提", "阿衣姑丽·麦麦提"),
        ("name_surname", "王子轩", "李子轩"),
        ("dob_written", "20150304", "二〇一五年三月四日"),
        ("dob_republican", "20150304", "民国104年3月4日"),
        ("dob_serial", "20150304", "42067"),
        ("dob_short", "20150304", "15.3.4"),
        ("dob_month_first", "20150304", "3/4/2015"),
        ("dob_time", "20150304", "2015-03-04 00:00:00"),
        ("dob_month", "20150304", "2015-03"),
        ("dob_1904", "20150304", "20110303"),
        # 4 March 2015 was the 14th of the first month by the lunar calendar.
        ("dob_lunar", "2015-03-04", "2015-01-14"),
        ("dob_lunar_written", "20150304", "农历二〇一五年正月十四"),
        ("dob_neighbour", "2015/3/4", "2014/9/1"),
        ("sex_code", "男", "M"),
        ("student_twice", "G" + NUMBER, "G990001201409010017"),
        ("student_hyphen", "G" + NUMBER, "G-" + NUMBER),
        ("student_bare", "G" + NUMBER, NUMBER),
        ("address_turned", "观澜路12号", "观澜路21号"),
    ],
)  # fmt: skip
def test_a_mistake_is_what_its_name_says(kind: str, value: str, among: str) -> None:
    assert among in of(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("id_x", "990001201503041233"),
        ("id_hyphen", "E12345678"),
        ("name_variant", "王宇"),
        ("name_split", "王宇"),
        ("name_pinyin_words", "HANA TANAKA"),
        ("address_turned", "观澜路1号"),
        ("student_bare", "L9900000001"),
    ],
)
def test_what_cannot_go_wrong_stays_as_it_is(kind: str, value: str) -> None:
    assert of(kind, value) == {value}


def test_a_name_heard_wrongly_twice_sounds_as_before() -> None:
    heard = of("name_spoken", "王梓涵")
    assert all(len(name) == 3 and name[0] == "王" for name in heard)
    assert any(name[1] != "梓" and name[2] != "涵" for name in heard)


def test_a_birth_is_registered_after_it_happened() -> None:
    assert all("20150304" < day < "20150604" for day in of("dob_registered", "20150304"))


def test_a_date_in_words_beyond_ten() -> None:
    row = replace(ROW, birth=date(2010, 12, 21))
    assert mistakes.dob_written(row, Random(0)) == "二〇一〇年十二月二十一日"


@pytest.mark.parametrize("written", ["20150304", "2015-03-04", "2015/3/4", "2015年3月4日"])
def test_a_wrong_date_is_written_in_the_style_of_the_school(written: str) -> None:
    row = replace(ROW, value=written)
    shape = re.sub(r"\d+", "0", written)
    assert re.sub(r"\d+", "0", mistakes.dob_swap(row, Random(0))) == shape
    assert re.sub(r"\d+", "0", mistakes.dob_lunar(row, Random(0))) == shape
