"""A subdistrict whose rosters came in, and the comparison of them."""

from __future__ import annotations

import pytest
from django.db import transaction

import runs_made
from oosc.jobs import rules
from oosc.linkage.models import Run
from oosc.rosters.models import Roster


@pytest.fixture(scope="module")
def _received_once(django_db_setup, django_db_blocker):
    """Received in a transaction around the module's tests: it takes longer than most of them."""
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(rules, "HEARTBEAT_S", 3600.0)  # a heart would see none of this
        runs_made.places()
        runs_made.receive()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def received(_received_once, db) -> list[Roster]:
    """The latest rosters of the made-up subdistrict."""
    return list(Roster.objects.order_by("pk"))


@pytest.fixture
def run(received, education_officer) -> Run:
    return runs_made.perform(education_officer)


@pytest.fixture
def second_education_officer(acting):
    return acting("edu", title="副主任")
