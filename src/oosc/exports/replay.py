"""A list asked for again by the worker, as the officer asked for it on its page.

The list's own view makes the rows, so what is in the file is what the page shows to that post;
what the view writes is undone, since it was written when the officer asked.
"""

from __future__ import annotations

from typing import cast
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve

from oosc.access.pages import PAGES
from oosc.access.policy import Permission, require
from oosc.exports import actions
from oosc.exports.models import ClearExport, Export
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.lists.page import keep_search, kept_words
from oosc.lists.workbook import Sheet
from oosc.members.acting import Acting, in_post
from oosc.members.http import OfficerRequest
from oosc.members.models import Holding
from oosc.parameters import values

LEFT = "您已不在提出导出时的岗位，导出没有做。请以现在的岗位到名单再导出一次。"


class Background:
    """What a list asks before it answers 导出: whether it is to be made in the background."""

    def is_long(self, request: HttpRequest, rows: int) -> bool:
        by = cast(OfficerRequest, request).acting
        return rows > values.as_of(by.region_code, clock.today()).number("export_at_once_rows")

    def answer(self, request: HttpRequest, sheet: Sheet, rows: int) -> HttpResponse | None:
        """Take the rows where the worker asks; ask the worker where they are many."""
        if isinstance(request, Replayed):
            request.sheet = sheet
            return HttpResponse()
        if not self.is_long(request, rows):
            return None
        export = actions.ask(
            by=cast(OfficerRequest, request).acting,
            path=request.path,
            query=request.GET.urlencode(),
            words=kept_words(request),
            title=sheet.title,
            purpose=request.POST.get("purpose", ""),
            rows=rows,
            at=clock.now(),
        )
        return redirect("exports:detail", export.pk)


class Replayed(HttpRequest):
    """The request of an officer, made again without a browser."""

    acting: Acting
    sheet: Sheet | None = None


def sheet_of(export: Export) -> Sheet:
    """Return the list as its page makes it now, its rows not yet read.

    Raises:
        Refused: the officer no longer holds the post, or the list is not there any more.
    """
    request = request_of(export)
    match = resolve(export.path)
    permission = PAGES[match.view_name]
    if isinstance(permission, Permission):
        require(request.acting, permission)
    with transaction.atomic():
        match.func(request, *match.args, **match.kwargs)
        transaction.set_rollback(True)
    if request.sheet is None:
        raise Refused("名单已经变了，导出没有做。请回到名单再导出一次。")
    return request.sheet


def request_of(export: Export | ClearExport) -> Replayed:
    """The request by which the list was asked for, for whoever asked, in the post held then."""
    holding = Holding.objects.filter(officer=export.officer_id, post=export.post_id)
    held = holding.held_on(clock.today()).with_place().first()
    if held is None or not held.officer.is_active:
        raise Refused(LEFT)
    request = Replayed()
    request.method, request.path, request.path_info = "POST", export.path, export.path
    request.acting, request.user = in_post(held), held.officer
    request.session = {}  # type: ignore[assignment]  # lists read it as the mapping it is
    pairs = [pair for pair in parse_qsl(export.query) if pair[0] != "s"]
    if export.words:
        pairs.append(("s", keep_search(request, export.words)))
    request.GET = QueryDict(urlencode(pairs))
    sent = {"purpose": export.purpose, "form": "xlsx"}
    request.POST = QueryDict(urlencode(sent))
    return request
