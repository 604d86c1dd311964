"""动态口令: its secret lies encrypted, an old one moves there, and a session knows it again."""

from __future__ import annotations

import time
from base64 import b32decode
from importlib import import_module
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django_otp.models import Device
from django_otp.oath import TOTP

import factories
from oosc.access.roles import Role
from oosc.members.models import Factor, Officer

pytestmark = pytest.mark.django_db

HEX = "3132333435363738393031323334353637383930"  # RFC 6238: 12345678901234567890
CREATE = """
    CREATE TABLE otp_totp_totpdevice (
        id integer PRIMARY KEY, user_id {uuid} NOT NULL, name varchar(64) NOT NULL,
        confirmed bool NOT NULL, key varchar(80) NOT NULL, drift smallint NOT NULL,
        last_t bigint NOT NULL
    )
"""


@pytest.fixture
def who() -> Officer:
    return factories.officer("qingqiao01")


def code_of(factor: Factor, steps: int = 0) -> str:
    totp = TOTP(factor.key)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def test_the_secret_does_not_lie_in_the_database_in_clear(who):
    factor = Factor.objects.create(user=who, name="动态口令")

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM members_factor")
        lies = bytes(cursor.fetchone()[0])
    assert factor.secret.encode() not in lies
    assert factor.key not in lies
    assert Factor.objects.get().secret == factor.secret
    assert len(b32decode(factor.secret)) == 20


def test_what_the_phone_is_told_is_the_secret(who):
    factor = Factor.objects.create(user=who, name="动态口令")

    url = urlsplit(factor.config_url)

    assert (url.scheme, url.netloc, unquote(url.path)) == ("otpauth", "totp", "/保学:qingqiao01")
    assert parse_qs(url.query) == {"secret": [factor.secret], "issuer": ["保学"]}


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True)])
def test_a_phone_may_be_a_step_off(who, steps, right):
    factor = Factor.objects.create(user=who, name="动态口令")

    assert factor.verify_token(code_of(factor, steps)) is right


@pytest.mark.parametrize("token", ["", "abc", "-1", "１２３４５６", "0x1234", "9" * 40])
def test_no_other_text_is_a_code(who, token):
    assert not Factor.objects.create(user=who, name="动态口令").verify_token(token)


def test_a_session_knows_its_factor_again(who):
    factor = Factor.objects.create(user=who, name="动态口令")

    assert Device.from_persistent_id(factor.persistent_id) == factor
    assert Device.from_persistent_id("members.factor/1") is None
    assert Device.from_persistent_id("otp_totp.totpdevice/1") is None


def test_an_officer_has_one(who):
    Factor.objects.create(user=who, name="动态口令")

    with pytest.raises(IntegrityError), transaction.atomic():
        Factor.objects.create(user=who, name="动态口令")


def test_an_old_one_moves_and_its_table_goes(who):
    other = factories.officer("langan02")
    uuid = "uuid" if connection.vendor == "postgresql" else "char(32)"
    rows = [
        (1, who, True, HEX, 1, 5),
        (2, other, False, "00" * 20, 0, -1),
        (3, other, False, HEX, 0, -1),
    ]
    with connection.cursor() as cursor:
        cursor.execute(CREATE.format(uuid=uuid))
        for number, officer, *rest in rows:
            cursor.execute(
                "INSERT INTO otp_totp_totpdevice VALUES (%s, %s, '动态口令', %s, %s, %s, %s)",
                [number, officer.pk if uuid == "uuid" else officer.pk.hex, *rest],
            )

    move = import_module("oosc.members.migrations.0004_move_the_factors").move
    move(apps, SimpleNamespace(connection=connection))
    move(apps, SimpleNamespace(connection=connection))

    moved = Factor.objects.get(user=who)
    assert (moved.key, moved.confirmed) == (b"12345678901234567890", True)
    assert (moved.drift, moved.last_step) == (1, 5)
    assert Factor.objects.get(user=other).key == b"12345678901234567890"
    assert "otp_totp_totpdevice" not in connection.introspection.table_names()


def test_an_administrator_with_a_moved_one_gets_in(client, who):
    by = factories.acting(Role.SYS)
    client.cookies["sessionid"] = factories.session_of(by).session_key

    assert client.get("/members/officers/").status_code == 200
