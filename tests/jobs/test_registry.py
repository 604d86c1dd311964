"""Tasks are found by their name, and a name has one task."""

from __future__ import annotations

import pytest

from oosc.jobs import registry
from oosc.jobs.registry import UnknownTask, find, find_again, task, titles
from oosc.jobs.rules import NOTHING_STAYS


def test_a_task_is_found_by_its_name(monkeypatch):
    monkeypatch.setattr(registry, "_tasks", {})

    @task("test.count", "数一数")
    def count(progress):
        return {}

    assert find("test.count") is count
    assert task("test.count", "数一数")(count) is count
    with pytest.raises(UnknownTask):
        find("test.other")


def test_two_tasks_cannot_share_a_name(monkeypatch):
    monkeypatch.setattr(registry, "_tasks", {})
    task("test.count", "数一数")(lambda progress: {})

    with pytest.raises(ValueError, match="Two tasks"):
        task("test.count", "数一数")(lambda progress: {})


def test_every_kind_of_work_has_a_title_in_chinese():
    assert dict(titles())["rosters.check"] == "检查花名册"
    assert all(not title.isascii() for name, title in titles() if not name.startswith("test."))
    assert set(registry._tasks) - {"test.work", "test.count"} <= set(dict(titles()))


def test_what_no_room_lets_be_done_again_cannot():
    assert find_again("linkage.perform") is not None
    assert find_again("rosters.check") is not None
    assert find_again("linkage.raise_batch") is not None
    assert find_again("exports.make") is None


def test_what_stays_of_work_that_ends_early_is_said_by_its_room():
    """Parts that were written for good are nothing that a stop takes back."""
    assert registry.stays("rosters.check") == registry.stays("exports.make") == NOTHING_STAYS
    assert "不出名单" in registry.stays("linkage.perform")
    assert "已立的案留着" in registry.stays("linkage.raise_batch")
    assert "已撤回的不再恢复" in registry.stays("linkage.withdraw_batch")
