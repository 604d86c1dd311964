"""系统 → 单位与岗位: SECADMIN gives rights; 机制 → 岗位交接: the offices hand posts over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import Permission, holds
from oosc.access.roles import ADMINISTRATORS, Role
from oosc.kernel import clock
from oosc.lists.page import Filter, Rows, Search, list_page
from oosc.members.actions import posts as actions
from oosc.members.forms import EndForm, GrantForm, HandOverForm, PostForm, UnitForm
from oosc.members.handover import open_work
from oosc.members.http import OfficerRequest
from oosc.members.models import Holding, Post, PostQuerySet, Unit

GET_POST = require_http_methods(["GET", "POST"])


def _by_role(rows: Rows, value: str) -> Rows:
    return rows.filter(role=value)


def _by_unit_name(rows: Rows, words: str) -> Rows:
    return rows.filter(name__icontains=words)


def _by_post_words(rows: Rows, words: str) -> Rows:
    return rows.filter(unit__name__icontains=words) | rows.filter(title__icontains=words)


ROLE = Filter("role", "承担职责", _by_role, Role.choices)


@require_GET
def units(request: OfficerRequest) -> HttpResponse:
    page = list_page(
        request,
        Unit.objects.filter(ended_on=None).select_related("region").prefetch_related("posts"),
        filters=(ROLE,),
        sorts={"name": ("name",), "region": ("region__code", "name")},
        default_sort="region",
        search=Search("单位名称", _by_unit_name, "名称的一部分"),
        unit="个单位",
    )
    return render(request, "members/units.html", {"page": page})


@GET_POST
def new_unit(request: OfficerRequest) -> HttpResponse:
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.found_unit(by=request.acting, **form.cleaned_data)
        messages.success(request, f"已建立{made.name}。下一步：设岗位。")
        return redirect("members:unit", made.pk)
    return render(
        request, "members/new_unit.html", {"form": form}, status=422 if form.errors else 200
    )


@GET_POST
def unit(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """A unit with its posts and who holds them; the form below opens another post."""
    of = get_object_or_404(Unit.objects.select_related("region", "school"), pk=pk)
    today = clock.today()
    initial = {"since": today}
    form = PostForm(request.POST or None, unit_role=of.role, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = actions.open_post(of, by=request.acting, **form.cleaned_data)
        messages.success(request, f"已设岗位“{made.name}”。下一步：授予任职人。")
        return redirect("members:unit", pk)
    holdings = Prefetch("holdings", Holding.objects.select_related("officer").order_by("-since"))
    context = {
        "unit": of,
        "posts": of.posts.filter(until=None).prefetch_related(holdings),
        "form": form,
        "today": today,
    }
    return render(request, "members/unit.html", context, status=422 if form.errors else 200)


@require_POST
def end_unit(request: OfficerRequest, pk: UUID) -> HttpResponse:
    actions.end_unit(get_object_or_404(Unit, pk=pk), by=request.acting, on=clock.today())
    messages.success(request, "单位已撤销。")
    return redirect("members:units")


@require_POST
def close_post(request: OfficerRequest, pk: UUID) -> HttpResponse:
    post = actions.close_post(_post(pk), by=request.acting, on=clock.today())
    messages.success(request, f"岗位“{post.name}”已撤销。")
    return redirect("members:unit", post.unit_id)


@GET_POST
def grant_post(request: OfficerRequest, pk: UUID) -> HttpResponse:
    post = _post(pk)
    form = GrantForm(request.POST or None, initial={"since": clock.today()})
    if request.method == "POST" and form.is_valid():
        holding = actions.grant(post, by=request.acting, **form.cleaned_data)
        messages.success(request, f"已授予{holding.officer.name}“{post.name}”岗位。")
        return redirect("members:unit", post.unit_id)
    context = {"post": post, "form": form}
    return render(request, "members/grant_post.html", context, status=422 if form.errors else 200)


@require_POST
def end_holding(request: OfficerRequest, pk: UUID) -> HttpResponse:
    holding = get_object_or_404(Holding.objects.select_related("post__unit", "officer"), pk=pk)
    form = EndForm(request.POST)
    on = form.cleaned_data["on"] if form.is_valid() else clock.today()
    actions.end(holding, by=request.acting, on=on)
    messages.success(request, f"{holding.officer.name}已卸任“{holding.post.name}”。")
    return redirect("members:unit", holding.post.unit_id)


@require_GET
def hand_over(request: OfficerRequest) -> HttpResponse:
    """The posts within reach, each with its holder."""
    today = clock.today()
    present = Prefetch(
        "holdings", Holding.objects.held_on(today).select_related("officer"), to_attr="present"
    )
    rows = _to_hand_over(request)
    page = list_page(
        request,
        rows.select_related("unit").prefetch_related(present),
        filters=(ROLE,),
        sorts={"unit": ("unit__name", "title"), "title": ("title", "unit__name")},
        default_sort="unit",
        search=Search("单位或岗位", _by_post_words, "名称的一部分"),
        unit="个岗位",
    )
    context = {
        "page": page,
        "names_approvers": holds(request.acting, Permission.REVEAL_APPROVE),
    }
    return render(request, "members/hand_over.html", context)


@GET_POST
def hand_over_post(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """One post: who holds it, what is open, and who is next."""
    today = clock.today()
    post = get_object_or_404(_to_hand_over(request).select_related("unit__region"), pk=pk)
    form = HandOverForm(request.POST or None, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        holding = actions.hand_over(post, by=request.acting, today=today, **form.cleaned_data)
        messages.success(
            request,
            f"“{post}”自 {holding.since} 起由{holding.officer.name}办理，未办结事项随岗位移交。",
        )
        return redirect("members:hand_over")
    context = {
        "post": post,
        "holder": post.holder_on(today),
        "past": post.holdings.select_related("officer"),
        "open_work": open_work(post),
        "form": form,
    }
    return render(
        request, "members/hand_over_post.html", context, status=422 if form.errors else 200
    )


@require_POST
def name_approver(request: OfficerRequest, pk: UUID) -> HttpResponse:
    reach = Post.objects.within_reach(request.acting, Permission.REVEAL_APPROVE)
    holdings = Holding.objects.select_related("post__unit__region", "officer")
    holding = get_object_or_404(holdings.filter(post__in=reach), pk=pk)
    approves = request.POST.get("approves") == "yes"
    actions.name_approver(holding, by=request.acting, approves=approves)
    done = "可以代为批准查看申请" if approves else "不再代批查看申请"
    messages.success(request, f"{holding.officer.name}{done}。")
    return redirect("members:hand_over")


def _to_hand_over(request: OfficerRequest) -> PostQuerySet:
    """The posts within reach; those of administrators are for SECADMIN alone."""
    open_now = Post.objects.open_on(clock.today())
    reach = open_now.within_reach(request.acting, Permission.POST_HAND_OVER)
    if holds(request.acting, Permission.POST_GRANT):
        return reach
    return reach.exclude(role__in=ADMINISTRATORS)


def _post(pk: UUID) -> Post:
    return get_object_or_404(Post.objects.select_related("unit__region"), pk=pk)
