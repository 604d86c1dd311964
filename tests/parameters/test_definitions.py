"""Each parameter has a default that its own check accepts, a unit and a basis."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oosc.cases.states import ARROWS
from oosc.kernel.limits import TimeUnit
from oosc.kernel.refusal import Refused
from oosc.parameters.definitions import ALL, BY_CODE, declared

SOURCES = Path(__file__).resolve().parents[2] / "src" / "oosc"
ASKED_FOR = re.compile(r"\b(?:number|text|limit|yearly|declared)\(\s*\"([a-z_.]+)\"")


@pytest.mark.parametrize("definition", ALL, ids=lambda definition: definition.code)
def test_its_default_is_acceptable_and_has_a_basis(definition):
    assert definition.read(definition.default) == definition.default
    assert definition.basis


def test_no_code_is_declared_twice():
    assert len(BY_CODE) == len(ALL)


def test_every_code_that_is_asked_for_is_declared():
    asked = {code for path in SOURCES.rglob("*.py") for code in ASKED_FOR.findall(path.read_text())}

    assert asked <= set(BY_CODE)


def test_every_limit_of_a_step_of_a_case_is_declared():
    limits = {arrow.limit for arrow in ARROWS if arrow.limit}

    assert limits <= set(BY_CODE)


@pytest.mark.parametrize(
    ("code", "entered", "kept"),
    [
        ("case.verify", " 07 ", "7"),
        ("sealing_day", "9月20日", "09-20"),
        ("sealing_day", "9-20", "09-20"),
        ("roster_expected_months", "4, 8，2", "4、8、2"),
    ],
)
def test_what_is_entered_is_kept_in_one_form(code, entered, kept):
    assert BY_CODE[code].read(entered) == kept


@pytest.mark.parametrize(
    ("code", "entered"),
    [
        ("case.verify", "0"),
        ("case.verify", "五"),
        ("case.verify", "-1"),
        ("case.verify", "２"),
        ("case.verify", "99999"),
        ("entry_age", "8"),
        ("sealing_day", "02-30"),
        ("sealing_day", "02-29"),
        ("sealing_day", "13-01"),
        ("sealing_day", "明天"),
        ("roster_expected_months", "13"),
        ("roster_expected_months", "、"),
    ],
)
def test_what_makes_no_sense_is_refused(code, entered):
    with pytest.raises(Refused, match="请填"):
        BY_CODE[code].read(entered)


def test_a_limit_is_declared_with_its_unit_and_basis():
    limit = declared("case.verify")

    assert (limit.default, limit.unit) == (5, TimeUnit.WORKING_DAYS)
    assert limit.basis.startswith("SQ-2a")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("case.verify", "5 个工作日"),
        ("sealing_day", "09-20"),
        ("roster_expected_months", "4、8、2 月"),
    ],
)
def test_a_value_is_said_with_its_unit(code, words):
    assert BY_CODE[code].default_words == words
