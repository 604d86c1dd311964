"""三·各社区居委会: what the notice asks of the communities, clause by clause."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
from oosc.audit.models import Event
from oosc.cases.states import Conclusion, Reason, State
from oosc.children import actions as register
from oosc.children.facts import ChildFacts, PlaceFacts
from oosc.children.models import Child
from oosc.children.states import Origin, PlaceKind
from oosc.kernel.refusal import Refused
from oosc.schooling import actions, queries
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import RosterKind, Source, Status

THIS_YEAR = "2026-2027"
TODAY = date(2026, 9, 20)
EAST, WEST = factories.EAST, factories.WEST


def facts_of(name: str, place: str) -> ChildFacts:
    residence = PlaceFacts(PlaceKind.RESIDENCE, region_id=factories.region(place).pk)
    return ChildFacts(name=name, sex="女", birth_date=date(2017, 3, 5), places=(residence,))


def counted(child: Child, status: Status) -> None:
    row = StatusRow(child.pk, THIS_YEAR, status, region_id=child.home_id)
    actions.set_statuses([row], by=None, on=TODAY)


def names(kind: RosterKind, by) -> set[str]:
    statuses = queries.roster(kind, THIS_YEAR).visible_to(by)
    return set(statuses.values_list("child__name", flat=True))


@pytest.mark.clause("SQ-1c")
def test_a_community_has_two_rosters_of_the_school_year(community_officer):
    counted(factories.child("林小雨"), Status.ENROLLED_LOCAL)
    counted(factories.child("苏小禾"), Status.SUSPECTED)
    counted(factories.child("江晚", place=WEST), Status.SUSPECTED)

    assert names(RosterKind.ENROLLED, community_officer) == {"林小雨"}
    assert names(RosterKind.NOT_ENROLLED, community_officer) == {"苏小禾"}


@pytest.mark.clause("SQ-1c")
def test_the_rosters_of_a_year_do_not_show_another_year(community_officer):
    counted(factories.child("林小雨"), Status.SUSPECTED)

    last = queries.roster(RosterKind.NOT_ENROLLED, "2025-2026").visible_to(community_officer)

    assert not last.exists()


@pytest.mark.clause("SQ-1c")
def test_a_sealed_roster_stays_while_the_child_goes_to_school(community_officer):
    child = factories.child("苏小禾")
    counted(child, Status.SUSPECTED)
    sealed = actions.seal(
        RosterKind.NOT_ENROLLED, THIS_YEAR, factories.region(EAST), by=community_officer, on=TODAY
    )

    actions.set_status(
        child, school_year=THIS_YEAR, status=Status.ENROLLED_LOCAL, by=community_officer,
        source=Source.VISIT, on=date(2026, 9, 28),
    )  # fmt: skip

    assert names(RosterKind.NOT_ENROLLED, community_officer) == set()
    assert [row["name"] for row in actions.sealed_rows(sealed)] == ["苏小禾"]


@pytest.mark.clause("SQ-1c")
def test_a_correction_of_a_sealed_roster_leaves_a_trace(community_officer):
    counted(factories.child("苏小禾"), Status.SUSPECTED)
    sealed = actions.seal(
        RosterKind.NOT_ENROLLED, THIS_YEAR, factories.region(EAST), by=community_officer, on=TODAY
    )

    actions.correct_sealed(
        sealed, row=1, column="name", now="苏晓禾", why="户口簿核对", by=community_officer, on=TODAY
    )

    assert sealed.corrections.get().why == "户口簿核对"
    assert Event.objects.filter(verb="schooling.sealed_corrected").count() == 1


@pytest.mark.clause("SQ-2a")
def test_a_community_enters_a_child_on_no_roster(community_officer):
    child = register.register_child(by=community_officer, facts=facts_of("苏小禾", EAST), on=TODAY)

    assert (child.origin, child.home.code) == (Origin.COMMUNITY, EAST)
    assert child in Child.objects.visible_to(community_officer)
    assert Event.objects.get(verb="child.registered").post_id == community_officer.post_id


@pytest.mark.clause("SQ-2a")
def test_a_community_enters_only_children_who_live_there(community_officer):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        register.register_child(by=community_officer, facts=facts_of("苏小禾", WEST), on=TODAY)

    assert not Child.objects.exists()


@pytest.mark.clause("SQ-2a")
def test_a_child_already_there_is_not_entered_twice(community_officer):
    register.register_child(by=community_officer, facts=facts_of("苏小禾", EAST), on=TODAY)

    with pytest.raises(Refused, match="已有同名、同出生日期的儿童"):
        register.register_child(by=community_officer, facts=facts_of("苏小禾", EAST), on=TODAY)


@pytest.mark.clause("SQ-2a")
def test_what_a_visit_found_no_comparison_overwrites(community_officer):
    child = factories.child("苏小禾")
    actions.set_status(
        child, school_year=THIS_YEAR, status=Status.NEVER_ENROLLED, by=community_officer,
        source=Source.VISIT, on=TODAY,
    )  # fmt: skip

    counted(child, Status.PENDING)

    assert child.school_years.get().status == Status.NEVER_ENROLLED


@pytest.mark.clause("SQ-2a")
def test_a_home_visit_confirms_a_suspicion(make, case_in_verification):
    make.visit(case_in_verification, conclusion=Conclusion.NEVER_ENROLLED)

    case_in_verification.refresh_from_db()
    assert case_in_verification.state == State.CONFIRMED
    assert Event.objects.filter(verb="case.confirmed").count() == 1


@pytest.mark.clause("SQ-2a")
def test_a_community_visits_only_its_own_children(make, case_in_verification, neighbouring_officer):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        make.visit(case_in_verification, by=neighbouring_officer)

    case_in_verification.refresh_from_db()
    assert case_in_verification.state == State.VERIFYING


@pytest.mark.clause("SQ-2a")
def test_two_go_together(make, case_in_verification):
    with pytest.raises(Refused, match="须有 2 人以上参加"):
        make.visit(case_in_verification, visitors=["梅青"])


@pytest.mark.clause("SQ-2a")
def test_within_five_working_days_after_it_was_assigned(case_assigned):
    """21 September, a Monday; the 25th is Mid-Autumn."""
    assert case_assigned.due_on == date(2026, 9, 29)


@pytest.mark.clause("SQ-2a")
def test_what_turns_out_to_be_no_dropout_is_ruled_out_with_evidence(make, case_in_verification):
    with pytest.raises(Refused, match="还缺证据"):
        make.rule_out(case_in_verification, Reason.ENROLLED_ELSEWHERE)
    make.prove(case_in_verification, Reason.ENROLLED_ELSEWHERE)

    case = make.rule_out(case_in_verification, Reason.ENROLLED_ELSEWHERE)

    assert case.state == State.CLOSING


@pytest.mark.clause("SQ-2b")
def test_the_ledger_of_a_community_holds_its_cases_with_their_lights(case_assigned, client_as):
    words = client_as("comm").get(reverse("cases:ledger")).content.decode()

    for expected in (case_assigned.number, "林小雨", "已派核", "5 个工作日"):
        assert expected in words


@pytest.mark.clause("SQ-2b")
def test_not_those_of_its_neighbour(case_assigned, client_as):
    ledger = client_as("comm", place=WEST).get(reverse("cases:ledger"))

    assert case_assigned.number not in ledger.content.decode()


@pytest.mark.clause("SQ-2b")
def test_every_step_is_kept_with_who_and_when(make, case_in_verification, community_officer):
    make.visit(case_in_verification, conclusion=Conclusion.NEVER_ENROLLED)

    steps = case_in_verification.moves.values_list("event", "on", "by")

    assert [event for event, _, _ in steps] == ["raise", "assign", "start", "confirm"]
    assert {on for _, on, _ in steps} == {factories.TODAY}
    assert steps.last()[2] == community_officer.post_id
