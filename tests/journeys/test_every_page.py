"""Every page a post can reach by links, on a phone in small and large letters, and at a desk."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urlsplit

import pytest

from journeys.conftest import SitDown
from journeys.office import DESK, PHONE, Seat

pytestmark = pytest.mark.journey

KEY = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/calendar/)\d+|(?<=/parameters/)(?!calendar)[\w.]+"
)
NO_PAGE = re.compile(
    r"/export/|\.pdf$|/marked/|/failed/|/rosters/templates/.|/evidence/|/static/"
    r"|/cases/(visit|reports)/.*/print/"
)
LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.href)"


@pytest.mark.parametrize(
    ("role", "size"),
    [("comm", PHONE), ("edu", DESK), ("secadmin", PHONE)],
    ids=["community-phone", "education-desk", "administrator-phone"],
)
def test_every_page_that_links_lead_to(sit_down: SitDown, role: str, size: dict[str, int]):
    officer = sit_down(role, size)
    seen = walk(officer)
    assert len(seen) > 8


def test_the_calendar_tells_holidays_and_the_working_days_in_exchange(sit_down: SitDown):
    officer = sit_down("edu")
    officer.open("/parameters/", "parameters")
    officer.open("/parameters/calendar/2026/", "calendar")
    officer.sees("国庆")


def walk(officer: Seat) -> set[str]:
    """Open one page of each kind; two pages that differ by their key alone are of one kind."""
    seen: set[str] = set()
    ahead = deque(["/"])
    while ahead:
        path = ahead.popleft()
        kind = KEY.sub("*", urlsplit(path).path)
        if kind in seen or NO_PAGE.search(kind):
            continue
        seen.add(kind)
        officer.open(path)
        links = officer.page.evaluate(LINKS)
        ahead += [link.removeprefix(officer.address) for link in links if is_here(officer, link)]
    return seen


def is_here(officer: Seat, link: str) -> bool:
    return link.startswith(officer.address + "/") and "#" not in link
