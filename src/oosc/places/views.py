"""系统 → 区划, 系统 → 学校."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.kernel import clock
from oosc.lists.page import Filter, Rows, Search, list_page
from oosc.places import actions, rules
from oosc.places.actions import Keeper
from oosc.places.forms import (
    AliasForm,
    CampusForm,
    NewSchoolForm,
    RecodeForm,
    SchoolForm,
    TableForm,
)
from oosc.places.models import Region, RegionAlias, RegionQuerySet, School
from oosc.places.states import LEVELS, Stage

GET_POST = require_http_methods(["GET", "POST"])
SHOWN_LINES = 50
SUGGESTED_REGIONS = 200


class OfficerRequest(HttpRequest):
    """A request after the middleware has said who acts."""

    acting: Keeper


def _by_level(rows: Rows, value: str) -> Rows:
    return rows.filter(level=value)


def _by_stage(rows: Rows, value: str) -> Rows:
    return rows.filter(stage=value)


def _by_state(rows: Rows, value: str) -> Rows:
    return rows.filter(ended_on__isnull=value == "open")


def _by_school_state(rows: Rows, value: str) -> Rows:
    return rows.filter(closed_on__isnull=value == "open")


def _by_words(rows: Rows, words: str) -> Rows:
    return rows.filter(Q(name__icontains=words) | Q(code__startswith=words))


def _by_region_words(rows: Rows, words: str) -> Rows:
    """By today's name or code, by an alias, or by a code of earlier days."""
    known = Q(aliases__name__icontains=words) | Q(past_codes__code=words)
    return rows.filter(Q(name__icontains=words) | Q(code__startswith=words) | known).distinct()


LEVEL = Filter("level", "级", _by_level, [(str(digits), name) for digits, name in LEVELS.items()])
STATE = Filter("state", "状态", _by_state, (("open", "在用"), ("ended", "已撤并")))
STAGE = Filter("stage", "办学类型", _by_stage, Stage.choices)
SCHOOL_STATE = Filter("state", "状态", _by_school_state, (("open", "在办"), ("closed", "已撤并")))


@require_GET
def regions(request: OfficerRequest) -> HttpResponse:
    page = list_page(
        request,
        Region.objects.visible_to(request.acting),
        filters=(LEVEL, STATE),
        sorts={"code": ("code",), "name": ("name",)},
        default_sort="code",
        search=Search("名称或代码", _by_region_words, "名称、别名或代码"),
        unit="个区划",
    )
    return render(request, "places/regions.html", {"page": page})


@require_GET
def region(request: OfficerRequest, pk: UUID) -> HttpResponse:
    return _region_page(request, _region(request, pk))


@GET_POST
def import_regions(request: OfficerRequest) -> HttpResponse:
    """Paste a table, see what it would change, then import it."""
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "places/import_regions.html", {"form": form}, status=status)
    text = form.cleaned_data["table"]
    table = rules.read_table(text)
    if request.POST.get("step") == "import":
        done = actions.import_regions(table.names, by=request.acting)
        messages.success(
            request, f"已收下：新增 {len(done.new)} 个，改名 {len(done.renamed)} 个，旧名留作别名。"
        )
        return redirect("places:regions")
    difference = actions.compare(table.names)
    context = {
        "text": text,
        "table": table,
        "difference": difference,
        "new": list(difference.new.items())[:SHOWN_LINES],
        "renamed": list(difference.renamed.items())[:SHOWN_LINES],
        "changes": len(difference.new) + len(difference.renamed),
    }
    return render(request, "places/import_preview.html", context)


@require_POST
def recode(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = _region(request, pk)
    form = RecodeForm(request.POST)
    if not form.is_valid():
        return _region_page(request, of, recode_form=form, status=422)
    actions.recode(of, by=request.acting, today=clock.today(), **form.cleaned_data)
    messages.success(request, f"{of.name}的代码已改为 {of.code}，下级一并改好，旧代码留着。")
    return redirect("places:region", pk)


@require_POST
def end_region(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = actions.end_region(_region(request, pk), by=request.acting, on=clock.today())
    messages.success(request, f"{of.name}已记为撤并。")
    return redirect("places:region", pk)


@require_POST
def add_alias(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = _region(request, pk)
    form = AliasForm(request.POST)
    if not form.is_valid():
        return _region_page(request, of, alias_form=form, status=422)
    actions.add_alias(of, by=request.acting, **form.cleaned_data)
    messages.success(request, "已加别名。")
    return redirect("places:region", pk)


@require_POST
def remove_alias(request: OfficerRequest, pk: UUID) -> HttpResponse:
    visible = Region.objects.visible_to(request.acting)
    alias = get_object_or_404(RegionAlias.objects.filter(region__in=visible), pk=pk)
    actions.remove_alias(alias, by=request.acting)
    messages.success(request, "已去掉别名。")
    return redirect("places:region", alias.region_id)


@require_GET
def schools(request: OfficerRequest) -> HttpResponse:
    page = list_page(
        request,
        School.objects.visible_to(request.acting).select_related("region"),
        filters=(STAGE, SCHOOL_STATE),
        sorts={"code": ("code",), "name": ("name",), "region": ("region__code", "name")},
        default_sort="code",
        search=Search("名称或标识码", _by_words, "名称或标识码的开头"),
        unit="所学校",
    )
    return render(request, "places/schools.html", {"page": page})


@GET_POST
def new_school(request: OfficerRequest) -> HttpResponse:
    form = NewSchoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.add_school(by=request.acting, **form.cleaned_data)
        messages.success(request, f"已新增{made.name}。")
        return redirect("places:school", made.pk)
    context = {"form": form, "regions": _suggested(request)}
    return render(request, "places/new_school.html", context, status=422 if form.errors else 200)


@require_GET
def school(request: OfficerRequest, pk: UUID) -> HttpResponse:
    schools = School.objects.visible_to(request.acting).select_related("region")
    return _school_page(request, get_object_or_404(schools, pk=pk))


@require_POST
def change_school(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = _managed_school(request, pk)
    form = SchoolForm(request.POST)
    if not form.is_valid():
        return _school_page(request, of, form=form, status=422)
    actions.change_school(of, by=request.acting, **form.cleaned_data)
    messages.success(request, "已保存。")
    return redirect("places:school", pk)


@require_POST
def close_school(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = actions.close_school(_managed_school(request, pk), by=request.acting, on=clock.today())
    messages.success(request, f"{of.name}已记为撤并。")
    return redirect("places:school", pk)


@require_POST
def add_campus(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = _managed_school(request, pk)
    form = CampusForm(request.POST)
    if not form.is_valid():
        return _school_page(request, of, campus_form=form, status=422)
    actions.add_campus(of, by=request.acting, **form.cleaned_data)
    messages.success(request, "已加校区。")
    return redirect("places:school", pk)


def _region(request: OfficerRequest, pk: UUID) -> Region:
    return get_object_or_404(Region.objects.visible_to(request.acting), pk=pk)


def _managed_school(request: OfficerRequest, pk: UUID) -> School:
    schools = School.objects.managed_by(request.acting).select_related("region")
    return get_object_or_404(schools, pk=pk)


def _suggested(request: OfficerRequest) -> list[Region]:
    near = Region.objects.visible_to(request.acting).filter(level__in=(9, 12), ended_on=None)
    return list(near[:SUGGESTED_REGIONS])


def _region_page(
    request: OfficerRequest,
    of: Region,
    *,
    recode_form: RecodeForm | None = None,
    alias_form: AliasForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "region": of,
        "above": Region.objects.filter(code__in=[of.code[:n] for n in LEVELS if n < len(of.code)]),
        "below": _next_level(of)[:SHOWN_LINES],
        "recode_form": recode_form or RecodeForm(initial={"on": clock.today()}),
        "alias_form": alias_form or AliasForm(),
    }
    return render(request, "places/region.html", context, status=status)


def _next_level(of: Region) -> RegionQuerySet:
    """What lies directly below: a level may be missing, a province without cities for one."""
    below = Region.objects.below(of.code).exclude(pk=of.pk)
    return below.filter(level=below.aggregate(next=Min("level"))["next"])


def _school_page(
    request: OfficerRequest,
    of: School,
    *,
    form: SchoolForm | None = None,
    campus_form: CampusForm | None = None,
    status: int = 200,
) -> HttpResponse:
    initial = {"name": of.name, "stage": of.stage, "region": of.region.code}
    context = {
        "school": of,
        "form": form or SchoolForm(initial=initial),
        "campus_form": campus_form or CampusForm(),
        "regions": _suggested(request),
    }
    return render(request, "places/school.html", context, status=status)
