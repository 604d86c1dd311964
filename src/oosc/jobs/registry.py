"""The tasks that a worker can do. Each room has its own in `work.py`.

@task("rosters.check", "检查花名册")
def check(progress: Progress, *, roster: str) -> Outcome:
    table = read(roster)                # long, writes nothing
    progress.report(1, 2, "正在保存")
    return lambda: keep(table)          # the last step: writes, returns the result
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from django.utils.module_loading import autodiscover_modules

from oosc.jobs.rules import NOTHING_STAYS


class Progress(Protocol):
    """What a task is given: to say how far it is, and to learn that it shall stop."""

    @property
    def checkpoint(self) -> Mapping[str, Any]: ...
    @property
    def cancelled(self) -> bool: ...

    def report(self, done: int, total: int, sentence: str = "") -> None:
        """Say how far the work is. Raises what ends the task when it shall stop."""

    def part(self) -> AbstractContextManager[None]:
        """Write a part that a later attempt does again from the beginning, with the same result."""

    def step(self, checkpoint: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Write a part for good, together with a mark from which a later attempt goes on."""


Task = Callable[..., Any]  # (progress, **arguments) -> Outcome
Again = Callable[..., UUID]  # (by, **arguments) -> key of the new job
_tasks: dict[str, Task] = {}
_agains: dict[str, Again] = {}
_titles: dict[str, str] = {}
_stays: dict[str, str] = {}


class UnknownTask(Exception):
    """No room has a task of this name in its `work.py`."""


def task(name: str, title: str, *, stays: str = NOTHING_STAYS) -> Callable[[Task], Task]:
    """Register a task under its name; `title` is what its kind is called on pages.

    `stays` says, as a sentence, what is left of its work when it is stopped or fails on the way.
    """

    def register(function: Task) -> Task:
        _titles[name], _stays[name] = title, stays
        known = _tasks.setdefault(name, function)
        if known is not function:
            raise ValueError(f"Two tasks are called {name}.")
        return function

    return register


def find(name: str) -> Task:
    if name not in _tasks:
        autodiscover_modules("work")
    if name not in _tasks:
        raise UnknownTask(name)
    return _tasks[name]


def again(name: str) -> Callable[[Again], Again]:
    """Register how a room asks for the same work once more, by its own action and its own rules.

    A task without one cannot be done again from the page of the jobs.
    """

    def register(function: Again) -> Again:
        return _agains.setdefault(name, function)

    return register


def find_again(name: str) -> Again | None:
    autodiscover_modules("work")
    return _agains.get(name)


def stays(name: str) -> str:
    """What is left of such work where it ended early."""
    autodiscover_modules("work")
    return _stays.get(name, NOTHING_STAYS)


def titles() -> list[tuple[str, str]]:
    """What each kind of work is called; of a name that no room has any more, the name."""
    autodiscover_modules("work")
    return list(_titles.items())
