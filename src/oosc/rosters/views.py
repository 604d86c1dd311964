"""Pages of the rosters: what came, what is owed, and taking one in."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.documents.rendering import pdf
from oosc.kernel import clock
from oosc.lists.page import Filter, ListPage, list_page
from oosc.lists.papers import XLSX, Column, Paper
from oosc.lists.views import take_along
from oosc.members.http import OfficerRequest
from oosc.parameters import values
from oosc.rosters import actions, effects, mappings, queries, receipt, rules
from oosc.rosters.forms import MappingForm, ReceiveForm, WithdrawForm
from oosc.rosters.list_pages import of_the_office
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind, Standing, State
from rosterlink.reading import Marked

SHOWN_PROBLEMS, SHOWN_KINDS, SHOWN_MISSING = 20, 12, 6
# What comes of 下载, and what is said of it beside the link.
MARKED = {
    Marked.ORIGINAL: ("带标记的原表", "带标记的原表里，坏的单元格涂红，批注写明问题。"),
    Marked.COPY: (
        "带标记的副本",
        "这种文件不能直接涂色：副本是一个 .xlsx，各表各格的文字与原表相同，坏的单元格涂红加批注。",
    ),
    Marked.LIST: ("问题清单", "这份太大，不能逐格涂色：问题清单按工作表、行、表头一处一行列出。"),
}
# What the address calls the tabs of the list.
SHOWN = {
    "latest": "最新各份",
    "open": "待收下",
    "all": "全部收下的",
    "withdrawn": "已撤回",
}


@require_GET
def rosters(request: OfficerRequest) -> HttpResponse:
    page, shown = _list(request)
    owed = queries.due(request.acting, clock.today())
    is_centre = policy.holds(request.acting, Permission.ROSTER_OF_OTHERS)
    context = {
        "page": page,
        "shown": shown,
        "tabs": SHOWN,
        "owed": owed,
        "missing": [one for one in owed if one.is_missing][:SHOWN_MISSING],
        "tallies": [(s, sum(one.standing == s for one in owed)) for s in Standing],
        "expired": len(queries.over(request.acting, clock.today())) if is_centre else 0,
    }
    return render(request, "rosters/list.html", context)


@require_POST
def export_rosters(request: OfficerRequest) -> HttpResponse:
    page, shown = _list(request)
    columns = [
        Column("名册", 18, lambda r: r.get_kind_display()),
        Column("报送单位", 22, lambda r: r.sender.name),
        Column("数据时点", 12, lambda r: r.as_of),
        Column("收下", 12, lambda r: r.received_on),
        Column("行数", 10, lambda r: r.rows),
        Column("有问题的行", 10, lambda r: str(r.rows_with_problems)),
        Column("状态", 10, lambda r: r.get_state_display()),
        Column("编号", 18, lambda r: r.number),
    ]
    paper = Paper("收到的花名册", request.acting, clock.today(), columns, scope=SHOWN[shown])
    return take_along(request, page.rows, page.total, paper, what="rosters.rosters")


def _list(request: OfficerRequest) -> tuple[ListPage, str]:
    shown = request.GET.get("shown", "latest")
    shown = shown if shown in SHOWN else "latest"
    mine = Roster.objects.visible_to(request.acting)
    page = list_page(
        request,
        _shown(mine, shown).with_places(),
        filters=_filters(request),
        sorts={
            "as_of": ["as_of"],
            "received": ["received_at", "uploaded_at"],
            "sender": ["sender__name", "kind"],
            "rows": ["rows"],
        },
        default_sort="-received",
        unit="份",
    )
    return page, shown


@require_http_methods(["GET", "POST"])
def receive(request: OfficerRequest) -> HttpResponse:
    return _hand_in(request, None)


@require_http_methods(["GET", "POST"])
def correct(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Take the failed rows of a roster in again, corrected."""
    return _hand_in(request, of_the_office(request, pk))


def _hand_in(request: OfficerRequest, supplements: Roster | None) -> HttpResponse:
    form = ReceiveForm(
        request.POST or None,
        request.FILES or None,
        senders=queries.senders(request.acting),
        today=clock.today(),
        supplements=supplements,
        # What is owed is asked for by a link that says which roster of whom.
        initial={
            "sender": request.GET.get("sender") or request.acting.unit_id,
            "kind": request.GET.get("kind", ""),
        },
    )
    if request.method == "POST" and form.is_valid():
        return _handed_in(request, form, supplements)
    context = {"form": form, "supplements": supplements, "years": _years(request)}
    wrong = request.method == "POST"
    return render(request, "rosters/receive.html", context, status=422 if wrong else 200)


def _handed_in(
    request: OfficerRequest, form: ReceiveForm, supplements: Roster | None
) -> HttpResponse:
    file, seems = form.cleaned_data["file"], form.cleaned_data.get("seems")
    if seems and seems != form.cleaned_data["kind"]:
        messages.warning(request, f"文件更像是“{Kind(seems).label}”。收下前请核对种类。")
    roster = actions.hand_in(
        file.file,
        name=file.name,
        size=file.size,
        kind=form.cleaned_data["kind"],
        sender=form.cleaned_data["sender"],
        as_of=form.cleaned_data["as_of"],
        at=clock.now(),
        by=request.acting,
        supplements=supplements,
    )
    return redirect("rosters:check", roster.pk)


@require_http_methods(["GET", "POST"])
def check(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """What was read of a file; a POST says which heading is which, and has it read again."""
    roster = of_the_office(request, pk)
    if roster.state in (State.RECEIVED, State.WITHDRAWN):
        return redirect("rosters:detail", pk)
    form = MappingForm(request.POST or None, roster=roster)
    if request.method == "POST" and form.is_valid():
        actions.map_headings(roster, mapping=form.told, by=request.acting, at=clock.now())
        return redirect("rosters:check", pk)
    context = _checked(request, roster) | {"form": form}
    wrong = request.method == "POST"
    return render(request, "rosters/check.html", context, status=422 if wrong else 200)


@require_GET
def progress(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The piece that says how far the check is; when it is done, the page comes anew."""
    roster = of_the_office(request, pk)
    response = render(request, "rosters/_progress.html", _checked(request, roster))
    if roster.state != State.CHECKING:
        response["HX-Redirect"] = reverse("rosters:check", args=[pk])
    return response


@require_POST
def check_again(request: OfficerRequest, pk: UUID) -> HttpResponse:
    actions.check_again(of_the_office(request, pk), by=request.acting)
    return redirect("rosters:check", pk)


@require_POST
def accept(request: OfficerRequest, pk: UUID) -> HttpResponse:
    roster = actions.receive(of_the_office(request, pk), by=request.acting, at=clock.now())
    messages.success(request, f"已收下 {roster.rows:,} 行。移交单可以打印了。")
    return redirect("rosters:detail", pk)


@require_POST
def discard(request: OfficerRequest, pk: UUID) -> HttpResponse:
    actions.discard(of_the_office(request, pk), by=request.acting)
    messages.success(request, "没有收下，文件已销毁。")
    return redirect("rosters:list")


@require_GET
def detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    roster = of_the_office(request, pk)
    if roster.state not in (State.RECEIVED, State.WITHDRAWN):
        return redirect("rosters:check", pk)
    context = _checked(request, roster) | {
        "effects": effects.caused_by(roster),
        "corrections": roster.corrections.received(),
        "kept_until": queries.kept_until(roster, values.as_of(roster.region.code, clock.today())),
        "may_download": request.acting.unit_id in (roster.sender_id, roster.checked_by.unit_id),
    }
    return render(request, "rosters/detail.html", context)


@require_http_methods(["GET", "POST"])
def withdraw(request: OfficerRequest, pk: UUID) -> HttpResponse:
    roster = of_the_office(request, pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw(roster, by=request.acting, at=clock.now(), **form.cleaned_data)
        messages.success(request, "已撤回。由它引起的事项已按上面所列处理。")
        return redirect("rosters:detail", pk)
    context = {"roster": roster, "form": form, "effects": effects.caused_by(roster)}
    wrong = request.method == "POST"
    return render(request, "rosters/withdraw.html", context, status=422 if wrong else 200)


@require_GET
def hand_over(request: OfficerRequest, pk: UUID) -> HttpResponse:
    roster = of_the_office(request, pk)
    actions.record_receipt(roster, "sheet", by=request.acting)
    context = {"roster": roster, "words": receipt.words(roster)}
    return render(request, "rosters/receipt.html", context)


@require_GET
def hand_over_pdf(request: OfficerRequest, pk: UUID) -> FileResponse:
    roster = of_the_office(request, pk)
    paper = pdf("handover", receipt.words(roster))
    actions.record_receipt(roster, "pdf", by=request.acting)
    return _file(paper, f"数据移交单-{roster.number}.pdf", "application/pdf")


@require_GET
def marked(request: OfficerRequest, pk: UUID) -> FileResponse:
    from oosc.rosters import sheets  # takes a second to load: see there

    roster = of_the_office(request, pk)
    if queries.way_marked(roster) is None:
        raise Http404("the file is gone")
    actions.record_download(roster, "marked", by=request.acting)
    workbook, way = sheets.marked(roster)
    return _file(workbook, f"{roster.get_kind_display()}-{MARKED[way][0]}.xlsx", XLSX)


@require_GET
def failed(request: OfficerRequest, pk: UUID) -> FileResponse:
    from oosc.rosters import sheets  # as in marked

    roster = of_the_office(request, pk)
    if not roster.problems_key:
        raise Http404("the rows are gone")
    actions.record_download(roster, "failed", by=request.acting)
    name = f"{roster.get_kind_display()}-有问题的行.xlsx"
    return _file(sheets.failed_rows(roster), name, XLSX)


@require_GET
def templates(request: OfficerRequest) -> HttpResponse:
    """The layouts this post's units hand in, each as an empty workbook."""
    roles = {unit.role for unit in queries.senders(request.acting)}
    kinds = {kind for role in roles for kind in mappings.KINDS_OF[role]}
    layouts = [(kind, queries.fields_of(kind).values()) for kind in Kind if kind in kinds]
    return render(request, "rosters/templates.html", {"layouts": layouts})


@require_GET
def template(request: OfficerRequest, kind: str) -> FileResponse:
    from oosc.rosters import sheets  # as in marked

    if kind not in Kind.values:
        raise Http404("no such kind")
    return _file(sheets.template(Kind(kind)), f"{Kind(kind).label}-模板.xlsx", XLSX)


def _shown(rows: Any, shown: str) -> Any:  # Any: a RosterQuerySet, whatever made it
    if shown == "latest":
        return rows.latest_of_each()
    if shown == "open":
        return rows.filter(state__in=actions.NOT_FINISHED)
    return rows.filter(state=State.RECEIVED if shown == "all" else State.WITHDRAWN)


def _filters(request: OfficerRequest) -> list[Filter]:
    found = [Filter("kind", "种类", lambda rows, kind: rows.filter(kind=kind), Kind.choices)]
    if policy.holds(request.acting, Permission.ROSTER_OF_OTHERS):
        units = [(str(unit.pk), unit.name) for unit in queries.senders(request.acting)]
        found.append(Filter("sender", "报送单位", lambda rows, key: rows.filter(sender=key), units))
    return found


def _checked(
    request: OfficerRequest, roster: Roster
) -> dict[str, Any]:  # Any: a template's context
    problems = queries.problems(roster)
    way = queries.way_marked(roster) if problems else None
    return {
        "roster": roster,
        "problems": problems[:SHOWN_PROBLEMS],
        "kinds": queries.kinds_of_problems(problems)[:SHOWN_KINDS],
        "several": len(roster.sheets) > 1,
        "marked": MARKED.get(way) if way else None,
        "rows_open": queries.can_show_rows(roster, request.acting),
        "headings": queries.headings_shown(roster),
        "sight": queries.sight_of(roster, clock.now()),
        "is_stuck": queries.is_stuck(roster),
        "ignored": queries.ignored_headings(roster),
        "older": bool(roster.previous and roster.as_of < roster.previous.as_of),
        "shrunk": bool(roster.previous and rules.is_shrunk(roster.gone, roster.previous.rows)),
    }


def _years(request: OfficerRequest) -> int:
    region = request.acting.region_code
    return values.number("roster_file_school_years", region, clock.today())


def _file(content: bytes, name: str, media_type: str) -> FileResponse:
    return FileResponse(
        BytesIO(content), as_attachment=True, filename=name, content_type=media_type
    )
