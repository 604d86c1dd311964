"""What goes over when two records of the register turn out to be one child.

Rooms above say what of theirs goes along, and what stands in the way: this one does not know
them. Whatever goes over is a row with a `child`, so that one undo serves every room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from oosc.children.models import Child

Rows = QuerySet[Any]  # Any: rows of any model with a `child`
GoesOver = Callable[[Child, Child], Iterable[Rows]]
Sentences = Callable[[Child, Child], list[str]]


@dataclass(frozen=True)
class Part:
    """One room's share. Each function is given the record that stays and the one that goes."""

    goes_over: GoesOver
    obstacles: Sentences  # refuse the merge, each saying what to do first
    notes: Sentences  # what the officer should know before


_parts: dict[str, Part] = {}


def _none(kept: Child, lost: Child) -> list[str]:
    return []


def register(
    name: str, goes_over: GoesOver, *, obstacles: Sentences = _none, notes: Sentences = _none
) -> None:
    _parts[name] = Part(goes_over, obstacles, notes)


def obstacles(kept: Child, lost: Child) -> list[str]:
    return [sentence for part in _parts.values() for sentence in part.obstacles(kept, lost)]


def notes(kept: Child, lost: Child) -> list[str]:
    return [sentence for part in _parts.values() for sentence in part.notes(kept, lost)]


def going_over(kept: Child, lost: Child) -> list[Rows]:
    """The rows of the rooms above that go from the lost record to the kept one."""
    return [rows for part in _parts.values() for rows in part.goes_over(kept, lost)]
