"""四·教育中心: what the notice asks of the education centre, clause by clause."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
from oosc.cases.actions import assigning, opening, striking_off
from oosc.cases.models import Case
from oosc.cases.states import Conclusion, Reason, Source, State
from oosc.kernel.refusal import Refused
from oosc.linkage import queries as run_queries
from oosc.linkage.models import Finding
from oosc.linkage.states import Kind
from oosc.schooling import actions, queries
from oosc.schooling.actions import StatusRow
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import RosterKind, Status

THIS_YEAR = "2026-2027"
TODAY = date(2026, 9, 20)


def counted(name: str, status: Status, place: str = factories.EAST) -> None:
    child = factories.child(name, place=place)
    row = StatusRow(child.pk, THIS_YEAR, status, region_id=child.home_id)
    actions.set_statuses([row], by=None, on=TODAY)


@pytest.mark.clause("JY-2b")
def test_the_centre_has_every_child_out_of_school_of_the_year(education_officer):
    counted("林小雨", Status.SUSPECTED)
    counted("江晚", Status.DEFERRED, factories.WEST)
    counted("苏小禾", Status.ENROLLED_LOCAL)

    ledger = queries.roster(RosterKind.NOT_ENROLLED, THIS_YEAR).visible_to(education_officer)

    assert set(ledger.values_list("child__name", flat=True)) == {"林小雨", "江晚"}


@pytest.mark.clause("JY-2b")
def test_the_figures_of_the_year_are_those_of_the_lists(education_officer):
    counted("林小雨", Status.SUSPECTED)
    counted("苏小禾", Status.ENROLLED_LOCAL)
    counted("云生", Status.DECEASED)

    standing = queries.counts(education_officer, TODAY)

    assert (standing.enrolled, standing.not_enrolled) == (1, 1)


@pytest.mark.clause("JY-2b")
def test_the_head_and_the_communities_read_the_ledger(client_as):
    counted("林小雨", Status.SUSPECTED)
    address = reverse("schooling:not_enrolled")

    assert "林*" in client_as("lead").get(address).content.decode()
    assert "林小雨" in client_as("comm").get(address).content.decode()
    assert client_as("police").get(address).status_code == 404


@pytest.mark.clause("JY-2b")
def test_the_ledger_of_the_whole_subdistrict_is_sealed(education_officer):
    counted("林小雨", Status.SUSPECTED)
    counted("江晚", Status.DEFERRED, factories.WEST)

    sealed = actions.seal(
        RosterKind.NOT_ENROLLED, THIS_YEAR, factories.region(factories.SUBDISTRICT),
        by=education_officer, on=TODAY,
    )  # fmt: skip

    assert sealed.rows_count == 2


@pytest.mark.clause("JY-2a")
def test_the_centre_knows_of_every_resident_child_whether_it_is_on_the_roll(
    compared, education_officer
):
    found = run_queries.sum_of(compared, education_officer)

    assert found.residents == compared.counts["residents_of_school_age"]
    assert found.residents == found.found + found.explained + found.suspected
    assert found.suspected > 0


@pytest.mark.clause("JY-2a")
def test_each_who_is_not_has_a_reason_and_why_the_nearest_record_is_another(compared):
    for finding in Finding.objects.filter(run=compared, kind=Kind.SUSPECTED):
        assert finding.reason
        assert finding.nearest_reason


@pytest.mark.clause("JY-2a")
def test_the_machine_only_suspects(compared):
    """Whether a child is out of school a person says, after a visit."""
    decided = {Status.NEVER_ENROLLED, Status.DROPOUT, Status.SUSPECTED}

    assert not SchoolYearStatus.objects.filter(status__in=decided).exists()
    assert not Case.objects.exists()


@pytest.mark.clause("JY-5a")
def test_suspicions_go_to_community_and_school_together(make, education_officer):
    case = make.case(State.SUSPECTED)

    case = assigning.assign(
        case, by=education_officer, on=factories.TODAY, region=case.region, school=case.school
    )

    assert (case.region.code, case.school.code) == (factories.EAST, factories.PRIMARY)


@pytest.mark.clause("JY-5a")
def test_the_counts_of_the_ledger_are_those_of_its_lists(make, client_as):
    make.case(State.SUSPECTED, make.child("林小雨"))
    make.case(State.ASSIGNED, make.child("苏小禾"))
    make.case(State.CONFIRMED, make.child("江晚"))

    page = client_as("edu").get(reverse("cases:ledger"))

    counts = page.context["counts"]
    assert (counts.unfinished, counts.to_assign, counts.to_visit, counts.confirmed) == (3, 1, 1, 1)


@pytest.mark.clause("JY-5b")
def test_a_case_is_struck_off_only_by_the_centre_and_by_another_than_who_asked(
    make, community_officer, education_officer
):
    case = make.closing(Reason.ENROLLED)

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        striking_off.approve_closing(case, by=community_officer, on=factories.TODAY)

    done = striking_off.approve_closing(case, by=education_officer, on=factories.TODAY)
    assert (done.state, done.closed_on) == (State.CLOSED, factories.TODAY)


@pytest.mark.clause("JY-5b")
def test_where_two_bodies_must_agree_both_do(make, education_officer, police_officer):
    case = make.closing(Reason.NO_SUCH_PERSON)

    case = striking_off.approve_closing(case, by=education_officer, on=factories.TODAY)
    assert case.state == State.CLOSING

    case = striking_off.approve_closing(case, by=police_officer, on=factories.TODAY)
    assert case.state == State.CLOSED


@pytest.mark.clause("JY-5b")
def test_what_comes_back_is_the_same_case_again(make, education_officer):
    closed = make.case(State.CLOSED)
    seen = opening.Suspicion(closed.child, Source.TIP, "reported", "邻居说仍未上学")

    again = opening.raise_suspicion(seen, by=education_officer, on=factories.TODAY)

    assert (again.number, again.round) == (closed.number, 2)


@pytest.mark.clause("JY-5b")
def test_the_ledger_moves_with_each_step(make, client_as):
    case = make.case(State.ASSIGNED)
    client, address = client_as("edu"), reverse("cases:ledger")
    before = client.get(address).content.decode()

    make.visit(case, conclusion=Conclusion.NEVER_ENROLLED)

    after = client.get(address).content.decode()
    assert "已派核" in before
    assert "已确认" in after
