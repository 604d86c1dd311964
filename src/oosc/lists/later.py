"""A list too long to wait for: who makes it in the background says so here.

Nobody does in this room, which knows no worker; a room above registers what does.
"""

from __future__ import annotations

from typing import Protocol

from django.http import HttpRequest, HttpResponse

from oosc.lists.workbook import Sheet


class Background(Protocol):
    def is_long(self, request: HttpRequest, rows: int) -> bool:
        """Whether so many rows are made in the background."""

    def answer(self, request: HttpRequest, sheet: Sheet, rows: int) -> HttpResponse | None:
        """What answers instead of the list; None where it is made at once."""


_background: list[Background] = []


def register(background: Background) -> None:
    _background[:] = [background]


def is_possible() -> bool:
    return bool(_background)


def answer(request: HttpRequest, sheet: Sheet, rows: int) -> HttpResponse | None:
    for background in _background:
        return background.answer(request, sheet, rows)
    return None
