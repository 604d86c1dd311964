"""The door: passwords, lock-out, forced change, second factor, the post to act in."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

import factories
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.members import sessions
from oosc.members.actions import accounts, posts
from oosc.members.models import Holding, Officer

pytestmark = pytest.mark.django_db

PASSWORD = "Yunping-2026-qiu"
DOOR = "/members/sign-in/"


@pytest.fixture
def with_password():
    """Somebody in a post who signs in by password."""

    def make(role: str = Role.COMM, **fields: object) -> Officer:
        who = factories.officer(username="qingqiao01")
        accounts.set_password(who, PASSWORD, at=factories.clock.now(), one_time=False)
        Officer.objects.filter(pk=who.pk).update(**fields)
        factories.holding(role, who=who)
        who.refresh_from_db()
        return who

    return make


def sign_in(client, password=PASSWORD, username="qingqiao01", **more):
    return client.post(DOOR, {"username": username, "password": password, **more})


def code_of(device: TOTPDevice) -> str:
    totp = TOTP(device.bin_key)
    totp.time = __import__("time").time()
    return f"{totp.token():06d}"


def verbs() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_the_right_password_opens(client, with_password):
    with_password()

    response = sign_in(client)

    assert response["Location"] == "/"
    assert client.get("/members/me/").status_code == 200
    assert verbs() == ["officer.signed_in"]


def test_the_page_asked_for_comes_after_the_door(client, with_password):
    with_password()

    asked = client.get("/members/me/")
    response = sign_in(client, next="/members/me/")

    assert asked["Location"] == f"{DOOR}?next=/members/me/"
    assert response["Location"] == "/members/me/"


@pytest.mark.parametrize("wanted", ["https://example.com/", "//example.com", "javascript:1", "x"])
def test_nobody_is_sent_to_another_site(client, with_password, wanted):
    with_password()

    assert sign_in(client, next=wanted)["Location"] == "/"
