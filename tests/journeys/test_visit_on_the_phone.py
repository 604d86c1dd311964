"""入户核查 with a thumb: no network, a photo and a signature, a child in danger."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from journeys.conftest import SitDown
from journeys.office import PHONE, Seat

pytestmark = pytest.mark.journey

# A white picture of one point, as a phone would take of a stamped paper.
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
NO_NETWORK = "现在没有网络"


def test_a_visit_without_network_is_sent_once_when_it_is_back(sit_down: SitDown):
    officer = sit_down("comm", PHONE)
    begin_visit(officer, nth=0)
    fill_visit(officer, conclusion="还需再查")
    officer.page.get_by_label("照片").set_input_files(
        {"name": "证明.png", "mimeType": "image/png", "buffer": PHOTO}
    )
    sign(officer.page)
    officer.page.evaluate("window.scrollTo(0, 0)")
    officer.look("visit-phone")
    officer.page.context.set_offline(True)
    officer.page.get_by_role("button", name="提交核查").click()
    expect(officer.page.locator("#visit-state")).to_contain_text(NO_NETWORK)
    expect(officer.page.locator("#visit-state")).to_be_in_viewport()
    officer.complaints.clear()  # the browser says that it could not fetch
    officer.look("visit-offline")
    with officer.page.expect_navigation():
        officer.page.context.set_offline(False)
    officer.look("case-phone")
    officer.sees("已签")
    assert visits_on(officer.page) == 1


def test_an_answer_lost_on_the_way_makes_no_second_visit(sit_down: SitDown):
    officer = sit_down("comm", PHONE)
    begin_visit(officer, nth=1)
    fill_visit(officer, conclusion="还需再查")

    def take_it_and_lose_the_answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    sign(officer.page)
    officer.page.route("**/visit/", take_it_and_lose_the_answer)
    officer.page.get_by_role("button", name="提交核查").click()
    expect(officer.page.locator("#visit-state")).to_contain_text(NO_NETWORK)
    officer.page.unroute("**/visit/")
    officer.complaints.clear()
    officer.press("提交核查")
    assert visits_on(officer.page) == 1


def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(sit_down: SitDown):
    officer = sit_down("comm", PHONE)
    begin_visit(officer, nth=0)
    fill_visit(officer, conclusion="还需再查")
    officer.fill("到访人", "竹令仪")
    officer.page.get_by_role("button", name="提交核查").click()
    expect(officer.page.get_by_text("入户核查须有签字")).to_be_visible()
    sign(officer.page)
    officer.page.get_by_role("button", name="提交核查").click()
    expect(officer.page.get_by_text("还差一人")).to_be_visible()
    officer.look("visit-missing")
    expect(officer.page.get_by_label("他们怎么说")).to_have_value("祖母说暑假随父亲去了外省。")


def test_a_child_in_danger_leads_to_the_mandatory_report(sit_down: SitDown):
    officer = sit_down("comm", PHONE)
    begin_visit(officer, nth=2)
    fill_visit(officer, conclusion="还需再查", safety="疑似受侵害")
    officer.page.get_by_label("拒绝签字").check()
    officer.fill("见证人", "楼长")
    officer.press("提交核查")
    officer.sees("强制报告")
    officer.open("/")
    officer.follow(re.compile("强制报告"), "report-phone")
    officer.choose("情形", "无人监护")
    officer.fill("发现的情况", "家中无成年人，孩子手臂有伤。")
    officer.fill("已采取", "已联系亲属到场，送医检查。")
    tell(officer, "公安", "派出所（　）")
    officer.press("登记已报告")
    officer.sees("括号里不要空着")
    for body, person in (("公安", "值班民警 3021"), ("民政", "值班员"), ("教育", "教育中心值班员")):
        tell(officer, body, person)
    officer.press("登记已报告", "report-done")
    officer.sees("值班民警 3021")
    officer.sees("已报告")


def tell(officer: Seat, body: str, person: str) -> None:
    """Write down who took the report at one of the bodies."""
    told = officer.page.get_by_role("group", name=f"向{body}报告")
    told.get_by_label("接报人").fill(person)


def begin_visit(officer: Seat, nth: int) -> None:
    """Take one of the children who wait for a visit."""
    officer.open("/cases/visits/")
    waiting = officer.page.get_by_role("link", name=re.compile("^去核查"))
    with officer.page.expect_navigation():
        waiting.nth(nth).click()
    officer.look()


def fill_visit(officer: Seat, *, conclusion: str, safety: str = "未发现异常") -> None:
    officer.fill("时间", "14:20")
    officer.fill("到访人", "竹令仪、柏言蹊")
    officer.choose("住址与登记", "相符")
    officer.choose("见到了谁", "祖辈")
    officer.choose("见到孩子本人", "见到")
    officer.choose("现在怎么上学", "没有上学")
    officer.fill("他们怎么说", "祖母说暑假随父亲去了外省。")
    officer.choose("安全筛查", safety)
    officer.choose("核查结论", conclusion)


def sign(page: Page) -> None:
    canvas = page.locator("[data-signature]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 40 + 20 * step, box["y"] + 60 + 12 * (step % 3))
    page.mouse.up()


def visits_on(page: Page) -> int:
    """How many visits of today stand on the page of a case."""
    return page.get_by_role("article").filter(has_text="2026-09-21").count()
