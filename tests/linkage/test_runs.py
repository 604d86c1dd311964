"""A comparison: begun, performed as a job, its sum, its lists, what the register keeps of it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

import factories
import roster_files
import runs_made
from oosc.audit.models import Event
from oosc.children.models import Child
from oosc.jobs import actions as jobs
from oosc.jobs.models import Job
from oosc.jobs.worker import Worker
from oosc.kernel.refusal import Refused
from oosc.linkage import actions, queries
from oosc.linkage.models import Batch, Finding, Run
from oosc.linkage.states import RESIDENT_KINDS, Change, Kind, RunState
from oosc.places.models import Region
from oosc.rosters import actions as intake
from oosc.rosters import queries as rosters
from oosc.rosters.models import Roster
from oosc.schooling import actions as schooling
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Source, Status
from rosterlink.identity_number import is_valid

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY


# --- begun ----------------------------------------------------------------------------------


def test_a_run_waits_for_the_worker_and_is_seen_meanwhile(received, education_officer, client_as):
    run = runs_made.start(education_officer)

    assert (run.state, run.number, run.rosters.count()) == (RunState.QUEUED, 1, len(received))
    assert client_as(education_officer).get(reverse("linkage:runs")).status_code == 200
    assert (
        client_as(education_officer).get(reverse("linkage:run", args=[run.pk])).status_code == 200
    )
    assert Event.objects.get(verb="run.started").subject_id == str(run.pk)


def test_a_second_one_waits_until_the_first_has_ended(received, education_officer):
    runs_made.start(education_officer)

    with pytest.raises(Refused, match="上一次比对还没有结束"):
        runs_made.start(education_officer)


def test_one_that_was_stopped_gives_way(received, education_officer):
    run = runs_made.start(education_officer)
    jobs.cancel(run.job_id, by=education_officer)

    second = runs_made.start(education_officer)

    assert (Run.objects.get(pk=run.pk).state, second.number) == (RunState.STOPPED, 2)


@pytest.mark.parametrize(
    ("left_out", "words"),
    [("police", "公安的户籍或流动"), ("school_roll", "学籍名册")],
)
def test_without_residents_or_roll_there_is_nothing_to_compare(
    received, education_officer, left_out, words
):
    chosen = [roster for roster in received if not roster.kind.startswith(left_out)]

    with pytest.raises(Refused, match=words):
        actions.start_run(by=education_officer, on=TODAY, rosters=chosen, now=roster_files.NOON)


@pytest.mark.parametrize("role", ["comm", "school", "lead", "police"])
def test_only_the_education_centre_begins_one(received, acting, role):
    by = acting(role)
    factories.region(by.region_code)

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        runs_made.start(by)


# --- performed ------------------------------------------------------------------------------


def test_the_sum_adds_up_and_every_count_leads_to_its_list(run, education_officer, client_as):
    found = queries.sum_of(run, education_officer)
    counts = queries.counts(run, education_officer)
    client = client_as(education_officer)

    assert run.state == RunState.DONE
    assert found.residents == run.counts["residents_of_school_age"] > 100
    assert found.residents == found.found + found.explained + found.suspected
    for kind in Kind:
        page = client.get(reverse("linkage:list", args=[run.pk, kind])).context["page"]
        assert page.total == counts[kind]
    for count in ("suspected", "explained", "ghosts", "duplicates", "unregistered"):
        kind = Kind(count if count in Kind.values else count.removesuffix("s"))
        assert counts[kind] == run.counts[count], count


def test_no_child_who_is_out_of_school_is_missed(run):
    """Against the known answers of the rosters, by the number that a child is known by."""
    out = runs_made.truth("out_of_school")
    missing = set(out["person_id"])
    rows = runs_made.truth("rows")
    keys = {
        (roster, key)
        for roster, key, person in zip(
            rows["roster"], rows["row_id"], rows["person_id"], strict=True
        )
        if person in missing
    }
    numbers = {
        row["id_no"].strip()
        for roster in ("police_hukou", "police_floating")
        for row in runs_made.made().rosters[roster].to_pylist()
        if (roster, row["row_id"]) in keys and is_valid(row["id_no"])
    }
    listed = Finding.objects.filter(run=run, kind__in=[Kind.SUSPECTED, Kind.EXPLAINED])

    assert numbers
    assert numbers - {finding.id_no for finding in listed} == set()


def test_every_row_says_why_it_stands_there(run):
    for finding in Finding.objects.filter(run=run):
        assert finding.reason_code
        assert finding.reason
        assert finding.region_code.startswith(factories.SUBDISTRICT)


def test_the_register_holds_every_child_of_the_lists_once(run):
    residents = Finding.objects.filter(run=run, kind__in=RESIDENT_KINDS)

    assert residents.filter(child=None).count() == 0
    assert residents.values("child").distinct().count() == residents.count()
    assert Child.objects.count() >= residents.count()


def test_each_child_has_its_status_of_the_year(run):
    by_kind = {Kind.FOUND: Status.ENROLLED_LOCAL, Kind.SUSPECTED: Status.PENDING}
    for kind, status in by_kind.items():
        of = Finding.objects.filter(run=run, kind=kind).values("child")
        said = set(SchoolYearStatus.objects.filter(child__in=of).values_list("status", flat=True))
        assert said == {status}, kind
    assert not SchoolYearStatus.objects.filter(status=Status.NEVER_ENROLLED).exists()


def test_the_rosters_say_why_a_child_is_not_in_school(run):
    for finding in Finding.objects.filter(run=run, kind__in=(Kind.SUSPECTED, Kind.EXPLAINED)):
        record = finding.child.school_years.get()
        assert record.evidence == f"{run}：{finding.reason}"[:200]


def test_the_manifest_names_all_that_it_rests_on(run, received):
    assert {one["sha256"] for one in run.manifest["rosters"]} == {r.file_hash for r in received}
    assert {"engine", "on", "parameters"} <= set(run.manifest)
    assert run.manifest["on"] in ("2026-09-21", TODAY.isoformat())


def test_one_event_tells_that_it_was_done(run):
    assert Event.objects.filter(verb="run.done").count() == 1
    assert Job.objects.get(pk=run.job_id).result["suspected"] == run.counts["suspected"]


def test_a_job_begun_twice_writes_once(received, education_officer):
    run = runs_made.start(education_officer)
    Worker().work_off()
    Worker().work_off()

    assert Event.objects.filter(verb="run.done").count() == 1
    assert (
        Finding.objects.filter(run=run, kind__in=RESIDENT_KINDS).count()
        == (Run.objects.get(pk=run.pk).counts["residents_of_school_age"])
    )


# --- again ----------------------------------------------------------------------------------


def lists(run: Run) -> list[tuple]:
    rows = Finding.objects.filter(run=run).values_list("kind", "row_key", "reason_code", "child")
    return sorted(tuple(str(part) for part in row) for row in rows)


def test_the_same_again_gives_the_same_answer(run, education_officer):
    children = Child.objects.count()

    again = runs_made.perform(education_officer)

    assert lists(again) == lists(run)
    assert again.counts == run.counts
    assert Child.objects.count() == children
    assert (again.previous, again.number) == (run, 2)
    assert not Finding.objects.filter(run=again, is_new=True).exists()


def test_what_a_person_decided_no_run_overwrites(run, education_officer, community_officer):
    suspected = Finding.objects.filter(run=run, kind=Kind.SUSPECTED).first()
    schooling.set_status(
        suspected.child, school_year="2026-2027", status=Status.NEVER_ENROLLED,
        by=community_officer, source=Source.VISIT, on=TODAY,
    )  # fmt: skip

    runs_made.perform(education_officer)

    assert suspected.child.school_years.get().status == Status.NEVER_ENROLLED


def test_against_an_earlier_run(run, education_officer):
    """A later roll that lacks a class: its children are newly missing, the rest is still open."""
    lines = runs_made.file_of("school_roll").decode("utf-8-sig").splitlines()
    shorter = "\n".join([lines[0], *lines[1 : -len(lines) // 4]]).encode("utf-8-sig")
    roster_files.receive(
        education_officer, shorter, kind="school_roll", name="学籍.csv",
        as_of=date(2026, 9, 15), at=roster_files.later(1),
    )  # fmt: skip

    later = runs_made.perform(education_officer)

    count = {
        change: queries.changed(later, run, change, education_officer).count() for change in Change
    }
    before, now = run.counts["suspected"], later.counts["suspected"]
    assert count[Change.NEW] + count[Change.OPEN] == now > before
    assert count[Change.OPEN] + count[Change.RESOLVED] + count[Change.GONE] == before
    assert count[Change.NEW] == Finding.objects.filter(run=later, is_new=True).count() > 0


# --- who sees what --------------------------------------------------------------------------


def test_a_community_sees_its_own_rows_and_the_sum_of_its_own(run, acting):
    community = Region.objects.filter(code__startswith=factories.SUBDISTRICT, level=12).first()
    by = acting("comm", place=community.code)

    rows = queries.lists_of(run, by)

    assert set(rows.values_list("region_code", flat=True)) == {community.code}
    assert 0 < queries.sum_of(run, by).residents < run.counts["residents_of_school_age"]


def test_the_head_reads_masked_names(run, lead_officer, client_as):
    names = set(Finding.objects.filter(run=run, kind=Kind.SUSPECTED).values_list("name", flat=True))

    page = client_as(lead_officer).get(reverse("linkage:list", args=[run.pk, "suspected"]))

    assert not any(name in page.content.decode() for name in names if len(name) > 1)


def test_the_export_has_the_rows_of_the_list(run, education_officer, client_as):
    address = reverse("linkage:export", args=[run.pk, "suspected"])
    asked = {"purpose": "存档备查", "form": "xlsx"}

    answer = client_as(education_officer).post(address, asked)

    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet.max_row >= 3 + run.counts["suspected"]
    assert "用途：存档备查" in sheet.cell(2, 1).value
    event = Event.objects.get(verb="run.list_exported")
    assert event.facts == {"what": "suspected", "rows": run.counts["suspected"], "form": "xlsx"}
    assert event.purpose == "存档备查"


# --- suspicions, and a roster taken back ----------------------------------------------------


def raised(run: Run, by, count: int = 3):
    picked = list(
        Finding.objects.filter(run=run, kind=Kind.SUSPECTED).select_related("child", "region")[
            :count
        ]
    )
    return picked, actions.raise_suspicions(run, picked, by=by, on=TODAY)


def test_picked_confirmed_and_raised_through_the_pages(run, education_officer, client_as):
    client = client_as(education_officer)
    picked = [str(f.pk) for f in Finding.objects.filter(run=run, kind=Kind.SUSPECTED)[:3]]
    address = reverse("linkage:raise", args=[run.pk])

    first = client.post(address, {"pick": picked})
    assert first.status_code == 200
    assert Event.objects.filter(verb="case.raised").count() == 0

    second = client.post(address, {"pick": picked, "confirm": "3"})
    batch = Batch.objects.get()
    listed = reverse("linkage:list", args=[run.pk, "suspected"])
    assert second.headers["Location"] == f"{listed}?batch={batch.pk}"
    assert Event.objects.filter(verb="case.raised").count() == 3


def test_raised_in_bulk_each_child_once(run, education_officer):
    _, first = raised(run, education_officer)
    _, second = raised(run, education_officer, 4)

    assert len(first.cases) == 3
    assert (len(second.cases), len(second.already)) == (1, 3)
    assert {case.source for case in first.cases} == {"match"}
    assert all(case.roster_ids for case in first.cases)


def test_only_from_the_list_of_suspicions(run, education_officer):
    found = list(Finding.objects.filter(run=run, kind=Kind.FOUND)[:1])

    with pytest.raises(Refused, match="疑似未入学名单里"):
        actions.raise_suspicions(run, found, by=education_officer, on=TODAY)


def test_a_roster_is_taken_back_with_the_suspicions_that_rest_on_it(
    run, education_officer, police_officer
):
    floating = Roster.objects.get(kind="police_floating")
    hukou = Roster.objects.get(kind="police_hukou")
    suspected = Finding.objects.filter(run=run, kind=Kind.SUSPECTED).select_related(
        "child", "region"
    )
    of = {
        roster: [f for f in suspected if f.roster_ids == [str(roster.pk)]]
        for roster in (floating, hukou)
    }
    picked = [one for rows in of.values() for one in rows]
    cases = actions.raise_suspicions(run, picked, by=education_officer, on=TODAY).cases

    intake.withdraw(floating, by=police_officer, at=roster_files.later(1), why="交错了文件")

    for case in cases:
        case.refresh_from_db()
        alone = case.roster_ids == [str(floating.pk)]
        assert (case.closed_on is not None) is alone
        assert (case.closing_reason == "C00") is alone
    assert any(case.closed_on for case in cases)
    assert floating not in rosters.latest(factories.SUBDISTRICT)
