"""Ruled out with evidence by the community, approved by the education centre."""

from __future__ import annotations

import re

import pytest

from journeys.conftest import SitDown
from journeys.office import PHONE

pytestmark = pytest.mark.journey

STAMPED = {"name": "就读证明.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}


def test_the_community_rules_out_and_the_education_centre_approves(sit_down: SitDown):
    officer = sit_down("comm")
    officer.open("/", "home")
    officer.open("/cases/?state=verifying")
    officer.page.locator("#main tbody th a").first.click()
    officer.look("case")
    officer.follow("申请排除", "rule-out")
    for kind, number in (
        ("就读学校证明（盖章）", "外证 2026-0012"),
        ("学籍号", "G990000201501010001"),
    ):
        officer.page.get_by_label("证据种类").select_option(label=kind)
        officer.page.locator("input[type=file]").set_input_files(STAMPED)
        officer.fill("编号", number)
        officer.press("登记证据")
    officer.select("排除理由", "外地在读")
    officer.page.get_by_label("说明").last.fill("就读证明已盖章，编号已核对。")
    officer.press("提交审批")
    officer.sees("申请销号")
    number = officer.page.locator("#main .bx-crumb li").last.inner_text().lstrip("/ ")

    office = sit_down("edu", PHONE)
    office.open("/cases/approvals/", "approvals-phone")
    row = office.page.get_by_role("row").filter(has_text=number)
    with office.page.expect_navigation():
        row.get_by_role("link", name=re.compile("去审批")).click()
    office.look()
    office.press("同意")
    office.sees("已销号")
