"""The chain over the trail: whatever is done to it behind our back is found, and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from uuid6 import uuid7

import factories
from conftest import triggers_lifted
from oosc.audit import chain, trail
from oosc.audit.models import Event, Seal

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def sealed():
    """Five events under their seals."""
    events = [trail.record(f"test.{number}", by=None, number=number) for number in range(5)]
    chain.seal_waiting()
    return events


def run(sql: str, *values: object) -> None:
    """Do what somebody with the database's password could do, past our triggers."""
    with triggers_lifted("default"), connection.cursor() as cursor:
        cursor.execute(
            sql, [value.hex if hasattr(value, "hex") and _lite() else value for value in values]
        )


def _lite() -> bool:
    return connection.vendor == "sqlite"


def test_a_chain_that_nobody_touched_is_whole(sealed):
    assert chain.verify(NOW) == chain.Verdict(sealed=5, pending=0)


def test_sealing_twice_seals_nothing_twice(sealed):
    assert chain.seal_waiting() == 0
    assert Seal.objects.count() == 5


def test_the_chain_goes_on_where_it_stopped(sealed):
    trail.record("test.later", by=None)

    assert chain.seal_waiting() == 1
    assert chain.verify(NOW).sealed == 6


def test_on_postgresql_the_last_seal_is_read_under_a_lock(sealed, monkeypatch):
    """Two sealers that read the same last seal would both go on from it."""
    asked, is_lite = [], _lite()

    def listen(execute, sql, *rest):
        asked.append(sql)
        return None if is_lite and sql.startswith("LOCK") else execute(sql, *rest)

    trail.record("test.later", by=None)
    with connection.execute_wrapper(listen), monkeypatch.context() as patched:
        patched.setattr(connection, "vendor", "postgresql")
        assert chain.seal_waiting() == 1

    [read] = [sql for sql in asked if 'FROM "audit_seal" ORDER BY' in sql]
    assert asked.index("LOCK TABLE audit_seal IN EXCLUSIVE MODE") < asked.index(read)
    assert chain.verify(NOW).sealed == 6


def test_a_batch_at_a_time_is_sealed(monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 2)
    for number in range(5):
        trail.record("test.event", by=None, number=number)

    assert [chain.seal_waiting() for _ in range(4)] == [2, 2, 1, 0]
    assert chain.verify(NOW).sealed == 5


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "test.other"),
        ("at", "2026-01-01 00:00:00+00:00"),
        ("facts", '{"number": 7}'),
        ("role", "sys"),
        ("address", "10.0.0.1"),
        ("purpose", "另一用途"),
        ("subject_type", "cases.Case"),
        ("subject_id", "x"),
        ("officer_id", uuid7()),
        ("post_id", uuid7()),
        ("unit_id", uuid7()),
    ],
)
def test_a_changed_event_is_named(sealed, column, value):
    run(f"UPDATE audit_event SET {column} = %s WHERE id = %s", value, sealed[2].pk)

    verdict = chain.verify(NOW)

    assert (verdict.sealed, verdict.bad) == (2, str(sealed[2].pk))
    assert verdict.why == "内容与封印不符，事后被改过"


def test_a_deleted_event_is_missed(sealed):
    run("DELETE FROM audit_seal WHERE event_id = %s", sealed[2].pk)
    run("DELETE FROM audit_event WHERE id = %s", sealed[2].pk)

    verdict = chain.verify(NOW)

    assert (verdict.sealed, verdict.bad) == (2, str(sealed[3].pk))
    assert verdict.why == "序号不连续，有封印被删除或插入"


def test_a_deletion_that_is_numbered_over_is_found(sealed):
    run("DELETE FROM audit_seal WHERE event_id = %s", sealed[2].pk)
    run("DELETE FROM audit_event WHERE id = %s", sealed[2].pk)
    run("UPDATE audit_seal SET number = 3 WHERE event_id = %s", sealed[3].pk)

    verdict = chain.verify(NOW)

    assert (verdict.bad, verdict.why) == (str(sealed[3].pk), "与前一封印不衔接")


def test_an_inserted_event_is_found(sealed):
    seal = Seal.objects.get(event=sealed[4])
    forged = trail.record("test.forged", by=None)
    Seal.objects.create(number=6, event=forged, previous=seal.value, value=b"\1" * 32)

    assert chain.verify(NOW).bad == str(forged.pk)


def test_two_events_that_changed_places_are_found(sealed):
    run("UPDATE audit_seal SET number = 99 WHERE event_id = %s", sealed[1].pk)
    run("UPDATE audit_seal SET number = 2 WHERE event_id = %s", sealed[2].pk)
    run("UPDATE audit_seal SET number = 3 WHERE event_id = %s", sealed[1].pk)

    assert chain.verify(NOW).bad == str(sealed[2].pk)


def test_a_tail_without_its_seals_is_found(sealed):
    """Whoever cuts seals off the end leaves events that have waited for more than a minute."""
    run("DELETE FROM audit_seal WHERE number > 3")

    verdict = chain.verify(datetime.now(UTC) + timedelta(days=3650))

    assert (verdict.sealed, verdict.bad) == (3, str(sealed[3].pk))
    assert verdict.why == "超过一分钟仍未封印"


def test_an_event_of_this_minute_may_wait(sealed):
    waiting = trail.record("test.later", by=None)

    assert chain.verify(waiting.at + timedelta(seconds=59)).pending == 1
    assert chain.verify(waiting.at + timedelta(seconds=61)).bad == str(waiting.pk)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET verb = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET number = number + 100",
        "DELETE FROM audit_seal",
    ],
)
def test_the_database_itself_refuses_a_change(sealed, sql):
    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert chain.verify(NOW).sealed == 5


def test_not_even_the_orm_changes_an_event(sealed):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=sealed[0].pk).update(verb="x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Seal.objects.all()._raw_delete("default")


def test_the_command_says_that_all_is_well(sealed):
    out = StringIO()

    call_command("verify_trail", stdout=out)

    assert "5" in out.getvalue()


def test_the_command_names_the_first_bad_event(sealed):
    run("UPDATE audit_event SET verb = %s WHERE id = %s", "x", sealed[1].pk)

    with pytest.raises(CommandError, match=str(sealed[1].pk)):
        call_command("verify_trail", stdout=StringIO())


def test_who_acts_is_copied_as_keys(community_officer):
    event = trail.record(
        "test.done", factories.region(), by=community_officer, key=uuid7(), count=3
    )

    assert (event.officer_id, event.post_id, event.unit_id, event.role, event.address) == (
        community_officer.officer_id,
        community_officer.post_id,
        community_officer.unit_id,
        "comm",
        "127.0.0.1",
    )
    assert (event.subject_type, event.subject_id) == ("places.Region", str(factories.region().pk))
    assert isinstance(event.facts["key"], str)


def test_the_system_acts_without_a_name():
    event = trail.record("test.nightly", by=None)

    assert (event.officer_id, event.role, event.subject_type) == (None, "", "")


def test_what_is_rolled_back_leaves_no_trace():
    with transaction.atomic():
        trail.record("test.done", by=None)
        transaction.set_rollback(True)

    assert not Event.objects.exists()


def test_events_and_seals_say_what_they_are(sealed):
    assert str(sealed[0]).startswith("test.0 ")
    assert str(Seal.objects.get(event=sealed[0])) == "封印 1"
