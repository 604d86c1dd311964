"""Cases of 东桥社区, brought into a state by those whose duty it is."""

from __future__ import annotations

import pytest

import runs_made
from cases_made import Maker
from oosc.cases.models import Case
from oosc.cases.states import State
from oosc.linkage.models import Run


@pytest.fixture
def make(db) -> Maker:
    return Maker()


@pytest.fixture
def case_assigned(make) -> Case:
    return make.case(State.ASSIGNED)


@pytest.fixture
def case_in_verification(make) -> Case:
    return make.case(State.VERIFYING)


@pytest.fixture
def compared(education_officer) -> Run:
    """The rosters of the police and of the schools came in and were compared."""
    runs_made.places()
    runs_made.receive()
    return runs_made.perform(education_officer)
