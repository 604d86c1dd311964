"""Every count leads to exactly its list, for whoever looks: all pages of a run are walked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

import factories
import roster_files
import runs_made
from oosc.access.roles import Role
from oosc.linkage import queries
from oosc.linkage.models import Run
from oosc.linkage.states import Kind, Verdict

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a [^>]*?href="([^"#]+)"[^>]*>(.*?)</a>', re.S)
ITEM = re.compile(r"<li>(?:(?!</li>).)*?</li>", re.S)
NUMBER = re.compile(r"([\d,]+)(?: 对| 人新出现)?$")
WHERE = {Role.EDU: {}, Role.LEAD: {}, Role.COMM: {"place": factories.WEST}, Role.SCHOOL: {}}


@pytest.fixture
def later(education_officer) -> Run:
    """Two runs over two communities and two schools, of which the second differs in every way."""
    first = runs_made.by_hand(education_officer, on=date(2026, 9, 1))
    school = factories.school()
    for name in ("林小雨", "梅青", "江晚"):
        runs_made.put(first, Kind.SUSPECTED, name)
    runs_made.count(first)
    run = runs_made.by_hand(education_officer, number=2, previous=first)
    known = {name: first.findings.get(name=name).child for name in ("林小雨", "梅青")}
    runs_made.put(run, Kind.SUSPECTED, "林小雨", child=known["林小雨"])
    runs_made.put(run, Kind.FOUND, "梅青", child=known["梅青"], school=school)
    for number, kind in enumerate(Kind):
        for place in (factories.EAST, factories.WEST):
            for copy in range(number + 1):
                runs_made.put(
                    run, kind, f"{kind.label[0]}{place[-1]}{copy}子", place=place,
                    school=school if copy % 2 else None, is_new=kind is Kind.SUSPECTED,
                )  # fmt: skip
    for rank, verdict in enumerate(["", "", "", Verdict.SAME, Verdict.DIFFERENT, Verdict.SKIPPED]):
        decided = {"decided_by_id": education_officer.post_id, "decided_at": roster_files.NOON}
        runs_made.pair(run, rank, verdict=verdict, **(decided if verdict else {}))
    return runs_made.count(run)


def counts_of(words: str) -> Iterator[tuple[str, int]]:
    """Each address of a page with the count that it promises."""
    words = re.sub(r'<nav class="bx-pager".*?</nav>', "", words, flags=re.S)
    for href, inner in LINK.findall(words):
        if found := NUMBER.search(strip_tags(inner).strip()):
            yield href, int(found[1].replace(",", ""))
    for item in ITEM.findall(words):
        link, count = LINK.search(item), re.search(r"<b>([\d,]+)</b>", item)
        if link and count:
            yield link[1], int(count[1].replace(",", ""))


def wrong_counts(client: Client, address: str) -> Iterator[str]:
    """What an address of this page promised and its list does not hold."""
    words = client.get(address).content.decode().split('<main class="bx-main"')[1]
    for href, promised in counts_of(words):
        target = (address + href if href.startswith("?") else href).replace("&amp;", "&")
        page = client.get(target).context
        if page is None or "page" not in page:
            continue  # not a list: a page of the pager, say
        if page["page"].total != promised:
            yield f"{address} → {target}: {promised}, {page['page'].total} on the list"


@pytest.mark.parametrize("role", WHERE)
def test_every_count_of_every_page_leads_to_its_list(later, acting, client_as, role):
    by = acting(role, **WHERE[role])
    client = client_as(by)
    pages = [
        reverse("linkage:runs"),
        reverse("linkage:run", args=[later.pk]),
        reverse("linkage:list", args=[later.pk, "suspected"]),
        reverse("linkage:list", args=[later.pk, "residents"]),
        reverse("linkage:compare", args=[later.pk]),
    ]
    if role is Role.EDU:
        pages += [reverse("linkage:review"), reverse("linkage:pairs_of_run", args=[later.pk])]

    walked = [
        len(list(counts_of(client.get(page).content.decode().split("<main")[1]))) for page in pages
    ]
    assert min(walked) >= 4, dict(zip(pages, walked, strict=True))
    assert [wrong for page in pages for wrong in wrong_counts(client, page)] == []


@pytest.mark.parametrize("role", WHERE)
def test_the_runs_count_what_is_within_reach(later, acting, client_as, role):
    by = acting(role, **WHERE[role])

    page = client_as(by).get(reverse("linkage:runs"))

    shown = {one.run: one for one in page.context["shown"]}
    assert shown[later].sum == queries.sum_of(later, by)
    assert shown[later].pairs == (3 if role is Role.EDU else 0)
    numbers = re.findall(r'class="is-num">(.*?)</td>', page.content.decode(), re.S)
    assert numbers
    assert all("<a " in cell for cell in numbers)


def test_hundreds_of_runs_are_paged_and_filtered(later, education_officer, client_as):
    for number in range(3, 64):
        run = runs_made.by_hand(education_officer, number=number)
        Run.objects.filter(pk=run.pk).update(state="failed")
    client = client_as(education_officer)

    page = client.get(reverse("linkage:runs")).context["page"]
    assert (page.total, page.pages) == (63, 4)
    done = client.get(reverse("linkage:runs"), {"state": "done"}).context
    assert [one.run.number for one in done["shown"]] == [2, 1]


class TestChanges:
    def test_each_child_stands_in_one_group(self, later, education_officer, client_as):
        counts = dict(queries.changes(later, later.previous, education_officer))

        assert counts == {"new": 6, "open": 1, "resolved": 1, "gone": 1}
        address = reverse("linkage:compare", args=[later.pk])
        for change, count in counts.items():
            page = client_as(education_officer).get(address, {"change": change})
            assert page.context["page"].total == count

    def test_a_group_is_searched_and_filtered(self, later, education_officer, client_as):
        client = client_as(education_officer)
        address = reverse("linkage:compare", args=[later.pk])

        west = client.get(address, {"change": "new", "region": factories.WEST}).context["page"]
        assert west.total == 3
        found = client.post(
            reverse("lists:search"), {"back": f"{address}?change=gone", "q": "江晚"}
        )
        page = client.get(found.headers["Location"])
        assert page.context["page"].total == 1
        assert "江晚" in page.content.decode()

    @pytest.mark.parametrize("form", ["xlsx", "sheet"])
    def test_a_group_is_taken_along(self, later, education_officer, client_as, form):
        address = reverse("linkage:export_changes", args=[later.pk]) + "?change=gone"

        answer = client_as(education_officer).post(address, {"purpose": "会议研究", "form": form})

        assert answer.status_code == 200
        assert answer.content[:2] == b"PK" or "江晚" in answer.content.decode()

    def test_with_every_run_of_the_region(self, later, education_officer, client_as):
        for number in range(3, 40):
            runs_made.by_hand(
                education_officer, number=number, on=date(2026, 1, 1) + timedelta(days=number)
            )

        page = client_as(education_officer).get(reverse("linkage:compare", args=[later.pk]))

        assert len(page.context["others"]) == 38

    def test_the_first_has_nothing_to_be_compared_with(self, later, education_officer, client_as):
        client = client_as(education_officer)
        address = reverse("linkage:compare", args=[later.previous.pk])

        for words in ("with=x", "change=x", "with=%00"):
            assert client.get(f"{address}?{words}").status_code == 302
        assert client.get(f"{address}?with={later.pk}").status_code == 200
        assert client.get(f"{address}?with={education_officer.post_id}").status_code == 404
        assert client.post(f"{address}export/").status_code == 409


def test_every_list_leads_to_the_run_before(later, education_officer, client_as):
    client = client_as(education_officer)
    for kind in (*Kind.values, "residents"):
        page = client.get(reverse("linkage:list", args=[later.pk, kind])).content.decode()
        assert reverse("linkage:compare", args=[later.pk]) in page, kind
