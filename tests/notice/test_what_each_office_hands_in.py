"""各条: the lists that the notice asks of one office after another, handed in and compared."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
from oosc.kernel.refusal import Refused
from oosc.portal.duties import DUTIES, duties_of
from oosc.rosters import queries
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind, State
from oosc.schooling import actions
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import Status
from roster_files import child, hand_in, id_number, receive, workbook

pytestmark = pytest.mark.django_db

NUMBER = id_number(1)
PEOPLE = ("姓名", "性别", "公民身份号码")
PERSON = ["桑夏至", "女", NUMBER]
# Who hands in what, in a workbook of that office's headings.
HANDED_IN = [
    ("comm", Kind.DISABLED_CERT, {"残疾人证号": f"{NUMBER}43"}),
    ("comm", Kind.LEFT_BEHIND, {"留守类型": "父母外出"}),
    ("civil", Kind.POVERTY, {"困难类型": "低保"}),
    ("rural", Kind.POVERTY, {"困难类型": "脱贫户"}),
    ("health", Kind.VACCINATION, {"居住地址": "东桥社区"}),
    ("school", Kind.SCHOOL_ROLL, {"年级": "五年级", "班级": "1班"}),
]
NOT_THEIRS = [
    ("school", Kind.POLICE_HUKOU),
    ("comm", Kind.SCHOOL_ROLL),
    ("health", Kind.POVERTY),
    ("police", Kind.VACCINATION),
]


@pytest.mark.clause("SQ-3c")
@pytest.mark.clause("SQ-6b")
@pytest.mark.clause("MZ-2a")
@pytest.mark.clause("XC-1")
@pytest.mark.clause("WJ-1b")
@pytest.mark.clause("XX-3a")
@pytest.mark.parametrize(("role", "kind", "more"), HANDED_IN)
def test_an_office_hands_in_its_list_and_the_education_centre_has_it(
    acting, education_officer, role, kind, more
):
    by = acting(role)

    roster = receive(by, workbook([[*PERSON, *more.values()]], [*PEOPLE, *more]), kind=kind)

    assert (roster.state, roster.rows, roster.sender_id) == (State.RECEIVED, 1, by.unit_id)
    assert roster in Roster.objects.visible_to(education_officer)
    assert roster in queries.latest(factories.SUBDISTRICT)


@pytest.mark.clause("GA-1")
@pytest.mark.parametrize(("role", "kind"), NOT_THEIRS)
def test_not_the_list_of_another_office(acting, role, kind):
    with pytest.raises(Refused):
        hand_in(acting(role), workbook([child(1)]), kind=kind)


@pytest.mark.clause("JZ-4")
@pytest.mark.parametrize("role", sorted({role.value for duty in DUTIES for role in duty.roles}))
def test_every_office_finds_each_of_its_duties_on_its_home_page(client_as, role):
    page = client_as(role).get(reverse("portal:home")).content.decode()

    missing = [duty.id for duty in duties_of(role) if duty.words not in page]
    assert missing == []


@pytest.mark.clause("SQ-1a")
def test_the_community_sees_who_has_begun_school(client_as, community_officer):

    here, there = factories.child("林小雨"), factories.child("苏小禾", place=factories.WEST)
    actions.set_statuses(
        [
            StatusRow(one.pk, "2026-2027", Status.ENROLLED_LOCAL, region_id=one.home_id)
            for one in (here, there)
        ],
        by=None,
        on=date(2026, 9, 20),
    )

    page = client_as(community_officer).get(reverse("schooling:enrolled")).content.decode()

    assert "林小雨" in page
    assert "苏小禾" not in page
