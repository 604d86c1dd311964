"""The pages of the register: the list, one child's file, and what is opened in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access import policy
from oosc.access.policy import Level, Permission
from oosc.children import actions, panels, queries, rules
from oosc.children.actions import ChangedMeanwhile
from oosc.children.forms import (
    GRADES,
    AnswerForm,
    CircumstanceForm,
    CorrectForm,
    PlaceForm,
    RegisterForm,
    RequestForm,
    RevealForm,
    communities_of,
    initial_of,
    schools_of,
)
from oosc.children.models import AccessRequest, Child, ChildPlace, Circumstance, Guardian
from oosc.children.panels import Slot
from oosc.children.queries import Opening, Rights
from oosc.children.states import Kind, Masked, Purpose
from oosc.kernel import clock
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.parameters import values

SEEN_ON_PAGE = 8  # lines of 谁看过、谁改过 before 全部
LAST_ASKED = 50
SORTS = {"name": ["name_initials"], "birth": ["birth_date"]}
# What stands beside a child in the list, read once for all rows of a page.
_BESIDE: tuple[Prefetch[Any], ...] = (  # Any: rows of two models
    Prefetch("guardians", Guardian.objects.filter(is_main=True), to_attr="main_guardians"),
    Prefetch("circumstances", Circumstance.objects.filter(until=None), to_attr="present"),
)
PLACES = ("home", "hukou", "school__region")


@require_GET
def list_(request: OfficerRequest) -> HttpResponse:
    page = list_page(
        request,
        Child.objects.visible_to(request.acting),
        filters=_filters(request.acting),
        sorts=SORTS,
        default_sort="name",
        search=Search("姓名、证件号或电话", _search, "姓名、首字母或号码"),
    )
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


@require_GET
def detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = _child(request, pk)
    actions.open_file(child, by=request.acting)
    rights = Rights(request.acting, child, clock.now())
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
            "guardians": child.guardians.select_related("child"),
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
    return render(request, "children/register.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
def correct(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Who saves second is told what the first changed, and keeps what was typed."""
    child = _child(request, pk, Permission.CHILD_EDIT)
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
        request, "children/correct.html", {"form": form, "child": child}, status=_status(form)
    )


@require_http_methods(["GET", "POST"])
def move(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = _child(request, pk, Permission.CHILD_EDIT)
    form = PlaceForm(request.POST or None, by=request.acting, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        actions.add_place(child, by=request.acting, place=form.facts(), on=form.cleaned_data["on"])
        messages.success(request, "已记下新的所在，原来的同类所在同日结束。")
        return _to_child(request, pk)
    return render(
        request, "children/move.html", {"form": form, "child": child}, status=_status(form)
    )


@require_POST
def end_place(request: OfficerRequest, pk: UUID) -> HttpResponse:
    place = get_object_or_404(ChildPlace, pk=pk, child__in=Child.objects.visible_to(request.acting))
    actions.end_place(place, by=request.acting, on=clock.today())
    messages.success(request, "已结束这一处所在。")
    return _to_child(request, place.child_id)


@require_http_methods(["GET", "POST"])
def circumstance(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = _child(request, pk, Permission.CHILD_EDIT)
    form = CircumstanceForm(request.POST or None, by=request.acting)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        actions.add_circumstance(
            child, by=request.acting, kind=Kind(data["kind"]), on=clock.today(),
            source=data["source"],
        )  # fmt: skip
        messages.success(request, "已记下情况。")
        return _to_child(request, pk)
    return render(
        request, "children/circumstance.html", {"form": form, "child": child}, status=_status(form)
    )


@require_POST
def end_circumstance(request: OfficerRequest, pk: UUID) -> HttpResponse:
    one = get_object_or_404(Circumstance, pk=pk, child__in=Child.objects.visible_to(request.acting))
    actions.end_circumstance(one, by=request.acting, on=clock.today())
    messages.success(request, "已结束这一情况。")
    return _to_child(request, one.child_id)


@require_POST
def tell_apart(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = _child(request, pk, Permission.CHILD_EDIT)
    actions.tell_apart(child, by=request.acting)
    messages.success(request, "已记下：与相似记录不是同一人。")
    return redirect("children:detail", child.pk)


@require_http_methods(["GET", "POST"])
def reveal(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """GET asks for what; POST opens, for a while. Both are pieces of a page."""
    child = _child(request, pk)
    field, guardian = _asked(request, child)
    rights = Rights(request.acting, child, clock.now())
    piece = _piece(request, rights, field, guardian)
    if rights.opening(field) is Opening.ON_REQUEST:
        return render(request, "children/_must_ask.html", piece)
    form = RevealForm(request.POST or None, tasks=rights.tasks)
    if not form.is_valid():
        return render(request, "children/_ask.html", {**piece, "form": form}, status=_status(form))
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
    child = _child(request, pk)
    field, guardian = _asked(request, child)
    rights = Rights(request.acting, child, clock.now())
    return render(request, "children/_mask.html", _piece(request, rights, field, guardian))


@require_http_methods(["GET", "POST"])
def request_reveal(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = _child(request, pk)
    rights = Rights(request.acting, child, clock.now())
    form = RequestForm(
        request.POST or None, rights=rights, initial={"fields_": request.GET.getlist("field")}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        actions.request_reveal(
            child,
            by=request.acting,
            fields=[Masked(value) for value in data["fields_"]],
            purpose=Purpose(data["purpose"]),
            reason=data["reason"],
            at=rights.at,
        )
        messages.success(request, "申请已送出。批准后 8 小时内可以查看，在本页可看答复。")
        return redirect("children:requests")
    return render(
        request, "children/request.html", {"form": form, "child": child}, status=_status(form)
    )


@require_GET
def requests(request: OfficerRequest) -> HttpResponse:
    """What waits for one's answer, and what one asked."""
    by = request.acting
    mine = AccessRequest.objects.filter(officer=by.officer_id, post=by.post_id)
    return render(
        request,
        "children/requests.html",
        {
            "waiting": queries.waiting_for(by),
            "mine": mine.select_related("child", "answered_by_officer")[:LAST_ASKED],
            "form": AnswerForm(),
            "now": clock.now(),
        },
    )


@require_POST
def answer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    asked = get_object_or_404(AccessRequest.objects.visible_to(request.acting), pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for es in form.errors.values() for e in es))
        return redirect("children:requests")
    actions.answer_reveal(asked, by=request.acting, at=clock.now(), **form.cleaned_data)
    messages.success(request, "已答复，申请人可以看到。")
    return redirect("children:requests")


def _child(
    request: OfficerRequest, pk: UUID, permission: Permission = Permission.CHILD_VIEW
) -> Child:
    found = Child.objects.visible_to(request.acting).select_related(*PLACES, "resembles")
    child = get_object_or_404(found, pk=pk)
    if not policy.allows(request.acting, permission, child):
        raise Http404("not for this post")
    return child


def _to_child(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Back to the file, or, where the child has just left one's reach, to the list."""
    if Child.objects.visible_to(request.acting).filter(pk=pk).exists():
        return redirect("children:detail", pk)
    messages.info(request, "该儿童已不在您的管辖范围内。")
    return redirect("children:list")


def _status(form: Any) -> int:  # any form
    return 422 if form.is_bound and form.errors else 200


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


def _rows(request: OfficerRequest, children: list[Any]) -> list[dict[str, Any]]:
    """Each child of a page with what this post may read beside it."""
    badges = panels.badges_of(request, children)
    return [
        {
            "child": child,
            "guardian": next(iter(child.main_guardians), None),
            "kinds": _tags(child, request.acting),
            "badges": badges[child.pk],
        }
        for child in children
    ]


def _tags(child: Any, by: Acting) -> list[str]:
    kinds = [Kind(one.kind) for one in child.present]
    return [str(k.label) for k in kinds if policy.level(by, k.data_class) >= Level.FULL]


def _search(rows: Rows, words: str) -> Rows:
    return rows.filter(pk__in=Child.objects.found_by(words))


def _filters(by: Acting) -> list[Filter]:
    communities = communities_of(by, Permission.CHILD_VIEW)
    schools = schools_of(by, Permission.CHILD_VIEW)
    kinds = [kind for kind in Kind if policy.level(by, kind.data_class) >= Level.FULL]
    offered = [
        Filter("community", "社区", _in_community, communities, "全部社区"),
        Filter("school", "学校", _at_school, schools, "全部学校"),
        Filter("grade", "年级", _in_grade, GRADES, "全部年级"),
        Filter("kind", "重点对象", _of_kind, [(k.value, str(k.label)) for k in kinds], "不限"),
    ]
    return [one for one in offered if len(one.choices) > 1]


def _in_community(rows: Rows, value: str) -> Rows:
    return rows.filter(home=value)


def _at_school(rows: Rows, value: str) -> Rows:
    return rows.filter(school=value)


def _in_grade(rows: Rows, value: str) -> Rows:
    return rows.filter(grade=value)


def _of_kind(rows: Rows, value: str) -> Rows:
    held = Circumstance.objects.filter(kind_index=value, until=None)
    return rows.filter(pk__in=held.values("child"))
