"""A subdistrict whose rosters came in, and the comparison of them."""

from __future__ import annotations

import pytest

import runs_made
from oosc.jobs import rules
from oosc.linkage.models import Run


@pytest.fixture(autouse=True)
def slow_heart(monkeypatch):
    """A job in the transaction of a test is seen by no other connection: its heart, beating in
    one of its own, would take it for lost."""
    monkeypatch.setattr(rules, "HEARTBEAT_S", 3600.0)


@pytest.fixture
def received(db):
    """The latest rosters of the made-up subdistrict."""
    runs_made.places()
    return runs_made.receive()


@pytest.fixture
def run(received, education_officer) -> Run:
    return runs_made.perform(education_officer)


@pytest.fixture
def second_education_officer(acting):
    return acting("edu", title="副主任")
