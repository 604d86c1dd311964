"""待核实 becomes 疑似 by itself when the school year is days old and nothing has turned up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

import factories
from oosc.audit.models import Event
from oosc.cases.actions.withdrawing import withdraw
from oosc.cases.models import Case
from oosc.linkage import actions
from oosc.linkage.models import Finding, Run
from oosc.linkage.states import Kind
from oosc.parameters.actions import set_parameter
from oosc.rosters.models import Roster
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Status

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY


@pytest.fixture
def yesterdays(run) -> Run:
    """A run that its clerks have had a day to look at."""
    run.finished_at = run.finished_at - timedelta(days=1)
    run.save()
    return run


def suspected(run: Run) -> int:
    listed = Finding.objects.filter(run=run, kind=Kind.SUSPECTED, child__isnull=False)
    return listed.values("child").distinct().count()


def test_each_child_of_the_newest_run_once(yesterdays):
    assert actions.raise_pending(on=TODAY) == suspected(yesterdays) > 0
    assert actions.raise_pending(on=TODAY) == 0

    case = Case.objects.first()
    assert case.opened_by is None
    assert case.run_id == yesterdays.pk
    assert case.roster_ids
    assert SchoolYearStatus.objects.get(child=case.child).status == Status.SUSPECTED
    assert Event.objects.filter(verb="run.suspicions_raised", post_id=None).exists()


@pytest.mark.parametrize("day", [date(2026, 9, 7), date(2027, 9, 8)])
def test_not_before_the_seventh_day_nor_from_a_run_of_last_year(yesterdays, day):
    yesterdays.finished_at = timezone.now() - timedelta(days=900)
    yesterdays.save()

    assert actions.raise_pending(on=day) == 0


def test_on_the_day_of_the_run_its_clerks_look_first(run):
    assert actions.raise_pending(on=TODAY) == 0


def test_an_office_may_leave_it_to_its_clerks(yesterdays, education_officer):
    set_parameter(
        "pending_by_itself", "0", by=education_officer, region=yesterdays.region,
        effective_from=TODAY, basis="由教育中心逐批立案", today=TODAY,
    )  # fmt: skip

    assert actions.raise_pending(on=TODAY) == 0


def test_what_a_person_withdrew_is_not_raised_again_in_this_school_year(
    yesterdays, education_officer
):
    actions.raise_pending(on=TODAY)
    case = Case.objects.first()
    withdraw(case, by=education_officer, on=TODAY, why="误立案")

    assert actions.raise_pending(on=TODAY + timedelta(days=1)) == 0


def test_nothing_rests_on_a_roster_that_was_withdrawn(yesterdays):
    Roster.objects.filter(pk=yesterdays.rosters.first().pk).update(withdrawn_at=timezone.now())

    assert actions.raise_pending(on=TODAY) == 0
