"""Pages of the parameters and of the working-day calendar."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import Permission, allows
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.lists.confirm import Question, ask
from oosc.parameters import actions, calendar, queries, rules
from oosc.parameters.actions import Setter
from oosc.parameters.definitions import BY_CODE, Definition
from oosc.parameters.forms import ParameterForm, YearForm
from oosc.parameters.models import Parameter
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
    initial = {"effective_from": today, "version": queries.version_of(code)}
    form = ParameterForm(definition, request.POST or None, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_parameter(
                code, by=acting, region=_region(acting), today=today, **form.cleaned_data
            )
        except ChangedMeanwhile:
            form.overtaken(version=queries.version_of(code), now=_last(code, acting))
            status = 409
        else:
            messages.success(request, f"已设定：{definition.name}。")
            return redirect("parameters:detail", code)
    history = [
        (
            one,
            one.withdrawn_at is None and one.effective_from > today and _may_take_back(acting, one),
        )
        for one in queries.history(code, acting.region_code)
    ]
    return render(
        request,
        "parameters/detail.html",
        {
            "row": queries.row(code, acting.region_code, today),
            "history": history,
            "today": today,
            "region": _region(acting),
            "form": form,
            "may_set": _may_set(acting, definition),
        },
        status=status,
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Take back a value whose day has not come."""
    told = Parameter.objects.told_to(request.acting.region_code or "")
    one = get_object_or_404(told.select_related("region"), pk=pk)
    if not _may_take_back(request.acting, one):
        raise Http404("not for this post")
    if request.method == "GET":
        return ask(
            request,
            Question(
                f"撤回{one.definition.name}的新值？",
                (
                    f"{one.effective_from} 起改为“{one.words}”的设定不再生效。",
                    "现在的值不变；设定记录里仍看得到这一次，注明撤回。",
                    "撤错了，重新设定即可。",
                ),
                "撤回这次设定",
                reverse("parameters:detail", args=[one.code]),
            ),
        )
    actions.withdraw_parameter(one, by=request.acting, today=clock.today())
    messages.success(request, "已撤回，现在的值不变。")
    return redirect("parameters:detail", one.code)


@require_GET
def this_year(request: OfficerRequest) -> HttpResponse:
    return redirect("parameters:year", clock.today().year)


@require_http_methods(["GET", "POST"])
def year(request: OfficerRequest, number: int) -> HttpResponse:
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise Http404
    page = queries.year(number)
    initial = {"text": rules.as_text(page.days), "version": queries.version_of_year(number)}
    form = YearForm(number, request.POST or None, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.enter_year(number, data["text"], by=request.acting, version=data["version"])
        except ChangedMeanwhile:
            form.overtaken(version=queries.version_of_year(number), now={})
            status = 409
        else:
            messages.success(
                request, f"已录入 {number} 年的放假和调休。录错了可在本页恢复以前的安排。"
            )
            return redirect("parameters:year", number)
    return render(
        request,
        "parameters/year.html",
        {
            "page": page,
            "form": form,
            "entries": queries.entries(number),
            "today": clock.today(),
            "may_set": allows(request.acting, Permission.CALENDAR_SET),
            "first": FIRST_YEAR,
            "last": LAST_YEAR,
        },
        status=status,
    )


@require_POST
def restore_year(request: OfficerRequest, number: int) -> HttpResponse:
    version = request.POST.get("version", "")
    if not version.isdecimal():
        raise Refused("没有选要恢复哪一次录入，请在页面上选。")
    actions.restore_year(number, int(version), by=request.acting)
    messages.success(request, f"已恢复 {number} 年以前的安排。")
    return redirect("parameters:year", number)


def _region(acting: Setter) -> Region | None:
    return Region.objects.filter(code=acting.region_code).first() if acting.region_code else None


def _may_set(acting: Setter, definition: Definition) -> bool:
    if definition.is_everywhere:
        return allows(acting, Permission.SECURITY_SET)
    return allows(acting, Permission.PARAMETER_SET, _region(acting))


def _may_take_back(acting: Setter, one: Parameter) -> bool:
    if one.region is None:
        return allows(acting, Permission.SECURITY_SET)
    return allows(acting, Permission.PARAMETER_SET, one.region)


def _last(code: str, acting: Setter) -> dict[str, object]:
    """What somebody else has just set, for who was overtaken."""
    last = queries.history(code, acting.region_code).order_by("-set_at").first()
    return {"value": last.value, "effective_from": last.effective_from} if last else {}
