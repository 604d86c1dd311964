"""A masked number is opened for a purpose, leaves a trace, and shuts by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from journeys.conftest import SitDown

pytestmark = pytest.mark.journey


def test_an_opened_number_shuts_by_itself_and_leaves_a_trace(sit_down: SitDown):
    officer = sit_down("comm")
    officer.page.clock.install()
    officer.open("/cases/?state=assigned")
    officer.page.locator("#main tbody th a").first.click()
    officer.follow("看一人一档", "child")
    shut = officer.page.locator(".bx-mask .bx-id").first.inner_text()
    assert re.fullmatch(r"\w{6}\*+", shut)
    officer.page.get_by_role("button", name=re.compile("^查看.*的证件号")).first.click()
    asking = officer.page.get_by_role("group", name=re.compile("的证件号"))
    asking.get_by_label("用途").select_option(label="核查就学情况")
    asking.get_by_role("combobox").last.select_option(index=1)  # the case
    officer.look()
    asking.get_by_role("button", name="打开证件号").click()
    opened = officer.page.locator("[data-opened]")
    expect(opened).to_contain_text("遮回（剩")
    assert "*" not in opened.locator(".bx-id").inner_text()
    officer.look("reveal")
    officer.page.clock.run_for(61_000)
    expect(opened).to_have_count(0)
    assert officer.page.locator(".bx-mask .bx-id").first.inner_text() == shut
    officer.page.reload()
    officer.sees("核查就学情况")
