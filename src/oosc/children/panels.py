"""Pieces that the rooms above add to a child's page: its case, its school years."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum, auto
from uuid import UUID

from django.http import HttpRequest
from django.utils.safestring import SafeString

from oosc.access.policy import Acting
from oosc.children.models import Child
from oosc.lists.page import Filter


class Slot(StrEnum):
    """Where on the page a piece stands."""

    TOP = auto()  # over the tabs: the open case
    MAIN = auto()  # the left column: what happened
    SIDE = auto()  # the right column: school years, letters
    ACTIONS = auto()  # buttons in the head of the page


Panel = Callable[[HttpRequest, Child], SafeString | None]
_panels: dict[str, tuple[Slot, int, Panel]] = {}


def register(name: str, panel: Panel, *, slot: Slot = Slot.MAIN, order: int = 50) -> None:
    """Add a piece. `name` makes it findable and keeps it single; a smaller `order` is higher."""
    _panels[name] = (slot, order, panel)


def shown(request: HttpRequest, child: Child, slot: Slot) -> list[SafeString]:
    chosen = sorted((order, name) for name, (place, order, _) in _panels.items() if place is slot)
    pieces = (_panels[name][2](request, child) for _, name in chosen)
    return [piece for piece in pieces if piece]


# What a room says of each child of a page of the list, such as its schooling this year.
Badges = Callable[[HttpRequest, Sequence[Child]], Mapping[UUID, SafeString]]
_badges: dict[str, tuple[str, Badges]] = {}


def register_badges(name: str, heading: str, badges: Badges) -> None:
    """Add a column to the list of children; asked once for the rows of a page."""
    _badges[name] = (heading, badges)


def badge_headings() -> list[str]:
    return [heading for heading, _ in _badges.values()]


def badges_of(request: HttpRequest, children: Sequence[Child]) -> dict[UUID, list[SafeString]]:
    columns = [badges(request, children) for _, badges in _badges.values()]
    return {c.pk: [column.get(c.pk, SafeString("—")) for column in columns] for c in children}


# By what a room above narrows the list of children, such as their schooling this year.
_filters: dict[str, Callable[[Acting], Filter | None]] = {}


def register_filter(name: str, make: Callable[[Acting], Filter | None]) -> None:
    """Add a field to the filter bar of the list; none where the post may not read it."""
    _filters[name] = make


def filters(by: Acting) -> list[Filter]:
    return [one for make in _filters.values() if (one := make(by))]
