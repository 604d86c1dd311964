"""My own page: who I am, my posts, my password, where I am signed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import auth
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from oosc.audit.models import Event
from oosc.kernel import clock
from oosc.members import sessions
from oosc.members.acting import holdings_of
from oosc.members.actions import accounts
from oosc.members.http import OfficerRequest
from oosc.parameters import values

SIGN_IN_VERBS = {
    "officer.signed_in": "登录",
    "officer.sign_in_failed": "密码不对",
    "officer.locked_out": "已锁定，仍试图登录",
    "officer.signed_out": "退出",
    "session.ended": "到时自动退出",
}
SHOWN_SIGN_INS = 10


@require_GET
def me(request: OfficerRequest) -> HttpResponse:
    officer, now = request.user, clock.now()
    in_force = values.as_of(None, now.date())
    changed_at = officer.password_changed_at or now
    context = {
        "held": holdings_of(officer, now.date()),
        "password_until": timezone.localdate(changed_at)
        + timedelta(days=in_force.number("password_days")),
        "began_at": datetime.fromtimestamp(request.session[sessions.BEGAN], now.tzinfo),
        "idle_minutes": in_force.number("idle_minutes"),
        "absolute_hours": in_force.number("absolute_hours"),
        "sign_ins": _sign_ins(str(officer.pk)),
        "has_factor": request.session.get(sessions.FACTOR, False),
    }
    return render(request, "members/me.html", context)


@require_POST
def end_sessions(request: OfficerRequest) -> HttpResponse:
    """退出所有设备, this one too."""
    accounts.end_sessions(request.user, by=request.acting)
    auth.logout(request)
    response = redirect("members:sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _sign_ins(officer: str) -> list[dict[str, object]]:
    """The last times somebody came, or tried to come, as this officer."""
    events = Event.objects.filter(
        subject_type="members.Officer", subject_id=officer, verb__in=SIGN_IN_VERBS
    ).order_by("-at")[:SHOWN_SIGN_INS]
    return [
        {"at": event.at, "what": SIGN_IN_VERBS[event.verb], "address": event.address}
        for event in events
    ]
