"""The door: name and password, second factor, a password that must change, the post to act in."""

from __future__ import annotations

from io import BytesIO

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp import login as remember_device

from oosc.audit import trail
from oosc.kernel import clock
from oosc.members import lock_out, sessions
from oosc.members.acting import AtTheDoor, holdings_of
from oosc.members.actions import accounts, factor
from oosc.members.forms import PasswordForm, SignInForm, TokenForm
from oosc.members.http import address_of
from oosc.members.models import Factor, Officer
from oosc.parameters import values

GET_POST = require_http_methods(["GET", "POST"])


@GET_POST
@login_not_required
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("portal:home")
    form = SignInForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _door(request, form, status=200 if request.method == "GET" else 422)
    officer = auth.authenticate(request, **form.cleaned_data)
    if not isinstance(officer, Officer):
        _record_failure(request, form.cleaned_data["username"])
        return _door(request, form, status=422, left=_tries_left(request, form.cleaned_data))
    sessions.begin(request, officer, clock.now())
    if wanted := _wanted(request):
        request.session[sessions.NEXT] = wanted
    trail.record("officer.signed_in", officer, by=AtTheDoor(address_of(request), officer.pk))
    return redirect(_after_a_step(request))


def locked_out(request: HttpRequest, response: object, credentials: object) -> HttpResponse:
    """Answer while the account is locked from this address; axes calls it, known name or not."""
    minutes = int(lock_out.lasts(request).total_seconds() // 60)
    context = {"form": SignInForm(), "locked_minutes": minutes}
    return render(request, "members/sign_in.html", context, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    trail.record("officer.signed_out", by=_who(request))
    auth.logout(request)
    response = redirect("members:sign_in")
    # 剩余信息保护: nothing of the pages stays behind on a machine that others use.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@GET_POST
@sensitive_post_parameters("present", "new", "again")
def change_password(request: HttpRequest) -> HttpResponse:
    officer = _officer(request)
    form = PasswordForm(request.POST or None, officer=officer)
    must = officer.must_change_password or request.session.get(sessions.EXPIRED)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        accounts.change_password(officer, form.cleaned_data["new"], by=_who(request), at=now)
        auth.update_session_auth_hash(request, officer)
        request.session[sessions.EXPIRED] = False
        messages.success(request, "密码已改。其他设备上的登录已全部退出。")
        return redirect(_after_a_step(request) if must else reverse("members:me"))
    if "present" in form.errors:
        trail.record("officer.password_check_failed", officer, by=_who(request))
    context = {
        "form": form,
        "must": must,
        "first": officer.must_change_password,
        "days": values.number("password_days", None, clock.today()),
    }
    return render(request, "members/password.html", context, status=422 if form.errors else 200)


@GET_POST
def set_up_factor(request: HttpRequest) -> HttpResponse:
    """Show the secret as a picture and in letters, and take the first code."""
    officer = _officer(request)
    device = factor.begin(officer)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if factor.confirm(device, form.cleaned_data["token"], by=_who(request)):
            return _factor_passed(request, device)
        form.add_error("token", "口令不对或已过期。请等手机上换成下一个再填。")
    context = {"form": form, "key": _in_groups(device), "officer": officer}
    return render(
        request, "members/set_up_factor.html", context, status=422 if form.errors else 200
    )


@require_GET
def factor_qr(request: HttpRequest) -> HttpResponse:
    """The secret as a QR code: only while it is being set up."""
    import segno  # once in the life of an account

    device = factor.begin(_officer(request))
    picture = BytesIO()
    segno.make(device.config_url, error="m").save(picture, kind="svg", scale=5, border=3)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@GET_POST
def verify_factor(request: HttpRequest) -> HttpResponse:
    officer = _officer(request)
    if not request.session.get(sessions.FACTOR):
        return redirect("portal:home")
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = factor.verify(officer, form.cleaned_data["token"], by=_who(request))
        if device:
            return _factor_passed(request, device)
        form.add_error(
            "token", "口令不对、已用过或已过期。请等手机上换成下一个再填；连错后须稍等。"
        )
    return render(
        request, "members/verify_factor.html", {"form": form}, status=422 if form.errors else 200
    )


@GET_POST
def choose_post(request: HttpRequest) -> HttpResponse:
    """Choose one of several posts to act in: their rights do not add up."""
    held = holdings_of(_officer(request), clock.today())
    if request.method == "POST":
        wanted = request.POST.get("post", "")
        chosen = next((holding for holding in held if str(holding.post_id) == wanted), None)
        if chosen:
            request.session[sessions.POST] = wanted
            trail.record("post.chosen", chosen.post, by=_who(request))
            return redirect(_after_a_step(request))
    acting = getattr(request, "acting", None)
    context = {"held": held, "present": acting.post_id if acting else None}
    return render(request, "members/choose_post.html", context)


def _door(
    request: HttpRequest, form: SignInForm, *, status: int, left: int | None = None
) -> HttpResponse:
    minutes = int(lock_out.lasts(request).total_seconds() // 60)
    context = {"form": form, "left": left, "minutes": minutes, "next": _wanted(request)}
    return render(request, "members/sign_in.html", context, status=status)


def _tries_left(request: HttpRequest, credentials: dict[str, str]) -> int:
    """How many tries remain: counted for a name that does not exist as for one that does."""
    failures = AxesProxyHandler.get_failures(request, {"username": credentials["username"]})
    return max(lock_out.tries(request, None) - int(failures), 0)


def _record_failure(request: HttpRequest, username: str) -> None:
    """Leave a trace of a wrong password. What was typed stays out: it may be the password."""
    officer = Officer.objects.filter(username=username).first()
    locked = bool(getattr(request, "axes_locked_out", False))
    verb = "officer.locked_out" if locked else "officer.sign_in_failed"
    trail.record(verb, officer, by=AtTheDoor(address_of(request)))


def _factor_passed(request: HttpRequest, device: Factor) -> HttpResponse:
    remember_device(request, device)
    request.session.cycle_key()
    request.session[sessions.FACTOR] = True
    return redirect(_after_a_step(request))


def _wanted(request: HttpRequest) -> str:
    """The page asked for before signing in, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours and wanted.startswith("/") else ""


def _after_a_step(request: HttpRequest) -> str:
    """Where to now: the page first asked for. Where a step is missing, the middleware says so."""
    wanted: str = request.session.get(sessions.NEXT) or reverse("portal:home")
    return wanted


def _in_groups(device: Factor) -> str:
    """The secret in letters, by fours, for a phone without a camera."""
    return " ".join(device.secret[i : i + 4] for i in range(0, len(device.secret), 4))


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)  # LoginRequiredMiddleware has seen to it
    return request.user


def _who(request: HttpRequest) -> trail.Actor:
    acting: trail.Actor | None = getattr(request, "acting", None)
    return acting or AtTheDoor(address_of(request), _officer(request).pk)
