"""What stands before every page: the length of a body, and the trace of being refused."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import include, path, reverse

import world
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.audit.models import Event
from oosc.cases.models import Case
from oosc.cases.states import Reason, State
from oosc.kernel.refusal import Refused
from oosc.portal.urls import urlpatterns as pages

pytestmark = pytest.mark.django_db


def test_a_body_is_refused_by_its_announced_length():
    answer = Client().post("/healthz", b"", content_type="text/plain", CONTENT_LENGTH=str(2**30))

    assert answer.status_code == 413
    assert "一次最多提交 64 MB" in answer.content.decode()
    assert "default-src" in answer.headers["Content-Security-Policy"]


# --- being refused is in the trail ----------------------------------------------------------


def _left(verb: str) -> list[Event]:
    return list(Event.objects.filter(verb=verb))


@pytest.fixture
def here():
    return world.home()


def _closing(here: world.World) -> Case:
    """A case that is to be struck off, which is decided by another than who asked for it."""
    asked_by = here.acting(Role.EDU)
    Case.objects.filter(pk=here.case.pk).update(
        state=State.CLOSING, closing_reason=Reason.ENROLLED, closing_from=State.VERIFYING,
        closing_by_id=asked_by.officer_id,
    )  # fmt: skip
    return Case.objects.get(pk=here.case.pk)


def test_a_refusal_is_in_the_trail_with_who_which_page_and_which_key(here, client_as):
    case, centre = _closing(here), client_as(here.acting(Role.EDU))

    answer = centre.post(reverse("cases:approve", args=[case.pk]))

    [event] = _left("access.refused")
    assert answer.status_code == 409
    assert (event.officer_id, event.post_id) == (centre.acting.officer_id, centre.acting.post_id)
    assert event.facts == {"page": "cases:approve", "key": str(case.pk), "method": "POST"}


def test_a_refusal_that_stands_on_a_form_is_in_the_trail(here, client_as):
    community = client_as(here.acting(Role.COMM))

    answer = community.post(
        reverse("cases:rule_out", args=[here.case.pk]), {"reason": Reason.DECEASED.value}
    )

    [event] = _left("access.refused")
    assert answer.status_code == 409
    assert event.officer_id == community.acting.officer_id
    assert event.facts["page"] == "cases:rule_out"


def test_a_key_that_is_not_there_or_out_of_reach_is_in_the_trail(here, client_as):
    client, missing, foreign = client_as(here.acting(Role.COMM)), uuid4(), world.abroad().child.pk

    for key in (missing, foreign):
        assert client.get(reverse("children:detail", args=[key])).status_code == 404

    events = _left("access.not_found")
    assert {event.facts["key"] for event in events} == {str(missing), str(foreign)}
    assert {event.officer_id for event in events} == {client.acting.officer_id}
    assert {event.facts["page"] for event in events} == {"children:detail"}


def test_a_page_that_the_role_does_not_have_is_in_the_trail(here, client_as):
    keeper = client_as(here.acting(Role.SYS))

    answer = keeper.get(reverse("children:detail", args=[here.child.pk]))

    [event] = _left("access.not_found")
    assert answer.status_code == 404
    assert (event.role, event.facts["key"]) == (Role.SYS, str(here.child.pk))


def test_a_page_without_a_key_that_is_not_there_leaves_nothing(client_as):
    client = client_as("comm")

    assert client.get("/nowhere/").status_code == 404
    assert client.get("/static/oosc/nothing.js").status_code == 404

    assert _left("access.not_found") == []


def _writes_and_is_refused(request, pk):
    with transaction.atomic():
        trail.record("test.half_done", by=request.acting)
        raise Refused("做到一半才发现不行。")


urlpatterns = [
    *pages,
    path("half/", include(([path("<uuid:pk>/", _writes_and_is_refused, name="home")], "portal"))),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("header", "whole_page"), [({}, True), ({"HX-Request": "true"}, False)])
def test_the_trace_of_a_refusal_outlives_what_is_rolled_back(client_as, header, whole_page):
    key = uuid4()

    answer = client_as("comm").post(f"/half/{key}/", headers=header)

    assert answer.status_code == 409
    assert "做到一半才发现不行。" in answer.content.decode()
    assert ("<html" in answer.content.decode()) is whole_page
    assert _left("test.half_done") == []
    assert [event.facts["key"] for event in _left("access.refused")] == [str(key)]
