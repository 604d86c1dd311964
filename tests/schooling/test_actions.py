"""School years and sealed rosters."""

from __future__ import annotations

import json
from datetime import date

import pytest

import factories
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.schooling import actions
from oosc.schooling.actions import StatusRow
from oosc.schooling.models import SchoolYearStatus, SealedRoster
from oosc.schooling.states import ENROLLED, NOT_ENROLLED, RosterKind, Source, Status
from oosc.vault import files

YEAR = "2026-2027"
TODAY = factories.TODAY


def row(child, status=Status.PENDING, **more) -> StatusRow:
    return StatusRow(child.pk, YEAR, status, region_id=child.home_id, **more)


def test_a_school_says_how_a_child_is_schooled(school_officer):
    child = factories.child(school_code=factories.PRIMARY, grade=3)

    record = actions.set_status(
        child, school_year=YEAR, status=Status.SUSPENDED, by=school_officer, source=Source.HAND,
        on=TODAY, until=date(2027, 1, 20), evidence="批准文号 12",
    )  # fmt: skip

    change = record.changes.get()
    assert (record.status, record.region.code) == (Status.SUSPENDED, factories.EAST)
    assert (change.from_status, change.to_status) == ("", Status.SUSPENDED)
    assert Event.objects.filter(verb="schooling.set").count() == 1


def test_a_community_says_so_by_a_visit_only(community_officer):
    child = factories.child()

    with pytest.raises(Refused, match="通过入户核查"):
        actions.set_status(
            child, school_year=YEAR, status=Status.ABROAD, by=community_officer,
            source=Source.HAND, on=TODAY,
        )  # fmt: skip

    record = actions.set_status(
        child, school_year=YEAR, status=Status.NEVER_ENROLLED, by=community_officer,
        source=Source.VISIT, on=TODAY,
    )  # fmt: skip
    assert record.status == Status.NEVER_ENROLLED


def test_a_run_sets_many_and_leaves_what_a_person_decided(education_officer, community_officer):
    decided, found = factories.child("林小雨"), factories.child("苏小禾")
    actions.set_status(
        decided, school_year=YEAR, status=Status.NEVER_ENROLLED, by=community_officer,
        source=Source.VISIT, on=TODAY,
    )  # fmt: skip

    counts = actions.set_statuses(
        [row(decided, Status.ENROLLED_LOCAL), row(found)], by=education_officer, on=TODAY
    )
    again = actions.set_statuses([row(found)], by=None, on=date(2026, 10, 1))

    assert (counts.set, counts.kept, again.unchanged) == (1, 1, 1)
    assert SchoolYearStatus.objects.get(child=decided).status == Status.NEVER_ENROLLED
    assert SchoolYearStatus.objects.get(child=found).since == TODAY


def test_a_change_by_a_later_run_is_kept_as_a_change(db):
    child = factories.child()
    actions.set_statuses([row(child)], by=None, on=TODAY)

    actions.set_statuses([row(child, Status.ENROLLED_LOCAL)], by=None, on=date(2026, 10, 1))

    record = SchoolYearStatus.objects.get()
    assert (record.since, record.version) == (date(2026, 10, 1), 2)
    assert [c.from_status for c in record.changes.order_by("id")] == ["", Status.PENDING]


@pytest.mark.parametrize("status", [Status.DROPOUT, Status.NEVER_ENROLLED, Status.GRADUATED])
def test_no_run_says_what_only_a_person_can(db, status):
    with pytest.raises(Refused, match="须由人核查"):
        actions.set_statuses([row(factories.child(), status)], by=None, on=TODAY)


def test_a_roster_is_sealed_as_it_stands(community_officer):
    child = factories.child("林小雨", id_no=factories.id_no(), phone="15000001207")
    actions.set_statuses([row(child, Status.SUSPECTED)], by=None, on=TODAY)

    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip
    actions.set_statuses([row(child, Status.ENROLLED_LOCAL)], by=None, on=date(2026, 10, 1))

    [sealed] = actions.sealed_rows(roster)
    assert (sealed["name"], sealed["status"], sealed["id_no"]) == (
        "林小雨", "疑似失学辍学", factories.id_no(),
    )  # fmt: skip
    assert json.loads(files.read(roster.file_key)) == [sealed]


def test_a_sealed_row_is_corrected_beside_it(community_officer):
    actions.set_statuses([row(factories.child(), Status.SUSPECTED)], by=None, on=TODAY)
    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip

    correction = actions.correct_sealed(
        roster, row=1, column="guardian", now="梅青", why="原件漏填", by=community_officer, on=TODAY
    )

    assert correction.words == {"column": "guardian", "was": "", "now": "梅青"}
    assert actions.sealed_rows(roster)[0]["guardian"] == ""
    assert Event.objects.get(verb="schooling.sealed_corrected").facts["column"] == "guardian"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"row": 2}, "只有 1 行"),
        ({"column": "id_no"}, "不能在封存后更正"),
        ({"now": ""}, "与原来相同"),
    ],
)
def test_a_correction_that_corrects_nothing_is_refused(community_officer, change, sentence):
    actions.set_statuses([row(factories.child(), Status.SUSPECTED)], by=None, on=TODAY)
    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip
    wanted = {"row": 1, "column": "guardian", "now": "梅青", "why": "原件漏填"} | change

    with pytest.raises(Refused, match=sentence):
        actions.correct_sealed(roster, **wanted, by=community_officer, on=TODAY)


def test_nothing_is_sealed_twice_a_day_nor_empty(community_officer):
    east = factories.region(factories.EAST)
    with pytest.raises(Refused, match="还没有人"):
        actions.seal(RosterKind.NOT_ENROLLED, YEAR, east, by=community_officer, on=TODAY)
    actions.set_statuses([row(factories.child(), Status.SUSPECTED)], by=None, on=TODAY)
    actions.seal(RosterKind.NOT_ENROLLED, YEAR, east, by=community_officer, on=TODAY)

    with pytest.raises(Refused, match="今天已封存过"):
        actions.seal(RosterKind.NOT_ENROLLED, YEAR, east, by=community_officer, on=TODAY)

    assert SealedRoster.objects.count() == 1


def test_a_community_seals_its_own_roster_alone(neighbouring_officer):
    actions.set_statuses([row(factories.child(), Status.SUSPECTED)], by=None, on=TODAY)

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        actions.seal(
            RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST),
            by=neighbouring_officer, on=TODAY,
        )  # fmt: skip


def test_no_status_is_in_school_and_out_of_it():
    assert not ENROLLED & NOT_ENROLLED
    assert Status.ENROLLED_UNREGISTERED not in ENROLLED


def test_custody_reads_as_in_school_on_lists():
    assert Status.CUSTODY_EDUCATION.shown == Status.ENROLLED_LOCAL.label
