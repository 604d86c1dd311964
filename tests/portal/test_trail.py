"""The trail as the audit administrator reads it: sentences, filters, one child's traces, papers."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.urls import reverse

import factories
import world
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.audit.models import Event
from oosc.children import actions as children
from oosc.portal.trail_lines import lines

pytestmark = pytest.mark.django_db
PAGE = reverse("portal:trail")


@pytest.fixture
def here():
    return world.home()


@pytest.fixture
def auditor(here, client_as):
    return client_as(here.acting(Role.AUDIT))


def _rows(answer) -> list[str]:
    """The rows of the table, in words."""
    body = answer.content.decode().partition("<tbody")[2]
    return [re.sub(r"<[^>]+>|\s+", " ", row) for row in body.split("</tr>")[:-1]]


def _line(event: Event):
    return lines([event])[0]


def test_nothing_on_the_page_is_english_or_a_child(here, auditor):
    answer = auditor.get(PAGE, {"size": "100"})

    words = " ".join(_rows(answer))
    assert re.findall(r"\b[a-z]+[._][a-z_]+", words) == []
    assert here.secrets.name not in answer.content.decode()
    for told in here.secrets.never_shown:
        assert told not in answer.content.decode()
    assert "立案" in words
    assert "由比对更新就学状态" in words


def test_the_names_of_officers_offices_and_codes_stand_in_words(here):
    by = here.acting(Role.EDU)
    community = here.things["community"]

    assigned = _line(
        trail.record("case.assigned", here.case, by=by, region=community.pk, school=here.school.pk)
    )
    officer, holding = here.things["officer"].pk, here.things["holding"].pk
    handed = _line(
        trail.record("post.granted", here.things["post"], by=by, officer=officer, holding=holding)
    )

    assert (assigned.who, assigned.where, assigned.what) == (by.officer_name, by.unit_name, "派核")
    assert assigned.facts == [("区划", community.name), ("学校", here.school.name)]
    assert assigned.about == f"个案 …{str(here.case.pk)[-8:]}"
    assert dict(handed.facts)["人员"] == here.things["officer"].name


@pytest.mark.parametrize(
    ("verb", "facts", "told"),
    [
        ("roster.received", {"kind": "deaths", "rows": 1286}, "种类 死亡登记；行数 1,286"),
        ("child.revealed", {"field": "id_no"}, "内容 证件号"),
        ("child.corrected", {"fields": ["name", "grade"]}, "内容 姓名、年级"),
        ("child.searched", {"kind": "last_four", "found": 3}, "种类 按证件号后四位；找到 3"),
        ("child.reveal_answered", {"granted": False}, "同意 否"),
        ("access.refused", {"page": "cases:ledger", "method": "POST"}, "页面 工作台账；操作 提交"),
        ("access.not_found", {"page": "children:detail", "method": "GET"},
         "页面 “儿童”里的页面；操作 打开"),
        ("list.exported", {"what": "places.schools", "form": "sheet"}, "内容 学校；形式 打印页"),
        ("calendar.entered", {"year": 2027}, "年份 2027"),
        ("child.received", {"counts": {"created": 3, "changed": 0}}, "数目 新增 3、变更 0"),
    ],
)  # fmt: skip
def test_codes_are_called_as_their_rooms_call_them(verb, facts, told):
    assert _line(trail.record(verb, by=None, **facts)).told == told


def test_what_is_gone_or_unknown_is_said_and_breaks_nothing(auditor):
    event = trail.record("case.read", by=None)
    event.verb, event.subject_type, event.subject_id = "old.verb", "gone.Thing", "x"

    assert _line(event).what == "old.verb"
    assert auditor.get(PAGE, {"about": "no key", "group": "nonsense"}).status_code == 200


def test_it_is_narrowed_by_group_unit_role_and_day(here, auditor):
    by = here.acting(Role.POLICE)
    trail.record("unit.founded", here.things["unit"], by=by, role="police")

    def found(**asked: str) -> list[str]:
        return _rows(auditor.get(PAGE, asked))

    assert all("设立单位" in row for row in found(group="post", unit=str(by.unit_id)))
    assert len(found(group="post", role=Role.POLICE)) == 1
    assert found(group="place", unit=str(by.unit_id)) == []
    assert found(to="2026-09-20") == []


def _search(client, words: str):
    return client.post(reverse("lists:search"), {"back": PAGE, "q": words}, follow=True)


def test_it_is_searched_by_person_key_and_case_number(here, auditor):
    by = here.acting(Role.HEALTH)
    trail.record("unit.ended", here.things["unit"], by=by)

    key = str(here.case.pk)
    for words, expected in (
        (by.officer_name, "撤销单位"),
        (key, "立案"),
        (key[-8:], "立案"),
        (here.case.number, "立案"),
    ):
        rows = _rows(_search(auditor, words))
        assert any(expected in row for row in rows), words
    assert _rows(_search(auditor, "990001001-2026-99999")) == []
    assert _rows(_search(auditor, "查无此人")) == []


def test_who_saw_a_child_is_found_from_any_key_that_leads_to_it(here, auditor):
    by = here.acting(Role.COMM)
    children.open_file(here.child, by=by)
    trail.record("case.read", here.case, by=here.acting(Role.EDU))
    children.open_file(factories.child("别人", place=here.community), by=by)

    seen = [
        _rows(auditor.get(PAGE, {"about": str(thing.pk), "seen": "1"}))
        for thing in (here.child, here.case, here.things["report"])
    ]

    assert seen[0] == seen[1] == seen[2]
    assert sorted(re.findall("打开儿童档案|打开个案", " ".join(seen[0]))) == [
        "打开个案", "打开儿童档案",
    ]  # fmt: skip
    everything = auditor.get(PAGE, {"about": str(here.child.pk)}).content.decode()
    assert "立案" in everything
    assert here.secrets.name not in everything


def test_reading_the_trail_is_in_it_with_what_was_asked_for(here, auditor):
    auditor.get(PAGE, {"about": str(here.case.pk)})

    event = Event.objects.filter(verb="trail.read").latest("pk")
    assert event.officer_id == auditor.acting.officer_id
    assert event.facts == {"about": str(here.child.pk)}


def test_verifying_the_chain_is_in_the_trail(auditor):
    auditor.post(reverse("portal:verify_trail"))

    event = Event.objects.filter(verb="trail.verified").latest("pk")
    assert event.officer_id == auditor.acting.officer_id
    assert "sealed" in event.facts


def test_it_is_exported_as_filtered_with_a_purpose_and_a_trace(here, auditor):
    address = reverse("portal:export_trail") + "?group=case"

    answer = auditor.post(address, {"purpose": "存档备查", "form": "xlsx"})

    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
    cells = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert "事项" in cells[2]
    assert any("立案" in row for row in cells)
    assert not any("由比对更新就学状态" in row for row in cells)
    event = Event.objects.get(verb="list.exported")
    assert (event.facts["what"], event.purpose) == ("portal.trail", "存档备查")
    assert ("内容", "留痕") in _line(event).facts


def test_it_is_printed_as_filtered(here, auditor):
    address = reverse("portal:export_trail") + f"?about={here.case.pk}&seen=1"
    children.open_file(here.child, by=here.acting(Role.COMM))

    answer = auditor.post(address, {"purpose": "存档备查", "form": "sheet"})

    words = answer.content.decode()
    assert "打开儿童档案" in words
    assert "立案" not in words
    assert here.secrets.name not in words


def test_an_export_without_a_purpose_leaves_nothing(auditor):
    answer = auditor.post(reverse("portal:export_trail"), {"form": "xlsx"})

    assert answer.status_code == 400
    assert not Event.objects.filter(verb="list.exported").exists()
