"""入户核查: whom to visit, the form for a thumb, its paper."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from oosc.access.policy import DataClass, Permission
from oosc.audit import trail
from oosc.cases import listing, papers
from oosc.cases.actions import visiting
from oosc.cases.actions.visiting import SentBefore
from oosc.cases.forms import VisitForm, WhyForm
from oosc.cases.models import Case, MandatoryReport, Visit
from oosc.cases.states import Conclusion, State
from oosc.cases.views.answers import answer_form, light, pdf, rights_of, tried
from oosc.documents import rendering
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.http import OfficerRequest
from oosc.parameters import values
from oosc.vault import files


@require_GET
def visits(request: OfficerRequest) -> HttpResponse:
    """Whom to visit: the cases of this post that wait for a verification, what is due first."""
    page = listing.to_visit(request, clock.today())
    light(request, page.objects)
    return render(request, "cases/visits.html", {"page": page})


@require_http_methods(["GET", "POST"])
def visit(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """入户核查 in a doorway. Sent by a script too, when the connection comes back."""
    mine = Case.objects.visible_to(request.acting, Permission.CASE_VERIFY)
    case = get_object_or_404(mine.select_related("child", "region", "school"), pk=pk)
    light(request, [case])
    today = clock.today()
    form = VisitForm(
        request.POST or None,
        request.FILES or None,
        least=values.number("visit.visitors", case.region.code, today),
        initial={"visited_on": today, "visitors": request.acting.officer_name},
    )
    kept: list[Visit] = []
    if form.is_valid() and tried(
        request,
        form,
        lambda: kept.append(visiting.record_visit(case, by=request.acting, facts=form.facts())),
    ):
        return _after_visit(request, kept[0])
    if isinstance(getattr(form, "refused", None), SentBefore):
        form.data = {**request.POST.dict(), "client_key": str(uuid4())}  # sent again, it is another
    guardians = list(case.child.guardians.present())
    return answer_form(request, "cases/visit.html", form, case=case, guardians=guardians)


@require_GET
def visit_print(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """W14 on paper."""
    reachable = Case.objects.visible_to(request.acting)
    one = get_object_or_404(Visit.objects.filter(case__in=reachable), pk=pk)
    if not rights_of(request, one.case).sees(DataClass.VISITS):
        raise Refused("您所在的岗位不能打印核查记录。")
    trail.record("case.visit_printed", one.case, by=request.acting, visit=one.pk)
    may_see = bool(one.signature_key) and rights_of(request, one.case).sees(DataClass.PICTURES)
    signature = files.read(one.signature_key) if may_see else b""
    return pdf(rendering.pdf("visit", papers.visit_words(one, request.acting, signature)))


@require_http_methods(["GET", "POST"])
def correct_visit(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """更正走访: the wrong one stays readable, struck through, and counts for nothing."""
    mine = Case.objects.visible_to(request.acting, Permission.CASE_VERIFY)
    one = get_object_or_404(
        Visit.objects.filter(case__in=mine).select_related("case__child"), pk=pk
    )
    case = one.case
    if not visiting.may_correct(one, case, request.acting):
        raise Refused("走访记录由登记人或派核的教育中心更正，请与他们联系。")
    form = WhyForm(request.POST or None)
    if form.is_valid() and tried(
        request,
        form,
        lambda: visiting.correct_visit(
            one, by=request.acting, on=clock.today(), **form.cleaned_data
        ),
    ):
        messages.success(request, "已更正。原记录划线保留，请按实际情况重新记走访。")
        return redirect("cases:detail", case.pk)
    words = {
        "title": "更正走访",
        "verb": "更正",
        "lead": f"{one.visited_on:%Y-%m-%d} 的走访（{one.get_conclusion_display()}）将不再作数，"
        "原记录划线保留、可查看；个案因它确认的，退回核查中。",
    }
    return answer_form(request, "cases/why.html", form, case=case, **words)


def _after_visit(request: OfficerRequest, kept: Visit) -> HttpResponse:
    address = _after_visit_address(request, kept)
    if "application/json" in request.headers.get("Accept", ""):
        # The page's script must not take a sign-in page, answered 200, for a visit that was kept.
        return JsonResponse({"kept": str(kept.client_key), "next": address}, status=201)
    return redirect(address)


def _after_visit_address(request: OfficerRequest, kept: Visit) -> str:
    report = MandatoryReport.objects.to_make().filter(visit=kept).first()
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
    if kept.conclusion == Conclusion.ENROLLED_UNREGISTERED and case.found == kept.conclusion:
        return f"核查记录已提交。{case.due_rule}补籍；取得学籍号后登记证据，申请排除。"
    if case.state in (State.VERIFYING, State.CONFIRMED) and case.found in ("", kept.conclusion):
        return "核查记录已提交。"
    state = case.get_state_display()
    kept_beside = f"核查记录已存入。个案此前已由同事办到“{state}”，这次的结论不改变它；"
    return f"{kept_beside}有出入的请告知教育中心。"
