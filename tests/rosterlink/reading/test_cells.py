"""Cells in every style that rosters use (domain §5.3)."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosterlink import identity_number
from rosterlink.reading import cells, columns
from rosterlink.reading.layouts import LAYOUTS

READERS = {column.read for layout in LAYOUTS.values() for column in layout.columns}


@pytest.mark.parametrize(
    "text",
    [
        "2017-09-01",
        "2017.9.1",
        "20170901",
        "2017/9/1",
        "2017/09/01",
        "2017年9月1日",
        "2017年09月01日",
        "2017 年 9 月 1 日",
        "2017-9-1",
        "17.9.1",
        "42979",
        "42979.0",
        "2017-09-01 00:00:00",
        "2017-09-01T00:00:00",
        "20170901000000",
        "二〇一七年九月一日",
        "二○一七年九月一日",
        "二零一七年九月一日",
        "民国106年9月1日",
        "中华民国106年9月1日",
        "２０１７．９．１",
        "'2017-09-01",
        '="2017-09-01"',
        "2017年9月1号",
        "2017-09-01\u200b",
    ],
)
def test_a_day_in_every_style(text: str) -> None:
    assert cells.birth_date(text) == "2017-09-01"


def test_chinese_tens_in_dates() -> None:
    assert cells.day("二〇一六年十二月三十一日") == "2016-12-31"
    assert cells.day("二〇一六年十月廿一日") == "2016-10-21"
    assert cells.day("二〇一六年十一月十日") == "2016-11-10"


@pytest.mark.parametrize("text", ["2017年9月", "2017-09", "2017.9", "201709", "二〇一七年九月"])
def test_a_month_is_kept_and_told(text: str) -> None:
    assert cells.day(text) == "2017-09"
    with pytest.raises(cells.Bad, match="仅能用到月") as bad:
        cells.birth_date(text)
    assert bad.value.kept == "2017-09"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2017-02-30", "2017-02-30"),
        ("2017-13-01", "2017-13-01"),
        ("1817-09-01", "1817-09-01"),
        ("去年 秋天", "去年秋天"),
        ("2017", "2017"),
        ("9月1日", "9月1日"),
        ("99999", "99999"),
        ("1/9/2017", "1/9/2017"),
    ],
)
def test_an_impossible_day_keeps_its_text(text: str, kept: str) -> None:
    with pytest.raises(cells.Bad) as bad:
        cells.day(text)
    assert bad.value.kept == kept


@pytest.mark.parametrize("text", ["", " ", "\u3000", "无", "不详", "/", "-"])
def test_nothing_is_nothing(text: str) -> None:
    for read in (cells.day, cells.words, cells.name, cells.phone, cells.sex, cells.code):
        assert read(text) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 林小满 ", "林小满"),
        ("林\u200b小满", "林小满"),
        ("张 三", "张 三"),
        ("次仁.格桑", "次仁·格桑"),
        ("买买提•阿里", "买买提·阿里"),
        ("买买提・阿里", "买买提·阿里"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("J. Smith", "J. Smith"),
        ("陳立夏", "陳立夏"),
        ("𬭎喆", "𬭎喆"),
        ("王?", "王?"),
    ],
)
def test_a_name_keeps_its_value(text: str, name: str) -> None:
    assert cells.name(text) == name


def test_a_number_is_no_name() -> None:
    with pytest.raises(cells.Bad, match="错列"):
        cells.name("350503201911240791")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("13800000001", "13800000001"),
        ("138 0000 0001", "13800000001"),
        ("13800000001/13900000002", "13800000001;13900000002"),
        ("13800000001、13900000002；0595-85551234", "13800000001;13900000002;059585551234"),
        ("+86 138-0000-0001", "13800000001"),
        ("１３８０００００００１", "13800000001"),
        ("13800000001 13800000001", "13800000001"),
        ("13800000001/123", "13800000001"),
        ("85551234", "85551234"),
    ],
)
def test_phones(text: str, numbers: str) -> None:
    assert cells.phone(text) == numbers


@pytest.mark.parametrize("text", ["1380000001", "23800000001", "没电话了"])
def test_an_unusable_phone_is_dropped(text: str) -> None:
    with pytest.raises(cells.Bad) as bad:
        cells.phone(text)
    assert bad.value.kept == ""


@pytest.mark.parametrize(
    ("text", "grade", "class_no"),
    [
        ("八（3）班", "8", "3"),
        ("初二3班", "8", "3"),
        ("2022级3班", "2022级", "3"),
        ("七年级", "7", ""),
        ("初2022级3班", "初2022级", "3"),
        ("7", "7", ""),
        ("小学三年级", "3", ""),
        ("高一", "10", ""),
        ("一年级(2)班", "1", "2"),
        ("3班", "", "3"),
        ("三班", "", "3"),
        ("6.2班", "6", "2"),
        ("九年级十二班", "9", "12"),
        ("初中八年级", "8", ""),
        ("七年级实验班", "7", "实验"),
        ("12", "12", ""),
        ("", "", ""),
        ("托管中心", "", "托管中心"),
    ],
)
def test_grade_and_class(text: str, grade: str, class_no: str) -> None:
    assert cells.grade_and_class(text) == (grade, class_no)


def test_a_class_alone() -> None:
    for text in ("3", "3班", "（3）班", "三班", "八（3）班", "七年级3班"):
        assert cells.class_no(text) == "3"


def test_sex() -> None:
    assert [cells.sex(t) for t in ("男", "男性", "1", "M")] == ["男"] * 4
    assert [cells.sex(t) for t in ("女", "女孩", "2", "f")] == ["女"] * 4
    with pytest.raises(cells.Bad, match="男或女"):
        cells.sex("x")


def test_states_are_brought_to_one_word() -> None:
    assert [cells.roll_state(t) for t in ("01", "在籍", "02", "转学（转出）", "毕业")] == [
        "在读", "在读", "休学", "转出", "离校",
    ]  # fmt: skip
    assert cells.hukou_state("moved_out") == "迁出"
    assert cells.floating_state("注销") == "离开"
    assert cells.roll_state("保留学籍") == "保留学籍"


def test_disability_certificates() -> None:
    good = "350503201911240791" + "73"
    assert cells.disability_certificate(good) == good
    assert cells.disability_certificate(good + "B1") == good + "B1"
    for text, sentence in (
        (good[:-1], "位数不足"), ("350503201911240792" + "73", "前 18 位"),
        (good[:-2] + "83", "类别"), ("3.50503E+17", "科学计数"),
    ):  # fmt: skip
        with pytest.raises(cells.Bad, match=sentence) as bad:
            cells.disability_certificate(text)
        assert bad.value.kept == text


def test_a_parent_may_have_fifteen_digits_a_child_not() -> None:
    assert cells.adult_identity("350503850101079") == "350503850101079"
    with pytest.raises(cells.Bad) as bad:
        cells.child_identity("350503850101079")
    assert bad.value.kept == "350503850101079"


def outcome(read: Callable[[str], str], text: str) -> tuple[str, str]:
    """Return what is kept of a cell, and the sentence if it is bad."""
    try:
        return read(text), ""
    except cells.Bad as bad:
        return bad.kept, str(bad)


@given(st.text(max_size=25))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    for read in READERS:
        kept, sentence = outcome(read, text)
        assert kept == kept.strip()
        assert not sentence or sentence.endswith("。")


pieces = st.one_of(
    st.text(max_size=20),
    st.text("0123456789Xx", max_size=20),
    st.text("林小满欧阳·. ", max_size=6),
    st.sampled_from(["无", "13800000001", "350503201911240791", "2017-09-01", "男"]),
    st.builds(
        lambda d, n: (s := f"350582{d:%Y%m%d}{n:03d}") + identity_number.check_digit(s),
        st.dates(),
        st.integers(0, 999),
    ).filter(lambda text: len(text) == 18),
)


@given(st.lists(pieces, max_size=12))
def test_a_column_is_read_as_its_cells_are(texts: list[str]) -> None:
    """The shapes that are let through in bulk agree with the functions they stand in for."""
    for read in READERS:
        answer, faults = columns.read(pa.array(texts, pa.string()), read)
        told = {int(row): fault.problem for fault in faults for row in fault.rows}
        for row, text in enumerate(texts):
            assert (answer[row].as_py(), told.get(row, "")) == outcome(read, text)


@given(st.lists(pieces, max_size=12))
def test_numbers_let_through_in_bulk_are_sound(texts: list[str]) -> None:
    sound = columns.sound_numbers(pa.array(texts, pa.string()))
    assert sound.dtype == np.bool_
    for text, passed in zip(texts, sound, strict=True):
        assert not passed or identity_number.is_valid(text)
