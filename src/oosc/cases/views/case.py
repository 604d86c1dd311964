"""One case: its page, and the steps from suspicion to striking off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import DataClass
from oosc.audit import trail
from oosc.cases import listing, papers, queries
from oosc.cases.actions import assigning, opening, striking_off, visiting, withdrawing
from oosc.cases.actions.opening import Suspicion
from oosc.cases.forms import (
    AssignForm,
    EvidenceForm,
    RaiseForm,
    ReassignForm,
    RuleOutForm,
    WhyForm,
)
from oosc.cases.models import Case
from oosc.cases.progress import steps
from oosc.cases.states import CLOSINGS, Reason, Source, State
from oosc.cases.views.answers import answer_form, light, rights_of, seen, tried, visible
from oosc.cases.views.evidence import shown_evidence
from oosc.children.models import Child
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.http import OfficerRequest
from oosc.schooling.states import Status


@require_GET
def detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = visible(request, pk)
    light(request, [case])
    rights = rights_of(request, case)
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
        "evidence": shown_evidence(case, rights) if sees else [],
        "reports": _reports(case) if sees else [],
        "reason": reason,
        "needs": closing.needs if closing and tells_all else (),
        "may_approve": case.state == State.CLOSING
        and queries.to_approve(request.acting).filter(pk=case.pk).exists(),
        "may_hand_back": request.acting.role in assigning.MAY_HAND_BACK,
        "is_leave": bool(closing and closing.has_term),
        "may_withdraw": withdrawing.may_withdraw(case, request.acting),
        "evidence_form": EvidenceForm(),
        "after": Status(case.closing_status).label if case.closing_status and tells_all else "",
    }
    return render(request, "cases/detail.html", words)


@require_http_methods(["GET", "POST"])
def assign(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """派核: to the community and the school together."""
    case = visible(request, pk)
    light(request, [case])
    form = AssignForm(request.POST or None, case=case)
    if form.is_valid() and tried(
        request,
        form,
        lambda: assigning.assign(
            case, by=request.acting, on=clock.today(), version=seen(request), **form.cleaned_data
        ),
    ):
        messages.success(request, f"已派核给{form.cleaned_data['region'].name}。")
        return redirect("cases:ledger")
    handed_back = queries.why_handed_back(case)
    return answer_form(request, "cases/assign.html", form, case=case, handed_back=handed_back)


@require_http_methods(["GET", "POST"])
def reassign(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """改派: to another community or school, which signs for it anew."""
    case = visible(request, pk)
    light(request, [case])
    form = ReassignForm(request.POST or None, case=case)
    if form.is_valid() and tried(
        request,
        form,
        lambda: assigning.reassign(
            case, by=request.acting, on=clock.today(), version=seen(request), **form.cleaned_data
        ),
    ):
        messages.success(request, f"已改派给{form.cleaned_data['region'].name}，从今天起重新计时。")
        return redirect("cases:ledger")
    return answer_form(request, "cases/reassign.html", form, case=case)


@require_http_methods(["GET", "POST"])
def hand_back(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """退回派核: the child is not of this community or school."""
    case = visible(request, pk)
    if request.acting.role not in assigning.MAY_HAND_BACK:
        raise Refused("退回由接到派核的社区或学校办理；教育中心请用“改派”。")
    form = WhyForm(request.POST or None)
    if form.is_valid() and tried(
        request,
        form,
        lambda: assigning.hand_back(
            case, by=request.acting, on=clock.today(), version=seen(request), **form.cleaned_data
        ),
    ):
        messages.success(request, "已退回教育中心，由他们改派。")
        return redirect("cases:visits")
    words = {
        "title": "退回派核",
        "verb": "退回",
        "lead": "不属本社区、本校的，写明理由退回教育中心；知道现在住哪里、在哪里读的也写上。",
    }
    return answer_form(request, "cases/why.html", form, case=case, **words)


@require_http_methods(["GET", "POST"])
def recheck(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """复核: a closed case that somebody has looked at once more, and that holds."""
    case = visible(request, pk)
    form = WhyForm(request.POST or None)
    form.fields["why"].label = "怎么复核、查到什么"
    if form.is_valid() and tried(
        request,
        form,
        lambda: striking_off.recheck(
            case, by=request.acting, on=clock.today(), found=form.cleaned_data["why"]
        ),
    ):
        messages.success(request, "已登记复核。")
        return redirect("cases:detail", pk)
    words = {
        "title": "登记复核",
        "verb": "登记复核",
        "lead": "情况没有变的，在这里登记。已经变了的，请回到孩子档案“重开个案”。",
    }
    return answer_form(request, "cases/why.html", form, case=case, **words)


@require_POST
def start(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = visible(request, pk)
    assigning.start_verifying(case, by=request.acting, on=clock.today())
    messages.success(request, "已签收，开始核查。")
    return redirect("cases:detail", pk)


@require_http_methods(["GET", "POST"])
def rule_out(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """排除: a reason, and the evidence it needs."""
    case = visible(request, pk)
    form = RuleOutForm(request.POST or None)
    if form.is_valid() and tried(
        request,
        form,
        lambda: striking_off.rule_out(
            case, by=request.acting, on=clock.today(), version=seen(request),
            reason=Reason(form.cleaned_data.pop("reason")), **form.cleaned_data,
        ),
    ):  # fmt: skip
        messages.success(request, "已申请排除，待审批。")
        return redirect("cases:detail", pk)
    return answer_form(
        request,
        "cases/rule_out.html",
        form,
        case=case,
        closings=[one for one in CLOSINGS.values() if one.from_verifying and one.needs],
        evidence=case.evidence.filter(withdrawn_at__isnull=True, round=case.round),
        evidence_form=EvidenceForm(),
    )


@require_GET
def approvals(request: OfficerRequest) -> HttpResponse:
    page = listing.to_approve(request, clock.today())
    light(request, page.objects)
    return render(request, "cases/approvals.html", {"page": page})


@require_POST
def approve(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = striking_off.approve_closing(
        visible(request, pk), by=request.acting, on=clock.today(), version=seen(request)
    )
    done = "已批准，个案销号。" if case.closed_on else "本单位已同意，待其他单位审批。"
    messages.success(request, done)
    return redirect("cases:detail", pk)


@require_http_methods(["GET", "POST"])
def send_back(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = visible(request, pk)
    form = WhyForm(request.POST or None)
    if form.is_valid() and tried(
        request,
        form,
        lambda: striking_off.send_back(
            case, by=request.acting, on=clock.today(), version=seen(request), **form.cleaned_data
        ),
    ):
        messages.success(request, "已退回经办人补正。")
        return redirect("cases:detail", pk)
    words = {
        "title": "退回申请",
        "verb": "退回",
        "lead": "经办人会看到退回的理由，据此补正后再申请。",
    }
    return answer_form(request, "cases/why.html", form, case=case, **words)


@require_http_methods(["GET", "POST"])
def withdraw(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = visible(request, pk)
    form = WhyForm(request.POST or None)
    if not withdrawing.may_withdraw(case, request.acting):
        raise Refused("误立的个案由当初立案的岗位或教育中心撤销，请与他们联系。")
    if form.is_valid() and tried(
        request,
        form,
        lambda: withdrawing.withdraw(
            case, by=request.acting, on=clock.today(), version=seen(request), **form.cleaned_data
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
    return answer_form(request, "cases/why.html", form, case=case, **words)


@require_http_methods(["GET", "POST"])
def raise_case(request: OfficerRequest, child_pk: UUID) -> HttpResponse:
    """立案 for one child whom a community, a school or a neighbour noticed (SQ-2a)."""
    child = get_object_or_404(Child.objects.visible_to(request.acting), pk=child_pk)
    form = RaiseForm(request.POST or None, by=request.acting)
    raised: list[Case] = []
    if form.is_valid() and tried(
        request, form, lambda: raised.append(_raise(request, child, **form.cleaned_data))
    ):
        case = raised[0]
        waits = "待教育中心派核" if case.state == State.SUSPECTED else "已重开，请接着核查"
        messages.success(request, f"已立案，案号 {case.number}，{waits}。")
        return redirect("cases:detail", case.pk)
    return answer_form(request, "cases/raise.html", form, child=child)


def _raise(request: OfficerRequest, child: Child, source: str, why: str) -> Case:
    suspicion = Suspicion(child, Source(source), opening.BY_HAND, why)
    return opening.raise_suspicion(suspicion, by=request.acting, on=clock.today())


def _visits(request: OfficerRequest, case: Case) -> list[Any]:  # Any: with what the page shows
    found: list[Any] = list(case.visits.select_related("recorded_by__unit", "annulled_by__unit"))
    for one in found:
        one.shown_claim = papers.shown_claim(one, request.acting)
        one.shown_signing = papers.shown_signing(one)
        one.may_correct = (
            one.annulled_at is None
            and one.round == case.round
            and case.state in visiting.CORRECTABLE
            and visiting.may_correct(one, case, request.acting)
        )
    return found


def _reports(case: Case) -> list[Any]:  # Any: as above
    found: list[Any] = list(case.mandatory_reports.all())
    for one in found:
        one.light = queries.report_light(one, clock.now())
    return found
