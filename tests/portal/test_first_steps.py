"""What a new installation still lacks, as whoever sets it up finds it on the home page."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
import world
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.kernel import clock
from oosc.members.actions import founding
from oosc.members.models import Holding
from oosc.parameters.models import Parameter
from oosc.portal.first_steps import first_steps

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY


@pytest.fixture
def new_installation(db) -> None:
    founding.appoint_administrators(code="990001001", name="云屏街道", at=world.NOON)


def left(by) -> set[str]:
    return {step.name for step in first_steps(by, TODAY) if not step.is_done}


def test_a_new_installation_lacks_nearly_everything(new_installation, acting):
    by = acting(Role.SYS)

    names = [step.name for step in first_steps(by, TODAY)]

    assert names == [
        "行政区划", "学校", "单位与岗位", "账号", "任职", "节假日和调休", "参数", "备份"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "links"),
    [
        ("sys", {"places:import_regions", "places:import_schools", "members:officers",
                 "parameters:calendar", "parameters:list"}),
        ("secadmin", {"members:units", "parameters:calendar", "parameters:list"}),
    ],
)  # fmt: skip
def test_each_of_the_two_is_led_to_what_is_his(new_installation, client_as, role, links):
    page = client_as(role).get(reverse("portal:home")).text

    section = page[page.index("启用前要办的事") :]
    assert {route for route in _ROUTES if f'href="{reverse(route)}"' in section} == links
    assert "没有待办" not in page


_ROUTES = (
    "places:import_regions", "places:import_schools", "members:officers", "members:units",
    "parameters:calendar", "parameters:list",
)  # fmt: skip


def test_nobody_else_is_told(new_installation, acting):
    for role in set(Role) - {Role.SYS, Role.SECADMIN}:
        assert first_steps(acting(role), TODAY) == []


def test_what_is_done_is_done(db):
    here = world.home()  # places, schools, units, posts, who holds them

    assert left(here.acting(Role.SYS)) <= {"参数", "备份"}


def test_once_all_is_done_nothing_is_shown(db, client_as):
    here = world.home()
    by = here.acting(Role.SYS)
    Parameter.objects.create(
        code="reveal_seconds", value="30", basis="会议", effective_from=TODAY,
        set_at=clock.now(), set_by=by.post_id, set_by_words="系统管理员",
    )  # fmt: skip
    trail.record("backup.made", by=None)

    assert first_steps(by, TODAY) == []
    assert "启用前要办的事" not in client_as(by).get(reverse("portal:home")).text


def test_a_year_without_its_rest_days_is_not_done(new_installation, acting):
    far = date(2031, 3, 1)

    [step] = [one for one in first_steps(acting(Role.SYS), far) if one.name == "节假日和调休"]

    assert not step.is_done
    assert step.why == "2031 年的放假和调休还没有录入，涉及该年的期限暂按双休日计算，可能不准。"


def test_an_account_without_a_post_is_an_account(new_installation, acting):
    by = acting(Role.SYS)
    assert {"账号", "任职"} <= left(by)
    factories.acting("comm")
    assert not {"账号", "任职"} & left(by)

    Holding.objects.exclude(role__in=["sys", "secadmin", "audit"]).update(until=date(2026, 9, 1))
    assert "任职" in left(by)


def test_it_takes_few_queries(new_installation, acting, django_assert_max_num_queries):
    by = acting(Role.SYS)

    with django_assert_max_num_queries(10):
        first_steps(by, TODAY)
