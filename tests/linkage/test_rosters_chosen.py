"""Which rosters a run is made over: the latest, an earlier one, or those of an earlier run."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

import factories
import roster_files
import runs_made
from oosc.audit.models import Event
from oosc.linkage import manifests, queries
from oosc.linkage.models import Run
from oosc.members.models import Holding
from oosc.rosters import actions as intake
from oosc.rosters import queries as rosters
from oosc.rosters.models import Roster

pytestmark = pytest.mark.django_db
START = reverse("linkage:start")


@pytest.fixture
def earlier(received) -> Roster:
    """The roll that a later one has taken the place of."""
    return Roster.objects.get(kind="school_roll")


@pytest.fixture
def later(earlier, education_officer) -> Roster:
    lines = runs_made.file_of("school_roll").decode("utf-8-sig").splitlines()
    shorter = "\n".join([lines[0], *lines[1 : -len(lines) // 4]]).encode("utf-8-sig")
    return roster_files.receive(
        education_officer, shorter, kind="school_roll", name="学籍.csv",
        as_of=date(2026, 9, 15), at=roster_files.later(1),
    )  # fmt: skip


def ticked(page) -> set:
    return {
        str(box.data["value"]) for box in page.context["form"]["rosters"] if box.data["selected"]
    }


def keys(*given: Roster) -> list[str]:
    return [str(roster.pk) for roster in given]


# --- the page -------------------------------------------------------------------------------


def test_the_latest_are_ticked_and_the_earlier_can_be(later, earlier, education_officer, client_as):
    client = client_as(education_officer)
    page = client.get(START)

    assert ticked(page) == {str(r.pk) for r in rosters.latest(factories.SUBDISTRICT)}
    assert "早先的各份（1）" in page.content.decode()

    others = [r for r in rosters.latest(factories.SUBDISTRICT) if r.kind != "school_roll"]
    answer = client.post(START, {"on": "2026-09-21", "rosters": keys(*others, earlier)})

    run = Run.objects.get()
    assert answer.headers["Location"] == reverse("linkage:run", args=[run.pk])
    assert earlier in run.rosters.all()
    assert later not in run.rosters.all()


def test_two_of_one_sender_are_refused_beside_the_field(
    later, earlier, education_officer, client_as
):
    every = [*rosters.latest(factories.SUBDISTRICT), earlier]

    answer = client_as(education_officer).post(START, {"on": "2026-09-21", "rosters": keys(*every)})

    assert answer.status_code == 422
    assert "每个人会被算两次" in answer.content.decode()
    assert not Run.objects.exists()


def test_what_was_withdrawn_or_destroyed_is_not_offered(later, earlier, education_officer):
    Roster.objects.filter(pk=earlier.pk).update(file_destroyed_on=factories.TODAY)
    assert earlier not in queries.offered(factories.SUBDISTRICT).earlier

    Roster.objects.filter(pk=earlier.pk).update(file_destroyed_on=None)
    assert earlier in queries.offered(factories.SUBDISTRICT).earlier
    intake.withdraw(earlier, by=education_officer, at=roster_files.later(2), why="交错了")
    assert earlier not in queries.offered(factories.SUBDISTRICT).earlier


def test_a_run_is_made_once_more_after_a_newer_roster_came(
    run, earlier, education_officer, client_as
):
    """With the same rosters and day it comes to the same, and its manifest bears the same hash."""
    client = client_as(education_officer)
    shorter = "\n".join(runs_made.file_of("school_roll").decode("utf-8-sig").splitlines()[:99])
    roster_files.receive(
        education_officer, shorter.encode("utf-8-sig"), kind="school_roll", name="新.csv",
        as_of=date(2026, 9, 15), at=roster_files.later(1),
    )  # fmt: skip
    assert f"?like={run.pk}" in client.get(reverse("linkage:run", args=[run.pk])).content.decode()

    page = client.get(START, {"like": run.pk})
    assert ticked(page) == {str(r.pk) for r in run.rosters.all()}
    form = page.context["form"]
    client.post(START, {"on": form["on"].value().isoformat(), "rosters": sorted(ticked(page))})
    runs_made.Worker().work_off()

    again = Run.objects.get(number=2)
    assert again.counts == run.counts
    assert manifests.digest(again) == manifests.digest(run)


def test_what_is_gone_of_a_run_is_said(run, earlier, education_officer, client_as):
    intake.withdraw(earlier, by=education_officer, at=roster_files.later(1), why="交错了")

    page = client_as(education_officer).get(START, {"like": run.pk})

    assert "已撤回或销毁，不能照原样再比" in page.content.decode()


@pytest.mark.parametrize("like", ["x", "0", "'"])
def test_a_run_that_is_none_repeats_nothing(received, education_officer, client_as, like):
    assert client_as(education_officer).get(START, {"like": like}).status_code == 200


# --- the command ----------------------------------------------------------------------------


def match(by, *more: str) -> str:
    out = StringIO()
    officer = Holding.objects.get(post=by.post_id).officer.username
    call_command("match_rosters", "--officer", officer, *more, stdout=out)
    return out.getvalue()


def test_the_command_takes_an_earlier_roster(later, earlier, education_officer):
    assert later.number in match(education_officer)

    match(education_officer, "--roster", earlier.number.lower(), "--commit")

    used = set(Run.objects.get().rosters.all())
    assert earlier in used
    assert later not in used


def test_the_command_repeats_a_run(run, earlier, education_officer):
    roster_files.receive(
        education_officer, runs_made.file_of("school_roll") + b"\n", kind="school_roll",
        name="新.csv", as_of=date(2026, 9, 15), at=roster_files.later(1),
    )  # fmt: skip
    match(education_officer, "--like", "1", "--commit")

    assert set(Run.objects.get(number=2).rosters.all()) == set(run.rosters.all())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--like", "9"), "没有第 9 次比对"),
        (("--roster", "20260901-000000"), "没有编号为 20260901-000000 的花名册"),
    ],
)
def test_the_command_says_what_there_is_not(received, education_officer, more, words):
    with pytest.raises(CommandError, match=words):
        match(education_officer, *more)


def test_the_command_will_not_repeat_what_is_gone(run, earlier, education_officer):
    intake.withdraw(earlier, by=education_officer, at=roster_files.later(1), why="交错了")

    with pytest.raises(CommandError, match="请用 --roster 指明换哪一份"):
        match(education_officer, "--like", "1")


# --- the manifest ---------------------------------------------------------------------------


def test_the_manifest_is_shown_and_can_be_taken_along(run, education_officer, client_as):
    client = client_as(education_officer)
    page = client.get(reverse("linkage:run", args=[run.pk])).content.decode()

    assert "清单校验值" in page
    assert manifests.digest(run)[:12] in page
    assert run.manifest["versions"]["duckdb"] in page
    assert "前满 6 周岁" in page
    for one in run.manifest["rosters"]:
        assert one["sha256"][:12] in page

    answer = client.get(reverse("linkage:manifest", args=[run.pk]))
    told = json.loads(answer.content)
    assert told["sha256"] == manifests.digest(run)
    assert told["rosters"] == run.manifest["rosters"]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert Event.objects.filter(verb="run.manifest_exported").count() == 1


def test_who_sees_a_part_of_a_run_does_not_take_its_whole_counts(run, client_as):
    client = client_as("comm")

    page = client.get(reverse("linkage:run", args=[run.pk])).content.decode()

    assert "下载清单" not in page
    assert client.get(reverse("linkage:manifest", args=[run.pk])).status_code == 404
