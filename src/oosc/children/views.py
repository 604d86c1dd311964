"""The pages of the register: the list, one child's file, and what is opened in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import strip_tags
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access import policy
from oosc.access.policy import Level, Permission
from oosc.children import actions, panels, queries, rules
from oosc.children.finding import PLACES, child_of, status_of, to_child
from oosc.children.forms import (
    GRADES,
    CircumstanceForm,
    CorrectForm,
    PlaceForm,
    RegisterForm,
    RevealForm,
    communities_of,
    initial_of,
    schools_of,
)
from oosc.children.models import Child, ChildPlace, Circumstance, Guardian, meant
from oosc.children.panels import Slot
from oosc.children.queries import Opening, Rights
from oosc.children.states import Kind, Masked, PlaceKind, Purpose
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile
from oosc.lists.confirm import Question, ask
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.lists.papers import Column, Paper
from oosc.lists.views import take_along
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.parameters import values

SEEN_ON_PAGE = 8  # lines of 谁看过、谁改过 before 全部
PORTION = 500
WHO = (
    Column("姓名", 12, lambda row: row["name"]),
    Column("性别", 6, lambda row: row["child"].sex, centred=True),
    Column("出生日期", 12, lambda row: row["child"].birth_date, centred=True),
)
WHERE = (
    Column("居住社区", 14, lambda row: row["child"].home),
    Column("户籍社区", 14, lambda row: row["child"].hukou),
    Column("学校", 22, lambda row: row["child"].school),
    Column("班级", 14, lambda row: queries.class_words(row["child"])),
)
PLAIN = (*WHO, *WHERE)  # what stands in every list of children, masked or not
COLUMNS = (
    *WHO,
    Column("证件号", 22, lambda row: rules.masked_number(row["child"].id_no_head)),
    *WHERE,
    Column("应读年级", 10, lambda row: row["due_grade"], centred=True),
    Column("重点对象", 18, lambda row: "，".join(row["kinds"])),
)
OF_GUARDIAN = (
    Column("监护人", 16, lambda row: row["guardian_name"]),
    Column("联系电话", 16, lambda row: row["phone"]),
)
SORTS = {"name": ["name_initials"], "birth": ["birth_date"]}
# What stands beside a child in the list, read once for all rows of a page.
_BESIDE: tuple[Prefetch[Any], ...] = (  # Any: rows of two models
    Prefetch("guardians", Guardian.objects.filter(is_main=True), to_attr="main_guardians"),
    Prefetch("circumstances", Circumstance.objects.filter(until=None), to_attr="present"),
)


@require_GET
def list_(request: OfficerRequest) -> HttpResponse:
    page = page_of(request)
    if page.query:
        kind = rules.read_search(page.query).kind
        actions.leave_search(by=request.acting, kind=kind.name.lower(), found=page.total)
    return render(
        request,
        "children/list.html",
        {
            "page": page,
            "rows": _rows(request, _children_of(page)),
            "headings": panels.badge_headings(),
            "today": clock.today(),
        },
    )


@require_POST
def export(request: OfficerRequest) -> HttpResponse:
    """The list as it stands on the page, masked as there, for a purpose."""
    page = page_of(request)
    heads = panels.badge_headings()
    badges = [
        Column(head, 12, partial(_badge_text, number=n), centred=True)
        for n, head in enumerate(heads)
    ]
    columns = [*COLUMNS, *badges, *OF_GUARDIAN]
    paper = Paper("儿童名单", request.acting, clock.today(), columns, f"共 {page.total:,} 人")
    return take_along(request, _all_rows(request, page), page.total, paper, what="children.list")


@require_GET
def detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    heir = queries.heir_of(pk)
    if heir:
        kept = child_of(request, heir.pk)
        messages.info(request, "您打开的记录已并入本档案。")
        return redirect("children:detail", kept.pk)
    child = child_of(request, pk)
    actions.open_file(child, by=request.acting)
    rights = Rights(request.acting, child, clock.now())
    merge = queries.last_merge(child)
    seen = None if request.GET.get("seen") == "all" else SEEN_ON_PAGE
    return render(
        request,
        "children/detail.html",
        {
            "child": child,
            "rights": rights,
            "lead": queries.lead(child, clock.today()),
            "present": queries.present_places(child),
            "past": child.places.exclude(until=None).select_related("region", "school"),
            "guardians": child.guardians.present().select_related("child"),
            "past_guardians": child.guardians.exclude(ended_on=None).select_related("child"),
            "household": queries.household_of(child, by=request.acting),
            "merge": merge,
            "merge_stays": queries.why_merge_stays(merge) if merge else "",
            "circumstances": queries.circumstances_seen(child, rights),
            "sources": child.sources.select_related("sender").order_by("-as_of", "pk"),
            "trail": queries.trail_of(child, last=seen),
            "trail_length": queries.trail_length(child),
            "panels": {slot.value: panels.shown(request, child, slot) for slot in Slot},
            "may_circumstance": any(
                policy.level(request.acting, kind.data_class) is Level.WRITE for kind in Kind
            ),
        },
    )


@require_http_methods(["GET", "POST"])
def register(request: OfficerRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None, by=request.acting)
    if request.method == "POST" and form.is_valid():
        child = actions.register_child(
            by=request.acting,
            facts=form.facts(),
            on=clock.today(),
            confirmed_new=form.cleaned_data["confirmed_new"],
        )
        messages.success(request, "已登记。请在本页继续补充，或记入户核查。")
        return redirect("children:detail", child.pk)
    return render(request, "children/register.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "POST"])
def correct(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Who saves second is told what the first changed, and keeps what was typed."""
    child = child_of(request, pk, Permission.CHILD_EDIT)
    form = CorrectForm(request.POST or None, child=child, initial=initial_of(child))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.correct_child(
                child, by=request.acting, facts=form.facts(), version=version, on=clock.today()
            )
        except ChangedMeanwhile:
            return _changed_meanwhile(request, child.pk, form, version)
        messages.success(request, "已更正，并留痕。")
        return redirect("children:detail", child.pk)
    return render(
        request, "children/correct.html", {"form": form, "child": child}, status=status_of(form)
    )


@require_http_methods(["GET", "POST"])
def move(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = child_of(request, pk, Permission.CHILD_EDIT)
    initial = {"on": clock.today(), "version": child.version}
    form = PlaceForm(request.POST or None, by=request.acting, initial=initial)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_place(
                child, by=request.acting, place=form.facts(), on=data["on"],
                version=data["version"],
            )  # fmt: skip
        except ChangedMeanwhile:
            child, status = child_of(request, pk, Permission.CHILD_EDIT), 409
            form.overtaken(version=child.version, now=_present_now(child, data["kind"]))
        else:
            messages.success(request, "已记下新的所在，原来的同类所在同日结束。")
            return to_child(request, pk)
    return render(request, "children/move.html", {"form": form, "child": child}, status=status)


@require_http_methods(["GET", "POST"])
def end_place(request: OfficerRequest, pk: UUID) -> HttpResponse:
    reached = Child.objects.visible_to(request.acting)
    place = get_object_or_404(ChildPlace.objects.select_related("child"), pk=pk, child__in=reached)
    if request.method == "GET":
        effects = (
            "今天起这处不再算现在的所在，记录留在档案里。",
            "只凭这一处管着这名儿童的单位，以后在名单里看不到这名儿童。",
            "结束错了，用“改所在”再记一处。",
        )
        title = f"结束这处{place.get_kind_display()}？"
        return _ask(request, title, effects, place.child_id)
    actions.end_place(place, by=request.acting, on=clock.today())
    messages.success(request, "已结束这一处所在。")
    return to_child(request, place.child_id)


@require_http_methods(["GET", "POST"])
def circumstance(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = child_of(request, pk, Permission.CHILD_EDIT)
    initial = {"version": child.version}
    form = CircumstanceForm(request.POST or None, by=request.acting, initial=initial)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_circumstance(
                child, by=request.acting, kind=Kind(data["kind"]), on=clock.today(),
                source=data["source"], version=data["version"],
            )  # fmt: skip
        except ChangedMeanwhile:
            child, status = child_of(request, pk, Permission.CHILD_EDIT), 409
            form.overtaken(version=child.version, now={})
        else:
            messages.success(request, "已记下情况。")
            return to_child(request, pk)
    context = {"form": form, "child": child}
    return render(request, "children/circumstance.html", context, status=status)


@require_http_methods(["GET", "POST"])
def end_circumstance(request: OfficerRequest, pk: UUID) -> HttpResponse:
    reached = Child.objects.visible_to(request.acting)
    one = get_object_or_404(Circumstance.objects.select_related("child"), pk=pk, child__in=reached)
    if request.method == "GET":
        effects = ("今天起不再算重点对象，记录留在档案里。", "结束错了，用“记情况”再记。")
        return _ask(request, "结束这一情况？", effects, one.child_id)
    actions.end_circumstance(one, by=request.acting, on=clock.today())
    messages.success(request, "已结束这一情况。")
    return to_child(request, one.child_id)


def _ask(
    request: OfficerRequest, title: str, effects: tuple[str, ...], child: UUID
) -> HttpResponse:
    back = reverse("children:detail", args=[child])
    return ask(request, Question(title, effects, "今天结束", back))


@require_POST
def tell_apart(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = child_of(request, pk, Permission.CHILD_EDIT)
    actions.tell_apart(child, by=request.acting)
    messages.success(request, "已记下：与相似记录不是同一人。")
    return redirect("children:detail", child.pk)


@require_http_methods(["GET", "POST"])
def reveal(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """GET asks for what; POST opens, for a while. Both are pieces of a page."""
    child = child_of(request, pk)
    field, guardian = _asked(request, child)
    rights = Rights(request.acting, child, clock.now())
    piece = _piece(request, rights, field, guardian)
    if rights.opening(field) is Opening.ON_REQUEST:
        return render(request, "children/_must_ask.html", piece)
    form = RevealForm(request.POST or None, tasks=rights.tasks)
    if not form.is_valid():
        return render(
            request, "children/_ask.html", {**piece, "form": form}, status=status_of(form)
        )
    content = actions.reveal(
        child,
        field,
        by=request.acting,
        purpose=Purpose(form.cleaned_data["purpose"]),
        case_id=form.task_id,
        guardian=guardian,
        at=rights.at,
    )
    region = child.region.code if child.region else None
    seconds = values.number("reveal_seconds", region, rights.at.date())
    return render(
        request, "children/_opened.html", {**piece, "content": content, "seconds": seconds}
    )


@require_GET
def mask(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The piece as it was before it was opened."""
    child = child_of(request, pk)
    field, guardian = _asked(request, child)
    rights = Rights(request.acting, child, clock.now())
    return render(request, "children/_mask.html", _piece(request, rights, field, guardian))


def _changed_meanwhile(
    request: OfficerRequest, pk: UUID, form: CorrectForm, version: int
) -> HttpResponse:
    """The same form with what was typed, under what somebody else has just changed."""
    child = Child.objects.select_related(*PLACES).get(pk=pk)
    typed = {**form.data.dict(), "version": str(child.version)}  # type: ignore[attr-defined]  # a QueryDict
    again = CorrectForm(typed, child=child)
    context = {
        "form": again,
        "child": child,
        "changes": [
            (change, [_now(child, name) for name in change.fields])
            for change in queries.changes_since(child, version)
        ],
    }
    return render(request, "children/correct.html", context, status=409)


def _now(child: Child, name: str) -> str:
    """A changed column in words, with what stands there now, but for what stays masked."""
    if name == "guardian":
        return "监护人"
    label = str(Child._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a column
    if name in actions.NUMBERS:
        return label
    shown = {"id_type": child.get_id_type_display()}.get(name, getattr(child, name))
    return f"{label}（现为“{shown or '空'}”）"


def _asked(request: OfficerRequest, child: Child) -> tuple[Masked, Guardian | None]:
    """Which field the address asks for, and of which guardian."""
    try:
        field = Masked(request.GET.get("field", ""))
        key = UUID(request.GET["guardian"]) if field.is_of_guardian else None
    except (ValueError, KeyError):
        raise Http404("no such field") from None
    guardian = get_object_or_404(child.guardians, pk=key) if key else None
    return field, guardian


def _piece(
    request: OfficerRequest, rights: Rights, field: Masked, guardian: Guardian | None
) -> dict[str, Any]:
    return {
        "child": rights.child,
        "guardian": guardian,
        "field": field,
        "whose": queries.shown_name(rights.child.name, by=rights.by),
        "shut": queries.masked_value(rights.child, field, guardian),
        "opening": rights.opening(field).name.lower(),
        "query": request.GET.urlencode(),
    }


def _children_of(page: ListPage) -> list[Any]:  # Any: children with what was prefetched
    """The rows of a page with what stands beside them, read after the page has been cut."""
    cut = page.rows.values("pk")[max(page.first - 1, 0) : page.last]
    found = Child.objects.filter(pk__in=cut).order_by(*page.rows.query.order_by)
    return list(found.select_related(*PLACES).prefetch_related(*_BESIDE))


def _all_rows(request: OfficerRequest, page: ListPage) -> Iterator[dict[str, Any]]:
    """Every row of the list in its order, read in portions."""
    keys = list(page.rows.values_list("pk", flat=True))
    for start in range(0, len(keys), PORTION):
        portion = keys[start : start + PORTION]
        found = Child.objects.filter(pk__in=portion).select_related(*PLACES)
        children = {child.pk: child for child in found.prefetch_related(*_BESIDE)}
        for row in _rows(request, [children[key] for key in portion if key in children]):
            yield row | {
                "name": queries.shown_name(row["child"].name, by=request.acting),
                "guardian_name": shown_guardian(row["guardian"], request.acting),
                "phone": _shown_phone(row["child"], row["guardian"], request.acting),
            }


def shown_guardian(guardian: Guardian | None, by: Acting) -> str:
    if guardian is None:
        return ""
    relation = f"（{guardian.relation}）" if guardian.relation else ""
    return queries.shown_guardian(guardian.name, by=by) + relation


def _shown_phone(child: Child, guardian: Guardian | None, by: Acting) -> str:
    """Masked as on the page; nothing where the page says 不显示."""
    if guardian is None or Masked.GUARDIAN_PHONE not in queries.may_be_asked_for(by):
        return ""
    return queries.masked_value(child, Masked.GUARDIAN_PHONE, guardian)


def _badge_text(row: dict[str, Any], number: int) -> str:
    return strip_tags(row["badges"][number]).replace("—", "")


def _present_now(child: Child, kind: str) -> dict[str, object]:
    """What stands under a kind of place, in words, for who was overtaken."""
    if kind == PlaceKind.SCHOOL:
        return {"school": child.school, "class_name": child.class_name}
    return {"region": child.hukou if kind == PlaceKind.HUKOU else child.home}


def _rows(request: OfficerRequest, children: list[Any]) -> list[dict[str, Any]]:
    """Each child of a page with what this post may read beside it."""
    badges = panels.badges_of(request, children)
    due = queries.due_grades(children, clock.today())
    return [
        {
            "child": child,
            "guardian": next(iter(child.main_guardians), None),
            "kinds": _tags(child, request.acting),
            "badges": badges[child.pk],
            "due_grade": due[child.pk],
        }
        for child in children
    ]


def _tags(child: Any, by: Acting) -> list[str]:
    kinds = [Kind(one.kind) for one in child.present]
    return [str(k.label) for k in kinds if policy.level(by, k.data_class) >= Level.FULL]


def _search(rows: Rows, words: str) -> Rows:
    if rules.read_search(words).kind is rules.Asked.NAME:
        return rows.filter(meant(words))  # read off the index in which the list is walked
    return rows.filter(pk__in=Child.objects.found_by(words))


def page_of(request: OfficerRequest) -> ListPage:
    return list_page(
        request,
        Child.objects.visible_to(request.acting),
        filters=_filters(request),
        sorts=SORTS,
        default_sort="name",
        search=Search("姓名、监护人、号码", _search, "姓名、首字母、号码或户号"),
    )


# By which place a community counts a child as its own; without a choice, by either.
LIES = [("home", "居住地"), ("hukou", "户籍地")]


def _filters(request: OfficerRequest) -> list[Filter]:
    by, lies = request.acting, request.GET.get("lies", "")
    permission = Permission.CHILD_VIEW
    communities, schools = communities_of(by, permission), schools_of(by, permission)
    kinds = [kind for kind in Kind if policy.level(by, kind.data_class) >= Level.FULL]
    here = partial(_in_community, lies=lies)
    offered = [
        Filter("community", "社区", here, communities, "全部社区"),
        Filter("school", "学校", _at_school, schools, "全部学校"),
        *panels.filters(by),
        Filter("grade", "年级", _in_grade, GRADES, "全部年级"),
        Filter(
            "kind",
            "重点对象",
            _of_kind,
            [(k.value, str(k.label)) for k in kinds],
            "不限",
            restricted=frozenset(k.value for k in Kind if k.is_restricted),
        ),
        Filter("lies", "社区按", _as_it_is, LIES if len(communities) > 1 else (), "居住或户籍"),
    ]
    return [one for one in offered if len(one.choices) > 1]


def _in_community(rows: Rows, value: str, *, lies: str) -> Rows:
    if lies in dict(LIES):
        return rows.filter(**{lies: value})
    return rows.filter(Q(home=value) | Q(hukou=value))


def _as_it_is(rows: Rows, value: str) -> Rows:
    """Narrows nothing by itself: it says how the community is meant."""
    return rows


def _at_school(rows: Rows, value: str) -> Rows:
    return rows.filter(school=value)


def _in_grade(rows: Rows, value: str) -> Rows:
    return rows.filter(grade=value)


def _of_kind(rows: Rows, value: str) -> Rows:
    held = Circumstance.objects.filter(kind_index=value, until=None)
    return rows.filter(pk__in=held.values("child"))
