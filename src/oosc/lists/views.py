"""The search field of every list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from oosc.lists import actions, papers
from oosc.lists.forms import ExportForm
from oosc.lists.page import keep_search
from oosc.lists.papers import Column, Paper


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Take the words out of the request's body, keep them, and go back with their token."""
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}) or not back.startswith("/"):
        return HttpResponseBadRequest("查询的来处不对，请回到名单再查。")
    parts = urlsplit(back)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] not in {"s", "page"}]
    filters = [(key[2:], str(value)) for key, value in request.POST.items() if key.startswith("f_")]
    query = [pair for pair in query if pair[0] not in dict(filters)]
    query += [pair for pair in filters if pair[1]]
    words = request.POST.get("q", "").strip()
    if words:
        query.append(("s", keep_search(request, words)))
    return redirect(parts.path + ("?" + urlencode(query) if query else ""))


def take_along(
    request: HttpRequest,
    rows: Iterable[Any],
    total: int,
    paper: Paper[Column],
    *,
    what: str,
    sheet: str = "lists/sheet.html",
) -> HttpResponse:  # Any: rows of whichever list
    """Answer a list's 导出、打印: all its rows as it stands, with a trace."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("请从名单页面选择用途后导出。")
    kind = form.cleaned_data["form"]
    papers.check_size(total, kind)
    purpose = form.cleaned_data["purpose"]
    actions.exported(by=paper.by, what=what, rows_count=total, form=kind, purpose=purpose)
    return papers.answer(request, paper, rows, kind, total, sheet=sheet)
