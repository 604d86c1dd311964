"""A child whom nobody else is called like goes through the whole house: what stays behind it?

Its name, number, phone and address must lie in the clear in no log, event, job, session or file.
"""

from __future__ import annotations

import io
import json
import logging
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

import factories
import roster_files
import world
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.cases.models import Case
from oosc.children.models import Child
from oosc.jobs.models import Job
from oosc.jobs.worker import Worker
from oosc.linkage import actions as linkage
from oosc.linkage.models import Finding
from oosc.linkage.states import Kind
from oosc.portal.logs import Json, Redact
from oosc.rosters import queries as rosters

BORN = date(2017, 11, 23)
CANARY = world.Secrets(
    name="鹿晴川",
    id_no=factories.id_no(BORN, 902),
    phone="13900477391",
    address="梧桐巷七十七号",
)
WORDS = (CANARY.name, CANARY.id_no, CANARY.phone, CANARY.address)
HEADINGS = (
    "姓名",
    "性别",
    "出生日期",
    "公民身份号码",
    "所属社区",
    "户籍状态",
    "家庭住址",
    "联系电话",
)
ROLL = ("姓名", "性别", "出生日期", "身份证件号", "学校名称", "年级", "班级", "学籍状态")
# Tables that hold a child's file: there a name is meant to stand, and the rest is encrypted.
FILES_OF_CHILDREN = {"children_child", "linkage_finding"}


@pytest.fixture
def log():
    """Everything that is logged anywhere, as the handler of the settings writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Redact())
    handler.setFormatter(Json())
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.fixture
def lived(db, log) -> Child:
    """From the police's workbook to a visit with a danger, a search, a look at the number."""
    factories.region(factories.EAST)
    factories.school()
    police, centre, community = (factories.acting(role) for role in ("police", "edu", "comm"))
    row = [
        CANARY.name,
        "男",
        str(BORN),
        CANARY.id_no,
        "东桥社区",
        "正常",
        CANARY.address,
        CANARY.phone,
    ]
    roster_files.receive(police, roster_files.workbook([row, roster_files.child(1)], HEADINGS))
    pupil = [
        "禾小满",
        "女",
        "2016-05-02",
        roster_files.id_number(7),
        "云屏中心小学",
        "4",
        "1",
        "在读",
    ]
    roster_files.receive(
        centre, roster_files.workbook([pupil], ROLL), kind="school_roll", name="学籍.xlsx"
    )
    run = linkage.start_run(
        by=centre, on=factories.TODAY, rosters=rosters.latest(centre.region_code),
        now=roster_files.NOON,
    )  # fmt: skip
    Worker().work_off()
    found = Finding.objects.get(run=run, kind=Kind.SUSPECTED, name=CANARY.name)
    case = linkage.raise_suspicions(run, [found], by=centre, on=factories.TODAY).cases[0]
    _through_pages(case, centre, community)
    return found.child


def _through_pages(case: Case, centre, community) -> None:
    clients = {}
    for by in (centre, community):
        clients[by.role] = Client(raise_request_exception=False)
        key = factories.session_of(by).session_key
        clients[by.role].cookies[settings.SESSION_COOKIE_NAME] = key
    edu, comm = clients[Role.EDU], clients[Role.COMM]
    edu.post(reverse("cases:assign", args=[case.pk]), {"region": str(case.region_id)})
    for words in WORDS[:3]:
        edu.post(reverse("lists:search"), {"q": words, "back": "/children/"}, follow=True)
        edu.post(reverse("portal:search"), {"q": words}, follow=True)
    visit = {
        "client_key": "0190e4a2-7c3b-7def-8a11-3f2b5c6d7e8f", "visited_on": "2026-09-21",
        "mode": "home_visit", "visitors": "梅青、江晚", "address_match": "matches",
        "met": "parents", "child_present": "yes", "claim": "none", "safety": "danger",
        "conclusion": "never_enrolled", "account": f"{CANARY.name}在家，电话{CANARY.phone}",
        "place": CANARY.address, "refused_to_sign": "on",
    }  # fmt: skip
    comm.post(reverse("cases:visit", args=[case.pk]), visit)
    reveal = reverse("children:reveal", args=[case.child_id]) + "?field=id_no"
    opened = comm.post(reveal, {"purpose": "verify", "task": str(case.pk)})
    assert opened.status_code == 200
    # Wrong, missing and unreadable: what a request said must not come back out of a log.
    edu.get(f"/children/{CANARY.name}/")
    edu.post("/lists/search/", {"q": CANARY.id_no, "back": "//elsewhere"})
    comm.post(reverse("cases:visit", args=[case.pk]), visit | {"visited_on": CANARY.name})
    Client().post(reverse("members:sign_in"), {"username": "liu", "password": CANARY.phone})


def test_it_lies_in_the_clear_nowhere_but_in_its_file(lived, log, data_folder):
    child = Child.objects.get(pk=lived.pk)
    assert (child.name, child.id_no) == (CANARY.name, CANARY.id_no)
    assert child.cases.get().visits.get().account.startswith(CANARY.name)
    assert Event.objects.filter(verb="child.revealed").count() == 1

    kept = {
        "log": log.getvalue(),
        "events": _words(Event, "facts", "purpose", "subject_id", "address"),
        "jobs": _words(Job, "arguments", "result", "checkpoint", "title", "trouble", "sentence"),
        "sessions": json.dumps([s.get_decoded() for s in Session.objects.all()]),
    }
    assert "searches" in kept["sessions"]
    assert {place: _in(text) for place, text in kept.items()} == {place: [] for place in kept}
    assert _shown_in_tables() == {(table, CANARY.name) for table in FILES_OF_CHILDREN}
    assert _shown_in_files(data_folder) == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nowhere/鹿晴川/", "/children/鹿晴川/", "/cases/鹿晴川/"])
def test_a_page_of_an_error_says_only_the_address_that_was_asked_for(client_as, address):
    page = client_as("sys").get(address)

    assert page.status_code == 404
    back = f'<input type="hidden" name="back" value="{address}">'
    assert _in(page.content.decode().replace(back, "")) == []


def _words(model, *names: str) -> str:
    rows = list(model.objects.values_list(*names))
    return json.dumps(rows, ensure_ascii=False, default=str)


def _shown_in_tables() -> set[tuple[str, str]]:
    """Column by column over the whole database: text as text, bytes as bytes."""
    shown = set()
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            cells = [_text(cell) for row in cursor.fetchall() for cell in row]
        shown |= {(table, word) for word in WORDS for cell in cells if word in cell}
    return shown


def _shown_in_files(folder: Path) -> list[tuple[str, str]]:
    files = [path for path in folder.rglob("*") if path.is_file() and "sqlite" not in path.name]
    return [(f.name, word) for f in files for word in WORDS if word.encode() in f.read_bytes()]


def _in(text: str) -> list[str]:
    """The words that stand in a text, as they are or written as escapes."""
    words = (*WORDS, CANARY.id_no[6:14], CANARY.id_no[-8:])
    plain = text.replace("\\\\", "\\")
    return [word for word in words if word in text or _escaped(word) in plain]


def _escaped(word: str) -> str:
    return word.encode("unicode_escape").decode()


def _text(cell: object) -> str:
    if isinstance(cell, (bytes, memoryview)):
        return bytes(cell).decode("utf-8", "ignore")
    return str(cell)
