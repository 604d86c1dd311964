"""An office set up from nothing, as docs/operate.md says, up to its first list of children."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from playwright.sync_api import expect

from journeys.conftest import SitDown
from journeys.office import PHONE, Account, Office, Seat
from rosterlink import synthetic

pytestmark = pytest.mark.journey

PASSWORD = "Ginkgo-Leaf-2026!"
REGION = synthetic.example_region()
SUBDISTRICT = "990001001"
# User name, unit, what it is called in the form, and who holds the post.
OFFICES = [
    ("edu01", "云屏街道教育中心", "教育中心", "何清明"),
    ("police01", "云屏派出所", "派出所", "沈谷雨"),
]
GROUPS = ("序\n号", "基本信息", None, None, None, "居住地", None, "监护人", None, "登记", None)
HEADINGS = (
    *(None, "姓 名\n（必填）", "性别\n(男/女)", "出生\n年月日", "身份证\n号码\n（18位）"),
    *("社区\n居委会", "详细\n地址", "姓名", "与儿童\n关系", "日期", "状态"),
)


def test_from_an_empty_folder_to_the_first_list(
    sit_down_new: SitDown, new_office: Office, tmp_path: Path
):
    made = synthetic.make(300, seed=7, on=date(2026, 9, 1), region=REGION)
    synthetic.write(made, tmp_path, "xlsx")

    clerk = sit_down_new()
    come_first(clerk, new_office.accounts["sysadmin"])
    enter_places(clerk)
    passwords = {name: new_account(clerk, name, who) for name, _, _, who in OFFICES}
    guard = sit_down_new()
    come_first(guard, new_office.accounts["secadmin"])
    for username, unit, role, _ in OFFICES:
        give_post(guard, unit, role, username)

    police = sit_down_new()
    come_first(police, Account("police01", passwords["police01"]))
    police.sees("去报送")
    ugly = send(police, ugly_workbook(made, tmp_path / "流动人口（最终版）.xlsx"))
    assert ugly == made.rosters["police_floating"].num_rows
    police.sees("合计、小计")
    police.sees("隐藏的行，已一并读取")
    keep(police)
    send(police, tmp_path / "police_hukou.xlsx")
    keep(police)
    centre = sit_down_new()
    come_first(centre, Account("edu01", passwords["edu01"]))
    send(centre, tmp_path / "school_roll.xlsx")
    keep(centre)

    centre.open("/linkage/start/")
    centre.press("开始比对")
    expect(centre.page.get_by_role("heading", name="各名单")).to_be_visible(timeout=90_000)
    centre.follow("疑似未入学")
    assert centre.page.locator("#main tbody tr").count() > 0
    phone = sit_down_new(size=PHONE)
    phone.sign_in(Account("police01", PASSWORD))
    for path in ("/rosters/", "/rosters/due/", "/rosters/receive/"):
        phone.open(path)


def come_first(seat: Seat, account: Account) -> None:
    """Sign in with a one-time password, choose one's own, and for administrators the factor."""
    seat.sign_in(account)
    present, new, again = seat.page.locator("input[type=password]").all()
    present.fill(account.password)
    new.fill(PASSWORD)
    again.fill(PASSWORD)
    seat.press("改密码")
    key = re.search(r"密钥：((?:[A-Z2-7]{4} ?){8})", seat.page.inner_text("body"))
    if key:
        secret = key[1].replace(" ", "")
        seat.fill("动态口令", Account(account.username, PASSWORD, secret).code())
        seat.press("启用")
    seat.look()


def enter_places(clerk: Seat) -> None:
    table = [("99", "示范省"), ("9901", "示范市"), ("990001", "云屏区"), (SUBDISTRICT, "云屏街道")]
    table += [(community.code, community.name) for community in REGION.communities]
    clerk.open("/places/regions/import/")
    clerk.fill("粘贴", "\n".join("\t".join(row) for row in table))
    clerk.press("看看会改什么")
    clerk.press(re.compile("^收下这 "))
    for school in REGION.schools:
        if "高级" in school.name:  # beyond compulsory education
            continue
        clerk.open("/places/schools/new/")
        clerk.fill("学校标识码", school.code)
        clerk.fill("学校名称", school.name)
        clerk.select("办学类型", "小学" if "小学" in school.name else "九年一贯制")
        clerk.fill("所在社区或街道", school.community_code)
        clerk.press("新增学校")


def new_account(clerk: Seat, username: str, name: str) -> str:
    clerk.open("/members/officers/new/")
    clerk.fill("姓名", name)
    clerk.fill("用户名", username)
    clerk.press("建账号")
    return clerk.page.locator("#one-time-password").inner_text()


def give_post(guard: Seat, unit: str, role: str, username: str) -> None:
    guard.open("/members/units/new/")
    guard.fill("单位名称", unit)
    guard.select("承担职责", role)
    guard.fill("管辖区划代码", SUBDISTRICT)
    guard.press("新增单位")
    guard.fill("岗位名称", "专干")
    guard.fill("设立日期", "2026-09-01")
    guard.press("设岗位")
    guard.follow("授予专干")
    guard.fill("任职人用户名", username)
    guard.fill("任职起", "2026-09-01")
    guard.press("授予岗位")


def send(seat: Seat, file: Path) -> int:
    """Hand a file in, and return how many rows may be received of it."""
    seat.open("/rosters/receive/")
    seat.page.locator("input[type=file]").set_input_files(file)
    seat.fill("数据时点", "2026-09-01")
    seat.press("检查文件")
    accept = seat.page.get_by_role("button", name=re.compile("^收下 "))
    expect(accept).to_be_visible(timeout=60_000)
    seat.look()
    return int(re.sub(r"\D", "", accept.inner_text()))


def keep(seat: Seat) -> None:
    seat.press(re.compile("^收下 "))
    seat.page.get_by_role("link", name=re.compile("^新增 ")).click()
    seat.look()


def ugly_workbook(made: synthetic.Made, path: Path) -> Path:
    """What a police station sends: grouped headings, hidden parts, five styles of date, totals."""
    rows = made.rosters["police_floating"].to_pylist()
    book = openpyxl.Workbook()
    half = len(rows) // 2
    for title, first, part in (("名册", 0, rows[:half]), ("续表", half, rows[half:])):
        sheet = book.create_sheet(title)
        sheet.append(["云屏街道流动学龄人口花名册"])
        sheet.merge_cells("A1:K1")
        sheet.append(["填报单位（盖章）：", None, None, "填报日期：2026 年 9 月 1 日"])
        sheet.append(GROUPS)
        sheet.append(HEADINGS)
        for merged in ("A3:A4", "B3:E3", "F3:G3", "H3:I3", "J3:K3"):
            sheet.merge_cells(merged)
        for number, row in enumerate(part, start=first):
            sheet.append(_line(number, row))
            if number % 40 == 7:
                sheet.append([None] * len(HEADINGS))
        sheet.append(["合计", None, f"{len(part)} 人"])
        sheet.append(["注：外籍人员填护照号。填表人：　　审核人："])
        sheet.row_dimensions[9].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet["B7"].fill = PatternFill("solid", fgColor="FFFFFF00")
        sheet["B7"].comment = Comment("电话核实过", "民警")
        sheet.auto_filter.ref = "A4:K30"
    del book["Sheet"]
    book.create_sheet("填表说明").append(["一、姓名按证件填写。"])
    book.save(path)
    return path


def _line(number: int, row: dict[str, str]) -> list[object]:
    name = " ".join(row["name"]) if number % 9 == 0 else row["name"]
    id_no: object = row["id_no"]
    if number % 30 == 3 and row["id_no"].isdigit():
        id_no = float(row["id_no"])
    born = _day(number, row["birth_date"])
    where = (row["community"], row["address"], row["guardian_name"], row["guardian_relation"])
    return [number + 1, name, row["sex"], born, id_no, *where, row["reg_date"], row["state"]]


def _day(number: int, text: str) -> object:
    if not text:
        return ""
    day = date.fromisoformat(text)
    styles = (
        text,
        day,
        f"{day:%Y%m%d}",
        f"{day:%Y.%m.%d}",
        f"{day.year}年{day.month}月{day.day}日",
    )
    return styles[number % len(styles)]
