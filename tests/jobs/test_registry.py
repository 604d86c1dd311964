"""Tasks are found by their name, and a name has one task."""

from __future__ import annotations

import pytest

from oosc.jobs import registry
from oosc.jobs.registry import UnknownTask, find, task


def test_a_task_is_found_by_its_name(monkeypatch):
    monkeypatch.setattr(registry, "_tasks", {})

    @task("test.count")
    def count(progress):
        return {}

    assert find("test.count") is count
    assert task("test.count")(count) is count
    with pytest.raises(UnknownTask):
        find("test.other")


def test_two_tasks_cannot_share_a_name(monkeypatch):
    monkeypatch.setattr(registry, "_tasks", {})
    task("test.count")(lambda progress: {})

    with pytest.raises(ValueError, match="Two tasks"):
        task("test.count")(lambda progress: {})
