"""The clerk who settles doubt: one pair at a time, never two clerks on the same, remembered."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

import factories
import roster_files
import runs_made
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.linkage import actions, comparing
from oosc.linkage.models import Decision, Finding, Pair, Run
from oosc.linkage.states import Kind, Verdict

NOW = roster_files.NOON
pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(education_officer) -> Run:
    """A finished run with three doubtful pairs."""
    run = runs_made.by_hand(education_officer)
    for rank in (1, 2, 3):
        runs_made.pair(run, rank)
    return run


def test_two_clerks_never_see_the_same_pair(waiting, education_officer, second_education_officer):
    first = actions.claim_next_pair(waiting, by=education_officer, now=NOW)
    second = actions.claim_next_pair(waiting, by=second_education_officer, now=NOW)

    assert (first.rank, second.rank) == (1, 2)
    assert actions.claim_next_pair(waiting, by=education_officer, now=NOW) == first


def test_a_pair_left_lying_comes_back(waiting, education_officer, second_education_officer):
    first = actions.claim_next_pair(waiting, by=education_officer, now=NOW)
    later = NOW + actions.CLAIM + timedelta(seconds=1)

    assert actions.claim_next_pair(waiting, by=second_education_officer, now=later) == first


def test_a_pair_that_another_looks_at_is_not_decided(
    waiting, education_officer, second_education_officer
):
    pair = actions.claim_next_pair(waiting, by=education_officer, now=NOW)

    with pytest.raises(Refused, match="正由另一位同事在看"):
        actions.decide(pair, by=second_education_officer, verdict=Verdict.SAME, now=NOW)


def test_what_is_decided_is_decided_once(waiting, education_officer):
    pair = actions.claim_next_pair(waiting, by=education_officer, now=NOW)
    actions.decide(pair, by=education_officer, verdict=Verdict.SAME, now=NOW)

    with pytest.raises(Refused, match="已由同事判定"):
        actions.decide(pair, by=education_officer, verdict=Verdict.DIFFERENT, now=NOW)

    assert Decision.objects.get().same is True
    assert Event.objects.filter(verb="pair.decided").count() == 1


def test_a_skipped_pair_is_remembered_by_nobody_and_offered_no_more(waiting, education_officer):
    pair = actions.claim_next_pair(waiting, by=education_officer, now=NOW)
    actions.decide(pair, by=education_officer, verdict=Verdict.SKIPPED, now=NOW)

    assert not Decision.objects.exists()
    assert actions.claim_next_pair(waiting, by=education_officer, now=NOW).rank == 2


def test_undone_it_is_open_again_and_forgotten(waiting, education_officer):
    pair = actions.claim_next_pair(waiting, by=education_officer, now=NOW)
    actions.decide(pair, by=education_officer, verdict=Verdict.DIFFERENT, now=NOW)

    undone = actions.undo(pair, by=education_officer, now=NOW)

    assert (undone.verdict, undone.decided_by) == ("", None)
    assert not Decision.objects.filter(undone_at=None).exists()
    with pytest.raises(Refused, match="还没有判定"):
        actions.undo(pair, by=education_officer, now=NOW)


def test_another_verdict_takes_the_place_of_the_first(waiting, education_officer):
    pair = actions.claim_next_pair(waiting, by=education_officer, now=NOW)
    actions.decide(pair, by=education_officer, verdict=Verdict.DIFFERENT, now=NOW)
    actions.undo(pair, by=education_officer, now=NOW)
    actions.decide(pair, by=education_officer, verdict=Verdict.SAME, now=NOW)

    assert Decision.objects.get(undone_at=None).same is True
    assert Decision.objects.count() == 2


def test_communities_and_schools_do_not_decide(waiting, community_officer, school_officer):
    for by in (community_officer, school_officer):
        with pytest.raises(Refused, match="没有办理此事项的权限"):
            actions.claim_next_pair(waiting, by=by, now=NOW)


def test_the_page_shows_the_next_pair_and_no_whole_number(waiting, client_as):
    client = client_as("edu")
    words = client.get(reverse("linkage:review")).content.decode()

    assert "林小雨" in words
    assert factories.id_no() not in words
    assert Event.objects.filter(verb="pair.opened").count() == 1


@pytest.mark.parametrize(("verdict", "status"), [("same", 302), ("perhaps", 409), ("", 409)])
def test_a_verdict_is_one_of_three(waiting, client_as, verdict, status):
    pair = Pair.objects.get(rank=1)

    answer = client_as("edu").post(reverse("linkage:decide", args=[pair.pk]), {"verdict": verdict})

    assert answer.status_code == status


def test_through_all_pairs_and_back(waiting, client_as):
    client = client_as("edu")
    for pair in Pair.objects.order_by("rank"):
        client.post(reverse("linkage:decide", args=[pair.pk]), {"verdict": "different"})

    decided = client.get(reverse("linkage:pairs"), {"verdict": "different"})
    assert "林小雨" in decided.content.decode()
    last = Pair.objects.get(rank=3)
    client.post(reverse("linkage:undo", args=[last.pk]))
    last.refresh_from_db()
    assert last.verdict == ""


def test_later_runs_honour_what_was_decided(received, education_officer):
    """A suspected child and a student without a resident, said to be one: found the next time."""
    run = runs_made.perform(education_officer)
    child = Finding.objects.filter(run=run, kind=Kind.SUSPECTED).first()
    student = Finding.objects.filter(run=run, kind=Kind.GHOST).first()
    pair = _in_doubt(run, child.row_key, student.row_key)
    actions.decide(pair, by=education_officer, verdict=Verdict.SAME, now=NOW)

    again = runs_made.perform(education_officer)

    assert again.manifest["decisions"] == 1
    assert again.findings.get(row_key=child.row_key).kind == Kind.FOUND
    assert not again.findings.filter(row_key=student.row_key, kind=Kind.GHOST).exists()

    actions.undo(pair, by=education_officer, now=NOW)
    third = runs_made.perform(education_officer)
    assert third.findings.get(row_key=child.row_key).kind == Kind.SUSPECTED


def _in_doubt(run: Run, left: str, right: str) -> Pair:
    """A pair of two rows of a run, with the prints by which later runs know them."""
    rows = comparing.compare(run, lambda done, total, words: None).sources
    prints = [rows.print_of(left), rows.print_of(right)]
    return Pair.objects.create(
        run=run, rank=1000, left_key=left, right_key=right, left_print=prints[0],
        right_print=prints[1], left={}, right={}, probability=0.5, region_code=factories.EAST,
    )  # fmt: skip


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="one writer at a time; tests/database holds to that"
)
@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_the_same_moment(waiting, education_officer, second_education_officer):
    barrier, seen = threading.Barrier(2), []

    def look(by) -> None:
        try:
            barrier.wait(timeout=20)
            seen.append(actions.claim_next_pair(waiting, by=by, now=NOW).rank)
        finally:
            connection.close()

    clerks = [
        threading.Thread(target=look, args=(by,))
        for by in (education_officer, second_education_officer)
    ]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()

    assert sorted(seen) == [1, 2]
