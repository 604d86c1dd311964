"""A step that is not taken at one click: a page says what it does before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True)
class Question:
    """What is asked: the title, what follows from it in sentences, the verb of the button."""

    title: str
    effects: Sequence[str]
    verb: str
    back: str  # the address of the page it was asked from


def ask(request: HttpRequest, question: Question) -> HttpResponse:
    """The page that asks; its button posts to the same address."""
    return render(request, "lists/confirm.html", {"question": question})
