"""A session: when it began, what it may still do, and when it is over.

The limits in force when it began are kept in it, so that no request asks for them again.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from oosc.members import rules
from oosc.members.models import Factor, Officer
from oosc.parameters import values

BEGAN, SEEN, EPOCH, LIMITS = "began_at", "seen_at", "epoch", "limits"
POST, NEXT, EXPIRED, FACTOR = "post", "next", "password_expired", "has_factor"
# Seen is written at most so often: reading a page should not write to the database.
SEEN_EVERY_S = 60


def begin(request: HttpRequest, officer: Officer, now: datetime) -> None:
    """Sign the officer in under a new session key."""
    auth.login(request, officer, backend="oosc.members.backends.OfficerBackend")
    fill(request.session, officer, now)


def fill(session: SessionBase, officer: Officer, now: datetime) -> None:
    """Write into a session what the middleware asks it for."""
    in_force = values.as_of(None, now.date())
    changed_at = officer.password_changed_at
    changed_on = timezone.localdate(changed_at) if changed_at else None
    session[BEGAN] = session[SEEN] = now.timestamp()
    session[EPOCH] = officer.session_epoch
    session[LIMITS] = [
        in_force.number("idle_minutes") * 60,
        in_force.number("absolute_hours") * 3600,
    ]
    session[EXPIRED] = rules.password_expired(
        changed_on, now.date(), in_force.number("password_days")
    )
    session[FACTOR] = Factor.objects.filter(user=officer, confirmed=True).exists()


def is_over(session: SessionBase, officer: Officer, now: datetime) -> bool:
    """True when the session was ended elsewhere, has rested too long, or lasted too long."""
    if session.get(EPOCH) != officer.session_epoch:
        return True
    limits = rules.SessionLimits(*session[LIMITS])
    return limits.over(_moment(session[BEGAN], now), _moment(session[SEEN], now), now)


def keep_alive(session: SessionBase, now: datetime) -> None:
    if now.timestamp() - session[SEEN] >= SEEN_EVERY_S:
        session[SEEN] = now.timestamp()


def _moment(stamp: float, now: datetime) -> datetime:
    return datetime.fromtimestamp(stamp, now.tzinfo)
