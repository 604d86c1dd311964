"""What pages ask about people in posts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from oosc.members.models import GroupMember, Holding, LeadingGroup


@dataclass(frozen=True)
class GroupLine:
    """A line of the leading group: the place, and who holds the post that fills it."""

    member: GroupMember
    holder: str


def group_lines(group: LeadingGroup, today: date) -> list[GroupLine]:
    """The members of a version, with the holders of today, or of its first day if it is past."""
    later = LeadingGroup.objects.filter(
        region=group.region_id, effective_from__gt=group.effective_from, effective_from__lte=today
    )
    following = later.order_by("effective_from").first()
    day = group.effective_from if following else today
    members = list(group.members.select_related("post__unit"))
    holders = holders_of((m.post_id for m in members if m.post_id), day)
    return [GroupLine(m, holders.get(m.post_id, "") if m.post_id else "") for m in members]


def holders_of(posts: Iterable[UUID], day: date) -> dict[UUID, str]:
    """Who holds each of these posts on a day, by name; posts nobody holds are left out."""
    held = Holding.objects.held_on(day).filter(post__in=list(posts))
    return dict(held.values_list("post_id", "officer__name"))


@dataclass(frozen=True)
class GroupChange:
    """What one place of the leading group was in an earlier version, and is in a later one."""

    before: GroupMember | None
    after: GroupMember | None

    @property
    def kind(self) -> str:
        if self.before is None:
            return "增加"
        return "变动" if self.after else "减少"


def compare_groups(before: LeadingGroup, after: LeadingGroup) -> list[GroupChange]:
    """What differs between two versions: those gone, those new, those changed in some column.

    A place is the same where its post is, else where the duty named is.
    """
    left = {_place(one): one for one in before.members.select_related("post__unit")}
    found = []
    for one in after.members.select_related("post__unit"):
        was = left.pop(_place(one), None)
        if was is None or _words(was) != _words(one):
            found.append(GroupChange(was, one))
    return found + [GroupChange(gone, None) for gone in left.values()]


def _place(member: GroupMember) -> tuple[str, str]:
    return (str(member.post_id or ""), "" if member.post_id else member.duty)


def _words(member: GroupMember) -> tuple[str, str, str]:
    return (member.role, member.duty, member.name)
