"""Every page that links lead to, looked at at a desk and on a phone, in small and large letters."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve

import access_table
from journeys.conftest import SitDown
from journeys.office import DESK, PHONE, Office, Seat

pytestmark = pytest.mark.journey

# What a browser saves, prints or shows as a picture, and pieces that a page asks for by itself.
NO_PAGE = re.compile(
    r":export|_(pdf|print)$|:(evidence_file|failed|fetch|healthz|manifest|marked|progress|school_example|template|todo_count)$"
)
# What only a form leads to, or a record that the demo need not show first: tests of their own open
# these, and the journeys those that an officer works with.
NOT_BY_LINKS = {
    "cases:correct_visit", "cases:reassign", "cases:recheck", "cases:rule_out", "cases:withdraw",
    "children:end_circumstance", "children:mask", "children:merge", "children:request_several",
    "children:reveal", "exports:clear", "exports:detail", "linkage:batch", "linkage:compare",
    "linkage:raise", "members:choose_post", "members:compare_group", "members:factor_qr",
    "members:set_up_factor", "members:sign_in", "members:verify_factor", "parameters:withdraw",
    "places:change_alias", "places:change_campus", "places:remove_alias", "places:remove_campus",
}  # fmt: skip


def test_every_page_is_looked_at_in_both_sizes(sit_down: SitDown, office: Office):
    """Each post follows every link; a page that nobody has looked at yet is looked at."""
    looked: set[str] = set()
    wrong: list[str] = []
    for role in office.accounts:
        looked.discard("portal:home")  # each post's own
        for route, complaints in walk(sit_down(role), looked):
            looked.add(route)
            wrong += [f"{role}, {route}: {complaint}" for complaint in complaints]

    assert wrong == [], "\n".join(wrong)
    pages = {page.route for page in access_table.LINES if "GET" in page.methods}
    missed = {page for page in pages - looked - NOT_BY_LINKS if not NO_PAGE.search(page)}
    assert sorted(missed) == []


def walk(officer: Seat, looked: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Open one page of each route that links lead to, and look at those that are new."""
    seen: set[str] = set()
    ahead = deque(["/"])
    while ahead:
        path = ahead.popleft()
        route = resolve(urlsplit(path).path).view_name
        if route in seen or NO_PAGE.search(route):
            continue
        seen.add(route)
        address = officer.address + path
        if route in looked:
            answer = officer.page.request.get(address)
        else:
            answer = officer.page.goto(address)
            yield route, list(complaints(officer))
        links = Links(answer.url, answer.text()).found
        ahead += [link.removeprefix(officer.address) for link in links if is_here(officer, link)]


class Links(HTMLParser):
    """The addresses that a page leads to. None is put there by a script."""

    def __init__(self, of: str, page: str) -> None:
        super().__init__()
        self.of, self.found = of, list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href") and "download" not in given:
            self.found.append(urljoin(self.of, given["href"]))


def complaints(officer: Seat) -> Iterator[str]:
    """What is wrong with the page as it stands, at a desk and on a phone."""
    for name, size in (("phone", PHONE), ("desk", DESK)):
        officer.page.set_viewport_size(size)
        officer.complaints.clear()
        try:
            officer.look()
        except AssertionError as wrong:
            yield f"{name}: {wrong}"


def is_here(officer: Seat, link: str) -> bool:
    return link.startswith(officer.address + "/") and "#" not in link


def test_the_calendar_tells_holidays_and_the_working_days_in_exchange(sit_down: SitDown):
    officer = sit_down("edu")
    officer.open("/parameters/", "parameters")
    officer.open("/parameters/calendar/2026/", "calendar")
    officer.sees("国庆")
