"""Who acts: made once for each request or command, and handed to every action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from uuid import UUID

from oosc.kernel.refusal import Refused
from oosc.members.models import Holding, Officer


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


def in_post(holding: Holding, *, address: str = "") -> Acting:
    """Return the one value that says who acts. Needs a holding `with_place`."""
    post = holding.post
    return Acting(
        officer_id=holding.officer_id,
        post_id=post.pk,
        unit_id=post.unit_id,
        role=post.role,
        region_code=post.unit.region.code,
        school_id=post.unit.school_id,
        class_name=post.class_name,
        address=address,
        officer_name=holding.officer.name,
        unit_name=post.unit.name,
        post_title=post.name,
        may_approve_reveals=holding.may_approve_reveals,
    )


def holdings_of(officer: Officer, on: date) -> list[Holding]:
    """The posts an officer holds on a day, with what `in_post` needs."""
    held = Holding.objects.filter(officer=officer).held_on(on).with_place()
    return list(held.order_by("post__unit__name", "post__title", "pk"))


def acting_from(officer: str, post: str | None, *, on: date) -> Acting:
    """Say who acts in a command: by user name, and by post where the officer holds several."""
    try:
        who = Officer.objects.get(username=officer, is_active=True)
    except Officer.DoesNotExist:
        raise Refused(f"没有用户名为 {officer} 的在用账号。请用 --officer 写对用户名。") from None
    held = holdings_of(who, on)
    if post:
        held = [h for h in held if post in {h.post.name, str(h.post), str(h.post_id)}]
    if len(held) != 1:
        titles = "、".join(str(h.post) for h in holdings_of(who, on)) or "无"
        raise Refused(f"请用 --post 指明以哪个岗位办理。可选岗位：{titles}。")
    return in_post(held[0], address="本机命令")


@dataclass(frozen=True)
class AtTheDoor:
    """Somebody before a post is chosen: the trail still says from where, and who if known."""

    address: str
    officer_id: UUID | None = None
    post_id: UUID | None = None
    unit_id: UUID | None = None
    role: str = ""
    purpose: str = ""
