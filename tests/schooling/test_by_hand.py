"""What a school or the education centre may say by itself, and what a case alone decides."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
from cases_made import Maker
from oosc.audit.models import Event
from oosc.cases.actions import striking_off
from oosc.cases.models import Case
from oosc.cases.states import CLOSINGS, Reason, State
from oosc.children.models import Child
from oosc.kernel.refusal import Refused
from oosc.schooling import actions, queries
from oosc.schooling.actions import StatusRow
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import (
    BESIDE_A_CASE,
    BY_HAND,
    NOT_ENROLLED,
    THROUGH_A_CASE,
    WITH_STUDENT_NUMBER,
    RosterKind,
    Source,
    Status,
)

YEAR = "2026-2027"
TODAY = factories.TODAY
STUDENT_NO = "G" + factories.id_no()


@pytest.fixture
def make(db) -> Maker:
    return Maker()


def said(child: Child, status: Status, by, **more) -> SchoolYearStatus:
    told = {"evidence": "批准文号 12", "until": date(2027, 1, 20), "student_no": STUDENT_NO} | more
    return actions.set_status(
        child, school_year=YEAR, status=status, by=by, source=Source.HAND, on=TODAY, **told
    )


@pytest.mark.parametrize("status", sorted(THROUGH_A_CASE))
def test_what_needs_evidence_and_approval_is_not_set_by_hand(make, status):
    child = make.child()
    for by in (make.education, factories.acting("school")):
        with pytest.raises(Refused, match="在个案里办理"):
            said(child, status, by)

    assert not SchoolYearStatus.objects.exists()


@pytest.mark.parametrize("status", sorted(THROUGH_A_CASE))
def test_the_form_does_not_offer_it(client_as, status):
    child = factories.child(school_code=factories.PRIMARY)
    url = reverse("schooling:set_status", args=[child.pk])

    page = client_as("edu").get(url).content.decode()

    assert f'value="{status}"' not in page


@pytest.mark.parametrize("status", sorted(BY_HAND))
def test_what_a_school_knows_it_sets_by_hand(make, status):
    assert said(make.child(), status, factories.acting("school")).status == status


def test_whoever_leaves_for_good_leaves_through_a_reason_of_the_table(make):
    """Every form that only a case decides is where some reason, or a visit, puts a child."""
    by_reason = {Status(one) for closing in CLOSINGS.values() for one in closing.statuses}
    by_visit = {Status.SUSPECTED, Status.NEVER_ENROLLED, Status.DROPOUT}

    assert by_reason | by_visit >= THROUGH_A_CASE


def test_a_child_does_not_leave_the_roster_past_its_open_case(make):
    child = make.child()
    case = make.case(State.VERIFYING, child)

    for status in sorted(BY_HAND - BESIDE_A_CASE):
        with pytest.raises(Refused, match=f"案号 {case.number}"):
            said(child, status, make.education)

    roster = queries.roster(RosterKind.NOT_ENROLLED, YEAR)
    assert [one.child_id for one in roster] == [child.pk]
    assert Case.objects.get().closed_on is None


def test_beside_an_open_case_only_what_keeps_the_child_on_the_roster_is_noted(make):
    assert BESIDE_A_CASE < NOT_ENROLLED
    child = make.child()
    make.case(State.VERIFYING, child)

    record = said(child, Status.ENROLLED_UNREGISTERED, make.education, student_no="")

    assert record.status == Status.ENROLLED_UNREGISTERED


def test_a_past_year_is_put_right_beside_an_open_case(make):
    child = make.child()
    make.case(State.VERIFYING, child)

    record = actions.set_status(
        child, school_year="2025-2026", status=Status.ENROLLED_OUTSIDE, by=make.education,
        source=Source.HAND, on=TODAY, evidence="查询 2026-09-20", student_no=STUDENT_NO,
    )  # fmt: skip

    assert record.status == Status.ENROLLED_OUTSIDE


def test_what_was_struck_off_by_approval_comes_back_through_its_case(make):
    case = make.closing(Reason.DECEASED)
    striking_off.approve_closing(case, by=make.education, on=TODAY)

    with pytest.raises(Refused, match="重开原来的个案"):
        said(case.child, Status.ENROLLED_LOCAL, make.education)

    assert case.child.school_years.get().status == Status.DECEASED


def test_what_a_run_misread_is_put_right_by_hand(make):
    child = make.child()
    actions.set_statuses([StatusRow(child.pk, YEAR, Status.DECEASED)], by=None, on=TODAY)

    assert said(child, Status.ENROLLED_LOCAL, make.education).source == Source.HAND


def test_the_page_leads_to_the_open_case(client_as, make):
    child = make.child()
    case = make.case(State.VERIFYING, child)
    url = reverse("schooling:set_status", args=[child.pk])

    page = client_as("edu").get(url).content.decode()

    assert reverse("cases:detail", args=[case.pk]) in page
    assert case.number in page


# The student number


@pytest.mark.parametrize("status", sorted(WITH_STUDENT_NUMBER))
def test_who_is_in_school_has_a_student_number(make, status):
    child = make.child()
    with pytest.raises(Refused, match="须填全国学籍号"):
        said(child, status, make.education, student_no="")

    said(child, status, make.education)

    child.refresh_from_db()
    assert child.student_no == STUDENT_NO
    assert Event.objects.get(verb="child.corrected").facts["fields"] == ["student_no"]


def test_a_number_in_the_register_is_not_asked_for_again(make):
    child = make.child(student_no=STUDENT_NO)

    assert said(child, Status.ENROLLED_LOCAL, make.education, student_no="")
    assert not Event.objects.filter(verb="child.corrected").exists()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("G123", "19 位"),
        ("X" + factories.id_no(), "19 位"),
        ("G" + factories.id_no(serial=13), "与所填的不同"),
    ],
)
def test_a_wrong_number_is_refused(make, number, sentence):
    child = make.child(student_no=STUDENT_NO)

    with pytest.raises(Refused, match=sentence):
        said(child, Status.ENROLLED_LOCAL, make.education, student_no=number)


def test_two_children_do_not_share_a_number(make):
    make.child("苏小禾", student_no=STUDENT_NO)

    with pytest.raises(Refused, match="另一名儿童用这个学籍号"):
        said(make.child(), Status.ENROLLED_LOCAL, make.education)


def test_in_school_here_says_where(make):
    child = factories.child()

    with pytest.raises(Refused, match="请选择就读学校"):
        said(child, Status.ENROLLED_LOCAL, make.education)


def test_the_form_asks_for_the_number_beside_its_field(client_as):
    child = factories.child(school_code=factories.PRIMARY)
    url = reverse("schooling:set_status", args=[child.pk])
    told = {"school_year": YEAR, "status": "enrolled_local", "on": "2026-09-10",
            "school": str(child.school_id), "evidence": "学籍查询"}  # fmt: skip
    client = client_as("school")

    without = client.post(url, told)
    small = client.post(url, {**told, "student_no": STUDENT_NO.lower()})

    assert without.status_code == 422
    assert "还没有的，就学状态选“在校无学籍”" in without.content.decode()
    assert small.status_code == 302


# Two officers at once


def test_who_saves_second_is_told_and_loses_nothing(client_as, make):
    child = make.child(student_no=STUDENT_NO)
    url = reverse("schooling:set_status", args=[child.pk])
    school = client_as("school")
    seen = school.get(url).context["seen"]
    said(child, Status.SUSPENDED, make.education)
    told = {"school_year": YEAR, "status": "deferred", "on": "2026-09-10", "seen": seen,
            "until": "2027-08-31", "evidence": "批准文号 77"}  # fmt: skip

    late = school.post(url, told)

    assert late.status_code == 409
    page = late.content.decode()
    assert "教育中心" in page
    assert "登记为“休学”" in page
    assert "批准文号 77" in page
    assert child.school_years.get().status == Status.SUSPENDED
    again = school.post(url, {**told, "seen": late.context["seen"]})
    assert again.status_code == 302
    assert child.school_years.get().status == Status.DEFERRED


def test_another_school_year_is_another_record(client_as, make):
    child = make.child(student_no=STUDENT_NO)
    url = reverse("schooling:set_status", args=[child.pk])
    school = client_as("school")
    seen = school.get(url).context["seen"]
    said(child, Status.SUSPENDED, make.education)

    answer = school.post(
        url,
        {"school_year": "2025-2026", "status": "suspended", "on": "2026-03-01", "seen": seen,
         "until": "2026-08-31", "evidence": "批准文号 77"},
    )  # fmt: skip

    assert answer.status_code == 302


def test_a_refusal_keeps_what_was_typed(client_as, make):
    child = make.child(student_no=STUDENT_NO)
    make.case(State.VERIFYING, child)
    url = reverse("schooling:set_status", args=[child.pk])

    answer = client_as("school").post(
        url,
        {"school_year": YEAR, "status": "enrolled_outside", "on": "2026-09-10",
         "evidence": "邻县就读证明"},
    )  # fmt: skip

    assert answer.status_code == 409
    assert "邻县就读证明" in answer.content.decode()
