"""What goes over when a post changes hands: each room above says it for itself."""

from __future__ import annotations

from collections.abc import Callable

from oosc.members.models import Post

# Returns sentences such as “未办结的核查 3 件”; none where nothing is open.
OpenWork = Callable[[Post], list[str]]

_REGISTERED: list[OpenWork] = []


def open_work_of(function: OpenWork) -> OpenWork:
    """Register what a room says of a post's open work; the module that calls it must be loaded."""
    _REGISTERED.append(function)
    return function


def open_work(post: Post) -> list[str]:
    return [sentence for function in _REGISTERED for sentence in function(post)]
