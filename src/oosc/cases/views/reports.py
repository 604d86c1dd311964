"""强制报告: opened, made, answered, printed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.audit import trail
from oosc.cases import actions
from oosc.cases import ledger as ledgers
from oosc.cases.forms import (
    AnswerForm,
    ReportForm,
)
from oosc.cases.models import MandatoryReport
from oosc.cases.views.answers import answer_form, pdf, tried, visible
from oosc.children.models import Child
from oosc.documents import rendering
from oosc.kernel import clock
from oosc.members.http import OfficerRequest


@require_POST
def report_child(request: OfficerRequest, child_pk: UUID) -> HttpResponse:
    """强制报告 for a child of whom there need be no case."""
    child = get_object_or_404(Child.objects.visible_to(request.acting), pk=child_pk)
    report = actions.open_report_for_child(child, by=request.acting)
    return redirect("cases:report", report.pk)


@require_POST
def open_report(request: OfficerRequest, pk: UUID) -> HttpResponse:
    report = actions.open_mandatory_report(visible(request, pk), by=request.acting)
    return redirect("cases:report", report.pk)


@require_GET
def reports(request: OfficerRequest) -> HttpResponse:
    mine = MandatoryReport.objects.visible_to(request.acting)
    found = mine.select_related("child", "region", "case").order_by("-found_at")[:200]
    return render(request, "cases/reports.html", {"reports": found})


@require_http_methods(["GET", "POST"])
def report(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """强制报告单: what, when, to whom; then the answer."""
    one = _visible_report(request, pk)
    if one.reported_at:
        trail.record("mandatory_report.read", one, by=request.acting)
        return render(request, "cases/report.html", {"report": one, "answer_form": AnswerForm()})
    form = ReportForm(request.POST or None, initial={"reported_at": clock.now()})
    if form.is_valid() and tried(
        request,
        form,
        lambda: actions.report_mandatory(
            one,
            by=request.acting,
            kind=MandatoryReport.Kind(form.cleaned_data.pop("kind")),
            **form.cleaned_data,
        ),
    ):
        messages.success(request, "强制报告已登记。收到反馈后请回到这里补记。")
        return redirect("cases:report", pk)
    return answer_form(request, "cases/report.html", form, report=one)


@require_POST
def answer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    one = _visible_report(request, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        actions.answer_mandatory(one, by=request.acting, **form.cleaned_data)
        messages.success(request, "已登记反馈。")
        return redirect("cases:report", pk)
    status = 422
    return render(request, "cases/report.html", {"report": one, "answer_form": form}, status=status)


@require_GET
def report_print(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """W21 on paper."""
    one = _visible_report(request, pk)
    trail.record("mandatory_report.printed", one, by=request.acting)
    return pdf(rendering.pdf("mandatory_report", ledgers.report_words(one, request.acting)))


def _visible_report(request: OfficerRequest, pk: UUID) -> MandatoryReport:
    mine = MandatoryReport.objects.visible_to(request.acting)
    return get_object_or_404(mine.select_related("child", "region", "case__school"), pk=pk)
