"""What puts the rooms together: home, the notice, the trail, errors, health."""

from __future__ import annotations

import sys

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.audit import chain
from oosc.audit import trail as audit_trail
from oosc.kernel import clock
from oosc.lists.page import keep_search
from oosc.lists.views import take_along
from oosc.members.http import OfficerRequest
from oosc.portal import actions, troubles
from oosc.portal import guide as guides
from oosc.portal import home as homes
from oosc.portal import trail as trails
from oosc.portal.duties import BY_ID, DUTIES
from oosc.portal.first_steps import first_steps
from oosc.portal.forms import DutyTextForm
from rosterlink.school_age import school_year

YEAR_SECONDS = 366 * 24 * 3600
TABS = {"": "等我办", "red": "逾期", "amber": "快到期"}


@require_GET
def home(request: OfficerRequest) -> HttpResponse:
    """待办, what is late in front, and under it every clause that binds this post."""
    now = clock.now()
    box = homes.inbox(request.acting, now)
    tab = request.GET.get("light", "")
    tab = tab if tab in TABS else ""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdigit() and len(asked) < 6 else 1
    shown, pages = box.page(tab, number)
    counts = box.counts()
    words = {
        "waiting": shown,
        "number": min(max(number, 1), pages),
        "pages": pages,
        "tabs": [(key, label, counts.get(key, 0)) for key, label in TABS.items()],
        "tab": tab,
        "clauses": homes.clauses(request.acting, now, box),
        "steps": first_steps(request.acting, now.date()),
        "today": now.date(),
        "school_year": school_year(now.date()),
    }
    return render(request, "portal/home.html", words)


@require_GET
def todo_count(request: OfficerRequest) -> HttpResponse:
    """How much of the 待办 is late: the red figure in the menu, asked for beside the page."""
    counts = homes.inbox(request.acting, clock.now()).counts()
    return render(request, "portal/_count.html", {"late": counts.get("red", 0)})


@require_GET
def notice(request: OfficerRequest) -> HttpResponse:
    """The notice, clause by clause, and whom each binds."""
    own = homes.own_texts(request.acting)
    return render(request, "portal/notice.html", {"duties": [(d, own.get(d.id)) for d in DUTIES]})


@require_http_methods(["GET", "POST"])
def duty_text(request: OfficerRequest, clause: str) -> HttpResponse:
    """Enter the words of the office's own document for one clause."""
    if clause not in BY_ID:
        raise Http404
    entered = homes.own_texts(request.acting).get(clause)
    initial = {"text": entered.text, "document_number": entered.document_number} if entered else {}
    form = DutyTextForm(request.POST or None, initial=initial)
    if form.is_valid():
        actions.enter_duty_text(clause, by=request.acting, on=clock.today(), **form.cleaned_data)
        messages.success(request, "已录入原文，首页从现在起显示它。")
        return redirect("portal:notice")
    status = 422 if request.method == "POST" else 200
    words = {"form": form, "duty": BY_ID[clause]}
    return render(request, "portal/duty_text.html", words, status=status)


@require_GET
def trail(request: OfficerRequest) -> HttpResponse:
    """The trail, for the audit administrator; reading it is in it too."""
    reading = trails.read(request)
    shown, about = reading.lines, reading.about
    audit_trail.record("trail.read", by=request.acting, about=about.asked if about else "")
    words = {"page": reading.page, "lines": shown, "about": about}
    return render(request, "portal/trail.html", words)


@require_POST
def export_trail(request: OfficerRequest) -> HttpResponse:
    """The trail as filtered, to Excel or to print."""
    reading = trails.read(request)
    paper = reading.paper(request.acting, clock.today())
    return take_along(request, reading.all_lines(), reading.page.total, paper, what="portal.trail")


@require_POST
def verify_trail(request: OfficerRequest) -> HttpResponse:
    """Walk the chain and say whether it is whole."""
    verdict = chain.verify(clock.now())
    audit_trail.record("trail.verified", by=request.acting, sealed=verdict.sealed)
    if verdict.bad:
        messages.error(request, f"留痕链断裂：事件 {verdict.bad}，{verdict.why}。请立即报告。")
    else:
        messages.success(
            request, f"留痕链完好，已封印 {verdict.sealed:,} 条，待封印 {verdict.pending} 条。"
        )
    return redirect("portal:trail")


@require_GET
def rooms(request: OfficerRequest) -> HttpResponse:
    """All rooms on one page: the phone's 更多."""
    return render(request, "portal/rooms.html", {"title": "全部"})


@require_GET
def system(request: OfficerRequest) -> HttpResponse:
    return render(request, "portal/rooms.html", {"title": "系统", "is_one": True})


@require_GET
def guide(request: OfficerRequest, name: str = guides.FRONT) -> HttpResponse:
    """操作手册: a page of it, or where the words stand."""
    pages = guides.pages()
    if name not in pages:
        raise Http404
    words = request.GET.get("q", "").strip()[:40]
    context = {"page": pages[name], "pages": pages, "words": words, "hits": guides.search(words)}
    return render(request, "portal/guide.html", context)


@require_POST
def search(request: OfficerRequest) -> HttpResponse:
    """The search of the top bar: to the children, or to the cases where a case number is meant."""
    words = request.POST.get("q", "").strip()
    meant = "cases:ledger" if "-" in words and words[:1].isdigit() else "children:list"
    address = reverse(meant)
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
        response.set_cookie(
            "size",
            "large",
            max_age=YEAR_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=settings.SECURE,
        )
    return response


@require_GET
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database and storage answer, 503 with the cause otherwise, and nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "database"}, status=503)
    try:
        probe = settings.DATA_DIR / ".healthz"
        probe.write_bytes(b"")
        probe.unlink(missing_ok=True)
    except OSError:
        return JsonResponse({"status": "storage"}, status=503)
    return JsonResponse({"status": "ok"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = "这一页打开得太久，或不是从本平台打开的。请先复制已填的内容，刷新后再提交。"
    return _error(request, 403, "页面已过期", sentence)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400, "请求不完整", "请回到上一页再试一次。")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403, "不能打开", "您所在的岗位不能打开这一页。")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404, "没有这一页", "地址不对，或这一页不在您的职责范围内。")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while the exception is being handled, whichever layer it came from."""
    trouble = troubles.of(sys.exc_info()[1])
    return _error(request, trouble.status, trouble.title, trouble.sentence)


def _error(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """Without the request, so that no session and no post is asked for: they may be what failed."""
    words = {"title": title, "sentence": sentence, "kind": "error"}
    part = request.headers.get("HX-Request") == "true"
    template = "portal/_note.html" if part else "portal/error.html"
    return HttpResponse(render_to_string(template, words), status=status)
