"""How often a wrong password may be tried, and for how long the door then stays shut."""

from __future__ import annotations

from datetime import timedelta

from axes.utils import reset
from django.http import HttpRequest

from oosc.kernel import clock
from oosc.parameters import values
from oosc.vault.blind_index import blind_index


def tries(request: HttpRequest, credentials: dict[str, str] | None) -> int:
    return values.number("lock_out_tries", None, clock.today())


def lasts(request: HttpRequest | None) -> timedelta:
    return timedelta(minutes=values.number("lock_out_minutes", None, clock.today()))


def kept_name(username: str) -> str:
    """A user name as the count of wrong tries keeps it: what was typed may be the password."""
    return blind_index("user_name", username.strip()).hex() if username.strip() else ""


def name_of(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """What axes counts by, for the name typed into the form or given by our own code."""
    given = credentials if credentials is not None else request.POST
    return kept_name(given.get("username") or "")


def open_again(username: str) -> bool:
    """Lift the lock on an account from every address. False where there was none."""
    return bool(reset(username=kept_name(username)))
