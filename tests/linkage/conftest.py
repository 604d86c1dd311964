"""A subdistrict whose rosters came in, and the comparison of them."""

from __future__ import annotations

import pytest

import runs_made
from oosc.linkage.models import Run


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
