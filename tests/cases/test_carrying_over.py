"""What earlier tables held is carried over: free text, rounds, rows of one text, a source."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

import factories
from oosc.cases.models import Case, MandatoryReport, Visit
from oosc.kernel.clock import OFFICIAL_TIME

TODAY = factories.TODAY


def at(day: int) -> datetime:
    return datetime(2026, 9, day, 9, 0, tzinfo=OFFICIAL_TIME)


@pytest.fixture
def old_tables(transactional_db, request):
    """The tables as they were before, and the way forward once the test has filled them."""
    executor = MigrationExecutor(connection)
    newest = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "cases"]
    apps = executor.migrate([("cases", request.param)]).apps

    def forward() -> None:
        MigrationExecutor(connection).migrate(newest)

    yield apps, forward
    forward()


@pytest.mark.parametrize("old_tables", ["0002_consents_by_person"], indirect=True)
def test_nothing_that_was_written_is_lost(old_tables):
    apps, forward = old_tables
    child, by = factories.child(), factories.acting("comm")
    case = apps.get_model("cases", "Case").objects.create(
        number="990001001-2026-0001", child_id=child.pk, region_id=child.home_id,
        state="closed", state_since=TODAY, round=2, school_year="2026-2027", source="tip",
        trigger_code="reported", trigger="邻居说没上学", opened_on=date(2026, 9, 1),
        closing_reason="C06", closing_words="已批准", closed_on=TODAY,
        closing_until=date(2027, 8, 31),
    )  # fmt: skip
    move = apps.get_model("cases", "Move").objects
    for event, day in (("raise", 1), ("reopen", 10)):
        move.create(
            case=case, event=event, to_state="verifying", on=TODAY, at=at(day), words="邻居"
        )
    for day in (5, 15):
        apps.get_model("cases", "Visit").objects.create(
            case=case, client_key=uuid4(), visited_on=date(2026, 9, day), mode="home_visit",
            visitors=["梅青"], conclusion="not_found", safety="none", recorded_by_id=by.post_id,
            recorded_at=at(day),
        )  # fmt: skip
    apps.get_model("cases", "MandatoryReport").objects.create(
        case=case, child_id=child.pk, region_id=child.home_id, found_at=at(5), due_at=at(5),
        found_by_id=by.post_id, reported_to="派出所王警官", reported_at=at(6),
        answer="已立案", answered_at=at(7),
    )  # fmt: skip

    forward()

    now = Case.objects.get()
    assert (now.trigger, now.closing_words) == ("邻居说没上学", "已批准")
    assert now.recheck_on == date(2027, 8, 31)
    assert [one.words for one in now.moves.all()] == ["邻居", "邻居"]
    assert list(Visit.objects.order_by("recorded_at").values_list("round", flat=True)) == [1, 2]
    report = MandatoryReport.objects.get()
    assert [(one.person, one.told_at) for one in report.told.all()] == [("派出所王警官", at(6))]
    assert [(one.words, one.answered_at) for one in report.answers.all()] == [("已立案", at(7))]


@pytest.mark.parametrize("old_tables", ["0006_shorter_conclusions"], indirect=True)
def test_what_the_system_opened_because_a_time_ran_out_did_not_come_of_a_comparison(old_tables):
    apps, forward = old_tables
    codes = ("transfer_days", "leave_ended", "never_on_roll")
    for number, code in enumerate(codes, start=1):
        child = factories.child(code)
        apps.get_model("cases", "Case").objects.create(
            number=f"990001001-2026-000{number}", child_id=child.pk, region_id=child.home_id,
            state="suspected", state_since=TODAY, school_year="2026-2027", source="match",
            trigger_code=code, trigger="逾期", opened_on=TODAY,
        )  # fmt: skip

    forward()

    told = dict(Case.objects.values_list("trigger_code", "source"))
    assert told == {"transfer_days": "lapsed", "leave_ended": "lapsed", "never_on_roll": "match"}
