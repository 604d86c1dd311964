"""系统 → 单位与岗位: SECADMIN gives rights; 机制 → 岗位交接: the offices hand posts over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import Permission, holds
from oosc.access.roles import ADMINISTRATORS, Role
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile
from oosc.lists.confirm import Question, ask
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.lists.papers import Column, Paper
from oosc.lists.views import take_along
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


def _by_standing(rows: Rows, value: str) -> Rows:
    return rows if value == "all" else rows.exclude(ended_on=None)


STANDING = Filter(
    "state", "状态", _by_standing, (("ended", "已撤销"), ("all", "在用和已撤销")), all_label="在用"
)
UNIT_COLUMNS = (
    Column("单位", 30, lambda unit: unit.name),
    Column("承担职责", 16, lambda unit: unit.get_role_display()),
    Column("管辖区划", 20, lambda unit: unit.region.name),
    Column("区划代码", 16, lambda unit: unit.region.code),
    Column("岗位（个）", 10, lambda unit: len(unit.open_posts), centred=True),
    Column("状态", 18, lambda unit: f"{unit.ended_on} 撤销" if unit.ended_on else "在用"),
)
POST_COLUMNS = (
    Column("单位", 30, lambda post: post.unit.name),
    Column("岗位", 20, lambda post: post.name),
    Column("角色", 14, lambda post: post.get_role_display()),
    Column("现任", 12, lambda post: "，".join(h.officer.name for h in post.present)),
    Column("任职起", 12, lambda post: "，".join(str(h.since) for h in post.present)),
    Column(
        "代批查看", 10,
        lambda post: "是" if any(h.may_approve_reveals for h in post.present) else "",
        centred=True,
    ),
)  # fmt: skip


@require_GET
def units(request: OfficerRequest) -> HttpResponse:
    return render(request, "members/units.html", {"page": _units(request)})


@require_POST
def export_units(request: OfficerRequest) -> HttpResponse:
    page, paper = _units(request), Paper("单位", request.acting, clock.today(), UNIT_COLUMNS)
    return take_along(request, page.rows, page.total, paper, what="members.units")


def _units(request: OfficerRequest) -> ListPage:
    open_posts = Prefetch("posts", Post.objects.filter(until=None), to_attr="open_posts")
    rows = Unit.objects.select_related("region").prefetch_related(open_posts)
    if request.GET.get("state") not in dict(STANDING.choices):
        rows = rows.filter(ended_on=None)
    return list_page(
        request,
        rows,
        filters=(ROLE, STANDING),
        sorts={"name": ("name",), "region": ("region__code", "name")},
        default_sort="region",
        search=Search("单位名称", _by_unit_name, "名称的一部分"),
        unit="个单位",
    )


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
        "closed": of.posts.exclude(until=None).order_by("-until", "title"),
        "form": form,
        "today": today,
    }
    return render(request, "members/unit.html", context, status=422 if form.errors else 200)


@GET_POST
def end_unit(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = get_object_or_404(Unit, pk=pk)
    if request.method == "GET":
        return ask(
            request,
            Question(
                f"撤销{of.name}？",
                (
                    "先撤销它的全部岗位，才能撤销单位。",
                    "以后报送、授岗时不再可选；以前的花名册、办理记录都在。",
                    "撤错了，可以在它的页面上恢复。",
                ),
                "撤销单位",
                reverse("members:unit", args=[pk]),
            ),
        )
    actions.end_unit(of, by=request.acting, on=clock.today())
    messages.success(request, f"{of.name}已撤销。撤错了可在本页恢复。")
    return redirect("members:unit", pk)


@require_POST
def reopen_unit(request: OfficerRequest, pk: UUID) -> HttpResponse:
    of = actions.reopen_unit(get_object_or_404(Unit, pk=pk), by=request.acting)
    messages.success(request, f"{of.name}已恢复。岗位请逐个恢复。")
    return redirect("members:unit", pk)


@GET_POST
def close_post(request: OfficerRequest, pk: UUID) -> HttpResponse:
    post = _post(pk)
    if request.method == "GET":
        return ask(
            request,
            Question(
                f"撤销岗位“{post}”？",
                (
                    "还有人在任的，先卸任才能撤销。",
                    "今天起不能再授予；办过的事仍记在这个岗位名下。",
                    "撤错了，可以在单位的页面上恢复。",
                ),
                "撤销岗位",
                reverse("members:unit", args=[post.unit_id]),
            ),
        )
    post = actions.close_post(post, by=request.acting, on=clock.today())
    messages.success(request, f"岗位“{post.name}”已撤销。撤错了可在本页恢复。")
    return redirect("members:unit", post.unit_id)


@require_POST
def reopen_post(request: OfficerRequest, pk: UUID) -> HttpResponse:
    post = actions.reopen_post(_post(pk), by=request.acting)
    messages.success(request, f"岗位“{post.name}”已恢复。下一步：授予任职人。")
    return redirect("members:unit", post.unit_id)


@GET_POST
def grant_post(request: OfficerRequest, pk: UUID) -> HttpResponse:
    post = _post(pk)
    initial = {"since": clock.today(), "version": post.version}
    form = GrantForm(request.POST or None, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            holding = actions.grant(post, by=request.acting, **form.cleaned_data)
        except ChangedMeanwhile:
            post, status = _post(pk), 409
            form.overtaken(version=post.version, now=_holder(post))
        else:
            messages.success(request, f"已授予{holding.officer.name}“{post.name}”岗位。")
            return redirect("members:unit", post.unit_id)
    return render(request, "members/grant_post.html", {"post": post, "form": form}, status=status)


def _holder(post: Post) -> dict[str, object]:
    """Who holds it now: what another officer's grant or hand-over has changed."""
    holder = post.holder_on(clock.today())
    return {"officer": f"{holder.name}（{holder.username}）" if holder else "无人在任"}


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
    context = {
        "page": _posts(request),
        "names_approvers": holds(request.acting, Permission.REVEAL_APPROVE),
    }
    return render(request, "members/hand_over.html", context)


@require_POST
def export_posts(request: OfficerRequest) -> HttpResponse:
    page, paper = _posts(request), Paper("岗位", request.acting, clock.today(), POST_COLUMNS)
    return take_along(request, page.rows, page.total, paper, what="members.posts")


def _posts(request: OfficerRequest) -> ListPage:
    held = Holding.objects.held_on(clock.today()).select_related("officer")
    present = Prefetch("holdings", held, to_attr="present")
    return list_page(
        request,
        _to_hand_over(request).select_related("unit").prefetch_related(present),
        filters=(ROLE,),
        sorts={"unit": ("unit__name", "title"), "title": ("title", "unit__name")},
        default_sort="unit",
        search=Search("单位或岗位", _by_post_words, "名称的一部分"),
        unit="个岗位",
    )


@GET_POST
def hand_over_post(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """One post: who holds it, what is open, and who is next."""
    today = clock.today()
    post = get_object_or_404(_to_hand_over(request).select_related("unit__region"), pk=pk)
    form = HandOverForm(request.POST or None, initial={"on": today, "version": post.version})
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            holding = actions.hand_over(post, by=request.acting, today=today, **form.cleaned_data)
        except ChangedMeanwhile:
            post, status = _post(pk), 409
            form.overtaken(version=post.version, now={"to": _holder(post)["officer"]})
        else:
            done = f"“{post}”自 {holding.since} 起由{holding.officer.name}办理"
            messages.success(request, f"{done}，未办结事项随岗位移交。")
            return redirect("members:hand_over")
    context = {
        "post": post,
        "holder": post.holder_on(today),
        "past": post.holdings.select_related("officer"),
        "open_work": open_work(post),
        "form": form,
    }
    return render(request, "members/hand_over_post.html", context, status=status)


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
