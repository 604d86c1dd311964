"""How the pages of this room answer: what may be seen, forms that were refused, lights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from oosc.cases.models import Case
from oosc.cases.queries import Lamp
from oosc.children.queries import Rights
from oosc.kernel import clock
from oosc.members.http import OfficerRequest
from oosc.parameters.calendar import working_days
from oosc.schooling.answers import status_of
from oosc.schooling.answers import tried as tried  # the pages of this room ask here


def visible(request: OfficerRequest, pk: UUID) -> Case:
    cases = Case.objects.visible_to(request.acting).select_related(
        "child__home", "child__hukou", "child__school__region", "region", "school"
    )
    return get_object_or_404(cases, pk=pk)


def rights_of(request: OfficerRequest, case: Case) -> Rights:
    return Rights(request.acting, case.child, clock.now())


def seen(request: OfficerRequest) -> int | None:
    """The version of the case that the officer had before his eyes."""
    told = request.POST.get("version", "")
    return int(told) if told.isdigit() and len(told) < 9 else None


def light(request: OfficerRequest, cases: Iterable[Any]) -> None:  # Any: cases of a list page
    """Give each case its light: a template shows it and computes nothing."""
    lamp = Lamp.of(request.acting, clock.today(), working_days())
    for case in cases:
        case.light = lamp.of_case(case)


def answer_form(
    request: OfficerRequest, template: str, form: BaseForm, **words: Any
) -> HttpResponse:
    """Show a form (`words`: for its template); one sent wrong answers 422, a refused one 409."""
    case = words.get("case")
    if case and getattr(form, "refused", None):
        # What the colleague did meanwhile is on the page that comes back.
        case.refresh_from_db()
        light(request, [case])
    return render(request, template, {"form": form, **words}, status=status_of(form))


def pdf(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = "inline"
    return response
