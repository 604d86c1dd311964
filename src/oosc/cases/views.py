"""The pages of a case. A page asks, an action does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access import policy
from oosc.access.policy import DataClass, Level, Permission
from oosc.audit import trail
from oosc.cases import actions, queries
from oosc.cases import ledger as ledgers
from oosc.cases.actions import Suspicion
from oosc.cases.forms import (
    AnswerForm,
    AssignForm,
    EvidenceForm,
    ReportForm,
    RuleOutForm,
    VisitForm,
    WhyForm,
)
from oosc.cases.models import Case, Evidence, MandatoryReport, Visit
from oosc.cases.progress import steps
from oosc.cases.states import CLOSINGS, Conclusion, EvidenceKind, Reason, Source, State
from oosc.children.models import Child
from oosc.documents import rendering
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.lists import workbook
from oosc.members.http import OfficerRequest
from oosc.parameters.calendar import working_days
from oosc.vault import files

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def ledger(request: OfficerRequest) -> HttpResponse:
    """The working ledger: every case within reach, by state, community, school and due day."""
    today = clock.today()
    page = ledgers.page(request, today)
    _light(page.objects)
    counts = queries.counts(request.acting, today)
    return render(request, "cases/ledger.html", {"page": page, "counts": counts})


@require_GET
def ledger_print(request: OfficerRequest) -> HttpResponse:
    """The ledger as filtered, on A4 landscape."""
    page = ledgers.page(request, clock.today())
    rows = ledgers.rows(page, request.acting)
    trail.record("cases.printed", by=request.acting, rows=len(rows))
    words = {"columns": ledgers.COLUMNS, "rows": rows, "today": clock.today()}
    return render(request, "cases/print.html", words)


@require_GET
def ledger_export(request: OfficerRequest) -> HttpResponse:
    """The ledger as filtered, in the office's usual columns, masked as on the page."""
    policy.require(request.acting, Permission.EXPORT)
    page = ledgers.page(request, clock.today())
    rows = ledgers.rows(page, request.acting)
    sheet = workbook.Sheet(
        title="疑似失学辍学台账",
        subtitle=f"{request.acting.unit_name}　{clock.today():%Y年%-m月%-d日}",
        columns=[workbook.Column(heading, width) for heading, width in ledgers.COLUMNS],
        rows=rows,
        foot="制表人：　　　　审核人：　　　　单位负责人：　　　　填报日期：",
    )
    trail.record("cases.exported", by=request.acting, rows=len(rows))
    response = HttpResponse(workbook.to_bytes(sheet), content_type=EXCEL)
    response["Content-Disposition"] = "attachment; filename*=UTF-8''" + ledgers.FILE_NAME
    return response


@require_GET
def visits(request: OfficerRequest) -> HttpResponse:
    """Whom to visit: the cases of this post that wait for a verification, what is due first."""
    mine = Case.objects.visible_to(request.acting, Permission.CASE_VERIFY)
    waiting = mine.filter(state__in=[State.ASSIGNED, State.VERIFYING])
    cases = list(waiting.select_related("child", "region", "school").order_by("due_on")[:100])
    _light(cases)
    return render(request, "cases/visits.html", {"cases": cases})


@require_GET
def detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = _visible(request, pk)
    _light([case])
    sees = policy.level(request.acting, DataClass.VISITS) >= Level.TASKS
    trail.record("case.read", case, by=request.acting)
    reason = Reason(case.closing_reason) if case.closing_reason else None
    words = {
        "case": case,
        "steps": steps(case),
        "moves": case.moves.select_related("by__unit").order_by("-at"),
        "visits": case.visits.select_related("recorded_by__unit") if sees else [],
        "evidence": case.evidence.select_related("added_by__unit") if sees else [],
        "reports": case.mandatory_reports.all() if sees else [],
        "reason": reason,
        "needs": CLOSINGS[reason].needs if reason else (),
        "may_approve": case.state == State.CLOSING
        and queries.to_approve(request.acting).filter(pk=case.pk).exists(),
        "evidence_form": EvidenceForm(),
        "pictures": policy.level(request.acting, DataClass.PICTURES) >= Level.TASKS,
    }
    return render(request, "cases/detail.html", words)


@require_http_methods(["GET", "POST"])
def assign(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """派核: to the community and the school together."""
    case = _visible(request, pk)
    _light([case])
    form = AssignForm(request.POST or None, case=case)
    if form.is_valid():
        actions.assign(case, by=request.acting, on=clock.today(), **form.cleaned_data)
        messages.success(request, f"已派核给{form.cleaned_data['region']}。")
        return redirect("cases:ledger")
    return _form(request, "cases/assign.html", form, case=case)


@require_POST
def start(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = _visible(request, pk)
    actions.start_verifying(case, by=request.acting, on=clock.today())
    messages.success(request, "已签收，开始核查。")
    return redirect("cases:detail", pk)


@require_http_methods(["GET", "POST"])
def visit(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """入户核查 in a doorway. Sent by a script too, when the connection comes back."""
    case = get_object_or_404(
        Case.objects.visible_to(request.acting, Permission.CASE_VERIFY).select_related(
            "child", "region", "school"
        ),
        pk=pk,
    )
    _light([case])
    initial = {"visited_on": clock.today(), "visitors": request.acting.officer_name}
    form = VisitForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        kept = actions.record_visit(case, by=request.acting, facts=form.facts())
        return _after_visit(request, kept)
    guardians = list(case.child.guardians.all())
    return _form(request, "cases/visit.html", form, case=case, guardians=guardians)


@require_POST
def add_evidence(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = _visible(request, pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, "cases/evidence.html", form, case=case)
    file = form.cleaned_data["file"]
    actions.add_evidence(
        case,
        by=request.acting,
        kind=EvidenceKind(form.cleaned_data["kind"]),
        file=file.read() if file else b"",
        number=form.cleaned_data["number"],
        note=form.cleaned_data["note"],
    )
    messages.success(request, "已登记证据。")
    back = request.POST.get("back") == "rule_out"
    return redirect("cases:rule_out" if back else "cases:detail", pk)


@require_POST
def take_back(request: OfficerRequest, pk: UUID) -> HttpResponse:
    evidence = _visible_evidence(request, pk)
    actions.take_back_evidence(evidence, by=request.acting)
    messages.success(request, "已撤下这份证据，仍留在卷内。")
    return redirect("cases:detail", evidence.case_id)


@require_GET
def evidence_file(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Open a photo or a scan; that leaves a trace."""
    evidence = _visible_evidence(request, pk)
    if policy.level(request.acting, DataClass.PICTURES) < Level.TASKS:
        raise Refused("您所在的岗位不能打开照片和扫描件。")
    trail.record("case.evidence_opened", evidence.case, by=request.acting, evidence=evidence.pk)
    response = HttpResponse(files.read(evidence.file_key), content_type=evidence.media_type)
    response["Content-Disposition"] = "inline"
    return response


@require_http_methods(["GET", "POST"])
def rule_out(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """排除: a reason, and the evidence it needs."""
    case = _visible(request, pk)
    form = RuleOutForm(request.POST or None)
    if form.is_valid():
        reason = Reason(form.cleaned_data["reason"])
        words = form.cleaned_data["words"]
        actions.rule_out(case, by=request.acting, on=clock.today(), reason=reason, words=words)
        messages.success(request, "已申请排除，待审批。")
        return redirect("cases:detail", pk)
    return _form(
        request,
        "cases/rule_out.html",
        form,
        case=case,
        closings=[one for one in CLOSINGS.values() if one.from_verifying and one.needs],
        evidence=case.evidence.filter(withdrawn_at__isnull=True),
        evidence_form=EvidenceForm(),
    )


@require_GET
def approvals(request: OfficerRequest) -> HttpResponse:
    waiting = queries.to_approve(request.acting).select_related("child", "region", "closing_by")
    cases = list(waiting.order_by("due_on"))
    _light(cases)
    return render(request, "cases/approvals.html", {"cases": cases})


@require_POST
def approve(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = actions.approve_closing(_visible(request, pk), by=request.acting, on=clock.today())
    done = "已批准，个案销号。" if case.closed_on else "本单位已同意，待其他单位审批。"
    messages.success(request, done)
    return redirect("cases:detail", pk)


@require_http_methods(["GET", "POST"])
def send_back(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = _visible(request, pk)
    form = WhyForm(request.POST or None)
    if form.is_valid():
        actions.send_back(case, by=request.acting, on=clock.today(), **form.cleaned_data)
        messages.success(request, "已退回经办人补正。")
        return redirect("cases:detail", pk)
    words = {
        "title": "退回申请",
        "verb": "退回",
        "lead": "经办人会看到退回的理由，据此补正后再申请。",
    }
    return _form(request, "cases/why.html", form, case=case, **words)


@require_http_methods(["GET", "POST"])
def withdraw(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = _visible(request, pk)
    form = WhyForm(request.POST or None)
    if form.is_valid():
        actions.withdraw(case, by=request.acting, on=clock.today(), **form.cleaned_data)
        messages.success(request, "已撤销立案。")
        return redirect("cases:detail", pk)
    words = {
        "title": "撤销立案",
        "verb": "撤销立案",
        "lead": "只用于误立案或来源名册撤回。已有走访记录的，转为待人工核定。",
    }
    return _form(request, "cases/why.html", form, case=case, **words)


@require_http_methods(["GET", "POST"])
def raise_case(request: OfficerRequest, child_pk: UUID) -> HttpResponse:
    """立案 for one child whom a community, a school or a neighbour noticed (SQ-2a)."""
    child = get_object_or_404(Child.objects.visible_to(request.acting), pk=child_pk)
    form = WhyForm(request.POST or None)
    form.fields["why"].label = "发现的情况"
    if form.is_valid():
        source = Source.ABSENCE if request.acting.school_id else Source.COMMUNITY
        suspicion = Suspicion(child, source, "reported", form.cleaned_data["why"])
        case = actions.raise_suspicion(suspicion, by=request.acting, on=clock.today())
        messages.success(request, f"已立案，案号 {case.number}，待教育中心派核。")
        return redirect("cases:detail", case.pk)
    words = {"title": "登记疑似", "verb": "立案", "lead": "登记后由教育中心派核给社区和学校。"}
    return _form(request, "cases/why.html", form, child=child, **words)


@require_POST
def open_report(request: OfficerRequest, pk: UUID) -> HttpResponse:
    report = actions.open_mandatory_report(_visible(request, pk), by=request.acting)
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
    if form.is_valid():
        kind = MandatoryReport.Kind(form.cleaned_data.pop("kind"))
        actions.report_mandatory(one, by=request.acting, kind=kind, **form.cleaned_data)
        messages.success(request, "强制报告已登记。收到反馈后请回到这里补记。")
        return redirect("cases:report", pk)
    return _form(request, "cases/report.html", form, report=one)


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
    return _pdf(rendering.pdf("mandatory_report", ledgers.report_words(one, request.acting)))


@require_GET
def visit_print(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """W14 on paper."""
    reachable = Case.objects.visible_to(request.acting)
    one = get_object_or_404(Visit.objects.filter(case__in=reachable), pk=pk)
    if policy.level(request.acting, DataClass.VISITS) < Level.TASKS:
        raise Refused("您所在的岗位不能打印核查记录。")
    trail.record("case.visit_printed", one.case, by=request.acting, visit=one.pk)
    return _pdf(rendering.pdf("visit", ledgers.visit_words(one, request.acting)))


def _visible(request: OfficerRequest, pk: UUID) -> Case:
    cases = Case.objects.visible_to(request.acting).select_related("child", "region", "school")
    return get_object_or_404(cases, pk=pk)


def _visible_evidence(request: OfficerRequest, pk: UUID) -> Evidence:
    reachable = Case.objects.visible_to(request.acting)
    return get_object_or_404(Evidence.objects.filter(case__in=reachable), pk=pk)


def _visible_report(request: OfficerRequest, pk: UUID) -> MandatoryReport:
    mine = MandatoryReport.objects.visible_to(request.acting)
    return get_object_or_404(mine.select_related("child", "region", "case__school"), pk=pk)


def _after_visit(request: OfficerRequest, kept: Visit) -> HttpResponse:
    report = kept.case.mandatory_reports.filter(reported_at__isnull=True).first()
    if report:
        messages.warning(request, "安全筛查有发现，请立即报告。核查记录已保存。")
        return redirect("cases:report", report.pk)
    messages.success(request, "核查记录已提交。")
    if kept.conclusion == Conclusion.RULED_OUT:
        return redirect("cases:rule_out", kept.case_id)
    return redirect("cases:detail", kept.case_id)


def _light(cases: Iterable[Any]) -> None:  # Any: cases, as a page of a list holds them
    """Give each case its light: a template shows it and computes nothing."""
    today, calendar = clock.today(), working_days()
    for case in cases:
        case.light = queries.light_of(case, today, calendar)


def _form(request: OfficerRequest, template: str, form: object, **words: object) -> HttpResponse:
    """Show a form; one that was sent and is wrong answers 422."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form, **words}, status=status)


def _pdf(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = "inline"
    return response
