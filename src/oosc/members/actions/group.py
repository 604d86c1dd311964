"""The leading group, a version for each document (GW-3, SD-1a)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.members.acting import Acting
from oosc.members.models import GroupMember, LeadingGroup, Post
from oosc.places.models import Region


@transaction.atomic
def publish(
    region: Region, *, by: Acting, document_number: str, title: str, effective_from: date
) -> LeadingGroup:
    """Begin a new version with the members of the last. Earlier versions stay as they were."""
    require(by, Permission.GROUP_MANAGE, region)
    last = LeadingGroup.objects.filter(region=region).first()
    if LeadingGroup.objects.filter(region=region, document_number=document_number).exists():
        raise Refused(f"文号 {document_number} 已经录入过。")
    if last and effective_from <= last.effective_from:
        raise Refused(f"生效日期须晚于现行版本的 {last.effective_from}。")
    group = LeadingGroup.objects.create(
        region=region,
        document_number=document_number,
        title=title,
        effective_from=effective_from,
        published_by_id=by.post_id,
    )
    copied = _copy_members(last, group) if last else 0
    trail.record("group.published", group, by=by, members=copied)
    return group


@transaction.atomic
def add_member(
    group: LeadingGroup, *, by: Acting, role: str, duty: str, name: str, post: Post | None
) -> GroupMember:
    _check_current(group, by)
    last = group.members.aggregate(last=Max("order"))["last"]
    member = group.members.create(
        role=role, duty=duty, name=name, post=post, order=0 if last is None else last + 1
    )
    trail.record("group.member_added", group, by=by, member=member.pk)
    return member


@transaction.atomic
def change_member(
    member: GroupMember,
    *,
    by: Acting,
    role: str,
    duty: str,
    name: str,
    post: Post | None,
    version: int | None = None,
) -> GroupMember:
    _check_current(member.group, by)
    member = GroupMember.objects.select_for_update().get(pk=member.pk)
    if version not in (None, member.version):
        raise ChangedMeanwhile
    member.role, member.duty, member.name, member.post = role, duty, name, post
    member.version += 1
    member.save(update_fields=["role", "duty", "name", "post", "version"])
    trail.record("group.member_changed", member.group, by=by, member=member.pk)
    return member


@transaction.atomic
def move_member(member: GroupMember, *, by: Acting, up: bool) -> None:
    """Move a member one place up or down: a document lists them in an order that means something.

    All places are written anew, so that two members moved at once both have one.
    """
    _check_current(member.group, by)
    members = list(member.group.members.select_for_update())
    place = next(n for n, one in enumerate(members) if one.pk == member.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(members):
        raise Refused("已经在最前面。" if up else "已经在最后面。")
    members[place], members[other] = members[other], members[place]
    for number, one in enumerate(members):
        one.order = number
    GroupMember.objects.bulk_update(members, ["order"])
    trail.record("group.member_moved", member.group, by=by, member=member.pk, place=other)


@transaction.atomic
def remove_member(member: GroupMember, *, by: Acting) -> None:
    _check_current(member.group, by)
    trail.record("group.member_removed", member.group, by=by, member=member.pk)
    member.delete()


def _check_current(group: LeadingGroup, by: Acting) -> None:
    require(by, Permission.GROUP_MANAGE, group.region)
    if LeadingGroup.objects.filter(region=group.region).first() != group:
        raise Refused("只能改现行版本。人员有变动，请按新文件另建一版。")


def _copy_members(last: LeadingGroup, group: LeadingGroup) -> int:
    copies = [
        GroupMember(
            group=group,
            role=member.role,
            duty=member.duty,
            name=member.name,
            post=member.post,
            order=member.order,
        )
        for member in last.members.all()
    ]
    return len(GroupMember.objects.bulk_create(copies))
