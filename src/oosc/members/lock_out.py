"""How often a wrong password may be tried, and for how long the door then stays shut."""

from __future__ import annotations

from datetime import timedelta

from axes.utils import reset
from django.http import HttpRequest

from oosc.kernel import clock
from oosc.parameters import values


def tries(request: HttpRequest, credentials: dict[str, str] | None) -> int:
    return values.number("lock_out_tries", None, clock.today())


def lasts(request: HttpRequest | None) -> timedelta:
    return timedelta(minutes=values.number("lock_out_minutes", None, clock.today()))


def open_again(username: str) -> bool:
    """Lift the lock on an account from every address. False where there was none."""
    return bool(reset(username=username))
