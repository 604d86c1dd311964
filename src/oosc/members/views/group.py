"""机制 → 领导小组: the version in force, and the earlier ones as they were."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import code_range
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile
from oosc.lists.confirm import Question, ask
from oosc.lists.forms import PURPOSES
from oosc.lists.papers import Column, Paper
from oosc.lists.views import take_along
from oosc.members.actions import group as actions
from oosc.members.forms import GroupForm, GroupMemberFields, GroupMemberForm
from oosc.members.http import OfficerRequest
from oosc.members.models import GroupMember, LeadingGroup, Post
from oosc.members.queries import compare_groups, group_lines
from oosc.places.models import Region

GET_POST = require_http_methods(["GET", "POST"])


@require_GET
def group(request: OfficerRequest) -> HttpResponse:
    """The version in force, with the way to the earlier ones."""
    versions = list(_seen_by(request).order_by("-effective_from"))
    today = clock.today()
    current = next((version for version in versions if version.effective_from <= today), None)
    return _version_page(request, current or (versions[0] if versions else None), versions)


@require_GET
def group_version(request: OfficerRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(_seen_by(request), pk=pk)
    same = _seen_by(request).filter(region=version.region).order_by("-effective_from")
    return _version_page(request, version, list(same))


COLUMNS = (
    Column("职务", 10, lambda line: line.member.get_role_display(), centred=True),
    Column("所任职务", 36, lambda line: line.member.duty),
    Column("姓名", 12, lambda line: line.member.name),
    Column("对应岗位", 36, lambda line: line.member.post),
    Column("现任、时任", 12, lambda line: line.holder),
)


@require_POST
def export_group(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The members of a version as a document with its number, or as a workbook."""
    version = get_object_or_404(_seen_by(request), pk=pk)
    lines = group_lines(version, clock.today())
    scope = f"{version.document_number}，自 {version.effective_from} 起"
    paper = Paper(version.title, request.acting, clock.today(), COLUMNS, scope)
    return take_along(
        request, lines, len(lines), paper, what="members.group", sheet="members/group_sheet.html"
    )


@require_GET
def compare_group(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """This version beside another, the one before it unless the address names one."""
    after = get_object_or_404(_seen_by(request), pk=pk)
    others = _seen_by(request).filter(region=after.region).exclude(pk=pk)
    asked = request.GET.get("with", "")
    chosen = next((one for one in others if str(one.pk) == asked), None)
    before = chosen or next(
        (one for one in others if one.effective_from < after.effective_from), others.first()
    )
    if before and before.effective_from > after.effective_from:
        before, after = after, before
    context = {
        "version": after,
        "before": before,
        "others": others,
        "pk": pk,
        "changes": compare_groups(before, after) if before else [],
    }
    return render(request, "members/group_compare.html", context)


@GET_POST
def publish_group(request: OfficerRequest) -> HttpResponse:
    region = get_object_or_404(Region, code=request.acting.region_code)
    last = LeadingGroup.objects.filter(region=region).first()
    initial = {"title": last.title if last else "", "effective_from": clock.today()}
    form = GroupForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = actions.publish(region, by=request.acting, **form.cleaned_data)
        messages.success(request, "新一版已建立，成员从上一版带来，请逐一核对。")
        return redirect("members:group_version", made.pk)
    context = {"form": form, "last": last, "region": region}
    return render(
        request, "members/publish_group.html", context, status=422 if form.errors else 200
    )


@GET_POST
def add_group_member(request: OfficerRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(_managed_by(request), pk=pk)
    form = GroupMemberFields(request.POST or None, posts=_posts(request))
    if request.method == "POST" and form.is_valid():
        actions.add_member(version, by=request.acting, **form.cleaned_data)
        messages.success(request, "已加入。")
        return redirect("members:group_version", pk)
    return _member_page(request, form, version, None)


@GET_POST
def change_group_member(request: OfficerRequest, pk: UUID) -> HttpResponse:
    member = _member(request, pk)
    form = GroupMemberForm(request.POST or None, posts=_posts(request), initial=_now(member))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_member(member, by=request.acting, **form.cleaned_data)
        except ChangedMeanwhile:
            member = _member(request, pk)
            now = {"role": member.get_role_display(), "duty": member.duty, "name": member.name}
            form.overtaken(version=member.version, now=now)
            return _member_page(request, form, member.group, member, status=409)
        messages.success(request, "已保存。")
        return redirect("members:group_version", member.group_id)
    return _member_page(request, form, member.group, member)


@require_POST
def move_group_member(request: OfficerRequest, pk: UUID) -> HttpResponse:
    member = _member(request, pk)
    actions.move_member(member, by=request.acting, up=request.POST.get("to") == "up")
    return redirect("members:group_version", member.group_id)


@GET_POST
def remove_group_member(request: OfficerRequest, pk: UUID) -> HttpResponse:
    member = _member(request, pk)
    if request.method == "GET":
        return ask(
            request,
            Question(
                f"把{member.get_role_display()}“{member.duty}”移出领导小组？",
                (
                    f"只从“{member.group.document_number}”这一版移出，以前的版本不变。",
                    "他的岗位和权限不变。",
                    "移错了，用“加成员”再加上即可。",
                ),
                "移出这一版",
                reverse("members:group_version", args=[member.group_id]),
            ),
        )
    actions.remove_member(member, by=request.acting)
    messages.success(request, f"已移出“{member.duty}”。移错了可以再加。")
    return redirect("members:group_version", member.group_id)


def _seen_by(request: OfficerRequest) -> QuerySet[LeadingGroup]:
    """Groups of the regions above, at and below one's own: SD-1a is for all to read."""
    code = request.acting.region_code or ""
    above = [code[:length] for length in range(len(code) + 1)]
    groups = LeadingGroup.objects.select_related("region")
    return groups.filter(region__code__in=above) | groups.filter(code_range("region__code", code))


def _managed_by(request: OfficerRequest) -> QuerySet[LeadingGroup]:
    code = request.acting.region_code or ""
    return LeadingGroup.objects.select_related("region").filter(code_range("region__code", code))


def _member(request: OfficerRequest, pk: UUID) -> GroupMember:
    members = GroupMember.objects.select_related("group__region", "post")
    return get_object_or_404(members.filter(group__in=_managed_by(request)), pk=pk)


def _now(member: GroupMember) -> dict[str, object]:
    return {name: getattr(member, name) for name in ("role", "duty", "name", "post", "version")}


def _posts(request: OfficerRequest) -> QuerySet[Post]:
    code = request.acting.region_code or ""
    posts = Post.objects.open_on(clock.today()).filter(code_range("unit__region__code", code))
    return posts.select_related("unit")


def _version_page(
    request: OfficerRequest, version: LeadingGroup | None, versions: list[LeadingGroup]
) -> HttpResponse:
    newest = versions[0] if versions else None
    context = {
        "version": version,
        "versions": versions,
        "lines": group_lines(version, clock.today()) if version else [],
        "may_change": version is not None and version == newest,
        "purposes": PURPOSES,
    }
    return render(request, "members/group.html", context)


def _member_page(
    request: OfficerRequest,
    form: GroupMemberFields,
    version: LeadingGroup,
    member: GroupMember | None,
    status: int | None = None,
) -> HttpResponse:
    context = {"form": form, "version": version, "member": member}
    status = status or (422 if form.errors else 200)
    return render(request, "members/group_member.html", context, status=status)
