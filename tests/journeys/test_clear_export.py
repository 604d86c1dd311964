"""A list leaves in clear: asked for at a desk, answered on a phone, its password shown once."""

from __future__ import annotations

import re

import pytest

from journeys.conftest import SitDown
from journeys.office import PHONE

pytestmark = pytest.mark.journey


def test_a_list_is_asked_for_answered_and_made(sit_down: SitDown):
    clerk = sit_down("edu")
    clerk.open("/schooling/not-enrolled/")
    clerk.follow("导出明文", "clear-ask")
    clerk.press("送出申请")
    clerk.sees("请选一项。")
    clerk.page.get_by_label("证件号", exact=True).check()
    clerk.page.get_by_label("用途").select_option(label="核对信息")
    clerk.fill("去向", "交派出所户籍窗口，办完即删")
    clerk.fill("说明", "与户籍窗口逐人核对未入学儿童的户籍")
    clerk.look()
    clerk.press("送出申请")
    clerk.sees("等负责人或其授权的人员答复")

    lead = sit_down("lead", PHONE)
    lead.open("/exports/clear/")
    lead.page.locator("#main tbody th a").first.click()
    lead.sees("办完即删")
    lead.look()
    lead.press("不同意")
    lead.sees("请写明理由")
    lead.press(re.compile("^同意导出"))

    clerk.page.reload()
    clerk.press("制作加密文件")
    password = clerk.page.locator("#password").inner_text()
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", password)
    clerk.open(clerk.page.url.removeprefix(clerk.address).removesuffix("make/"))
    assert password not in clerk.page.content()
    with clerk.page.expect_download() as taken:
        clerk.page.get_by_role("button", name="下载加密的 Excel").click()
    assert taken.value.suggested_filename.endswith(".xlsx")
