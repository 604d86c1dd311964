"""Tasks of the tests, and the people who ask for them."""

from __future__ import annotations

import pytest

from oosc.jobs import periodic, registry


@pytest.fixture(autouse=True, scope="package")
def rooms_are_known():
    """What the rooms register is there before a test puts something else in its place."""
    periodic.duties()


@pytest.fixture
def task(monkeypatch):
    """Register a task for one test: `task(function)`; it is called "test.work"."""

    def register(function):
        monkeypatch.setitem(registry._tasks, "test.work", function)

    return register
