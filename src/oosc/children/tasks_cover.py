"""Which tasks cover a child: rooms above say so, because this one does not know them.

What an officer may open at once, without asking the head, hangs on a task of one's own: an open
case that is assigned to the region or the school, or the run that put the child on its list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from oosc.access.policy import Acting
from oosc.children.models import Child


@dataclass(frozen=True)
class Task:
    """A case or a run: its key, and how an officer knows it (案件 990001003-2026-0012)."""

    id: UUID
    label: str


Cover = Callable[[Acting, Child], Iterable[Task]]
_covers: list[Cover] = []


def register(cover: Cover) -> Cover:
    """Add a function that names the tasks of this post that cover this child."""
    if cover not in _covers:
        _covers.append(cover)
    return cover


def of(by: Acting, child: Child) -> list[Task]:
    return [task for cover in _covers for task in cover(by, child)]
