"""Setting a value and entering a year: who may, from when, and what is left in the trail."""

from __future__ import annotations

from datetime import date

import pytest

import factories
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.parameters import actions, values
from oosc.parameters.models import CalendarDay, Parameter
from oosc.parameters.rules import NamedDay

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 21)
NEW_YEAR = {date(2027, 1, 1): NamedDay(False, "元旦")}


@pytest.fixture
def subdistrict():
    return factories.region()


@pytest.mark.clause("JZ-1")
def test_an_office_sets_its_own_limit_with_its_ground(subdistrict, education_officer):
    _set(subdistrict, by=education_officer)

    parameter = Parameter.objects.get()
    assert values.number("case.verify", factories.EAST, TODAY) == 3
    assert parameter.set_by == education_officer.post_id
    assert parameter.set_by_words.startswith("教育中心 主任 ")
    event = Event.objects.get()
    assert event.verb == "parameter.set"
    assert event.facts["value"] == "3"
    assert event.facts["region"] == factories.SUBDISTRICT


def test_an_office_sets_nothing_for_its_neighbour(education_officer):
    neighbour = factories.region("990001002")

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        _set(neighbour, by=education_officer)

    assert not Parameter.objects.exists()


def test_a_community_sets_nothing(subdistrict, community_officer):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        _set(subdistrict, by=community_officer)


def test_a_limit_of_a_region_is_not_set_for_the_whole_nation(education_officer):
    with pytest.raises(Refused, match="请选择适用的地区"):
        _set(None, by=education_officer)


def test_a_value_never_takes_effect_in_the_past(subdistrict, education_officer):
    with pytest.raises(Refused, match="生效日期不能早于今天"):
        _set(subdistrict, by=education_officer, effective_from=date(2026, 9, 20))


def test_how_officers_sign_in_is_the_security_administrators_alone(
    subdistrict, education_officer, secadmin_officer
):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        _set(subdistrict, by=education_officer, code="idle_minutes", value="20")

    _set(subdistrict, by=secadmin_officer, code="idle_minutes", value="20")

    assert Parameter.objects.get().region is None
    assert values.number("idle_minutes", None, TODAY) == 20


def test_a_year_is_entered_in_place_of_what_was_there(sys_officer):
    CalendarDay.objects.create(day=date(2027, 2, 6), is_workday=False, name="春节")

    actions.enter_year(2027, NEW_YEAR, by=sys_officer)

    assert [day.day for day in CalendarDay.objects.all()] == [date(2027, 1, 1)]
    assert Event.objects.get().facts == {"year": 2027, "rest": 1, "worked": 0}


def test_a_school_enters_no_year(school_officer):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        actions.enter_year(2027, NEW_YEAR, by=school_officer)


def _set(region, *, by, code="case.verify", value="3", effective_from=TODAY):
    return actions.set_parameter(
        code, value, by=by, region=region, effective_from=effective_from,
        basis="街道办公会议纪要〔2026〕9号", today=TODAY,
    )  # fmt: skip
