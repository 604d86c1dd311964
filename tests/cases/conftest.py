"""A case in each of its states, and the people who take it from one to the next."""

from __future__ import annotations

import pytest

import factories
from cases_made import Maker
from oosc.cases.models import Case
from oosc.cases.states import Reason, State


@pytest.fixture
def make(db) -> Maker:
    """`make.case(State.VERIFYING)`; the same child and people each time."""
    return Maker()


@pytest.fixture
def suspected(make) -> Case:
    return make.case(State.SUSPECTED)


@pytest.fixture
def assigned(make) -> Case:
    return make.case(State.ASSIGNED)


@pytest.fixture
def verifying(make) -> Case:
    return make.case(State.VERIFYING)


@pytest.fixture
def closing(make) -> Case:
    """查无此人: asked for by the community, to be agreed to by education centre and police."""
    return make.closing(Reason.NO_SUCH_PERSON)


@pytest.fixture
def second_education_officer(acting):
    """The deputy of the education centre: the same rights, another person."""
    return acting("edu", title="副主任")


@pytest.fixture
def east(db):
    return factories.region(factories.EAST)
