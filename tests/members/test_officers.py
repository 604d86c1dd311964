"""Accounts: SYS keeps them, and nobody helps themselves."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

import factories
from oosc.access.roles import ADMINISTRATORS, Role
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.members.actions import accounts, factor
from oosc.members.models import Factor, FactorReset, Holding, Officer

pytestmark = pytest.mark.django_db

NOW = factories.clock.now()
NEW = {"username": "xiqiao01", "name": "麦冬", "phone": "0000-1234"}


@pytest.fixture
def colleague():
    return factories.officer(username="colleague", name="莲房")


def with_factor(who: Officer) -> Factor:
    return Factor.objects.create(user=who, name="动态口令", confirmed=True)


def test_a_new_account_gets_a_password_shown_once(client_as):
    client = client_as("sys")

    response = client.post("/members/officers/new/", NEW)

    who = Officer.objects.get(username="xiqiao01")
    password = response.context["password"]
    assert password in response.content.decode()
    assert who.check_password(password)
    assert who.must_change_password
    assert password not in str(list(Event.objects.values()))
    assert password not in client.get(f"/members/officers/{who.pk}/").content.decode()
    assert password not in str(dict(client.session))


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SYS])
def test_only_sys_makes_accounts(acting, role):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        accounts.create(by=acting(role), at=NOW, username="x", name="甲")


@pytest.mark.parametrize("username", ["ab", "1abc", "Abc", "有汉字", "a b c", ""])
def test_a_user_name_is_plain(client_as, username):
    response = client_as("sys").post("/members/officers/new/", {**NEW, "username": username})

    assert response.status_code == 422
    assert not Officer.objects.filter(name="麦冬").exists()


def test_a_user_name_is_given_once(client_as, colleague):
    response = client_as("sys").post("/members/officers/new/", {**NEW, "username": "colleague"})

    assert response.status_code == 409
    assert "已有人使用" in response.content.decode()


def test_the_life_of_an_account(client_as, colleague):
    client, at = client_as("sys"), f"/members/officers/{colleague.pk}"

    client.post(f"{at}/", {"name": "莲房二", "phone": "1"})
    wrong = client.post(f"{at}/", {"name": ""})
    client.post(f"{at}/disable/")
    disabled = client.get(f"{at}/").content.decode()
    client.post(f"{at}/enable/")
    reset = client.post(f"{at}/password/")
    not_locked = client.post(f"{at}/unlock/")

    colleague.refresh_from_db()
    assert colleague.name == "莲房二"
    assert wrong.status_code == 422
    assert "停用" in disabled
    assert colleague.is_active
    assert colleague.check_password(reset.context["password"])
    assert not_locked.status_code == 409
    verbs = Event.objects.filter(subject_id=str(colleague.pk)).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "officer.changed",
        "officer.disabled",
        "officer.enabled",
        "officer.password_reset",
    ]


def test_a_locked_account_is_shown_and_unlocked(client, client_as, colleague):
    accounts.set_password(colleague, "Right-Password-1", at=NOW, one_time=False)
    for _ in range(5):
        client.post("/members/sign-in/", {"username": "colleague", "password": "x"})
    keeper, at = client_as("sys"), f"/members/officers/{colleague.pk}"

    locked = keeper.get(f"{at}/").context["is_locked"]
    keeper.post(f"{at}/unlock/")

    assert locked
    assert not keeper.get(f"{at}/").context["is_locked"]


@pytest.mark.parametrize("action", [accounts.disable, accounts.enable, accounts.reset_password])
def test_nobody_does_it_to_themselves(sys_officer, action):
    me = Officer.objects.get(pk=sys_officer.officer_id)
    more = {"at": NOW} if action is accounts.reset_password else {}

    with pytest.raises(Refused, match="不能给自己"):
        action(me, by=sys_officer, **more)


def test_my_own_account_offers_me_nothing(client_as, sys_officer):
    page = client_as(sys_officer).get(f"/members/officers/{sys_officer.officer_id}/")

    assert "这是您自己的账号" in page.content.decode()


def test_accounts_are_listed_and_found(client_as, colleague, community_officer):
    client = client_as("sys")

    listed = client.get("/members/officers/?state=active&sort=name")
    found = client.post("/lists/search/", {"back": "/members/officers/", "q": "莲房"}, follow=True)
    none = client.get("/members/officers/?state=disabled")

    assert "东桥社区居委会分管专干" in listed.content.decode()
    assert [row[0].pk for row in found.context["rows"]] == [colleague.pk]
    assert "没有符合条件的账号" in none.content.decode()


def test_a_lost_second_factor_takes_two(client_as, colleague, sys_officer, secadmin_officer):
    with_factor(colleague)
    sys, secadmin = client_as(sys_officer), client_as(secadmin_officer)
    at = f"/members/officers/{colleague.pk}"

    without_reason = sys.post(f"{at}/factor-reset/", {"reason": ""})
    sys.post(f"{at}/factor-reset/", {"reason": "手机遗失"})
    asked = FactorReset.objects.get()
    waiting = sys.get(f"{at}/").content.decode()
    still_there = Factor.objects.filter(user=colleague).exists()
    listed = secadmin.get("/members/factor-resets/").content.decode()
    secadmin.post(f"/members/factor-resets/{asked.pk}/", {"answer": "approve"})
    again = secadmin.post(f"/members/factor-resets/{asked.pk}/", {"answer": "approve"})

    assert without_reason.status_code == 422
    assert "等安全管理员审批" in waiting
    assert still_there
    assert "手机遗失" in listed
    assert not Factor.objects.filter(user=colleague).exists()
    assert again.status_code == 409
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"factor.reset_asked", "factor.reset_approved"} <= verbs


def test_a_reset_ends_the_sessions_of_the_one_it_is_for(client_as, sys_officer, secadmin_officer):
    auditor = factories.acting(Role.AUDIT)
    client, who = client_as(auditor), Officer.objects.get(pk=auditor.officer_id)
    asked = factor.ask_reset(who, by=sys_officer, at=NOW, reason="手机遗失")

    factor.decide_reset(asked, by=secadmin_officer, at=NOW, approve=True)

    assert client.get("/members/me/")["Location"].startswith("/members/sign-in/")


def test_a_refused_reset_changes_nothing(colleague, sys_officer, secadmin_officer):
    with_factor(colleague)
    asked = factor.ask_reset(colleague, by=sys_officer, at=NOW, reason="手机遗失")

    factor.decide_reset(asked, by=secadmin_officer, at=NOW, approve=False)

    assert Factor.objects.filter(user=colleague).exists()
    assert factor.ask_reset(colleague, by=sys_officer, at=NOW, reason="又丢了")


def test_a_reset_is_asked_once_and_only_where_there_is_a_factor(colleague, sys_officer):
    with pytest.raises(Refused, match="没有启用"):
        factor.ask_reset(colleague, by=sys_officer, at=NOW, reason="手机遗失")
    with_factor(colleague)
    factor.ask_reset(colleague, by=sys_officer, at=NOW, reason="手机遗失")
    with pytest.raises(Refused, match="正在等待"):
        factor.ask_reset(colleague, by=sys_officer, at=NOW, reason="手机遗失")


def test_nobody_asks_or_decides_for_themselves(colleague, sys_officer, secadmin_officer):
    keeper = Officer.objects.get(pk=secadmin_officer.officer_id)
    with_factor(keeper)
    with pytest.raises(Refused, match="不能给自己"):
        factor.ask_reset(
            Officer.objects.get(pk=sys_officer.officer_id), by=sys_officer, at=NOW, reason="丢了"
        )
    asked = factor.ask_reset(keeper, by=sys_officer, at=NOW, reason="手机遗失")
    with pytest.raises(Refused, match="不能给自己"):
        factor.decide_reset(asked, by=secadmin_officer, at=NOW, approve=True)


def test_the_database_refuses_a_reset_by_one_person(colleague):
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.create(
            officer=colleague,
            reason="x",
            asked_by=colleague,
            asked_at=NOW,
            decided_by=colleague,
            decided_at=NOW + timedelta(hours=1),
            approved=True,
        )


def test_an_installation_begins_with_three_administrators():
    out = StringIO()
    call_command("appoint_administrators", "990001001", "云屏街道", stdout=out)
    nothing_yet = Officer.objects.count()
    call_command("appoint_administrators", "990001001", "云屏街道", "--commit", stdout=out)

    assert nothing_yet == 0
    assert set(Holding.objects.values_list("role", flat=True)) == set(ADMINISTRATORS)
    assert Officer.objects.filter(must_change_password=True).count() == 3
    _, username, password = out.getvalue().splitlines()[1].split("\t")
    assert Officer.objects.get(username=username).check_password(password)
    with pytest.raises(CommandError, match="已有管理员"):
        call_command("appoint_administrators", "990001001", "云屏街道", "--commit", stdout=out)


def test_an_installation_lies_in_a_place():
    with pytest.raises(CommandError, match="区划代码"):
        call_command("appoint_administrators", "99001", "甲", "--commit", stdout=StringIO())


def test_who_changes_an_account_second_is_told(client_as):
    who = factories.officer(name="莲房")
    client, at = client_as("sys"), f"/members/officers/{who.pk}/"
    seen = client.get(at).context["form"].initial

    client.post(at, {**seen, "name": "莲房甲"})
    told = client.post(at, {**seen, "name": "莲房乙"})

    who.refresh_from_db()
    assert (told.status_code, who.name) == (409, "莲房甲")
    assert "姓名现为“莲房甲”" in told.text
    assert 'value="莲房乙"' in told.text


def test_accounts_go_along_with_their_posts(client_as, community_officer):
    client = client_as("sys")

    paper = client.post("/members/officers/export/", {"purpose": "核对信息", "form": "sheet"})

    assert "东桥社区居委会分管专干" in paper.text
