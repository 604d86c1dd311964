"""Pages of lines: the problems of a roster, the rows its figures count, and what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.kernel import clock
from oosc.kernel.notice import in_words
from oosc.kernel.refusal import Refused
from oosc.lists.page import Filter, ListPage, Search, list_page
from oosc.lists.papers import Column, Paper
from oosc.lists.views import take_along
from oosc.members.http import OfficerRequest
from oosc.rosters import actions, queries
from oosc.rosters.lines import LinePage, keep, line_page, numbered
from oosc.rosters.models import Roster
from oosc.rosters.queries import Due, KindOfProblem, RowOfChange
from oosc.rosters.states import Kind, Standing, Which

SHOWN_EXPIRED = 100  # as many as are looked through at once
WHICH = {
    Which.NEW: "新增",
    Which.CHANGED: "更新",
    Which.UNCHANGED: "不变",
    Which.GONE: "上次有、这次没有",
}


@require_GET
def problems(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Every problem of a roster, by its place; never what a cell says."""
    roster = of_the_office(request, pk)
    page, kinds = _problems(request, roster)
    return render(
        request, "rosters/problems.html", {"roster": roster, "page": page, "kinds": kinds}
    )


@require_POST
def export_problems(request: OfficerRequest, pk: UUID) -> HttpResponse:
    roster = of_the_office(request, pk)
    page, _ = _problems(request, roster)
    columns = [
        Column("工作表", 16, lambda one: one.sheet),
        Column("行", 8, lambda one: one.row, centred=True),
        Column("表头", 18, lambda one: one.heading or "整行"),
        Column("问题", 60, lambda one: one.problem),
    ]
    paper = Paper(f"{roster.get_kind_display()}问题清单", request.acting, clock.today(), columns)
    return take_along(request, page.lines, page.total, paper, what="rosters.problems")


def _problems(request: OfficerRequest, roster: Roster) -> tuple[LinePage, list[KindOfProblem]]:
    found = queries.problems(roster)
    kinds = queries.kinds_of_problems(found)
    sheets = list(dict.fromkeys(problem.sheet for problem in found))
    headings = sorted({kind.heading for kind in kinds})
    ways = [(kind.heading, kind.problem) for kind in kinds]
    several = numbered("sheet", "工作表", lambda p: (p.sheet,), sheets)
    filters = [
        *([several] if len(sheets) > 1 else []),
        numbered("heading", "表头", lambda p: (p.heading,), headings, lambda h: h or "整行"),
        numbered("kind", "问题", lambda p: ((p.heading, p.problem),), ways, lambda w: "：".join(w)),
    ]
    orders = {
        "place": lambda p: (sheets.index(p.sheet), p.row, p.column),
        "heading": lambda p: (p.heading, p.problem, p.row),
    }
    page = line_page(request, found, orders=orders, default_sort="place", filters=filters)
    return page, kinds


@require_GET
def changes(request: OfficerRequest, pk: UUID, which: str) -> HttpResponse:
    """Exactly the rows that a figure of the comparison with the last roster counts."""
    roster, one = _compared(request, pk, which)
    context = {
        "roster": roster,
        "page": _changes(request, roster, one),
        "which": one.value,
        "title": WHICH[one],
        "tabs": [(w.value, words, getattr(roster, w.value)) for w, words in WHICH.items()],
    }
    return render(request, "rosters/changes.html", context)


@require_POST
def export_changes(request: OfficerRequest, pk: UUID, which: str) -> HttpResponse:
    roster, one = _compared(request, pk, which)
    page = _changes(request, roster, one)
    columns = [
        Column("姓名", 12, lambda row: row.shown_name),
        Column("性别", 6, lambda row: row.sex, centred=True),
        Column("出生日期", 12, lambda row: row.birth_date),
        Column("证件号", 22, lambda row: row.shown_id),
        Column("社区、学校", 22, lambda row: row.place),
        Column("工作表", 14, lambda row: row.sheet),
        Column("行", 8, lambda row: row.row, centred=True),
        *([Column("改了什么", 30, lambda r: "、".join(r.differs))] * (one is Which.CHANGED)),
    ]
    title = f"{roster.get_kind_display()}{WHICH[one]}"
    paper = Paper(title.replace("、", ""), request.acting, clock.today(), columns)
    return take_along(request, page.lines, page.total, paper, what="rosters.changes")


def _compared(request: OfficerRequest, pk: UUID, which: str) -> tuple[Roster, Which]:
    roster = of_the_office(request, pk)
    if which not in list(Which) or not queries.has_rows(roster):
        raise Http404("no such rows")
    if not queries.may_see_rows(roster, request.acting):
        raise Refused("这种名册的逐行内容，只给报送单位和提交的单位看。要核对请与报送单位联系。")
    if roster.previous and not queries.has_rows(roster.previous):
        raise Refused("上一份的各行已按期销毁，不能再逐行比较；各项人数仍在收花名册的页面上。")
    return roster, Which(which)


def _changes(request: OfficerRequest, roster: Roster, which: Which) -> LinePage:
    rows = queries.changes(roster, which, by=request.acting)
    sheets = list(dict.fromkeys(row.sheet for row in rows))
    places = sorted({row.place for row in rows if row.place})
    fields = sorted({heading for row in rows for heading in row.differs})
    filters = [numbered("place", "社区、学校", lambda row: (row.place,), places)]
    if fields:
        filters.append(numbered("differs", "改了什么", lambda row: row.differs, fields))
    return line_page(
        request,
        rows,
        orders={
            "place": lambda row: (sheets.index(row.sheet), row.row),
            "name": lambda row: row.name,
            "born": lambda row: row.birth_date,
        },
        default_sort="place",
        filters=filters,
        search=Search("姓名或证件号", keep(_is_meant), "姓名中的字，或完整证件号"),
        unit="行",
    )


def _is_meant(row: RowOfChange, words: str) -> bool:
    return "".join(words.split()) in "".join(row.name.split()) or words.upper() == row.id_no


@require_GET
def due(request: OfficerRequest) -> HttpResponse:
    """What is owed and whether it came, and what to write to those who have not sent it."""
    today = clock.today()
    owed = queries.due(request.acting, today)
    page = _due(request, owed)
    is_centre = policy.holds(request.acting, Permission.ROSTER_OF_OTHERS)
    here = {one.sender.pk for one in page.objects}  # the texts of hundreds would be a long page
    of_page = [one for one in page.lines if one.sender.pk in here]
    context = {
        "page": page,
        "tallies": [(s, sum(one.standing == s for one in owed)) for s in Standing],
        "standing": request.GET.get("standing", ""),
        "reminders": queries.reminders(of_page, today, by=request.acting) if is_centre else [],
    }
    return render(request, "rosters/due.html", context)


@require_POST
def export_due(request: OfficerRequest) -> HttpResponse:
    today = clock.today()
    page = _due(request, queries.due(request.acting, today))
    columns = [
        Column("名册", 18, lambda one: one.kind.label),
        Column("报送单位", 22, lambda one: one.sender.name),
        Column("时限", 12, lambda one: one.due_on),
        Column("依据", 26, lambda one: f"{in_words(one.clause)}，{one.rule}"),
        Column("情况", 18, lambda one: one.standing.label),
        Column("收下", 12, lambda one: one.received.received_on if one.received else ""),
        Column("迟", 10, lambda one: one.light.words),
    ]
    paper = Paper("花名册应报情况表", request.acting, today, columns)
    return take_along(request, page.lines, page.total, paper, what="rosters.due")


def _due(request: OfficerRequest, owed: Sequence[Due]) -> LinePage:
    senders = {str(one.sender.pk): one.sender.name for one in owed}
    kinds = {one.kind.value: one.kind.label for one in owed}
    standing = keep(lambda one, value: one.standing == value)
    filters = [
        Filter("standing", "情况", standing, Standing.choices),
        Filter("kind", "名册", keep(lambda one, value: one.kind == value), list(kinds.items())),
    ]
    if len(senders) > 1:
        by_sender = keep(lambda one, value: str(one.sender.pk) == value)
        choices = sorted(senders.items(), key=lambda pair: pair[1])
        filters.append(Filter("sender", "报送单位", by_sender, choices))
    orders = {
        "urgency": lambda one: (list(Standing).index(one.standing), one.due_on, one.sender.name),
        "due": lambda one: (one.due_on, one.sender.name),
        "sender": lambda one: (one.sender.name, one.due_on),
    }
    return line_page(
        request, owed, orders=orders, default_sort="urgency", filters=filters, unit="项"
    )


@require_GET
def destruction(request: OfficerRequest) -> HttpResponse:
    """What is kept beyond its time, to be destroyed; and the list of what was."""
    page = _destroyed(request)
    by, today = request.acting, clock.today()
    context = {
        "page": page,
        "expired": queries.expired(by, today, first=SHOWN_EXPIRED),
        "count": len(queries.over(by, today)),
    }
    return render(request, "rosters/destruction.html", context)


@require_POST
def destroy(request: OfficerRequest) -> HttpResponse:
    """Destroy the files that were picked, once the list was looked through."""
    keys = set(request.POST.getlist("roster"))
    expired = queries.expired(request.acting, clock.today())
    picked = [roster for roster in expired if str(roster.pk) in keys]
    if len(picked) != len(keys) or not keys:
        messages.error(request, "没有选中要销毁的，或有的已不在清单里。请核对后再选。")
    elif not request.POST.get("approved"):
        messages.error(request, "请先核对清单，勾上“已逐份核对”再销毁。")
    else:
        count = actions.destroy(picked, by=request.acting, today=clock.today())
        messages.success(request, f"已销毁 {count} 份的原文件和各行，校验值和条数留下。")
    return redirect("rosters:destruction")


@require_POST
def export_destroyed(request: OfficerRequest) -> HttpResponse:
    page = _destroyed(request)
    columns = [
        Column("名册", 18, lambda r: r.get_kind_display()),
        Column("报送单位", 20, lambda r: r.sender.name),
        Column("编号", 18, lambda r: r.number),
        Column("数据时点", 12, lambda r: r.as_of),
        Column("收下", 12, lambda r: r.received_on),
        Column("条数", 10, lambda r: r.rows),
        Column("文件校验值", 40, lambda r: r.file_hash),
        Column("销毁", 12, lambda r: r.file_destroyed_on),
        Column("批准", 22, lambda r: r.file_destroyed_by or "按参数自动"),
    ]
    paper = Paper("花名册原文件销毁清单", request.acting, clock.today(), columns)
    return take_along(request, page.rows, page.total, paper, what="rosters.destroyed")


def _destroyed(request: OfficerRequest) -> ListPage:
    mine = Roster.objects.visible_to(request.acting).filter(file_destroyed_on__isnull=False)
    return list_page(
        request,
        mine.with_places().select_related("file_destroyed_by__unit"),
        filters=[Filter("kind", "名册", lambda rows, kind: rows.filter(kind=kind), Kind.choices)],
        sorts={"destroyed": ["file_destroyed_on"], "received": ["received_at"]},
        default_sort="-destroyed",
        unit="份",
    )


def of_the_office(request: OfficerRequest, pk: UUID) -> Roster:
    """The roster, where this post may see it at all."""
    rows = Roster.objects.visible_to(request.acting).with_places()
    return get_object_or_404(rows.select_related("previous", "supplements"), pk=pk)
