"""Who acts: made once for each request or command, and handed to every action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from uuid import UUID

from oosc.kernel.refusal import Refused
from oosc.members.models import Officer, Post


@dataclass(frozen=True)
class Acting:
    """An officer in the post chosen, from where, and for what purpose."""

    officer_id: UUID
    post_id: UUID
    unit_id: UUID
    role: str
    region_code: str | None
    school_id: UUID | None
    class_name: str
    address: str = ""
    purpose: str = ""
    officer_name: str = ""
    unit_name: str = ""
    post_title: str = ""
    may_approve_reveals: bool = False

    def for_purpose(self, purpose: str) -> Self:
        return replace(self, purpose=purpose)


def in_post(post: Post, *, address: str = "") -> Acting:
    """Return the one value that says who acts. Needs the post's officer, unit and region."""
    return Acting(
        officer_id=post.officer_id,
        post_id=post.pk,
        unit_id=post.unit_id,
        role=post.role,
        region_code=post.unit.region.code,
        school_id=post.unit.school_id,
        class_name=post.class_name,
        address=address,
        officer_name=post.officer.name,
        unit_name=post.unit.name,
        post_title=post.title,
        may_approve_reveals=post.may_approve_reveals,
    )


def posts_of(officer: Officer, on: date) -> list[Post]:
    """The posts an officer holds on a day, with what `in_post` needs."""
    held = officer.posts.held_on(on).select_related("officer", "unit__region", "unit__school")  # type: ignore[attr-defined]  # manager made from PostQuerySet
    return list(held.order_by("unit__name", "title"))


def acting_from(officer: str, post: str | None, *, on: date) -> Acting:
    """Say who acts in a command: by user name, and by post where the officer holds several."""
    held = posts_of(Officer.objects.get(username=officer, is_active=True), on)
    if post:
        held = [p for p in held if p.title == post or str(p.pk) == post]
    if len(held) != 1:
        titles = "、".join(str(p) for p in held) or "无"
        raise Refused(f"请用 --post 指明以哪个岗位办理。可选岗位：{titles}。")
    return in_post(held[0], address="本机命令")
