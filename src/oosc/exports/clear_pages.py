"""明文导出: a list asked for in clear, answered by a second person, made, taken back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.exports import actions, queries, replay, sources
from oosc.exports.actions import Listed
from oosc.exports.forms import AnswerForm, ClearForm
from oosc.exports.models import ClearExport
from oosc.exports.sources import Source
from oosc.exports.states import ClearState
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.lists.page import Filter, ListPage, Rows, list_page
from oosc.members.http import OfficerRequest
from oosc.parameters import values


@require_http_methods(["GET", "POST"])
def ask(request: OfficerRequest, name: str) -> HttpResponse:
    """Which columns of the list, as it stands in the address, are to leave in clear."""
    source = _source(name)
    by = request.acting
    offered = source.fields(by)
    if not offered:
        raise Refused("您所在的岗位没有可以明文导出的内容。需要名单的，用“导出、打印”。")
    page = source.page(request)
    form = ClearForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        clear = _asked(request, name, page, form.cleaned_data)
        if clear.state == ClearState.ASKED:
            messages.success(request, "申请已送出。答复会显示在首页和本页。")
        return redirect("exports:clear", clear.pk)
    here = values.as_of(by.region_code, clock.today())
    context = {
        "form": form,
        "source": source,
        "page": page,
        "scope": sources.in_words(page),
        "is_restricted": source.is_restricted(page),
        "alone_rows": here.number("clear_export_alone_rows"),
        "most_rows": here.number("clear_export_most_rows"),
        "back": f"{reverse(source.route)}?{request.GET.urlencode()}",
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "exports/clear_ask.html", context, status=status)


@require_GET
def list_(request: OfficerRequest) -> HttpResponse:
    """What waits for one's answer, and what one asked."""
    by = request.acting
    page = list_page(
        request,
        ClearExport.objects.asked_by(by).select_related("export"),
        filters=[Filter("state", "状态", _in_state, ClearState.choices)],
        sorts={"asked": ["asked_at"], "rows": ["rows"]},
        default_sort="-asked",
        unit="份",
    )
    context = {"waiting": queries.waiting_for(by), "page": page, "now": clock.now()}
    return render(request, "exports/clear_list.html", context)


@require_GET
def detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    clear = _visible(request, pk)
    actions.note_clear_read(clear, by=request.acting, at=clock.now())
    return _page_of(request, clear)


@require_POST
def answer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    clear = _visible(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page_of(request, clear, form=form, status=422)
    actions.answer_clear(clear, by=request.acting, at=clock.now(), **form.cleaned_data)
    messages.success(request, "已答复，申请人可以看到。")
    return redirect("exports:clear_list")


@require_POST
def withdraw(request: OfficerRequest, pk: UUID) -> HttpResponse:
    actions.withdraw_clear(_own(request, pk), by=request.acting)
    messages.success(request, "已撤回申请。")
    return redirect("exports:clear_list")


@require_POST
def make(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Make the file, and show its password on this page alone: it is kept nowhere."""
    clear = _own(request, pk)
    source = sources.find(clear.source)
    page = source.page(replay.request_of(clear))
    # One more than agreed to is enough to know that there are too many.
    keys = list(page.rows.values_list(source.child, flat=True)[: clear.rows + 1])
    password = actions.make_clear(clear, by=request.acting, keys=keys, at=clock.now())
    return _page_of(request, _own(request, pk), password=password)


def _asked(
    request: OfficerRequest, name: str, page: ListPage, data: dict[str, Any]
) -> ClearExport:  # Any: what the form holds
    source = sources.find(name)
    query = urlencode({**page.values, "sort": page.sort})
    listed = Listed(
        source=name, path=reverse(source.route), query=query, words=page.query,
        title=source.title, scope=sources.in_words(page), rows=page.total,
        is_restricted=source.is_restricted(page),
    )  # fmt: skip
    return actions.ask_clear(
        listed, by=request.acting, fields=data["fields_"], purpose=data["purpose"],
        destination=data["destination"], reason=data["reason"], at=clock.now(),
    )  # fmt: skip


def _page_of(
    request: OfficerRequest,
    clear: ClearExport,
    *,
    form: AnswerForm | None = None,
    password: str = "",
    status: int = 200,
) -> HttpResponse:
    now, by = clock.now(), request.acting
    is_own = (clear.officer_id, clear.post_id) == (by.officer_id, by.post_id)
    source = sources.find(clear.source)
    context = {
        "clear": clear,
        "labels": [source.label(code) for code in clear.fields],
        "is_own": is_own,
        "may_be_made": is_own and clear.may_be_made(now),
        "is_open": bool(clear.export and clear.export.is_open(now)),
        "form": form or AnswerForm(),
        "password": password,
    }
    return render(request, "exports/clear.html", context, status=status)


def _source(name: str) -> Source:
    try:
        return sources.find(name)
    except KeyError:
        raise Http404("no such list") from None


def _visible(request: OfficerRequest, pk: UUID) -> ClearExport:
    found = ClearExport.objects.visible_to(request.acting)
    return get_object_or_404(found.select_related(*_BESIDE), pk=pk)


def _own(request: OfficerRequest, pk: UUID) -> ClearExport:
    found = ClearExport.objects.asked_by(request.acting)
    return get_object_or_404(found.select_related(*_BESIDE), pk=pk)


_BESIDE = ("officer", "post__unit", "answered_by__unit", "answered_by_officer", "export")


def _in_state(rows: Rows, value: str) -> Rows:
    return rows.filter(state=value)
