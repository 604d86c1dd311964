"""系统 → 区划, 系统 → 学校."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile
from oosc.lists.confirm import Question, ask
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.lists.papers import Column, Paper
from oosc.lists.views import take_along
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
from oosc.places.models import Campus, Region, RegionAlias, RegionQuerySet, School
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


REGION_COLUMNS = (
    Column("名称", 24, lambda region: region.name),
    Column("统计用区划代码", 18, lambda region: region.code),
    Column("级", 12, lambda region: region.get_level_display(), centred=True),
    Column("状态", 20, lambda region: f"{region.ended_on} 撤并" if region.ended_on else "在用"),
)
SCHOOL_COLUMNS = (
    Column("学校", 30, lambda school: school.name),
    Column("标识码", 16, lambda school: school.code),
    Column("办学类型", 14, lambda school: school.get_stage_display(), centred=True),
    Column("所在", 20, lambda school: school.region.name),
    Column("状态", 20, lambda school: f"{school.closed_on} 撤并" if school.closed_on else "在办"),
)


@require_GET
def regions(request: OfficerRequest) -> HttpResponse:
    return render(request, "places/regions.html", {"page": _regions(request)})


@require_POST
def export_regions(request: OfficerRequest) -> HttpResponse:
    paper = Paper("区划", request.acting, clock.today(), REGION_COLUMNS)
    page = _regions(request)
    return take_along(request, page.rows, page.total, paper, what="places.regions")


def _regions(request: OfficerRequest) -> ListPage:
    return list_page(
        request,
        Region.objects.visible_to(request.acting),
        filters=(LEVEL, STATE),
        sorts={"code": ("code",), "name": ("name",), "level": ("level", "code")},
        default_sort="code",
        search=Search("名称或代码", _by_region_words, "名称、别名或代码"),
        unit="个区划",
    )


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
    try:
        of = actions.recode(of, by=request.acting, today=clock.today(), **form.cleaned_data)
    except ChangedMeanwhile:
        of = _region(request, pk)
        form.overtaken(version=of.version, now={"code": of.code})
        return _region_page(request, of, recode_form=form, status=409)
    messages.success(request, f"{of.name}的代码已改为 {of.code}，下级一并改好，旧代码留着。")
    return redirect("places:region", pk)


@GET_POST
def end_region(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = _region(request, pk)
    if request.method == "GET":
        return ask(
            request,
            Question(
                f"{of.name}今天起记为撤并？",
                (
                    "以后登记、派核时不再可选；花名册里写它名称或代码的，仍认得。",
                    "以前的记录都在，不改动。",
                    "记错了，可以在它的页面上恢复。",
                ),
                "记为撤并",
                reverse("places:region", args=[pk]),
            ),
        )
    actions.end_region(of, by=request.acting, on=clock.today())
    messages.success(request, f"{of.name}已记为撤并。记错了可在本页恢复。")
    return redirect("places:region", pk)


@require_POST
def reopen_region(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = actions.reopen_region(_region(request, pk), by=request.acting)
    messages.success(request, f"{of.name}已恢复为在用。")
    return redirect("places:region", pk)


@require_POST
def add_alias(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = _region(request, pk)
    form = AliasForm(request.POST)
    if not form.is_valid():
        return _region_page(request, of, alias_form=form, status=422)
    try:
        actions.add_alias(of, by=request.acting, **form.cleaned_data)
    except ChangedMeanwhile:
        of = _region(request, pk)
        form.overtaken(version=of.version, now={})
        return _region_page(request, of, alias_form=form, status=409)
    messages.success(request, "已加别名。")
    return redirect("places:region", pk)


@GET_POST
def change_alias(request: OfficerRequest, pk: UUID) -> HttpResponse:
    alias = _alias(request, pk)
    initial = {"name": alias.name, "version": alias.region.version}
    form = AliasForm(request.POST or None, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_alias(alias, by=request.acting, **form.cleaned_data)
        except ChangedMeanwhile:
            alias = _alias(request, pk)
            form.overtaken(version=alias.region.version, now={"name": alias.name})
            status = 409
        else:
            messages.success(request, "别名已改。")
            return redirect("places:region", alias.region_id)
    return render(request, "places/alias.html", {"alias": alias, "form": form}, status=status)


@GET_POST
def remove_alias(request: OfficerRequest, pk: UUID) -> HttpResponse:
    alias = _alias(request, pk)
    if request.method == "GET":
        return ask(
            request,
            Question(
                f"去掉{alias.region.name}的别名“{alias.name}”？",
                (
                    f"以后的花名册里写“{alias.name}”的，不再认作{alias.region.name}。",
                    "已经收下的花名册、已经登记的孩子不变。",
                    "去错了，用“加别名”再加上即可。",
                ),
                "去掉这个别名",
                reverse("places:region", args=[alias.region_id]),
            ),
        )
    actions.remove_alias(alias, by=request.acting)
    messages.success(request, f"已去掉别名“{alias.name}”。去错了可以再加。")
    return redirect("places:region", alias.region_id)


@require_GET
def schools(request: OfficerRequest) -> HttpResponse:
    return render(request, "places/schools.html", {"page": _schools(request)})


@require_POST
def export_schools(request: OfficerRequest) -> HttpResponse:
    paper = Paper("学校", request.acting, clock.today(), SCHOOL_COLUMNS)
    page = _schools(request)
    return take_along(request, page.rows, page.total, paper, what="places.schools")


def _schools(request: OfficerRequest) -> ListPage:
    return list_page(
        request,
        School.objects.visible_to(request.acting).select_related("region"),
        filters=(STAGE, SCHOOL_STATE),
        sorts={"code": ("code",), "name": ("name",), "region": ("region__code", "name")},
        default_sort="code",
        search=Search("名称或标识码", _by_words, "名称或标识码的开头"),
        unit="所学校",
    )


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
    try:
        actions.change_school(of, by=request.acting, **form.cleaned_data)
    except ChangedMeanwhile:
        of = _managed_school(request, pk)
        form.overtaken(version=of.version, now=_now(of))
        return _school_page(request, of, form=form, status=409)
    messages.success(request, "已保存。")
    return redirect("places:school", pk)


@GET_POST
def close_school(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = _managed_school(request, pk)
    if request.method == "GET":
        return ask(
            request,
            Question(
                f"{of.name}今天起记为撤并？",
                (
                    "登记、更正、派核时不再可选这所学校。",
                    "在这所学校就读的孩子的记录不变；转到别的学校的，请逐人改所在或收新的学籍花名册。",
                    "记错了，可以在它的页面上恢复。",
                ),
                "记为撤并",
                reverse("places:school", args=[pk]),
            ),
        )
    actions.close_school(of, by=request.acting, on=clock.today())
    messages.success(request, f"{of.name}已记为撤并。记错了可在本页恢复。")
    return redirect("places:school", pk)


@require_POST
def reopen_school(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = actions.reopen_school(_managed_school(request, pk), by=request.acting)
    messages.success(request, f"{of.name}已恢复为在办。")
    return redirect("places:school", pk)


@require_POST
def add_campus(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = _managed_school(request, pk)
    form = CampusForm(request.POST)
    if not form.is_valid():
        return _school_page(request, of, campus_form=form, status=422)
    try:
        actions.add_campus(of, by=request.acting, **form.cleaned_data)
    except ChangedMeanwhile:
        of = _managed_school(request, pk)
        form.overtaken(version=of.version, now={})
        return _school_page(request, of, campus_form=form, status=409)
    messages.success(request, "已加校区。")
    return redirect("places:school", pk)


@GET_POST
def change_campus(request: OfficerRequest, pk: UUID) -> HttpResponse:
    campus = _campus(request, pk)
    now = {"name": campus.name, "address": campus.address}
    form = CampusForm(request.POST or None, initial={**now, "version": campus.school.version})
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_campus(campus, by=request.acting, **form.cleaned_data)
        except ChangedMeanwhile:
            form.overtaken(version=_campus(request, pk).school.version, now=now)
            status = 409
        else:
            messages.success(request, "已保存校区。")
            return redirect("places:school", campus.school_id)
    return render(request, "places/campus.html", {"campus": campus, "form": form}, status=status)


@GET_POST
def remove_campus(request: OfficerRequest, pk: UUID) -> HttpResponse:
    campus = _campus(request, pk)
    if request.method == "GET":
        return ask(
            request,
            Question(
                f"去掉{campus.school.name}的校区“{campus.name}”？",
                ("孩子的记录只写学校，不受影响。", "去错了，用“加校区”再加上即可。"),
                "去掉这个校区",
                reverse("places:school", args=[campus.school_id]),
            ),
        )
    actions.remove_campus(campus, by=request.acting)
    messages.success(request, f"已去掉校区“{campus.name}”。去错了可以再加。")
    return redirect("places:school", campus.school_id)


def _region(request: OfficerRequest, pk: UUID) -> Region:
    return get_object_or_404(Region.objects.visible_to(request.acting), pk=pk)


def _alias(request: OfficerRequest, pk: UUID) -> RegionAlias:
    visible = Region.objects.visible_to(request.acting)
    aliases = RegionAlias.objects.filter(region__in=visible).select_related("region")
    return get_object_or_404(aliases, pk=pk)


def _campus(request: OfficerRequest, pk: UUID) -> Campus:
    managed = School.objects.managed_by(request.acting)
    campuses = Campus.objects.filter(school__in=managed).select_related("school__region")
    return get_object_or_404(campuses, pk=pk)


def _now(of: School) -> dict[str, object]:
    return {"name": of.name, "stage": of.stage, "region": of.region.code}


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
    seen = {"version": of.version}
    context = {
        "region": of,
        "above": Region.objects.filter(code__in=[of.code[:n] for n in LEVELS if n < len(of.code)]),
        "below": _next_level(of)[:SHOWN_LINES],
        "recode_form": recode_form or RecodeForm(initial={"on": clock.today(), **seen}),
        "alias_form": alias_form or AliasForm(initial=seen),
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
    seen = {"version": of.version}
    context = {
        "school": of,
        "form": form or SchoolForm(initial=_now(of) | seen),
        "campus_form": campus_form or CampusForm(initial=seen),
        "regions": _suggested(request),
    }
    return render(request, "places/school.html", context, status=status)
