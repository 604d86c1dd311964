"""Between the session and the page: is it still valid, and in which post does it act?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from oosc.audit import trail
from oosc.kernel import clock
from oosc.members import sessions
from oosc.members.acting import AtTheDoor, holdings_of, in_post
from oosc.members.http import address_of
from oosc.members.models import Holding, Officer

Answer = Callable[[HttpRequest], HttpResponse]

# What opens before the steps of signing in are done: the steps, and the way out.
OPEN_BEFORE = {
    "members:sign_in",
    "members:sign_out",
    "members:change_password",
    "members:set_up_factor",
    "members:factor_qr",
    "members:verify_factor",
    "members:choose_post",
    "portal:healthz",
    "portal:text_size",
}


# A page that asks again by itself says so with this header: nobody need be sitting before it.
BY_ITSELF = "X-By-Itself"


def session_limits(get_response: Answer) -> Answer:
    """End a session that rested or lasted too long, or was ended from another device."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _end_or_keep(request)
        return _leave_the_page(request, get_response(request))

    return middleware


def acting(get_response: Answer) -> Answer:
    """Set `request.acting`. A post that has ended is gone at the next request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        _give_a_post(request)
        return get_response(request)

    def process_view(
        request: HttpRequest,
        view: Any,
        args: Any,
        kwargs: Any,  # Any: Django's own signature
    ) -> HttpResponse | None:
        step: str = request.step  # type: ignore[attr-defined]  # set by `_give_a_post`
        match = request.resolver_match
        if not step or (match and match.view_name in OPEN_BEFORE):
            return None
        if request.method == "GET" and request.headers.get("HX-Request") != "true":
            request.session.setdefault(sessions.NEXT, request.get_full_path())
        return redirect(step)

    middleware.process_view = process_view  # type: ignore[attr-defined]  # Django looks for it here
    return middleware


def _give_a_post(request: Any) -> None:  # Any: it puts there what OfficerRequest has
    request.acting, request.step, request.holds_several = None, "", False
    if not request.user.is_authenticated:
        return
    held = holdings_of(request.user, clock.today())
    chosen = _chosen(request, held)
    request.step = next_step(request, held, chosen)
    request.holds_several = len(held) > 1
    if chosen and not request.step:
        request.session.pop(sessions.NEXT, None)
        request.acting = in_post(chosen, address=address_of(request))


def next_step(request: HttpRequest, held: list[Holding], chosen: Holding | None) -> str:
    """Name the page that must come before every other, or nothing."""
    officer = request.user
    assert isinstance(officer, Officer)
    verified = officer.is_verified()  # type: ignore[attr-defined]  # django-otp puts it there
    if request.session.get(sessions.FACTOR) and not verified:
        return "members:verify_factor"
    if officer.must_change_password or request.session.get(sessions.EXPIRED):
        return "members:change_password"
    if not verified and any(holding.post.is_administrator for holding in held):
        return "members:set_up_factor"
    return "" if chosen else "members:choose_post"


def _end_or_keep(request: HttpRequest) -> None:
    now = clock.now()
    officer = request.user
    assert isinstance(officer, Officer)
    if sessions.is_over(request.session, officer, now):
        trail.record("session.ended", officer, by=AtTheDoor(address_of(request), officer.pk))
        auth.logout(request)
    elif BY_ITSELF not in request.headers:
        sessions.keep_alive(request.session, now)


def _chosen(request: HttpRequest, held: list[Holding]) -> Holding | None:
    if len(held) == 1:
        return held[0]
    wanted = request.session.get(sessions.POST)
    return next((holding for holding in held if str(holding.post_id) == wanted), None)


def _leave_the_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Where htmx asked for a piece and the answer is the door, the whole page goes there."""
    sign_in = reverse("members:sign_in")
    location = response.headers.get("Location", "")
    if request.headers.get("HX-Request") != "true" or not location.startswith(sign_in):
        return response
    page = urlsplit(request.headers.get("HX-Current-URL", "")).path
    door = sign_in + ("?" + urlencode({"next": page}) if page else "")
    return HttpResponse(status=204, headers={"HX-Redirect": door})
