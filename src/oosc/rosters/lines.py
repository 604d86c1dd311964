"""Lists whose lines lie in a file of the vault: problems, rows that changed, and what is owed.

They come out as every list of `lists.page` does, but are narrowed and put in order here. An
address holds numbers of choices, never their words: what senders call a column may name a child.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from oosc.lists.page import Filter, ListPage, Search
from oosc.rosters.models import Roster

Line = Any  # of whichever list
Key = Callable[[Line], Any]  # Any: what an order compares


@dataclass
class LinePage(ListPage):
    """A page of lines that are in no table of the database."""

    lines: Sequence[Line] = ()

    @cached_property
    def total(self) -> int:
        return len(self.lines)

    @cached_property
    def objects(self) -> list[Line]:
        start = (self.number - 1) * self.size
        return list(self.lines[start : start + self.size])


def line_page(
    request: HttpRequest,
    lines: Sequence[Line],
    *,
    orders: Mapping[str, Key],
    default_sort: str,
    filters: Sequence[Filter] = (),
    search: Search | None = None,
    unit: str = "处",
) -> LinePage:
    """Read the address, narrow the lines, and return the page, as `list_page` does for rows."""
    sorts = dict.fromkeys(orders, ())
    page = LinePage(request, Roster.objects.none(), filters, sorts, default_sort, search, unit)
    kept: Any = lines  # Any: `apply` speaks of the rows of a table
    for one in filters:
        value = request.GET.get(one.name, "")
        if value in {choice for choice, _ in one.choices} - {""}:
            page.values[one.name] = value
            kept = one.apply(kept, value)
    if search and page.query:
        kept = search.apply(kept, page.query)
    key = orders[page.sort.removeprefix("-")]
    page.lines = sorted(kept, key=key, reverse=page.sort.startswith("-"))
    return page


def numbered(name: str, label: str, of: Key, words: Sequence[Any], said: Key = str) -> Filter:
    """A field of the filter bar that chooses one of some words by its number.

    `of` tells the words of a line; it is kept where the chosen one is among them.
    """
    choices = [(str(number), said(word)) for number, word in enumerate(words, start=1)]
    chosen = {str(number): word for number, word in enumerate(words, start=1)}
    return Filter(name, label, keep(lambda line, value: chosen[value] in of(line)), choices)


def keep(test: Callable[[Line, str], bool]) -> Callable[[Any, str], Any]:  # Any: see `line_page`
    """Return what keeps of some lines those that pass a test."""
    return lambda lines, value: [line for line in lines if test(line, value)]
