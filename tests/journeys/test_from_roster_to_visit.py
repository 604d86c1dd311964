"""The main job: a roster comes in, is compared and reviewed, and what it raises goes to a visit."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import expect

from journeys.conftest import SitDown
from journeys.office import PHONE
from rosterlink import synthetic
from rosterlink.identity_number import check_digit

pytestmark = pytest.mark.journey

COMMUNITY = "榕荫社区"
NEWCOMERS = ("霜惊蛰", "芦春分", "荻小寒")


def test_from_the_roster_of_the_police_to_the_visit_at_the_door(
    sit_down: SitDown, rosters: synthetic.Made, tmp_path: Path
):
    police = sit_down("police")
    police.open("/rosters/receive/")
    police.page.locator("input[type=file]").set_input_files(ugly_roster(rosters, tmp_path))
    police.select("这是什么表", "流动学龄人口")
    police.fill("数据时点", "2026-09-15")
    police.look("receive")
    police.press("检查文件")
    accept = police.page.get_by_role("button", name=re.compile("^收下 1,"))
    expect(accept).to_be_visible(timeout=60_000)
    police.sees("证件号校验位不符")
    police.look("receive-check")
    police.press(re.compile("^收下 1,"), "receive-done")
    police.follow("移交单")

    clerk = sit_down("edu")
    clerk.open("/linkage/start/", "run-start")
    clerk.press("开始比对")
    expect(clerk.page.get_by_role("heading", name="各名单")).to_be_visible(timeout=90_000)
    clerk.look("run")
    clerk.follow("人工判定")
    clerk.follow("逐对判定", "review")
    judge_by_keyboard(clerk)

    clerk.open("/linkage/suspected/?size=100", "suspected")
    for name in NEWCOMERS[:2]:
        clerk.page.get_by_label(f"选中{name}").check()
    clerk.sees("已选 2 人")
    clerk.look("suspected-picked")
    clerk.press("立案")
    clerk.press("立案 2 人")
    clerk.open("/cases/?state=suspected")
    clerk.follow(NEWCOMERS[0])
    clerk.follow("派核", "assign")
    clerk.press("派核")
    clerk.sees("已派核")

    officer = sit_down("comm", PHONE)
    officer.open("/", "home-phone")
    officer.follow(re.compile(f"入户核查，{NEWCOMERS[0]}"))
    officer.sees(NEWCOMERS[0])


def judge_by_keyboard(clerk) -> None:
    """1 同一人, 2 不是同一人, space 跳过, Z takes the last answer back."""

    def judged(answer: str) -> int:
        found = re.search(rf"{answer} ([\d,]+)", clerk.page.locator(".bx-head").inner_text())
        assert found
        return int(found[1].replace(",", ""))

    same, different, skipped = judged("同一人"), judged("不是"), judged("跳过")
    clerk.strike("1")
    assert judged("同一人") == same + 1
    clerk.strike("2")
    assert judged("不是") == different + 1
    clerk.strike("z")
    assert judged("不是") == different
    clerk.strike(" ")
    assert judged("跳过") == skipped + 1


def ugly_roster(rosters: synthetic.Made, folder: Path) -> Path:
    """The floating population as the police send it: a title, notes, bad cells, three newcomers."""
    table = rosters.rosters["police_floating"]
    rows = table.to_pylist()
    for row in rows[1:4]:
        row["id_no"] = "9900002015022300X1"
    for row in rows[::40]:  # heard at the door only: the pairs that a person must judge
        row.update(birth_date="", id_no="", guardian_name="", guardian_id="", phone="")
    pattern = rows[12]
    for number, name in enumerate(NEWCOMERS):
        born = f"2016-03-0{number + 1}"
        body = f"990000{born.replace('-', '')}0{number}2"
        rows.append(
            {
                **pattern,
                "row_id": f"F9000000{number}",
                "name": name,
                "sex": "女",
                "birth_date": born,
                "id_type": "居民身份证",
                "id_no": body + check_digit(body),
                "community": COMMUNITY,
                "address": f"云屏街道{COMMUNITY}竹影路{number + 1}号",
                "guardian_name": name[0] + "立夏",
                "guardian_relation": "母亲",
                "guardian_id": "",
                "phone": f"1500000120{number}",
                "state": "在住",
            }
        )
    changed = {**rosters.rosters, "police_floating": pa.Table.from_pylist(rows, table.schema)}
    made = synthetic.Made(rosters.on, rosters.seed, changed, rosters.truth)
    return synthetic.ugly(made, "police_floating", folder / "流动人口9月.xlsx")
