"""Pages of the parameters and of the working-day calendar."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from oosc.access.policy import Permission, allows
from oosc.kernel import clock
from oosc.parameters import actions, calendar, queries, rules
from oosc.parameters.actions import Setter
from oosc.parameters.definitions import BY_CODE, Definition
from oosc.parameters.forms import ParameterForm, YearForm
from oosc.places.models import Region

FIRST_YEAR, LAST_YEAR = 2004, 2100


class OfficerRequest(HttpRequest):
    """A request after the middleware has said who acts."""

    acting: Setter


@require_GET
def parameters(request: OfficerRequest) -> HttpResponse:
    today = clock.today()
    return render(
        request,
        "parameters/list.html",
        {
            "sections": queries.listing(request.acting.region_code, today),
            "region": _region(request.acting),
            "calendar_warning": calendar.warning(today),
        },
    )


@require_http_methods(["GET", "POST"])
def parameter(request: OfficerRequest, code: str) -> HttpResponse:
    if code not in BY_CODE:
        raise Http404
    definition, acting, today = BY_CODE[code], request.acting, clock.today()
    form = ParameterForm(definition, request.POST or None, initial={"effective_from": today})
    if request.method == "POST" and form.is_valid():
        actions.set_parameter(
            code, by=acting, region=_region(acting), today=today, **form.cleaned_data
        )
        messages.success(request, f"已设定：{definition.name}。")
        return redirect("parameters:detail", code)
    return render(
        request,
        "parameters/detail.html",
        {
            "row": queries.row(code, acting.region_code, today),
            "history": queries.history(code, acting.region_code),
            "region": _region(acting),
            "form": form,
            "may_set": _may_set(acting, definition),
        },
        status=422 if form.errors else 200,
    )


@require_GET
def this_year(request: OfficerRequest) -> HttpResponse:
    return redirect("parameters:year", clock.today().year)


@require_http_methods(["GET", "POST"])
def year(request: OfficerRequest, number: int) -> HttpResponse:
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise Http404
    page = queries.year(number)
    form = YearForm(number, request.POST or None, initial={"text": rules.as_text(page.days)})
    if request.method == "POST" and form.is_valid():
        actions.enter_year(number, form.cleaned_data["text"], by=request.acting)
        messages.success(request, f"已录入 {number} 年的放假和调休。")
        return redirect("parameters:year", number)
    return render(
        request,
        "parameters/year.html",
        {
            "page": page,
            "form": form,
            "today": clock.today(),
            "may_set": allows(request.acting, Permission.CALENDAR_SET),
            "first": FIRST_YEAR,
            "last": LAST_YEAR,
        },
        status=422 if form.errors else 200,
    )


def _region(acting: Setter) -> Region | None:
    return Region.objects.filter(code=acting.region_code).first() if acting.region_code else None


def _may_set(acting: Setter, definition: Definition) -> bool:
    if definition.is_everywhere:
        return allows(acting, Permission.SECURITY_SET)
    return allows(acting, Permission.PARAMETER_SET, _region(acting))
