"""公民身份号码. The numbers are made up; their check digits are computed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from rosterlink import identity_number
from rosterlink.identity_number import Kind

GOOD = "350503201911240791"

births = st.dates(date(1930, 1, 1), date(2026, 8, 31))
orders = st.integers(1, 999)


def number(birth: date, order: int, region: str = "350582") -> str:
    seventeen = f"{region}{birth:%Y%m%d}{order:03d}"
    return seventeen + identity_number.check_digit(seventeen)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", Kind.MISSING),
        (" \t\u3000\ufeff", Kind.MISSING),
        (GOOD, Kind.RESIDENT),
        (f"'{GOOD}", Kind.RESIDENT),
        (" ３５０５０３２０１９１１２４０７９１\u200b", Kind.RESIDENT),
        ("36042320190607142x", Kind.RESIDENT),
        ("36042320190607142×", Kind.RESIDENT),
        ("36042320190607142\u03a7", Kind.RESIDENT),  # Greek
        ("36042320190607142\u0445", Kind.RESIDENT),  # Cyrillic, small
        ("36042320190607142Ⅹ", Kind.RESIDENT),
        ("350503 20191124 0791", Kind.RESIDENT),
        (f"{GOOD}.0", Kind.RESIDENT),
        ("350503201911240792", Kind.WRONG_CHECK_DIGIT),
        ("350503201913240791", Kind.WRONG_BIRTH_DATE),
        ("350503201902300791", Kind.WRONG_BIRTH_DATE),
        ("3.50503E+17", Kind.SCIENTIFIC),
        ("3.50503201612277e+17", Kind.SCIENTIFIC),
        ("350503********0791", Kind.MASKED),
        ("35050320191124＊＊＊＊", Kind.MASKED),
        ("350582201709010000", Kind.ZEROED_TAIL),
        ("350503191124079", Kind.FIFTEEN_DIGITS),
        ("350503850101079", Kind.FIFTEEN_DIGITS),
        ("35050320191124079", Kind.CUT_SHORT),
        ("350503201009012", Kind.CUT_SHORT),
        ("350503", Kind.CUT_SHORT),
        ("3505032019112407911", Kind.TOO_LONG),
        ("000000000000000000", Kind.PLACEHOLDER),
        ("350000000000000000", Kind.PLACEHOLDER),
        ("123456789012345678", Kind.PLACEHOLDER),
        ("无", Kind.PLACEHOLDER),
        ("N/A", Kind.PLACEHOLDER),
        ("——", Kind.PLACEHOLDER),
        ("35O503201911240791", Kind.LOOKALIKE_LETTERS),
        ("E19195743", Kind.PASSPORT),
        ("EA1234567", Kind.PASSPORT),
        ("H1234567800", Kind.TRAVEL_PERMIT),
        ("01234568", Kind.TRAVEL_PERMIT),
        ("O350123456", Kind.BIRTH_CERTIFICATE),
        ("ABC123456789012", Kind.FOREIGNER_PERMIT),
        ("张三", Kind.MALFORMED),
        ("3505032019", Kind.CUT_SHORT),
        ("350503X01911240791", Kind.MALFORMED),
    ],
)
def test_each_kind_of_cell_is_told_apart(text: str, kind: Kind) -> None:
    assert identity_number.classify(text) is kind


def test_permits_of_hong_kong_macao_taiwan_and_of_foreigners() -> None:
    for region in ("810000", "820000", "830000"):
        permit = identity_number.read(number(date(2015, 3, 14), 17, region))
        assert permit.kind is Kind.HMT_PERMIT
        assert permit.checked
    foreigner = identity_number.read(number(date(1988, 3, 14), 17, "911124"))
    assert foreigner.kind is Kind.FOREIGNER_PERMIT
    assert foreigner.checked
    assert foreigner.birth_date == date(1988, 3, 14)
    assert foreigner.sex == ""
    assert not identity_number.read("ABC123456789012").checked


@given(births, orders)
def test_a_sound_number_gives_birth_and_sex(birth: date, order: int) -> None:
    found = identity_number.read(number(birth, order))
    if found.kind is Kind.ZEROED_TAIL:
        assert found.text.endswith("000")
        return
    assert found.kind is Kind.RESIDENT
    assert found.birth_date == birth
    assert found.sex == ("男" if order % 2 else "女")
    assert not found.problem


@given(births, orders)
def test_the_check_digit_is_that_of_a_library(birth: date, order: int) -> None:
    made = number(birth, order)
    assert ric.calc_check_digit(made) == made[17]


@given(births, orders, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(birth: date, order: int, at: int, by: int) -> None:
    made = number(birth, order)
    wrong = made[:at] + str((int(made[at]) + by) % 10) + made[at + 1 :]
    assert not identity_number.is_valid(wrong)
    assert identity_number.read(wrong).text == wrong


@given(births, orders, st.integers(0, 15))
def test_two_digits_turned_never_pass(birth: date, order: int, at: int) -> None:
    made = number(birth, order)
    turned = made[:at] + made[at + 1] + made[at] + made[at + 2 :]
    assert turned == made or not identity_number.is_valid(turned)


@given(st.text(max_size=30))
def test_any_text_is_judged(text: str) -> None:
    found = identity_number.read(text)
    assert identity_number.clean(found.text) == found.text
    assert found.checked or not found.sex
    if found.problem:
        with pytest.raises(ValueError, match="证件号"):
            identity_number.parse(text)


@given(births, orders)
def test_a_number_without_its_tail_still_tells_the_birth(birth: date, order: int) -> None:
    made = number(birth, order)
    for length in (14, 16, 17):
        found = identity_number.read(made[:length])
        assert not found.checked
        assert found.birth_date == birth or found.kind is Kind.PLACEHOLDER


def test_a_birth_after_the_day_is_impossible() -> None:
    assert identity_number.read(GOOD, on=date(2019, 11, 24)).checked
    late = identity_number.read(GOOD, on=date(2019, 11, 23))
    assert late.kind is Kind.WRONG_BIRTH_DATE


def test_only_an_adult_number_is_upgraded() -> None:
    assert identity_number.upgrade("350503850101079") == "35050319850101079" + (
        identity_number.check_digit("35050319850101079")
    )
    assert identity_number.upgrade(GOOD) is None
    assert identity_number.shortened(GOOD) == "350503191124079"


def test_letters_for_digits_are_only_suggested() -> None:
    assert identity_number.suggestion("35O5O32O1911240791") == GOOD
    assert identity_number.suggestion("35O503201911240792") is None
    assert identity_number.suggestion(GOOD) is None
    assert identity_number.read("35O503201911240791").text == "35O503201911240791"


def test_every_fault_has_its_sentence() -> None:
    others = {Kind.MISSING, Kind.TRAVEL_PERMIT, Kind.PASSPORT, Kind.BIRTH_CERTIFICATE}
    sound = identity_number.CHECKED | others
    assert set(identity_number.PROBLEMS) == set(Kind) - sound
    assert all(sentence.endswith("。") for sentence in identity_number.PROBLEMS.values())
