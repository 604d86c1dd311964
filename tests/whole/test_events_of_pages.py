"""What is read, printed or carried away leaves its event: which page which one stands here.

`test_events.py` holds the actions to theirs; here are all the others that record, by function.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.urls import reverse

import world
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.cases.models import MandatoryReport

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "oosc"

# Function → its event, who opens its page, the page, and the thing in its address.
PAGES = {
    "cases/views/case.detail": ("case.read", "edu", "cases:detail", "case"),
    "cases/views/evidence.evidence_file": (
        "case.evidence_opened", "comm", "cases:evidence_file", "evidence",
    ),
    "cases/views/reports.report": ("mandatory_report.read", "comm", "cases:report", "report"),
    "cases/views/reports.report_print": (
        "mandatory_report.printed", "comm", "cases:report_print", "report",
    ),
    "cases/views/visits.visit_print": ("case.visit_printed", "comm", "cases:visit_print", "visit"),
    "linkage/views.manifest": ("run.manifest_exported", "edu", "linkage:manifest", "run"),
    "linkage/views.review": ("pair.opened", "edu", "linkage:review", ""),
    "rosters/views.hand_over": (
        "roster.receipt_printed", "police", "rosters:receipt", "roster of police",
    ),
    "rosters/views.hand_over_pdf": (
        "roster.receipt_printed", "police", "rosters:receipt_pdf", "roster of police",
    ),
    "portal/views.trail": ("trail.read", "audit", "portal:trail", ""),
}  # fmt: skip
# Through an action of their room, which test_events.py holds to it.
THROUGH_AN_ACTION = {"rosters/views.hand_over", "rosters/views.hand_over_pdf"}
# What is no page that is only opened, and the test that asserts its event.
ELSEWHERE = {
    "schooling/answers.tried": "tests/portal/test_middleware.py",
    "linkage/performing._finish": "tests/linkage/test_runs.py",
    "members/middleware._end_or_keep": "tests/members/test_sign_in.py",
    "members/views/sign_in.sign_in": "tests/members/test_sign_in.py",
    "members/views/sign_in.sign_out": "tests/members/test_sign_in.py",
    "members/views/sign_in.change_password": "tests/members/test_sign_in.py",
    "members/views/sign_in.choose_post": "tests/members/test_sign_in.py",
    "members/views/sign_in._record_failure": "tests/members/test_sign_in.py",
    "portal/backup.back_up": "tests/portal/test_backup.py",
    "portal/demo/loading.load": "tests/portal/test_demo.py",
    "portal/management/commands/make_certificate.handle": "tests/portal/test_certificates.py",
    "portal/middleware._record": "tests/portal/test_middleware.py",
    "portal/restoring.finish": "tests/portal/test_backup.py",
    "portal/views.verify_trail": "tests/portal/test_trail.py",
}


def _recording() -> dict[str, set[str]]:
    """Each function outside the actions that records, with what it gives as its verbs."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        module = path.relative_to(SOURCE).with_suffix("").as_posix()
        if "actions" in path.parts or path.stem == "actions":
            continue
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and (verbs := _verbs(function)):
                found[f"{module}.{function.name}"] = verbs
    return found


def _verbs(function: ast.FunctionDef) -> set[str]:
    calls = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("trail.record")
    ]
    return {ast.unparse(call.args[0]).strip("'") for call in calls}


def test_whatever_records_outside_the_actions_stands_here():
    assert set(_recording()) == {*PAGES, *ELSEWHERE} - THROUGH_AN_ACTION


def test_each_that_is_no_page_is_asserted_in_its_test():
    recording = _recording()

    silent = [
        f"{name}: {verb}"
        for name, test in ELSEWHERE.items()
        for verb in recording[name]
        if "." in verb and verb not in (ROOT / test).read_text("utf-8")
    ]
    assert silent == []


@pytest.fixture
def here(db) -> world.World:
    return world.home()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_opened_leaves_exactly_its_event(name, here, client_as):
    verb, role, route, thing = PAGES[name]
    address = reverse(route, args=[here.things[thing].pk] if thing else [])
    MandatoryReport.objects.update(reported_at=world.NOON)
    client = client_as(here.acting(Role(role)))
    mark = Event.objects.latest("pk")

    answer = client.get(address)

    b"".join(answer.streaming_content) if answer.streaming else answer.content
    left = Event.objects.filter(pk__gt=mark.pk)
    assert answer.status_code == 200
    assert [event.verb for event in left] == [verb]
    assert left[0].officer_id == client.acting.officer_id


def test_a_foreign_receipt_leaves_none_of_a_printing(here, client_as):
    client = client_as(world.abroad().acting(Role.POLICE))

    answer = client.get(reverse("rosters:receipt", args=[here.things["roster of police"].pk]))

    assert answer.status_code == 404
    assert not Event.objects.filter(verb="roster.receipt_printed").exists()
