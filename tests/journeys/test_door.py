"""Signing in: a wrong password, a first password that must be changed, a second factor."""

from __future__ import annotations

import pytest

from journeys.conftest import SitDown
from journeys.office import DESK, PHONE, Account, Office

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_wrong_password_is_told_and_counted(sit_down: SitDown, office: Office, size):
    guest = sit_down(size=size)
    guest.open("/", "sign-in" if size is DESK else "")
    guest.fill("账号", office.accounts["culture"].username)
    guest.fill("密码", "not-the-password")
    guest.press("登录")
    guest.sees("账号或密码不对")
    guest.fill("账号", office.accounts["culture"].username)
    guest.fill("密码", office.accounts["culture"].password)
    guest.press("登录")
    guest.sees("待办")


def test_a_new_account_must_change_its_first_password(sit_down: SitDown):
    admin = sit_down("sys")  # asks for the second factor
    admin.open("/members/officers/", "accounts")
    admin.follow("新建账号")
    admin.fill("用户名", "bailu01")
    admin.fill("姓名", "杨白露")
    admin.press("建账号")
    once = admin.page.locator("#one-time-password").inner_text()

    newcomer = sit_down()
    newcomer.sign_in(Account("bailu01", once))
    newcomer.sees("一次性密码")
    newcomer.look("first-password")
    newcomer.open("/")
    newcomer.sees("改密码")
    newcomer.fill("现在的密码", once)
    newcomer.fill("新密码", "Chunfen-2026-qiufen")
    newcomer.fill("再填一遍", "Chunfen-2026-qiufen")
    newcomer.press("改密码")
    newcomer.look()
