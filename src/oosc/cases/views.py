"""The pages of a case. A page asks, an action does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import DataClass, Permission
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.cases import actions, queries
from oosc.cases import ledger as ledgers
from oosc.cases.actions import SentBefore, Suspicion
from oosc.cases.forms import (
    AnswerForm,
    AssignForm,
    EvidenceForm,
    ReportForm,
    RuleOutForm,
    SealForm,
    VisitForm,
    WhyForm,
)
from oosc.cases.models import Case, Evidence, MandatoryReport, Visit
from oosc.cases.progress import steps
from oosc.cases.queries import Lamp
from oosc.cases.states import CLOSINGS, TELLING, Conclusion, EvidenceKind, Reason, Source, State
from oosc.children.models import Child
from oosc.children.queries import Rights
from oosc.documents import rendering
from oosc.kernel import clock
from oosc.kernel.privacy import mask_id
from oosc.kernel.refusal import Refused
from oosc.members.http import OfficerRequest
from oosc.parameters import values
from oosc.parameters.calendar import working_days
from oosc.places.models import Region
from oosc.schooling import papers
from oosc.schooling.forms import PURPOSES, ExportForm
from oosc.schooling.papers import Paper
from oosc.schooling.queries import Row, school_years
from oosc.schooling.states import Status
from oosc.vault import files


@require_GET
def ledger(request: OfficerRequest) -> HttpResponse:
    """The working ledger: every case within reach, by state, community, school and due day."""
    today = clock.today()
    reachable = Case.objects.visible_to(request.acting)
    page = ledgers.page(request, reachable, today)
    _light(request, page.objects)
    counts = queries.counts(reachable, today)
    words = {"page": page, "counts": counts, "purposes": PURPOSES}
    return render(request, "cases/ledger.html", words)


@require_POST
def export(request: OfficerRequest) -> HttpResponse:
    """The ledger as filtered, masked as on the page, for a purpose: workbook, PDF or paper."""
    asked = ExportForm(request.POST)
    if not asked.is_valid():
        return HttpResponseBadRequest("请从台账页面选择用途后导出。")
    by, today, form = request.acting, clock.today(), asked.cleaned_data["form"]
    page = ledgers.page(request, Case.objects.visible_to(by), today)
    papers.check_size(page.total, form)
    purpose = asked.cleaned_data["purpose"]
    actions.exported(by=by, purpose=purpose, rows=page.total, form=form)
    paper = Paper(
        title=f"{by.unit_name} 疑似失学辍学台账",
        unit=by.unit_name,
        made_by=by.officer_name,
        on=today,
        columns=ledgers.COLUMNS if form == "xlsx" else ledgers.PAPER_COLUMNS,
        demo=settings.DEMO,
        scope=f"{page.total:,} 件",
    )
    return papers.answer(request, paper, ledgers.rows(page, by, today), form)


@require_http_methods(["GET", "POST"])
def seal(request: OfficerRequest) -> HttpResponse:
    """封存疑似台账: a dated snapshot of a school year."""
    by, today = request.acting, clock.today()
    years = school_years(today)
    form = SealForm(request.POST or None, by=by, years=years, initial={"school_year": years[1]})
    if form.is_valid():
        year, region = form.cleaned_data["school_year"], form.cleaned_data["region"]
        rows = ledgers.sealed_rows(year, region, today)
        if _tried(request, form, lambda: _sealed(request, year, region, rows)):
            return redirect("schooling:sealed")
    return _form(request, "cases/seal.html", form)


@require_POST
def assign_many(request: OfficerRequest) -> HttpResponse:
    """派核 for many: first a page that lists what will happen, then it happens."""
    picked = [key for key in request.POST.getlist("pick") if _is_key(key)]
    within = Case.objects.visible_to(request.acting, Permission.CASE_ASSIGN)
    waiting = within.filter(pk__in=picked, state=State.SUSPECTED)
    cases = list(waiting.select_related("child__school", "region", "school").order_by("region"))
    if not cases:
        messages.warning(request, "还没有勾选待派核的个案。请在台账里勾选后再派核。")
        return redirect(f"{reverse('cases:ledger')}?state=suspected")
    if "confirm" not in request.POST:
        return render(request, "cases/assign_many.html", {"cases": cases})
    came_to = actions.assign_many(cases, by=request.acting, on=clock.today())
    words = f"已派核 {len(came_to.cases)} 件，各到责任社区和学校。"
    if came_to.skipped:
        words += f"另有 {came_to.skipped} 件同事刚刚已派核。"
    messages.success(request, words)
    return redirect("cases:ledger")


@require_GET
def visits(request: OfficerRequest) -> HttpResponse:
    """Whom to visit: the cases of this post that wait for a verification, what is due first."""
    mine = Case.objects.visible_to(request.acting, Permission.CASE_VERIFY)
    waiting = mine.filter(state__in=[State.ASSIGNED, State.VERIFYING])
    cases = list(waiting.select_related("child", "region", "school").order_by("due_on")[:100])
    _light(request, cases)
    return render(request, "cases/visits.html", {"cases": cases})


@require_GET
def detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = _visible(request, pk)
    _light(request, [case])
    rights = _rights(request, case)
    sees = rights.sees(DataClass.VISITS)
    trail.record("case.read", case, by=request.acting)
    reason = queries.shown_reason(case.closing_reason, request.acting)
    closing = CLOSINGS[Reason(case.closing_reason)] if case.closing_reason else None
    tells_all = reason != queries.RESTRICTED
    words = {
        "case": case,
        "steps": steps(case),
        "moves": case.moves.select_related("by__unit").order_by("-at"),
        "sees": sees,
        "visits": _visits(request, case) if sees else [],
        "evidence": _evidence(case, rights) if sees else [],
        "reports": case.mandatory_reports.all() if sees else [],
        "reason": reason,
        "needs": closing.needs if closing and tells_all else (),
        "may_approve": case.state == State.CLOSING
        and queries.to_approve(request.acting).filter(pk=case.pk).exists(),
        "may_withdraw": actions.may_withdraw(case, request.acting),
        "evidence_form": EvidenceForm(),
        "after": Status(case.closing_status).label if case.closing_status and tells_all else "",
    }
    return render(request, "cases/detail.html", words)


@require_http_methods(["GET", "POST"])
def assign(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """派核: to the community and the school together."""
    case = _visible(request, pk)
    _light(request, [case])
    form = AssignForm(request.POST or None, case=case)
    if form.is_valid() and _tried(
        request,
        form,
        lambda: actions.assign(
            case, by=request.acting, on=clock.today(), version=_seen(request), **form.cleaned_data
        ),
    ):
        messages.success(request, f"已派核给{form.cleaned_data['region'].name}。")
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
    mine = Case.objects.visible_to(request.acting, Permission.CASE_VERIFY)
    case = get_object_or_404(mine.select_related("child", "region", "school"), pk=pk)
    _light(request, [case])
    today = clock.today()
    form = VisitForm(
        request.POST or None,
        request.FILES or None,
        least=values.number("visit.visitors", case.region.code, today),
        initial={"visited_on": today, "visitors": request.acting.officer_name},
    )
    kept: list[Visit] = []
    if form.is_valid() and _tried(
        request,
        form,
        lambda: kept.append(actions.record_visit(case, by=request.acting, facts=form.facts())),
    ):
        return _after_visit(request, kept[0])
    if isinstance(getattr(form, "refused", None), SentBefore):
        form.data = {**request.POST.dict(), "client_key": str(uuid4())}  # sent again, it is another
    guardians = list(case.child.guardians.all())
    return _form(request, "cases/visit.html", form, case=case, guardians=guardians)


@require_POST
def add_evidence(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = _visible(request, pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid() or not _tried(
        request, form, lambda: _add_evidence(request, case, form.cleaned_data)
    ):
        return _form(request, "cases/evidence.html", form, case=case)
    messages.success(request, "已登记证据。")
    back = request.POST.get("back") == "rule_out"
    return redirect("cases:rule_out" if back else "cases:detail", pk)


def _add_evidence(request: OfficerRequest, case: Case, told: dict[str, Any]) -> None:
    # Any: what a form has read
    file = told["file"]
    actions.add_evidence(
        case,
        by=request.acting,
        kind=EvidenceKind(told["kind"]),
        file=file.read() if file else b"",
        number=told["number"],
        note=told["note"],
    )


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
    if not _may_open(evidence, _rights(request, evidence.case)):
        raise Refused("您所在的岗位不能打开这份照片或扫描件。")
    trail.record("case.evidence_opened", evidence.case, by=request.acting, evidence=evidence.pk)
    response = HttpResponse(files.read(evidence.file_key), content_type=evidence.media_type)
    response["Content-Disposition"] = "inline"
    return response


@require_http_methods(["GET", "POST"])
def rule_out(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """排除: a reason, and the evidence it needs."""
    case = _visible(request, pk)
    form = RuleOutForm(request.POST or None)
    if form.is_valid() and _tried(
        request,
        form,
        lambda: actions.rule_out(
            case, by=request.acting, on=clock.today(), version=_seen(request),
            reason=Reason(form.cleaned_data.pop("reason")), **form.cleaned_data,
        ),
    ):  # fmt: skip
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
    _light(request, cases)
    return render(request, "cases/approvals.html", {"cases": cases})


@require_POST
def approve(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = actions.approve_closing(
        _visible(request, pk), by=request.acting, on=clock.today(), version=_seen(request)
    )
    done = "已批准，个案销号。" if case.closed_on else "本单位已同意，待其他单位审批。"
    messages.success(request, done)
    return redirect("cases:detail", pk)


@require_http_methods(["GET", "POST"])
def send_back(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = _visible(request, pk)
    form = WhyForm(request.POST or None)
    if form.is_valid() and _tried(
        request,
        form,
        lambda: actions.send_back(
            case, by=request.acting, on=clock.today(), version=_seen(request), **form.cleaned_data
        ),
    ):
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
    if not actions.may_withdraw(case, request.acting):
        raise Refused("误立的个案由当初立案的岗位或教育中心撤销，请与他们联系。")
    if form.is_valid() and _tried(
        request,
        form,
        lambda: actions.withdraw(
            case, by=request.acting, on=clock.today(), version=_seen(request), **form.cleaned_data
        ),
    ):
        case.refresh_from_db()
        done = "已撤销立案。" if case.closed_on else "已有走访记录，转由教育中心核定。"
        messages.success(request, done)
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
    raised: list[Case] = []
    if form.is_valid() and _tried(
        request, form, lambda: raised.append(_raise(request, child, form.cleaned_data["why"]))
    ):
        case = raised[0]
        waits = "待教育中心派核" if case.state == State.SUSPECTED else "已重开，请接着核查"
        messages.success(request, f"已立案，案号 {case.number}，{waits}。")
        return redirect("cases:detail", case.pk)
    words = {"title": "登记疑似", "verb": "立案", "lead": "登记后由教育中心派核给社区和学校。"}
    return _form(request, "cases/why.html", form, child=child, **words)


def _raise(request: OfficerRequest, child: Child, why: str) -> Case:
    sources = {Role.SCHOOL: Source.ABSENCE, Role.COMM: Source.COMMUNITY}
    source = sources.get(Role(request.acting.role), Source.DEPARTMENT)
    suspicion = Suspicion(child, source, "reported", why)
    return actions.raise_suspicion(suspicion, by=request.acting, on=clock.today())


@require_POST
def report_child(request: OfficerRequest, child_pk: UUID) -> HttpResponse:
    """强制报告 for a child of whom there need be no case."""
    child = get_object_or_404(Child.objects.visible_to(request.acting), pk=child_pk)
    report = actions.open_report_for_child(child, by=request.acting)
    return redirect("cases:report", report.pk)


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
    if form.is_valid() and _tried(
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
    if not _rights(request, one.case).sees(DataClass.VISITS):
        raise Refused("您所在的岗位不能打印核查记录。")
    trail.record("case.visit_printed", one.case, by=request.acting, visit=one.pk)
    return _pdf(rendering.pdf("visit", ledgers.visit_words(one, request.acting)))


def _visible(request: OfficerRequest, pk: UUID) -> Case:
    cases = Case.objects.visible_to(request.acting).select_related(
        "child__home", "child__hukou", "child__school__region", "region", "school"
    )
    return get_object_or_404(cases, pk=pk)


def _rights(request: OfficerRequest, case: Case) -> Rights:
    return Rights(request.acting, case.child, clock.now())


def _may_open(evidence: Evidence, rights: Rights) -> bool:
    """A photo is seen by fewer than a scan that proves a reason (domain §8.2 K, Q)."""
    if not _may_know(evidence, rights):
        return False
    is_picture = evidence.kind in (EvidenceKind.PHOTO, EvidenceKind.SIGNATURE)
    return rights.sees(DataClass.PICTURES if is_picture else DataClass.VISITS)


def _may_know(evidence: Evidence, rights: Rights) -> bool:
    tells = TELLING.get(EvidenceKind(evidence.kind))
    return tells is None or rights.sees(tells)


def _visits(request: OfficerRequest, case: Case) -> list[Any]:  # Any: with what the page shows
    found: list[Any] = list(case.visits.select_related("recorded_by__unit"))
    for one in found:
        one.shown_claim = ledgers.shown_claim(one, request.acting)
    return found


def _evidence(case: Case, rights: Rights) -> list[Any]:  # Any: as above
    every = case.evidence.select_related("added_by__unit")
    found: list[Any] = [one for one in every if _may_know(one, rights)]
    for one in found:
        is_masked = one.kind == EvidenceKind.STUDENT_NO
        one.shown_number = mask_id(one.number) if is_masked else one.number
        one.may_open = bool(one.file_key) and _may_open(one, rights)
    return found


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _seen(request: OfficerRequest) -> int | None:
    """The version of the case that the officer had before his eyes."""
    told = request.POST.get("version", "")
    return int(told) if told.isdigit() and len(told) < 9 else None


def _tried(request: OfficerRequest, form: BaseForm, act: Callable[[], object]) -> bool:
    """Do it; a refusal stands on the form, so that nothing typed is lost, and leaves a trace."""
    try:
        act()
    except Refused as refused:
        form.add_error(None, str(refused))
        form.refused = refused  # type: ignore[attr-defined]  # for the answer
        page = request.resolver_match.view_name if request.resolver_match else ""
        trail.record("access.refused", by=request.acting, page=page, method="POST")
        return False
    return True


def _sealed(request: OfficerRequest, year: str, region: Region, rows: Iterable[Row]) -> None:
    roster = actions.seal_ledger(year, region, by=request.acting, on=clock.today(), rows=rows)
    messages.success(
        request, f"已封存疑似台账，{roster.rows_count:,} 件。以后只能更正留痕，不能改动。"
    )


def _visible_evidence(request: OfficerRequest, pk: UUID) -> Evidence:
    reachable = Case.objects.visible_to(request.acting)
    return get_object_or_404(Evidence.objects.filter(case__in=reachable), pk=pk)


def _visible_report(request: OfficerRequest, pk: UUID) -> MandatoryReport:
    mine = MandatoryReport.objects.visible_to(request.acting)
    return get_object_or_404(mine.select_related("child", "region", "case__school"), pk=pk)


def _after_visit(request: OfficerRequest, kept: Visit) -> HttpResponse:
    address = _after_visit_address(request, kept)
    if "application/json" in request.headers.get("Accept", ""):
        # The page's script must not take a sign-in page, answered 200, for a visit that was kept.
        return JsonResponse({"kept": str(kept.client_key), "next": address}, status=201)
    return redirect(address)


def _after_visit_address(request: OfficerRequest, kept: Visit) -> str:
    report = MandatoryReport.objects.filter(visit=kept, reported_at__isnull=True).first()
    if report:
        messages.warning(request, "安全筛查有发现，请立即报告。核查记录已保存。")
        return reverse("cases:report", args=[report.pk])
    case = Case.objects.get(pk=kept.case_id)
    if kept.conclusion == Conclusion.RULED_OUT and case.state == State.VERIFYING:
        messages.success(request, "核查记录已提交。请登记证据，申请排除。")
        return reverse("cases:rule_out", args=[case.pk])
    messages.success(request, _kept_words(case, kept))
    return reverse("cases:detail", args=[case.pk])


def _kept_words(case: Case, kept: Visit) -> str:
    if case.state in (State.VERIFYING, State.CONFIRMED) and case.found in ("", kept.conclusion):
        return "核查记录已提交。"
    state = case.get_state_display()
    kept_beside = f"核查记录已存入。个案此前已由同事办到“{state}”，这次的结论不改变它；"
    return f"{kept_beside}有出入的请告知教育中心。"


def _light(request: OfficerRequest, cases: Iterable[Any]) -> None:  # Any: cases of a list page
    """Give each case its light: a template shows it and computes nothing."""
    lamp = Lamp.of(request.acting, clock.today(), working_days())
    for case in cases:
        case.light = lamp.of_case(case)


def _form(request: OfficerRequest, template: str, form: BaseForm, **words: Any) -> HttpResponse:
    """Show a form (`words`: for its template); one sent wrong answers 422, a refused one 409."""
    case = words.get("case")
    status = 422 if request.method == "POST" else 200
    if getattr(form, "refused", None):
        status = 409
        if case:  # what the colleague did meanwhile is on the page that comes back
            case.refresh_from_db()
            _light(request, [case])
    return render(request, template, {"form": form, **words}, status=status)


def _pdf(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = "inline"
    return response
