"""Asked once while a page is read: parameters, calendars, which places lie within reach.

Many rooms want the same small tables for one page. Between `reading` and its end each question is
answered once; outside of it (a write, a command, a job) every call asks, as if this were not here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_answers: ContextVar[dict[Hashable, object] | None] = ContextVar("answers", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Keep answers until the end of the block. For what changes nothing."""
    before = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(before)


def once(ask: Callable[P, R]) -> Callable[P, R]:
    """Make a question one that is asked once while a page is read; its answer is not changed."""

    @wraps(ask)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        kept = _answers.get()
        if kept is None:
            return ask(*args, **kwargs)
        key = (ask, args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = ask(*args, **kwargs)
        return kept[key]  # type: ignore[return-value]  # the answer of this very question

    return answer
