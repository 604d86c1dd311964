"""The triggers come and go with their migration."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import DatabaseError, connection

from oosc.audit import trail
from oosc.audit.models import Event

append_only = import_module("oosc.audit.migrations.0002_append_only")


@pytest.mark.django_db(transaction=True)
def test_going_back_takes_the_triggers_away_and_keeps_what_was_recorded():
    trail.record("test.done", by=None)

    with connection.schema_editor() as editor:
        append_only.allow(None, editor)
    Event.objects.update(verb="test.changed")
    with connection.schema_editor() as editor:
        append_only.forbid(None, editor)

    assert Event.objects.get().verb == "test.changed"
    with pytest.raises(DatabaseError, match="append-only"):
        Event.objects.update(verb="test.again")


@pytest.mark.django_db(transaction=True)
def test_the_tables_are_empty_for_the_next_test():
    assert not Event.objects.exists()
    trail.record("test.done", by=None)
    with pytest.raises(DatabaseError, match="append-only"):
        Event.objects.all().update(verb="x")
