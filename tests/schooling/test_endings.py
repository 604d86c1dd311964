"""休学、缓学、转学、补籍 last only so long: who is told before, and what comes by itself after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

import factories
from cases_made import Maker
from oosc.audit.models import Event
from oosc.cases.actions import opening
from oosc.cases.models import Case
from oosc.cases.states import State
from oosc.children.models import Child
from oosc.kernel import clock
from oosc.parameters.models import Parameter
from oosc.schooling import actions, queries
from oosc.schooling.actions import StatusRow
from oosc.schooling.models import SchoolYearStatus, StatusChange
from oosc.schooling.states import RosterKind, Source, Status

THIS, NEXT = "2026-2027", "2027-2028"
TODAY = factories.TODAY
IN_NINE_DAYS, IN_ELEVEN_DAYS = date(2026, 9, 30), date(2026, 10, 2)


def pupil(name: str = "苏小禾", **more) -> Child:
    return factories.child(name, school_code=factories.PRIMARY, grade=4, **more)


def said(child: Child, status: Status, by, *, on=TODAY, until=None, year=THIS) -> SchoolYearStatus:
    return actions.set_status(
        child, school_year=year, status=status, by=by, source=Source.HAND, on=on, until=until,
        evidence="批准文号 12", school=child.school,
    )  # fmt: skip


def stands(child: Child, year: str = THIS) -> tuple[str, str]:
    record = SchoolYearStatus.objects.get(child=child, school_year=year)
    return record.status, record.evidence


def home(client) -> str:
    return client.get(reverse("portal:home")).content.decode()


# Into the next school year


@pytest.mark.parametrize("source", [Source.HAND, Source.CLOSING])
def test_a_leave_that_lasts_past_august_stands_in_the_new_year(education_officer, source):
    child = pupil()
    actions.set_status(
        child, school_year=THIS, status=Status.DEFERRED, by=education_officer, source=source,
        on=TODAY, until=date(2027, 12, 31), evidence="批准文号 12",
    )  # fmt: skip

    assert actions.carry_leaves_over(on=date(2027, 8, 31)) == 0
    assert actions.carry_leaves_over(on=date(2027, 9, 2)) == 1
    assert actions.carry_leaves_over(on=date(2027, 9, 3)) == 0

    new = SchoolYearStatus.objects.get(child=child, school_year=NEXT)
    assert (new.status, new.source) == (Status.DEFERRED, source)
    assert (new.since, new.until) == (date(2027, 9, 1), date(2027, 12, 31))
    assert new.evidence == "承接 2026-2027 学年的缓学。批准文号 12"
    assert stands(child)[0] == Status.DEFERRED
    assert Event.objects.filter(verb="schooling.set", officer_id=None).count() == 1
    assert child in {one.child for one in queries.roster(RosterKind.NOT_ENROLLED, NEXT)}


def test_no_comparison_suspects_whose_leave_was_carried_over(education_officer):
    child = pupil()
    said(child, Status.SUSPENDED, education_officer, until=date(2027, 12, 31))
    pending = StatusRow(child.pk, NEXT, Status.PENDING)
    actions.set_statuses([pending], by=None, on=date(2027, 9, 1))  # before anybody woke

    actions.carry_leaves_over(on=date(2027, 9, 1))
    actions.set_statuses([pending], by=None, on=date(2027, 9, 2))

    assert stands(child, NEXT)[0] == Status.SUSPENDED


def test_who_is_back_at_school_in_the_new_year_is_not_on_leave(education_officer):
    child = pupil()
    said(child, Status.SUSPENDED, education_officer, until=date(2027, 12, 31))
    actions.set_statuses([StatusRow(child.pk, NEXT, Status.ENROLLED_LOCAL)], by=None, on=TODAY)

    assert actions.carry_leaves_over(on=date(2027, 9, 1)) == 0

    assert stands(child, NEXT)[0] == Status.ENROLLED_LOCAL


def test_a_leave_that_ends_with_the_year_is_not_carried_over(education_officer):
    said(pupil(), Status.DEFERRED, education_officer, until=date(2027, 8, 31))

    assert actions.carry_leaves_over(on=date(2027, 9, 1)) == 0


def test_a_carried_leave_ends_like_any_other(education_officer):
    child = pupil()
    said(child, Status.DEFERRED, education_officer, until=date(2027, 12, 31))
    actions.carry_leaves_over(on=date(2027, 9, 1))

    assert actions.end_leaves(on=date(2028, 1, 1)) == 1
    assert stands(child, NEXT)[0] == Status.PENDING


# Before the end


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DEFERRED])
def test_a_leave_that_soon_ends_is_on_the_list_of_who_may_say_more(
    client_as, education_officer, status
):
    near, far = pupil("苏小禾"), pupil("江小晚")
    said(near, status, education_officer, until=IN_NINE_DAYS)
    said(far, status, education_officer, until=IN_ELEVEN_DAYS)

    for role in ("edu", "school"):
        page = home(client_as(role))
        assert "苏小禾" in page
        assert "至 2026-09-30 期满" in page
        assert reverse("schooling:set_status", args=[near.pk]) in page
        assert "江小晚" not in page
    assert "苏小禾" not in home(client_as("comm"))
    assert "苏小禾" not in home(client_as("school", school_code=factories.JUNIOR))


def test_the_office_says_how_many_days_before(client_as, education_officer):
    said(pupil(), Status.SUSPENDED, education_officer, until=IN_ELEVEN_DAYS)
    Parameter.objects.create(
        code="case.term_reminder", value="30", region=factories.region(), basis="本地约定",
        effective_from=date(2026, 9, 1), set_at=clock.now(), set_by=education_officer.post_id,
        set_by_words="教育中心",
    )  # fmt: skip

    assert "苏小禾" in home(client_as("edu"))


def test_what_was_settled_leaves_the_list(client_as, education_officer):
    child = pupil()
    said(child, Status.SUSPENDED, education_officer, until=IN_NINE_DAYS)
    said(child, Status.SUSPENDED, education_officer, until=date(2027, 1, 20))

    assert "苏小禾" not in home(client_as("edu"))


def test_a_leave_that_a_case_decided_is_watched_by_the_case(education_officer):
    child = pupil()
    actions.set_status(
        child, school_year=THIS, status=Status.DEFERRED, by=education_officer,
        source=Source.CLOSING, on=TODAY, until=IN_NINE_DAYS,
    )  # fmt: skip

    assert queries.waiting(education_officer, TODAY, within_days=10) == []


@pytest.mark.parametrize(
    ("status", "since", "last_day"),
    [
        # 40 working days from 2026-07-31, a Friday: 2026-09-25 is the day of the moon feast.
        (Status.TRANSFER_IN_PROGRESS, date(2026, 7, 31), date(2026, 9, 24)),
        (Status.ENROLLED_UNREGISTERED, date(2026, 7, 27), date(2026, 9, 28)),
    ],
)
def test_a_transfer_and_a_missing_number_are_listed_before_their_time_is_out(
    client_as, education_officer, status, since, last_day
):
    said(pupil(), status, education_officer, on=since)

    [one] = queries.waiting(education_officer, TODAY, within_days=10)

    assert one.last_day == last_day
    assert "苏小禾" in home(client_as("school"))


# After the end


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DEFERRED])
def test_a_leave_that_is_over_is_to_be_looked_into(education_officer, status):
    child = pupil()
    said(child, status, education_officer, until=IN_NINE_DAYS)

    assert actions.end_leaves(on=IN_NINE_DAYS) == 0
    assert stands(child)[0] == status
    assert actions.end_leaves(on=IN_NINE_DAYS + timedelta(days=1)) == 1
    assert actions.end_leaves(on=IN_NINE_DAYS + timedelta(days=1)) == 0

    now, why = stands(child)
    assert now == Status.PENDING
    assert why == f"{status.label}至 2026-09-30 期满，未见入学、复学或续批"
    change = StatusChange.objects.first()
    assert (change.from_status, change.to_status, change.by) == (status, Status.PENDING, None)
    assert Event.objects.filter(verb="schooling.set", officer_id=None).count() == 1
    assert child in {one.child for one in queries.roster(RosterKind.NOT_ENROLLED, THIS)}


def test_a_run_may_say_more_of_whose_leave_is_over(education_officer):
    child = pupil()
    said(child, Status.SUSPENDED, education_officer, until=IN_NINE_DAYS)
    actions.end_leaves(on=IN_ELEVEN_DAYS)

    actions.set_statuses([StatusRow(child.pk, THIS, Status.ENROLLED_LOCAL)], by=None, on=TODAY)

    assert stands(child)[0] == Status.ENROLLED_LOCAL


def test_a_leave_to_the_end_of_the_year_is_looked_into_in_the_next(education_officer):
    child = pupil()
    said(child, Status.DEFERRED, education_officer, until=date(2027, 8, 31))

    assert actions.end_leaves(on=date(2027, 9, 1)) == 1

    assert stands(child)[0] == Status.DEFERRED
    assert stands(child, NEXT)[0] == Status.PENDING


def test_who_is_known_in_the_next_year_is_left_alone(education_officer):
    child = pupil()
    said(child, Status.DEFERRED, education_officer, until=date(2027, 8, 31))
    actions.set_statuses([StatusRow(child.pk, NEXT, Status.ENROLLED_LOCAL)], by=None, on=TODAY)

    assert actions.end_leaves(on=date(2027, 9, 1)) == 0


def test_a_transfer_that_was_not_settled_is_a_suspicion(education_officer):
    child = pupil()
    said(child, Status.TRANSFER_IN_PROGRESS, education_officer, on=date(2026, 7, 31))

    assert opening.raise_lapsed(on=date(2026, 9, 24)) == 0
    assert opening.raise_lapsed(on=date(2026, 9, 25)) == 1
    assert opening.raise_lapsed(on=date(2026, 9, 26)) == 0

    case = Case.objects.get(child=child)
    assert (case.state, case.opened_by) == (State.SUSPECTED, None)
    assert case.get_source_display() == "逾期未办结"
    assert case.trigger == "转学途中自 2026-07-31 起，限 40 个工作日，逾期未办结"
    assert stands(child) == (Status.SUSPECTED, case.trigger)
    assert Event.objects.filter(verb="case.raised").count() == 1


def test_who_got_no_number_in_time_is_a_suspicion(education_officer):
    child = pupil()
    said(child, Status.ENROLLED_UNREGISTERED, education_officer, on=date(2026, 7, 27))

    assert opening.raise_lapsed(on=date(2026, 9, 28)) == 0
    assert opening.raise_lapsed(on=date(2026, 9, 29)) == 1
    assert stands(child)[0] == Status.SUSPECTED


def test_the_office_sets_how_long(education_officer):
    child = pupil()
    said(child, Status.ENROLLED_UNREGISTERED, education_officer, on=date(2026, 9, 1))
    Parameter.objects.create(
        code="registration_days", value="10", region=factories.region(factories.EAST),
        basis="本地约定", effective_from=date(2026, 9, 1), set_at=clock.now(),
        set_by=education_officer.post_id, set_by_words="教育中心",
    )  # fmt: skip

    assert opening.raise_lapsed(on=TODAY) == 1


def test_an_open_case_is_not_opened_twice(education_officer):
    child = pupil()
    case = Maker().case(State.VERIFYING, child)
    said(child, Status.ENROLLED_UNREGISTERED, education_officer, on=date(2026, 7, 1))

    assert opening.raise_lapsed(on=TODAY) == 1
    assert opening.raise_lapsed(on=TODAY) == 0

    assert list(Case.objects.filter(child=child)) == [case]
    assert stands(child)[0] == Status.SUSPECTED


def test_a_child_whose_home_nobody_knows_is_suspected_all_the_same(education_officer):
    child = factories.child("苏小禾", place=None, school_code=factories.PRIMARY)
    said(child, Status.TRANSFER_IN_PROGRESS, education_officer, on=date(2026, 6, 1))

    assert opening.raise_lapsed(on=TODAY) == 1

    assert not Case.objects.exists()
    assert stands(child)[0] == Status.SUSPECTED
