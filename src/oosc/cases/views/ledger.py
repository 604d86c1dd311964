"""The working ledger: its page, its papers, its seal, many assigned at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import Permission
from oosc.cases import ledger as ledgers
from oosc.cases import queries
from oosc.cases.actions import assigning, sealing
from oosc.cases.forms import (
    SealForm,
)
from oosc.cases.models import Case
from oosc.cases.states import State
from oosc.cases.views.answers import answer_form, light, tried
from oosc.kernel import clock
from oosc.kernel.keys import key_in
from oosc.lists.forms import PURPOSES, ExportForm
from oosc.lists.papers import Paper, check_size
from oosc.members.http import OfficerRequest
from oosc.places.models import Region
from oosc.schooling import papers
from oosc.schooling.queries import Row, school_years


@require_GET
def ledger(request: OfficerRequest) -> HttpResponse:
    """The working ledger: every case within reach, by state, community, school and due day."""
    today = clock.today()
    reachable = Case.objects.visible_to(request.acting)
    page = ledgers.page(request, reachable, today)
    ledgers.leave_search(page, request.acting)
    light(request, page.objects)
    counts = queries.counts(reachable, today)
    words = {"page": page, "counts": counts, "purposes": PURPOSES}
    return render(request, "cases/ledger.html", words)


@require_POST
def export(request: OfficerRequest) -> HttpResponse:
    """The ledger as filtered, masked as on the page, for a purpose: workbook, PDF or paper."""
    asked = ExportForm(request.POST, with_pdf=True)
    if not asked.is_valid():
        return HttpResponseBadRequest("请从台账页面选择用途后导出。")
    by, today, form = request.acting, clock.today(), asked.cleaned_data["form"]
    page = ledgers.page(request, Case.objects.visible_to(by), today)
    check_size(page.total, form)
    purpose = asked.cleaned_data["purpose"]
    sealing.exported(by=by, purpose=purpose, rows=page.total, form=form)
    paper = Paper(
        title=f"{by.unit_name} {ledgers.title(page)}",
        by=by,
        on=today,
        columns=ledgers.COLUMNS,
        scope=ledgers.scope(page),
    )
    return papers.answer(request, paper, ledgers.rows(page, by, today), form, page.total)


@require_http_methods(["GET", "POST"])
def seal(request: OfficerRequest) -> HttpResponse:
    """封存疑似台账: a dated snapshot of a school year."""
    by, today = request.acting, clock.today()
    years = school_years(today)
    form = SealForm(request.POST or None, by=by, years=years, initial={"school_year": years[1]})
    if form.is_valid():
        year, region = form.cleaned_data["school_year"], form.cleaned_data["region"]
        rows = ledgers.sealed_rows(year, region, today)
        if tried(request, form, lambda: _sealed(request, year, region, rows)):
            return redirect("schooling:sealed")
    return answer_form(request, "cases/seal.html", form)


@require_POST
def assign_many(request: OfficerRequest) -> HttpResponse:
    """派核 for many: first a page that lists what will happen, then it happens."""
    picked = [key for key in request.POST.getlist("pick") if key_in(key)]
    within = Case.objects.visible_to(request.acting, Permission.CASE_ASSIGN)
    waiting = within.filter(pk__in=picked, state=State.SUSPECTED)
    cases = list(waiting.select_related("child__school", "region", "school").order_by("region"))
    if not cases:
        messages.warning(request, "还没有勾选待派核的个案。请在台账里勾选后再派核。")
        return redirect(f"{reverse('cases:ledger')}?state=suspected")
    if "confirm" not in request.POST:
        return render(request, "cases/assign_many.html", {"cases": cases})
    came_to = assigning.assign_many(cases, by=request.acting, on=clock.today())
    words = f"已派核 {len(came_to.cases)} 件，各到责任社区和学校。"
    if came_to.skipped:
        words += f"另有 {came_to.skipped} 件同事刚刚已派核。"
    messages.success(request, words)
    return redirect("cases:ledger")


def _sealed(request: OfficerRequest, year: str, region: Region, rows: Iterable[Row]) -> None:
    by, on, columns = request.acting, clock.today(), ledgers.COLUMNS
    roster = sealing.seal_ledger(year, region, by=by, on=on, rows=rows, columns=columns)
    messages.success(
        request, f"已封存疑似台账，{roster.rows_count:,} 件。以后只能更正留痕，不能改动。"
    )
