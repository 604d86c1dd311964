"""Between the request and the page: headers, who may open it, and how a refusal looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from oosc.access import policy
from oosc.access.pages import PAGES, PUBLIC, SIGNED_IN
from oosc.access.policy import Permission
from oosc.audit import trail
from oosc.kernel import once
from oosc.kernel.refusal import Refused

Answer = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def headers(get_response: Answer) -> Answer:
    """Put the headers of a page with children's data on every answer, errors included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = too_large(request) or get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Permissions-Policy"] = (
            "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"
        )
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


def too_large(request: HttpRequest) -> HttpResponse | None:
    """Refuse a body by its announced length, before any of it is written to the disk."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdigit() or int(announced) <= settings.LARGEST_BODY_BYTES:
        return None
    most = settings.LARGEST_BODY_BYTES // 2**20
    sentence = f"一次最多提交 {most} MB。请把文件分成几份，或压缩照片后再交。"
    words = {"title": "文件太大", "sentence": sentence, "kind": "error"}
    return render(request, "portal/error.html", words, status=413)


def access(get_response: Answer) -> Answer:
    """Open a page only to the posts that the access table names; for the others it is not there."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(
        request: HttpRequest,
        view: Any,
        args: Any,
        kwargs: Any,  # Any: Django's own signature
    ) -> None:
        match = request.resolver_match
        needed = PAGES.get(match.view_name) if match else None
        if needed in (PUBLIC, SIGNED_IN):
            return
        acting = getattr(request, "acting", None)
        if needed is None or not policy.holds(acting, Permission(needed)):
            raise Http404("not for this post")

    middleware.process_view = process_view  # type: ignore[attr-defined]  # Django looks for it here
    return middleware


def reading(get_response: Answer) -> Answer:
    """Ask the small tables once for a page that is only read; what is written asks every time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with once.reading():
            return get_response(request)

    return middleware


def refusals(get_response: Answer) -> Answer:
    """Turn a refusal into a page that says why; leave a trace of it and of each 404 with a key.

    It runs outside the transaction of the action: that one has been rolled back.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 404 and _has_key(request):
            _record(request, "access.not_found")
        return response

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        _record(request, "access.refused")
        part = request.headers.get("HX-Request") == "true"
        template = "portal/_note.html" if part else "portal/refused.html"
        words = {"title": "没有办成", "sentence": str(error), "kind": "error"}
        return render(request, template, words, status=409)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # Django looks for it here
    return middleware


def _has_key(request: HttpRequest) -> bool:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return False
    return bool(match.kwargs) and not request.path.startswith(settings.STATIC_URL)


def _record(request: HttpRequest, verb: str) -> None:
    match = request.resolver_match
    acting = getattr(request, "acting", None)
    page = match.view_name if match else ""
    key = next(iter(match.kwargs.values()), "") if match else ""
    trail.record(verb, by=acting, page=page, key=str(key), method=request.method or "")
