"""Every page × every role × own and foreign things × reading and writing (domain §8)."""

from __future__ import annotations

import io
import logging
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import factories
import world
from access_table import BY_ROUTE, LINES, NAMED, OWN_FILES, Line
from installations import IS_POSTGRESQL
from oosc.access.pages import PAGES
from oosc.access.roles import Role
from oosc.rosters.mappings import KINDS_OF

GROUPS = [list(Role)[first::4] for first in range(4)]
# What else stands in an address beside the thing.
MORE_NAMED = {"list_of_run": {"kind": "suspected"}, "roster_rows": {"which": "new"}}
OPENED = {200, 302, 400, 409, 422}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FIXED = {
    "clause": {"clause": "SQ-2a"},
    "guide": {"name": "visit"},
    "clear_source": {"name": "children"},
    "parameter": {"code": "reveal_seconds"},
    "year": {"number": 2026},
    "roster_name": {"kind": "not_enrolled"},
}


def routes() -> dict[str, set[str]]:
    """Every address of the resolver by its name, with the names of what stands in it."""
    return dict(_routes(get_resolver(), ""))


def _routes(resolver: URLResolver, space: str) -> Iterator[tuple[str, set[str]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", set(entry.pattern.converters)
        else:
            yield from _routes(entry, f"{entry.namespace}:" if entry.namespace else space)


def test_every_page_has_a_line_here_and_in_the_access_table():
    assert set(routes()) == set(PAGES) == set(BY_ROUTE)


@dataclass
class Caller:
    """Somebody signed in, who asks from a fresh browser each time and leaves nothing behind."""

    role: Role | None
    session_key: str = ""

    def ask(self, method: str, address: str, **headers: str):
        client = Client(raise_request_exception=False, headers=headers)
        if self.session_key:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.session_key
        with transaction.atomic():
            response = client.generic(method, address)
            body = _content(response)
            transaction.set_rollback(method != "GET")
        return response, body


@pytest.fixture
def two_worlds(db):
    return world.home(), world.abroad()


@pytest.fixture(autouse=True)
def quiet():
    """Ten thousand answers that are meant to be 404 need no line each in the log."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("roles", GROUPS, ids=lambda roles: "-".join(roles))
def test_who_opens_what(roles, two_worlds):
    here, there = two_worlds
    trouble = []
    for role in roles:
        caller = Caller(role, factories.session_of(here.acting(role)).session_key)
        for line in _lines_of(role):
            trouble += [
                f"{role} {line.route} {words}" for words in _judge(caller, line, here, there)
            ]

    assert trouble == [], "\n".join(trouble)


def _lines_of(role: Role) -> list[Line]:
    """Every page; on PostgreSQL those that the role has.

    A page that a role has not is refused by the table of pages, before any view and any key: no
    database is asked for it, so one leg proves it. What a role has is narrowed to its reach by
    queries, and those are proven on both.
    """
    if not IS_POSTGRESQL:
        return list(LINES)
    return [line for line in LINES if line.status.get(role, 404) != 404]


def test_whoever_has_not_signed_in_is_sent_to_the_door(two_worlds):
    here, _ = two_worlds
    nobody, trouble = Caller(None), []
    for line in LINES:
        address = _address(line, here, Role.EDU)
        for method in ("GET", "POST"):
            response, body = nobody.ask(method, address)
            to = urlsplit(response.headers.get("Location", "")).path
            opened = line.public and response.status_code != 404
            if not opened and (response.status_code, to) != (302, reverse("members:sign_in")):
                trouble.append(f"{method} {line.route}: {response.status_code}")
            trouble += _leaks(f"{method} {line.route}", body, here.secrets, named=False)
            trouble += _lacks(f"{method} {line.route}", response)

    assert trouble == []


def _judge(caller: Caller, line: Line, here: world.World, there: world.World) -> Iterator[str]:
    """Say what is wrong with the answers to one role on one page."""
    expected = line.status.get(caller.role, 404)
    own = _address(line, here, caller.role)
    for method in ("GET", "POST"):
        response, body = caller.ask(method, own)
        yield from _wrong(method, line, response.status_code, expected)
        if line.route not in OWN_FILES:
            yield from _leaks(method, body, here.secrets, named=caller.role in NAMED)
        yield from _leaks(method, body, there.secrets, named=caller.role in line.everywhere)
        yield from _lacks(method, response)
    if line.thing in FIXED or line.thing in {"-", "roster_kind"}:
        return
    if expected == 404:  # the page is not there: no key is looked at
        response, foreign = caller.ask("GET", _address(line, there, caller.role))
        yield from _wrong("foreign GET", line, response.status_code, 404)
        yield from _leaks("foreign GET", foreign, there.secrets, named=False)
        return
    foreign = _address(line, there, caller.role)
    missing = _address(line, None, caller.role)
    elsewhere = expected if caller.role in line.everywhere else 404
    nothing, blank = caller.ask(line.methods[0], missing)
    if nothing.status_code != 404:
        yield f"missing: {nothing.status_code}"
    for method in line.methods:
        response, body = caller.ask(method, foreign)
        yield from _wrong(f"foreign {method}", line, response.status_code, elsewhere)
        yield from _leaks(f"foreign {method}", body, there.secrets, named=False)
        if elsewhere == 404 and _bare(body, foreign) != _bare(blank, missing):
            yield f"foreign {method}: another body than for a key that there is not"


def _wrong(method: str, line: Line, status: int, expected: int) -> Iterator[str]:
    verb = method.split()[-1]
    if expected == 200 and verb not in line.methods:
        expected = 405
    met = status in OPENED if expected == 200 else status == expected
    if expected not in (200, 405) and verb not in line.methods:
        met = status in (404, 405)  # the gate, or the view behind it
    if not met:
        yield f"{method}: {status}, not {expected}"


def _leaks(method: str, body: str, told: world.Secrets, *, named: bool) -> Iterator[str]:
    """What nobody reads before it is opened, and the name where the post does not read names."""
    shown = [word for word in told.never_shown if word in body]
    if told.name in body and not named:
        shown.append(told.name)
    if shown:
        yield f"{method}: shows {shown}"


def _lacks(method: str, response) -> Iterator[str]:
    wrong = [name for name, value in HEADERS.items() if response.headers.get(name) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    if "unsafe" in policy or "frame-ancestors 'none'" not in policy:
        wrong.append("Content-Security-Policy")
    if "Permissions-Policy" not in response.headers:
        wrong.append("Permissions-Policy")
    if wrong:
        yield f"{method}: without {wrong}"


def _address(line: Line, where: world.World | None, role: Role) -> str:
    query = f"?{line.query}" if line.query else ""
    return reverse(line.route, kwargs=_named(line, where, role)) + query


def _named(line: Line, where: world.World | None, role: Role) -> dict[str, object]:
    """What stands in an address: a thing of this world, or of none."""
    if line.thing == "-":
        return {}
    if line.thing in FIXED:
        return FIXED[line.thing]
    if line.thing == "roster_kind":
        return {"kind": KINDS_OF.get(role, KINDS_OF[Role.EDU])[0]}
    name = next(iter(routes_cached()[line.route] - {"kind", "which"}))
    key = where.things[_thing(line, where, role)].pk if where else uuid4()
    more = MORE_NAMED.get(line.thing, {})
    return {name: key, **more}


def _thing(line: Line, where: world.World, role: Role) -> str:
    """A roster and a job are those of one's own unit, where it sends any."""
    if line.thing in {"roster", "roster_rows", "job"}:
        thing = line.thing.removesuffix("_rows")
        own = f"{thing} of {role}"
        return own if own in where.things else f"{thing} of {Role.EDU}"
    return {"list_of_run": "run"}.get(line.thing, line.thing.replace("_", " "))


_ROUTES: dict[str, set[str]] = {}


def routes_cached() -> dict[str, set[str]]:
    _ROUTES.update(_ROUTES or routes())
    return _ROUTES


def _content(response) -> str:
    """What an answer says, in words: a workbook is unpacked, a PDF is read out."""
    data = b"".join(response.streaming_content) if response.streaming else response.content
    if data[:5] == b"%PDF-" and shutil.which("pdftotext"):
        data = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True).stdout
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return data.decode("utf-8", "replace")


_TOKEN = re.compile(r"[A-Za-z0-9]{64}")


def _bare(body: str, address: str) -> str:
    """A page without what differs from request to request: its token and its own address."""
    return _TOKEN.sub("", body).replace(address, "")
