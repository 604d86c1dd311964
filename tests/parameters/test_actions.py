"""Setting a value and entering a year: who may, from when, and what is left in the trail."""

from __future__ import annotations

from datetime import date

import pytest
from uuid6 import uuid7

from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.parameters import actions, values
from oosc.parameters.models import CalendarDay, Parameter
from oosc.parameters.rules import NamedDay
from oosc.places.models import Region

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 21)
NEW_YEAR = {date(2027, 1, 1): NamedDay(False, "元旦")}


@pytest.fixture
def subdistrict():
    return Region.objects.create(code="990000004", name="云屏街道")


@pytest.mark.clause("JZ-1")
def test_an_office_sets_its_own_limit_with_its_ground(subdistrict):
    _set(subdistrict, by=acting(Role.EDU))

    parameter = Parameter.objects.get()
    assert values.number("case.verify", "990000004001", TODAY) == 3
    assert parameter.set_by_words == "教育中心 干事 棠以宁"
    event = Event.objects.get()
    assert event.verb == "parameter.set"
    assert event.facts["value"] == "3"
    assert event.facts["region"] == "990000004"


def test_an_office_sets_nothing_for_its_neighbour():
    neighbour = Region.objects.create(code="990000005", name="雨廊街道")

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        _set(neighbour, by=acting(Role.EDU))

    assert not Parameter.objects.exists()


def test_a_community_sets_nothing(subdistrict):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        _set(subdistrict, by=acting(Role.COMM))


def test_a_limit_of_a_region_is_not_set_for_the_whole_nation():
    with pytest.raises(Refused, match="请选择适用的地区"):
        _set(None, by=acting(Role.EDU))


def test_a_value_never_takes_effect_in_the_past(subdistrict):
    with pytest.raises(Refused, match="生效日期不能早于今天"):
        _set(subdistrict, by=acting(Role.EDU), effective_from=date(2026, 9, 20))


def test_how_officers_sign_in_is_the_security_administrators_alone(subdistrict):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        _set(subdistrict, by=acting(Role.EDU), code="idle_minutes", value="20")

    _set(subdistrict, by=acting(Role.SECADMIN), code="idle_minutes", value="20")

    assert Parameter.objects.get().region is None
    assert values.number("idle_minutes", None, TODAY) == 20


def test_a_year_is_entered_in_place_of_what_was_there():
    CalendarDay.objects.create(day=date(2027, 2, 6), is_workday=False, name="春节")

    actions.enter_year(2027, NEW_YEAR, by=acting(Role.SYS))

    assert [day.day for day in CalendarDay.objects.all()] == [date(2027, 1, 1)]
    assert Event.objects.get().facts == {"year": 2027, "rest": 1, "worked": 0}


def test_a_school_enters_no_year():
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        actions.enter_year(2027, NEW_YEAR, by=acting(Role.SCHOOL))


def acting(role):
    return Acting(
        officer_id=uuid7(), post_id=uuid7(), unit_id=uuid7(), role=role,
        region_code="990000004", school_id=None, class_name="",
        officer_name="棠以宁", unit_name="教育中心", post_title="干事",
    )  # fmt: skip


def _set(region, *, by, code="case.verify", value="3", effective_from=TODAY):
    return actions.set_parameter(
        code, value, by=by, region=region, effective_from=effective_from,
        basis="街道办公会议纪要〔2026〕9号", today=TODAY,
    )  # fmt: skip
