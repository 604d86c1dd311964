"""The pages of a comparison: every count leads to its list, and nothing odd breaks one."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

import factories
from oosc.access.roles import Role
from oosc.linkage import listing, queries
from oosc.linkage.models import Finding, Run
from oosc.linkage.states import Kind

# A run takes a second or two: what can be asked of one is asked in one test.
pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def listed(run: Run, kind: str, **words: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in words.items())
    return reverse("linkage:list", args=[run.pk, kind]) + (f"?{query}" if query else "")


def total(client: Client, address: str) -> int:
    """How many the page says there are."""
    page = client.get(address)
    assert page.status_code == 200
    found = re.search(r"共 ([\d,]+) [人对]</span>", page.content.decode())
    assert found
    return int(found[1].replace(",", ""))


def test_for_everyone_every_count_is_that_of_its_list(run, acting):
    community = Finding.objects.filter(run=run, region__isnull=False).first().region
    school = Finding.objects.filter(run=run, school__isnull=False).first().school
    factories.SCHOOLS.setdefault(school.code, (school.name, school.stage, factories.SUBDISTRICT))
    people = [
        acting(Role.EDU),
        acting(Role.LEAD),
        acting(Role.COMM, place=community.code),
        acting(Role.SCHOOL, school_code=school.code),
    ]
    for by in people:
        counted = queries.counts(run, by)
        for kind in Kind:
            assert counted[kind] == queries.lists_of(run, by).filter(kind=kind).count()
        summed = queries.sum_of(run, by)
        assert summed.residents == sum(counted[k] for k in ("found", "explained", "suspected"))
        assert summed.residents > 0


def test_the_parts_of_a_list_add_up(run, client_as):
    client = client_as("edu")
    every = total(client, listed(run, "found"))
    codes = set(Finding.objects.filter(run=run).values_list("region_code", flat=True))
    parts = [total(client, listed(run, "found", region=code)) for code in codes if len(code) == 12]
    parts.append(total(client, listed(run, "found", region=listing.NO_COMMUNITY)))

    assert sum(parts) == every
    grades = [total(client, listed(run, "found", grade=grade)) for grade in range(1, 10)]
    assert sum(grades) == every


def test_every_reason_of_a_list_can_be_chosen(run):
    for kind, reasons in listing.REASONS.items():
        rows = Finding.objects.filter(run=run, kind=kind)
        for code in set(rows.values_list("reason_code", flat=True)):
            assert any(part in code for part, _ in reasons), code


def test_a_list_asks_few_questions_however_long(run, client_as, django_assert_max_num_queries):
    client = client_as("edu")

    for kind in Kind.values:
        for sort in ("new", "-name", "school"):
            with django_assert_max_num_queries(MOST_QUERIES):
                client.get(listed(run, kind, size=100, sort=sort))


def test_no_list_opens_a_number(run, client_as, monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a number was decrypted")

    client = client_as("edu")
    client.get(listed(run, "suspected"))  # what belongs to the session is open now
    monkeypatch.setattr("oosc.vault.sealed.Sealed.open", refuse)

    assert client.get(listed(run, "suspected")).status_code == 200
    asked = {"purpose": "存档备查", "form": "sheet"}
    assert (
        client.post(reverse("linkage:export", args=[run.pk, "suspected"]), asked).status_code == 200
    )


def test_whatever_the_address_says_the_list_comes(run, client_as):
    client, odd = client_as("edu"), ("²", "--x", "%00", "x", "99", "'", "9" * 30)

    for name in ("page", "size", "sort", "region", "school", "grade", "reason", "case", "s"):
        for value in odd:
            assert client.get(listed(run, "suspected", **{name: value})).status_code == 200


def test_searched_by_name_initials_number_and_its_end(run, client_as):
    client = client_as("edu")
    found = Finding.objects.filter(run=run, kind=Kind.FOUND)
    one = found.exclude(id_no_index=None).exclude(id_no_last4=None).first()
    for words in (one.name, one.name_initials.lower(), one.id_no, one.id_no[-4:]):
        answer = client.post(
            reverse("lists:search"), {"back": listed(run, "found", size=100), "q": words}
        )
        page = client.get(answer.headers["Location"])
        assert one.name in page.content.decode(), words


def test_what_is_no_list_and_no_run_is_not_found(run, client_as):
    client = client_as("edu")

    assert client.get(listed(run, "everyone")).status_code == 404
    assert client.get(reverse("linkage:run", args=[uuid4()])).status_code == 404
    assert client.get(reverse("linkage:list", args=[uuid4(), "found"])).status_code == 404
    assert client.get(f"/linkage/{run.pk}x/found/").status_code == 404


class TestPicking:
    def post(self, client: Client, run: Run, picks: list[str], **more: str):
        return client.post(reverse("linkage:raise", args=[run.pk]), {"pick": picks, **more})

    def test_nothing_of_this_list_is_nothing_picked(self, run, client_as):
        client = client_as("edu")

        for picks in ([], ["x"], [""], [str(uuid4())], ["' or 1=1"]):
            answer = self.post(client, run, picks, confirm="1")
            assert answer.headers["Location"] == listed(run, "suspected")

    def test_who_is_on_another_list_is_not_raised(self, run, client_as):
        found = Finding.objects.filter(run=run, kind=Kind.FOUND).first()

        assert self.post(client_as("edu"), run, [str(found.pk)], confirm="1").status_code == 302

    def test_a_neighbours_child_is_not_raised(self, run, client_as, acting):
        one = Finding.objects.filter(run=run, kind=Kind.SUSPECTED, region__isnull=False).first()
        codes = {f.region_code for f in Finding.objects.filter(run=run, region__isnull=False)}
        neighbour = acting(Role.COMM, place=min(codes - {one.region_code}))

        assert self.post(client_as(neighbour), run, [str(one.pk)]).status_code == 302

    def test_hundreds_at_once_are_refused_in_a_sentence(self, run, client_as):
        for count in (201, 5000):
            answer = self.post(client_as("edu"), run, [str(uuid4()) for _ in range(count)])
            assert answer.status_code == 409
            assert "请用“全选筛选结果”" in answer.content.decode()
