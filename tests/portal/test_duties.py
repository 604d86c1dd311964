"""The duties on the home page and `docs/notice.md` are the same clauses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse

from oosc.access.roles import ADMINISTRATORS, Role
from oosc.portal.duties import BY_ID, DUTIES, duties_of

NOTICE = (Path(__file__).resolve().parents[2] / "docs" / "notice.md").read_text("utf-8")
OFFICES = [role for role in Role if role not in ADMINISTRATORS | {Role.COUNTY}]


def test_the_notice_heads_every_duty_and_no_other():
    headings = re.findall(r"^### (.+)$", NOTICE, re.MULTILINE)

    assert headings == [duty.heading for duty in DUTIES]


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.id)
def test_the_words_are_those_of_the_notice_document(duty):
    assert f"### {duty.heading}\n\n{duty.words}\n" in NOTICE


def test_all_forty_five_duties_of_the_bodies_are_there():
    numbered = {duty.id.rstrip("abcde") for duty in DUTIES}

    assert len([one for one in numbered if one[:2] not in {"GW", "ZZ", "JZ"}]) == 45
    assert len(BY_ID) == len(DUTIES) == 112


@pytest.mark.parametrize("role", OFFICES)
def test_every_office_has_a_duty(role):
    assert duties_of(role)


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.id)
def test_what_is_not_built_says_what_to_do_meanwhile(duty):
    assert duty.is_built or duty.meanwhile


@pytest.mark.parametrize("duty", [d for d in DUTIES if d.is_built], ids=lambda duty: duty.id)
def test_what_is_built_has_a_page(duty):
    try:
        reverse(duty.route)
    except NoReverseMatch:
        pytest.fail(f"{duty.route} is no page that opens without a key")


def test_a_clause_says_its_body_and_number():
    assert BY_ID["SQ-2a"].heading == "SQ-2a 社区居委会（二）"
