"""系统 → 账号: SYS keeps accounts; a lost second factor takes SYS and SECADMIN."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from axes.models import AccessAttempt
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.lists.papers import Column, Paper
from oosc.lists.views import take_along
from oosc.members import lock_out
from oosc.members.actions import accounts, factor
from oosc.members.forms import NewOfficerForm, OfficerForm, ReasonForm
from oosc.members.http import OfficerRequest
from oosc.members.models import Factor, FactorReset, Holding, Officer

GET_POST = require_http_methods(["GET", "POST"])


def _by_state(rows: Rows, value: str) -> Rows:
    return rows.filter(is_active=value == "active")


def _by_words(rows: Rows, words: str) -> Rows:
    return rows.filter(Q(name__icontains=words) | Q(username__icontains=words))


STATE = Filter("state", "状态", _by_state, (("active", "在用"), ("disabled", "停用")))
WORDS = Search("姓名或用户名", _by_words, "姓名或用户名的一部分")
SORTS = {"username": ("username",), "name": ("name",)}


COLUMNS = (
    Column("用户名", 18, lambda row: row[0].username),
    Column("姓名", 12, lambda row: row[0].name),
    Column("岗位", 50, lambda row: "，".join(row[1])),
    Column("状态", 14, lambda row: _state(row[0]), centred=True),
)


@require_GET
def officers(request: OfficerRequest) -> HttpResponse:
    page = _officers(request)
    rows = _with_posts(page.objects)
    return render(request, "members/officers.html", {"page": page, "rows": rows})


@require_POST
def export_officers(request: OfficerRequest) -> HttpResponse:
    page, paper = _officers(request), Paper("账号", request.acting, clock.today(), COLUMNS)
    return take_along(request, _with_posts(page.rows), page.total, paper, what="members.officers")


def _officers(request: OfficerRequest) -> ListPage:
    return list_page(
        request,
        Officer.objects.all(),
        filters=(STATE,),
        sorts=SORTS,
        default_sort="username",
        search=WORDS,
    )


def _with_posts(shown: Iterable[Any]) -> list[tuple[Officer, list[str]]]:  # Any: officers
    officers = list(shown)
    held = Holding.objects.filter(officer__in=[one.pk for one in officers])
    posts: dict[UUID, list[str]] = {}
    for holding in held.held_on(clock.today()).select_related("post__unit"):
        posts.setdefault(holding.officer_id, []).append(str(holding.post))
    return [(officer, posts.get(officer.pk, [])) for officer in officers]


def _state(officer: Officer) -> str:
    if not officer.is_active:
        return "停用"
    return "未首次登录" if officer.must_change_password else "在用"


@GET_POST
def new_officer(request: OfficerRequest) -> HttpResponse:
    form = NewOfficerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        officer, password = accounts.create(by=request.acting, at=clock.now(), **form.cleaned_data)
        return _password_once(request, officer, password)
    context = {"form": form}
    return render(request, "members/new_officer.html", context, status=422 if form.errors else 200)


@GET_POST
def officer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    who = get_object_or_404(Officer, pk=pk)
    form = OfficerForm(request.POST or None, initial=_now(who))
    if request.method == "POST" and form.is_valid():
        try:
            accounts.change(who, by=request.acting, **form.cleaned_data)
        except ChangedMeanwhile:
            who = get_object_or_404(Officer, pk=pk)
            now = {"name": who.name, "phone": who.phone}
            form.overtaken(version=who.version, now=now)
            return _officer_page(request, who, form, ReasonForm(), status=409)
        messages.success(request, "已保存。")
        return redirect("members:officer", pk)
    return _officer_page(request, who, form, ReasonForm())


@require_POST
def disable_officer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    who = accounts.disable(get_object_or_404(Officer, pk=pk), by=request.acting)
    messages.success(request, f"{who.name}的账号已停用，其登录已全部退出。")
    return redirect("members:officer", pk)


@require_POST
def enable_officer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    who = accounts.enable(get_object_or_404(Officer, pk=pk), by=request.acting)
    messages.success(request, f"{who.name}的账号已启用。")
    return redirect("members:officer", pk)


@require_POST
def unlock_officer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    who = get_object_or_404(Officer, pk=pk)
    accounts.unlock(who, by=request.acting)
    messages.success(request, f"{who.name}的账号已解锁，现在可以登录。")
    return redirect("members:officer", pk)


@require_POST
def reset_password(request: OfficerRequest, pk: UUID) -> HttpResponse:
    who = get_object_or_404(Officer, pk=pk)
    password = accounts.reset_password(who, by=request.acting, at=clock.now())
    return _password_once(request, who, password)


@require_POST
def ask_factor_reset(request: OfficerRequest, pk: UUID) -> HttpResponse:
    who = get_object_or_404(Officer, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _officer_page(request, who, OfficerForm(initial=_now(who)), form)
    factor.ask_reset(who, by=request.acting, at=clock.now(), **form.cleaned_data)
    messages.success(request, "已提交，等安全管理员审批。")
    return redirect("members:officer", pk)


@require_GET
def factor_resets(request: OfficerRequest) -> HttpResponse:
    asked = FactorReset.objects.select_related("officer", "asked_by", "decided_by")
    context = {
        "waiting": asked.filter(decided_at=None),
        "decided": asked.exclude(decided_at=None)[:20],
    }
    return render(request, "members/factor_resets.html", context)


@require_POST
def decide_factor_reset(request: OfficerRequest, pk: UUID) -> HttpResponse:
    approve = request.POST.get("answer") == "approve"
    asked = get_object_or_404(FactorReset, pk=pk)
    asked = factor.decide_reset(asked, by=request.acting, at=clock.now(), approve=approve)
    done = "动态口令已重置，其下次登录时重新设置" if approve else "已驳回申请"
    messages.success(request, f"{asked.officer.name}：{done}。")
    return redirect("members:factor_resets")


def _now(who: Officer) -> dict[str, object]:
    return {"name": who.name, "phone": who.phone, "version": who.version}


def _officer_page(
    request: OfficerRequest,
    who: Officer,
    form: OfficerForm,
    reason: ReasonForm,
    status: int | None = None,
) -> HttpResponse:
    context = {
        "who": who,
        "form": form,
        "reason": reason,
        "holdings": who.holdings.select_related("post__unit"),
        "has_factor": Factor.objects.filter(user=who, confirmed=True).exists(),
        "reset": who.factor_resets.filter(decided_at=None).first(),
        "is_locked": _is_locked(request, who),
        "is_me": who.pk == request.user.pk,
        "today": clock.today(),
    }
    status = status or (422 if form.errors or reason.errors else 200)
    return render(request, "members/officer.html", context, status=status)


def _is_locked(request: OfficerRequest, who: Officer) -> bool:
    """True when from some address so many wrong passwords came that the door is shut there."""
    since = clock.now() - lock_out.lasts(request)
    tries = lock_out.tries(request, None)
    recent = AccessAttempt.objects.filter(
        username=lock_out.kept_name(who.username), attempt_time__gte=since
    )
    locked: bool = recent.filter(failures_since_start__gte=tries).exists()
    return locked


def _password_once(request: OfficerRequest, who: Officer, password: str) -> HttpResponse:
    """Show the one-time password in the answer itself: it is kept nowhere, not in the session."""
    return render(request, "members/password_once.html", {"who": who, "password": password})
