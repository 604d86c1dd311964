"""One page of a list: filtered, sorted, cut into pages.

What filters, and in which order, lives in the address, so that a list can be sent to a
colleague. A name, a number or a phone never does: it is posted to `lists:search`, kept in the
session, and stands in the address only as a token of that session.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.functional import cached_property

from oosc.vault import cipher

SIZES = (20, 50, 100)
SEARCHES = "searches"
DEEP = 1000
KEPT_SEARCHES = 30
LONGEST_SEARCH = 60

Rows = QuerySet[Any]  # Any: a list shows rows of any model
Order = str | OrderBy


@dataclass(frozen=True)
class Filter:
    """One field of the filter bar: a select of `choices`, or a date where there are none."""

    name: str
    label: str
    apply: Callable[[Rows, str], Rows]
    choices: Sequence[tuple[str, str]] = ()
    all_label: str = "全部"
    kind: str = "select"
    # Values that are S3R (domain §8.2 F to J): to be on a list of them tells a secret.
    restricted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Search:
    """The field for names, numbers and phones."""

    label: str
    apply: Callable[[Rows, str], Rows]
    placeholder: str = "汉字或拼音首字母"


@dataclass
class ListPage:
    """What a list template needs. Build it with `list_page`."""

    request: HttpRequest
    rows: Rows
    filters: Sequence[Filter]
    sorts: Mapping[str, Sequence[Order]]
    default_sort: str
    search: Search | None = None
    unit: str = "人"
    values: dict[str, str] = field(default_factory=dict)

    @cached_property
    def total(self) -> int:
        return self.rows.count()

    @cached_property
    def size(self) -> int:
        wanted = self.request.GET.get("size", "")
        return next((size for size in SIZES if str(size) == wanted), SIZES[0])

    @cached_property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @cached_property
    def number(self) -> int:
        wanted = self.request.GET.get("page", "")
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 8 else 1
        return min(max(number, 1), self.pages)

    @cached_property
    def objects(self) -> list[Model]:
        start = (self.number - 1) * self.size
        if start < DEEP:
            return list(self.rows[start : start + self.size])
        # Far down a list its order alone is walked, and whole rows are read only of this page.
        keys = self.rows.prefetch_related(None).values_list("pk", flat=True)
        return list(self.rows.filter(pk__in=list(keys[start : start + self.size])))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)

    @cached_property
    def sort(self) -> str:
        wanted = self.request.GET.get("sort", "")
        return wanted if wanted.removeprefix("-") in self.sorts else self.default_sort

    @property
    def neighbours(self) -> list[int]:
        """Page numbers to show: the first, the last, and two either side; 0 is a gap."""
        near = {1, self.pages, *range(self.number - 2, self.number + 3)}
        shown = sorted(n for n in near if 1 <= n <= self.pages)
        out: list[int] = []
        for n in shown:
            if out and n - out[-1] > 1:
                out.append(0)
            out.append(n)
        return out

    @property
    def sizes(self) -> Sequence[int]:
        return SIZES

    @property
    def is_filtered(self) -> bool:
        return bool(self.values) or bool(self.query)

    @property
    def is_restricted(self) -> bool:
        """Whether it is narrowed to what is S3R."""
        return any(self.values.get(one.name) in one.restricted for one in self.filters)

    @cached_property
    def query(self) -> str:
        """The words searched for, from the session; never from the address."""
        return kept_words(self.request)


def list_page(
    request: HttpRequest,
    rows: Rows,
    *,
    filters: Sequence[Filter] = (),
    sorts: Mapping[str, Sequence[Order]],
    default_sort: str,
    search: Search | None = None,
    unit: str = "人",
) -> ListPage:
    """Read the address, narrow the rows, and return the page.

    `sorts` maps a name (in the address, with `-` for descending) to the fields to order by.
    """
    page = ListPage(request, rows, filters, sorts, default_sort, search, unit)
    for one in filters:
        value = request.GET.get(one.name, "")
        if value and _is_allowed(one, value):
            page.values[one.name] = value
            page.rows = one.apply(page.rows, value)
    if search and page.query:
        page.rows = search.apply(page.rows, page.query)
    fields = sorts[page.sort.removeprefix("-")]
    down = page.sort.startswith("-")
    # The key turns with the rest: the index of an order is then read from its other end.
    ordered: list[Order] = [*fields, "pk"]
    page.rows = page.rows.order_by(*(map(_turned, ordered) if down else ordered))
    return page


def keep_search(request: HttpRequest, words: str) -> str:
    """Keep the words in the session, encrypted, and return the token that stands for them."""
    kept: dict[str, str] = request.session.get(SEARCHES, {})
    token = secrets.token_urlsafe(6)
    # A database refuses some of what no keyboard types.
    plain = "".join(filter(str.isprintable, words)).strip()[:LONGEST_SEARCH]
    sealed = cipher.encrypt(plain.encode(), SEARCHES, token)
    kept[token] = b64encode(sealed).decode()
    while len(kept) > KEPT_SEARCHES:
        kept.pop(next(iter(kept)))
    request.session[SEARCHES] = kept
    return token


def kept_words(request: HttpRequest) -> str:
    """The words that the token in the address stands for; nothing where there is none."""
    token = request.GET.get("s", "")
    kept: dict[str, str] = request.session.get(SEARCHES, {})
    return _opened(kept[token], token) if token in kept else ""


def _opened(sealed: str, token: str) -> str:
    try:
        return cipher.decrypt(b64decode(sealed), SEARCHES, token).decode()
    except cipher.Tampered:  # kept under a key that was taken off the ring since
        return ""


def _is_allowed(one: Filter, value: str) -> bool:
    if one.kind == "select":
        return value in {str(choice) for choice, _ in one.choices}
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _turned(field: Order) -> Order:
    if isinstance(field, OrderBy):  # what is missing stays at the end, whichever way it is sorted
        return OrderBy(field.expression, descending=not field.descending, nulls_last=True)
    return field[1:] if field.startswith("-") else f"-{field}"
