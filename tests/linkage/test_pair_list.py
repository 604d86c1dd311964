"""The doubtful pairs as a list: searched, filtered, taken along, and a way from each row to it."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO

import pytest
from django.apps import apps
from django.urls import reverse
from openpyxl import load_workbook

import factories
import roster_files
import runs_made
from oosc.audit.models import Event
from oosc.linkage import actions
from oosc.linkage.models import Decision, Pair, Run
from oosc.linkage.states import Verdict

pytestmark = pytest.mark.django_db
NOW = roster_files.NOON


@pytest.fixture
def run(education_officer) -> Run:
    run = runs_made.by_hand(education_officer)
    for community in (factories.EAST, factories.WEST):
        factories.region(community)
    runs_made.pair(run, 1, "林小雨")
    runs_made.pair(run, 2, "梅青", region_code=factories.WEST, school=factories.school())
    runs_made.pair(run, 3, "江晚", right_kind="vaccination")
    runs_made.pair(run, 4, "桑夏至", region_code=factories.SUBDISTRICT)
    return run


@pytest.fixture
def client(education_officer, client_as):
    return client_as(education_officer)


def listed(client, run: Run, **words: str) -> list[int]:
    page = client.get(reverse("linkage:pairs_of_run", args=[run.pk]), words)
    return [pair.rank for pair in page.context["page"].objects]


@pytest.mark.parametrize(
    ("words", "ranks"),
    [
        ({}, [1, 2, 3, 4]),
        ({"region": factories.WEST}, [2]),
        ({"region": "none"}, [4]),
        ({"roster": "vaccination"}, [3]),
        ({"roster": "police_hukou", "verdict": "open"}, [1, 2, 3, 4]),
        ({"verdict": "same"}, []),
        ({"sort": "-name"}, [4, 2, 1, 3]),
        ({"verdict": "x", "region": "'", "page": "²"}, [1, 2, 3, 4]),
    ],
)
def test_filtered_and_sorted(run, client, words, ranks):
    assert listed(client, run, **words) == ranks


def test_filtered_by_school(run, client):
    assert listed(client, run, school=str(factories.school().pk)) == [2]


@pytest.mark.parametrize("words", ["梅青", "MQ", "mq", "青"])
def test_searched_by_name_and_initials(run, client, words):
    address = reverse("linkage:pairs_of_run", args=[run.pk])
    answer = client.post(reverse("lists:search"), {"back": address, "q": words})

    found = client.get(answer.headers["Location"]).context["page"]
    assert [pair.rank for pair in found.objects] == [2]
    assert Event.objects.filter(verb__contains="search").exists()


def test_hundreds_are_decided_and_each_can_still_be_undone(run, client, education_officer):
    for rank in range(10, 260):
        runs_made.pair(
            run, rank, verdict=Verdict.DIFFERENT, decided_by_id=education_officer.post_id,
            decided_at=NOW,
        )  # fmt: skip
    address = reverse("linkage:pairs_of_run", args=[run.pk])
    query = {"verdict": "different", "size": "100", "page": "3"}

    page = client.get(address, query)
    assert page.context["page"].total == 250
    last = page.context["page"].objects[-1]
    back = f"{address}?verdict=different&page=3"
    answer = client.post(reverse("linkage:undo", args=[last.pk]), {"back": back})

    assert answer.headers["Location"] == back
    assert Pair.objects.get(pk=last.pk).verdict == ""


@pytest.mark.parametrize("back", ["https://x.example/", "//x.example/linkage/", "x"])
def test_nowhere_else_is_returned_to(run, client, education_officer, back):
    pair = actions.decide(
        Pair.objects.get(rank=1), by=education_officer, verdict=Verdict.SAME, now=NOW
    )

    answer = client.post(reverse("linkage:undo", args=[pair.pk]), {"back": back})

    assert answer.headers["Location"] == f"{reverse('linkage:review')}?pair={pair.pk}"


def test_from_a_row_to_that_pair(run, client):
    pair = Pair.objects.get(rank=3)
    row = f"{reverse('linkage:review')}?pair={pair.pk}"
    listing = client.get(reverse("linkage:pairs")).content.decode()
    assert row in listing

    page = client.get(row)

    assert page.context["pair"] == pair
    assert "江晚" in page.content.decode()
    client.post(reverse("linkage:decide", args=[pair.pk]), {"verdict": "same"})
    assert Decision.objects.get().pair == pair
    shown = client.get(row).content.decode()
    assert "已判为“同一人”" in shown
    assert "撤销这个判定" in shown


def test_what_another_looks_at_is_said(run, client, second_education_officer):
    pair = Pair.objects.get(rank=1)
    actions.claim_pair(pair, by=second_education_officer, now=actions.localtime())

    answer = client.get(reverse("linkage:review"), {"pair": str(pair.pk)})

    assert answer.status_code == 409
    assert "正由另一位同事在看" in answer.content.decode()


def test_taken_along_without_a_number_of_anybody(run, client):
    address = reverse("linkage:export_pairs", args=[run.pk]) + f"?region={factories.WEST}"

    answer = client.post(address, {"purpose": "会议研究", "form": "xlsx"})

    sheet = load_workbook(BytesIO(answer.content)).active
    said = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert "梅青" in said
    assert "林小雨" not in said
    assert not any(factories.id_no()[6:] in cell for cell in said)
    assert any("社区：西桥社区" in cell and "用途：会议研究" in cell for cell in said)
    assert Event.objects.get(verb="run.list_exported").facts["what"] == "pairs"


@pytest.mark.parametrize("form", [{}, {"purpose": "玩", "form": "xlsx"}, {"purpose": "会议研究"}])
def test_nothing_leaves_without_a_purpose(run, client, form):
    assert client.post(reverse("linkage:export_pairs", args=[run.pk]), form).status_code == 400
    address = reverse("linkage:export", args=[run.pk, "suspected"])
    assert client.post(address, form).status_code == 400
    assert client.get(address).status_code == 405
    assert not Event.objects.filter(verb="run.list_exported").exists()


def test_pairs_from_before_the_list_are_filled(run, client):
    """0004 on rows made before it."""
    Pair.objects.update(left_name="", right_name="", left_initials="", left_kind="", right_kind="")

    import_module("oosc.linkage.migrations.0004_fill_names_of_pairs").fill(apps, None)

    pair = Pair.objects.get(rank=2)
    assert (pair.left_name, pair.left_initials, pair.right_kind) == ("梅青", "MQ", "school_roll")
