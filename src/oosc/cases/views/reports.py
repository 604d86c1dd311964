"""强制报告: opened, made, answered, printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.cases import listing, papers, queries, rules
from oosc.cases.actions import reporting
from oosc.cases.forms import AnswerForm, ReportForm, TellingForm, WhyForm, telling_forms
from oosc.cases.models import MandatoryReport
from oosc.cases.states import Body
from oosc.cases.views.answers import answer_form, pdf, tried, visible
from oosc.children.models import Child
from oosc.documents import rendering
from oosc.kernel import clock
from oosc.lists.forms import PURPOSES, ExportForm, Form
from oosc.lists.papers import Paper, check_size
from oosc.members.http import OfficerRequest
from oosc.schooling.papers import answer as answer_paper


@require_POST
def report_child(request: OfficerRequest, child_pk: UUID) -> HttpResponse:
    """强制报告 for a child of whom there need be no case."""
    child = get_object_or_404(Child.objects.visible_to(request.acting), pk=child_pk)
    report = reporting.open_report_for_child(child, by=request.acting)
    return redirect("cases:report", report.pk)


@require_POST
def open_report(request: OfficerRequest, pk: UUID) -> HttpResponse:
    report = reporting.open_mandatory_report(visible(request, pk), by=request.acting)
    return redirect("cases:report", report.pk)


@require_GET
def reports(request: OfficerRequest) -> HttpResponse:
    page = listing.reports(request)
    _light(page.objects)
    return render(request, "cases/reports.html", {"page": page, "purposes": PURPOSES})


@require_POST
def export_reports(request: OfficerRequest) -> HttpResponse:
    """The list as filtered, names as on the page, for a purpose: never what was found."""
    require(request.acting, Permission.EXPORT)
    asked = ExportForm(request.POST, with_pdf=True)
    if not asked.is_valid():
        return HttpResponseBadRequest("请从强制报告页面选择用途后导出。")
    by, form = request.acting, asked.cleaned_data["form"]
    page = listing.reports(request)
    check_size(page.total, form)
    reporting.reports_exported(
        by=by, purpose=asked.cleaned_data["purpose"], rows=page.total, form=form
    )
    paper = Paper(
        title=f"{by.unit_name} 强制报告清单",
        by=by,
        on=clock.today(),
        columns=listing.REPORT_COLUMNS,
        scope=f"{page.total:,} 份",
    )
    return answer_paper(request, paper, listing.report_rows(page, by), form, page.total)


@require_http_methods(["GET", "POST"])
def report(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """强制报告单: what was found, whom one told, and what they answered."""
    one = _visible_report(request, pk)
    told = [each.body for each in one.told.all()]
    if request.method == "GET":
        trail.record("mandatory_report.read", one, by=request.acting)
    if one.reported_at or one.annulled_at:
        return _shown(request, one, AnswerForm())
    sent = request.POST if request.method == "POST" else None
    forms = telling_forms(sent, told, clock.now())
    form: Form = Form(sent) if one.account else ReportForm(sent)
    wrong = [each for each in forms if not each.is_valid()]
    if sent is not None and wrong:
        form.add_error(None, "接报单位有没填好的，已标在下面。填过的都在。")
    if form.is_valid() and tried(request, form, lambda: _make(request, one, form, forms)):
        one.refresh_from_db()
        done = (
            "强制报告已报齐。"
            if one.reported_at
            else "已登记。还没有报告的单位，报告后回到这里补记。"
        )
        messages.success(request, done)
        return redirect("cases:report", pk)
    return _shown(request, one, AnswerForm(), form=form, telling=forms)


@require_POST
def answer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    one = _visible_report(request, pk)
    form = AnswerForm(request.POST)
    if form.is_valid() and tried(
        request,
        form,
        lambda: reporting.answer_mandatory(
            one,
            by=request.acting,
            body=Body(form.cleaned_data["body"]),
            answer=form.cleaned_data["answer"],
        ),
    ):
        messages.success(request, "已登记反馈。")
        return redirect("cases:report", pk)
    return _shown(request, one, form)


@require_http_methods(["GET", "POST"])
def annul(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """作废误开的强制报告, before anybody was told of it."""
    one = _visible_report(request, pk)
    form = WhyForm(request.POST or None)
    if form.is_valid() and tried(
        request, form, lambda: reporting.annul_report(one, by=request.acting, **form.cleaned_data)
    ):
        messages.success(request, "已作废。原单仍可在强制报告里查看。")
        return redirect("cases:report", pk)
    words = {
        "title": "作废误开的强制报告",
        "verb": "作废",
        "lead": "只用于误点、误开。孩子可能受侵害或有危险的，不得作废。",
        "child": one.child,
    }
    return answer_form(request, "cases/why.html", form, **words)


@require_GET
def report_print(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """W21 on paper."""
    one = _visible_report(request, pk)
    trail.record("mandatory_report.printed", one, by=request.acting)
    return pdf(rendering.pdf("mandatory_report", papers.report_words(one, request.acting)))


def _make(
    request: OfficerRequest, one: MandatoryReport, form: Form, forms: list[TellingForm]
) -> None:
    told = [telling for each in forms if (telling := each.telling())]
    if not isinstance(form, ReportForm):
        reporting.tell_more(one, by=request.acting, told=told)
        return
    reporting.report_mandatory(
        one,
        by=request.acting,
        kind=MandatoryReport.Kind(form.cleaned_data["kind"]),
        account=form.cleaned_data["account"],
        measures=form.cleaned_data["measures"],
        told=told,
    )


def _shown(
    request: OfficerRequest, one: MandatoryReport, answer_form_: AnswerForm, **words: Any
) -> HttpResponse:  # Any: for the template
    _light([one])
    told = [each.body for each in one.told.all()]
    is_open = not one.reported_at and not one.annulled_at
    asked: Form | None = words.get("form")
    if is_open and asked is None:
        asked = Form() if one.account else ReportForm()
        words["telling"] = telling_forms(None, told, clock.now())
    return answer_form(
        request,
        "cases/report.html",
        asked or answer_form_,
        report=one,
        telling=words.get("telling", []),
        asks_all=isinstance(asked, ReportForm),
        answer_form=answer_form_,
        left=rules.still_to_tell(told),
        kind=MandatoryReport.Kind(one.kind).label if one.kind else "",
        may_annul=is_open and not told and reporting.may_annul(one, request.acting),
    )


def _light(found: Iterable[Any]) -> None:  # Any: reports of a list page
    now = clock.now()
    for one in found:
        one.light = queries.report_light(one, now)


def _visible_report(request: OfficerRequest, pk: UUID) -> MandatoryReport:
    mine = MandatoryReport.objects.visible_to(request.acting)
    found = mine.select_related("child", "region", "case__school", "annulled_by__unit")
    return get_object_or_404(found, pk=pk)
