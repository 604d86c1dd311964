"""What puts the rooms together: home, the list of rooms, errors, health."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

YEAR = 366 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html", {})


@require_GET
def rooms(request: HttpRequest) -> HttpResponse:
    """All rooms on one page: the phone's 更多."""
    return render(request, "portal/rooms.html", {"title": "全部"})


@require_GET
def system(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/rooms.html", {"title": "系统"})


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """The search of the top bar: to the list of children, with the words kept in the session."""
    from oosc.lists.page import keep_search

    words = request.POST.get("q", "").strip()
    address = "/children/"
    return redirect(f"{address}?s={keep_search(request, words)}" if words else address)


@require_POST
@login_not_required
def text_size(request: HttpRequest) -> HttpResponse:
    """Turn 大字版 on or off, and stay on the page."""
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    if request.COOKIES.get("size") == "large":
        response.delete_cookie("size")
    else:
        response.set_cookie("size", "large", max_age=YEAR, samesite="Lax", httponly=True)
    return response


@require_GET
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database and storage answer, 503 with the cause otherwise, and nothing else."""
    from django.conf import settings

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database"}, status=503)
    if not settings.DATA_DIR.is_dir():
        return JsonResponse({"status": "storage"}, status=503)
    return JsonResponse({"status": "ok"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(request, 403, "页面已过期", "这一页打开得太久，或不是从本平台打开的。请刷新后再提交，已填的内容请先复制。")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400, "请求不完整", "请回到上一页再试一次。")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403, "不能打开", "您所在的岗位不能打开这一页。")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404, "没有这一页", "地址不对，或这一页不在您的职责范围内。")


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(request, 500, "系统出错", "没有办成，数据没有改动。请稍后再试；仍不行请告诉系统管理员出错的时间。")


def _error(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    words = {"title": title, "sentence": sentence, "kind": "error"}
    if request.headers.get("HX-Request") == "true":
        return render(request, "portal/_note.html", words, status=status)
    return render(request, "portal/error.html", words, status=status)
