"""What proves a reason: put in, taken back, opened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from oosc.access.policy import DataClass
from oosc.audit import trail
from oosc.cases.actions import proving
from oosc.cases.forms import (
    EvidenceForm,
)
from oosc.cases.models import Case, Evidence
from oosc.cases.states import TELLING, EvidenceKind
from oosc.cases.views.answers import answer_form, rights_of, tried, visible
from oosc.children.queries import Rights
from oosc.kernel.privacy import mask_id
from oosc.kernel.refusal import Refused
from oosc.members.http import OfficerRequest
from oosc.vault import files


@require_POST
def add_evidence(request: OfficerRequest, pk: UUID) -> HttpResponse:
    case = visible(request, pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid() or not tried(
        request, form, lambda: _add_evidence(request, case, form.cleaned_data)
    ):
        return answer_form(request, "cases/evidence.html", form, case=case)
    messages.success(request, "已登记证据。")
    back = request.POST.get("back") == "rule_out"
    return redirect("cases:rule_out" if back else "cases:detail", pk)


def _add_evidence(request: OfficerRequest, case: Case, told: dict[str, Any]) -> None:
    # Any: what a form has read
    file = told["file"]
    proving.add_evidence(
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
    proving.take_back_evidence(evidence, by=request.acting)
    messages.success(request, "已撤下这份证据，仍留在卷内。")
    return redirect("cases:detail", evidence.case_id)


@require_GET
def evidence_file(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Open a photo or a scan; that leaves a trace."""
    evidence = _visible_evidence(request, pk)
    if not _may_open(evidence, rights_of(request, evidence.case)):
        raise Refused("您所在的岗位不能打开这份照片或扫描件。")
    trail.record("case.evidence_opened", evidence.case, by=request.acting, evidence=evidence.pk)
    response = HttpResponse(files.read(evidence.file_key), content_type=evidence.media_type)
    response["Content-Disposition"] = "inline"
    return response


def shown_evidence(case: Case, rights: Rights) -> list[Any]:  # Any: as above
    every = case.evidence.select_related("added_by__unit")
    found: list[Any] = [one for one in every if _may_know(one, rights)]
    for one in found:
        is_masked = one.kind == EvidenceKind.STUDENT_NO
        one.shown_number = mask_id(one.number) if is_masked else one.number
        one.may_open = bool(one.file_key) and _may_open(one, rights)
    return found


def _may_open(evidence: Evidence, rights: Rights) -> bool:
    """A photo is seen by fewer than a scan that proves a reason (domain §8.2 K, Q)."""
    if not _may_know(evidence, rights):
        return False
    is_picture = evidence.kind in (EvidenceKind.PHOTO, EvidenceKind.SIGNATURE)
    return rights.sees(DataClass.PICTURES if is_picture else DataClass.VISITS)


def _may_know(evidence: Evidence, rights: Rights) -> bool:
    tells = TELLING.get(EvidenceKind(evidence.kind))
    return tells is None or rights.sees(tells)


def _visible_evidence(request: OfficerRequest, pk: UUID) -> Evidence:
    reachable = Case.objects.visible_to(request.acting)
    return get_object_or_404(Evidence.objects.filter(case__in=reachable), pk=pk)
