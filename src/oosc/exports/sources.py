"""The lists that can be taken along in clear. The room that has such a list registers it here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest

from oosc.lists.page import ListPage
from oosc.lists.workbook import Column
from oosc.members.acting import Acting


class Source(Protocol):
    """A list as its page shows it, and the same rows with some columns in clear."""

    @property
    def title(self) -> str: ...
    @property
    def route(self) -> str:
        """The page of the list."""

    @property
    def subject(self) -> type[Model]:
        """Of whom its rows tell: each that leaves in clear gets a trace of its own."""

    @property
    def child(self) -> str:
        """What in a row of `page` is the key of whom it tells."""

    def fields(self, by: Acting) -> Sequence[tuple[str, str]]:
        """What this post reads in full, as codes with their names. Nothing that is S3R."""

    def label(self, code: str) -> str: ...

    def page(self, request: HttpRequest) -> ListPage:
        """The list with the filters of the address, within reach of who asks."""

    def is_restricted(self, page: ListPage) -> bool:
        """Whether the list is narrowed to what is S3R, so that to be on it tells a secret."""

    def columns(self, fields: Sequence[str]) -> Sequence[Column]: ...

    def rows(
        self, keys: Sequence[UUID], fields: Sequence[str], by: Acting
    ) -> Iterator[Sequence[object]]:
        """One row for each key, in their order."""


_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    _sources[name] = source


def find(name: str) -> Source:
    """Raises KeyError where no room has such a list."""
    return _sources[name]


def in_words(page: ListPage) -> str:
    """What the list is narrowed to; the words looked for are not said."""
    narrowed = [
        f"{one.label}：{dict(one.choices).get(page.values[one.name], page.values[one.name])}"
        for one in page.filters
        if one.name in page.values
    ]
    return "；".join([*narrowed, *(["按姓名或号码查找"] if page.query else [])]) or "不限"
