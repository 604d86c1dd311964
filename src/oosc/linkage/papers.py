"""A list of a run as it leaves the platform: for a purpose, with a trace, as offices print it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBadRequest
from django.utils.timezone import localtime

from oosc.kernel import clock
from oosc.linkage import actions, listing
from oosc.linkage.models import Run
from oosc.lists.forms import ExportForm
from oosc.lists.page import ListPage
from oosc.lists.papers import Paper, check_size
from oosc.members.http import OfficerRequest
from oosc.schooling import papers
from oosc.schooling.queries import Row
from oosc.schooling.rules import Column


@dataclass(frozen=True)
class Taken:
    """What is taken along: a list of a run, its name in the trail and on paper, its columns."""

    run: Run
    what: str
    title: str
    columns: Sequence[Column]
    paper_columns: Sequence[Column]


def take_along(
    request: OfficerRequest, page: ListPage, taken: Taken, rows: Iterable[Row]
) -> HttpResponse:
    """Answer 导出、打印 of a list: workbook, PDF or a page to print."""
    asked = ExportForm(request.POST, with_pdf=True)
    if not asked.is_valid():
        return HttpResponseBadRequest("请从名单页面选择用途后导出。")
    by, form, purpose = request.acting, asked.cleaned_data["form"], asked.cleaned_data["purpose"]
    check_size(page.total, form)
    actions.exported(taken.run, by=by, what=taken.what, purpose=purpose, rows=page.total, form=form)
    paper = Paper(
        title=taken.title,
        by=by,
        on=clock.today(),
        columns=taken.columns if form == "xlsx" else taken.paper_columns,
        scope=_scope(taken.run, page, purpose),
    )
    return papers.answer(request, paper, rows, form, page.total)


def _scope(run: Run, page: ListPage, purpose: str) -> str:
    """Which run, what it was narrowed to, how many, for what and when: domain §8.3."""
    said = [
        str(run),
        listing.in_words(page),
        f"共 {page.total:,} {page.unit}",
        f"用途：{purpose}",
        f"导出 {localtime(clock.now()):%H:%M}",
    ]
    return "　".join(part for part in said if part)
