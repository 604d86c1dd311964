"""The list of children: by any of its places, by schooling, and taken along as it stands."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

import factories
from oosc.access.policy import Permission
from oosc.audit.models import Event
from oosc.children import forms
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import Status

pytestmark = pytest.mark.django_db

PHONE = "15000001207"
PURPOSE = {"purpose": "核查就学情况"}


def names(client, **query):
    return [
        row["child"].name for row in client.get(reverse("children:list"), query).context["rows"]
    ]


def test_a_community_finds_those_who_live_there_and_those_of_its_hukou(client_as):
    factories.child("林小雨", place=factories.EAST)
    factories.child("苏小禾", place=None, hukou=factories.EAST)
    factories.child("柳小满", place=factories.WEST, hukou=factories.EAST)
    factories.child("远山", place=factories.WEST)
    client, east = client_as("edu"), str(factories.region(factories.EAST).pk)

    assert names(client, community=east) == ["柳小满", "林小雨", "苏小禾"]
    assert names(client, community=east, lies="home") == ["林小雨"]
    assert names(client, community=east, lies="hukou") == ["柳小满", "苏小禾"]


def test_the_list_is_narrowed_by_schooling(client_as):
    at_school, suspected, _ = (factories.child(name) for name in ("林小雨", "苏小禾", "柳小满"))
    schooling.set_statuses(
        [
            StatusRow(at_school.pk, "2026-2027", Status.ENROLLED_LOCAL),
            StatusRow(suspected.pk, "2026-2027", Status.SUSPECTED),
            StatusRow(suspected.pk, "2025-2026", Status.ENROLLED_LOCAL),
        ],
        by=None, on=factories.TODAY,
    )  # fmt: skip
    client = client_as("edu")

    assert names(client, schooling=Status.ENROLLED_LOCAL.value) == ["林小雨"]
    assert names(client, schooling=Status.SUSPECTED.value) == ["苏小禾"]
    assert names(client, schooling="none") == ["柳小满"]


def test_the_list_goes_along_as_shown_and_masked(client_as):
    number = factories.id_no()
    factories.child("林小雨", id_no=number, phone=PHONE, address="东桥路18号")
    factories.child("苏小禾", place=factories.WEST)
    client = client_as("edu")
    east = str(factories.region(factories.EAST).pk)

    book = client.post(
        reverse("children:export") + f"?community={east}", {**PURPOSE, "form": "xlsx"}
    )
    sheet = openpyxl.load_workbook(BytesIO(book.content)).active
    text = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)

    assert "林小雨" in text
    assert "350582************" in text
    assert "150****1207" in text
    for hidden in (number, PHONE, "东桥路", "苏小禾"):
        assert hidden not in text
    event = Event.objects.get(verb="list.exported")
    assert event.facts == {"what": "children.list", "rows": 1, "form": "xlsx"}
    assert event.purpose == "核查就学情况"


def test_a_head_prints_surnames_alone(client_as):
    factories.child("林小雨", phone=PHONE)

    paper = client_as("lead").post(reverse("children:export"), {**PURPOSE, "form": "sheet"}).text

    assert "林*" in paper
    assert "林小雨" not in paper
    assert "梅青" not in paper


def test_a_list_leaves_for_a_purpose_and_with_the_right_alone(client_as):
    factories.child("林小雨")
    address = reverse("children:export")

    assert client_as("edu").post(address, {"form": "xlsx"}).status_code == 400
    assert client_as("police").post(address, {**PURPOSE, "form": "xlsx"}).status_code == 404
    assert not Event.objects.filter(verb="list.exported").exists()


def test_rows_come_out_in_the_order_of_the_page(client_as):
    for number in range(7):
        factories.child(f"林{'一二三四五六七'[number]}")
    client = client_as("edu")
    shown = names(client, sort="-name")

    paper = client.post(
        reverse("children:export") + "?sort=-name", {**PURPOSE, "form": "sheet"}
    ).text

    assert [paper.index(name) for name in shown] == sorted(paper.index(name) for name in shown)


def test_two_who_move_a_child_do_not_overwrite_each_other(client_as):
    child = factories.child("林小雨")
    client, at = client_as("comm"), reverse("children:move", args=[child.pk])
    seen = client.get(at).context["form"].initial
    typed = {**seen, "kind": "residence", "address": "东桥路99号"}

    client.post(at, {**typed, "region": str(factories.region(factories.EAST).pk)})
    told = client.post(at, {**typed, "region": "outside", "address": "东桥路1号"})

    assert told.status_code == 409
    assert "东桥路1号" in told.text
    assert child.places.filter(until=None).get().address == "东桥路99号"


def test_the_choices_are_those_within_reach_in_the_order_of_their_codes(client_as, acting):
    for code in (factories.WEST, factories.EAST, "990001002001"):
        factories.region(code)
    for code in (factories.JUNIOR, factories.PRIMARY, "9900010021"):
        factories.school(code)
    by = acting("edu")

    communities = forms.communities_of(by, Permission.CHILD_VIEW)
    schools = forms.schools_of(by, Permission.CHILD_VIEW)

    assert [name for _, name in communities] == ["东桥社区", "西桥社区"]
    assert [name for _, name in schools] == ["云屏中心小学", "云屏中学"]
