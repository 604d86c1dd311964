"""未入学花名册: looked at, printed with its head on every sheet, sealed."""

from __future__ import annotations

import pytest

from journeys.conftest import SitDown
from journeys.office import PHONE

pytestmark = pytest.mark.journey


def test_the_roster_of_those_not_enrolled_is_printed_and_sealed(sit_down: SitDown):
    office = sit_down("edu")
    office.open("/schooling/not-enrolled/", "not-enrolled")
    office.page.get_by_text("导出、打印").click()
    office.page.get_by_label("用途").select_option(index=1)
    office.press("打印页（A4 横向）", "print")
    office.page.emulate_media(media="print")
    assert office.page.evaluate(HEAD_REPEATS) == "table-header-group"
    assert not office.page.locator(".bx-printbar").is_visible()
    assert office.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    office.page.emulate_media(media="screen")

    office.open("/schooling/seal/?kind=not_enrolled&year=2026-2027", "seal")
    office.press("封存这本名册", "sealed")
    office.sees("封存")


def test_the_rosters_stand_on_a_phone(sit_down: SitDown):
    officer = sit_down("comm", PHONE)
    for path in ("/schooling/not-enrolled/", "/schooling/enrolled/", "/schooling/sealed/"):
        officer.open(path)


HEAD_REPEATS = "getComputedStyle(document.querySelector('.bx-sheet thead')).display"
