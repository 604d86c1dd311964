"""Decisions about accounts, sessions and posts, on plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from oosc.access.roles import ADMINISTRATORS, Role
from oosc.kernel.refusal import Refused

# Profile `dengbao`: GB/T 22239-2019 第三级 8.1.4.1 asks for complexity and periodic change.
PASSWORD_LENGTH = 12
PASSWORD_CLASSES = 3
PASSWORDS_REMEMBERED = 5


def character_classes(password: str) -> int:
    """Count which of the four occur: capital letters, small letters, digits, others."""
    return len({_class_of(character) for character in password})


def _class_of(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isascii() and character.isalpha():
        return "capital" if character.isupper() else "small"
    return "other"


def password_expired(changed_on: date | None, today: date, days: int) -> bool:
    return changed_on is None or today > changed_on + timedelta(days=days)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session may rest, and how long it may last at all, in seconds."""

    idle_s: int
    absolute_s: int

    def over(self, began_at: datetime, seen_at: datetime, now: datetime) -> bool:
        rested, lasted = now - seen_at, now - began_at
        return rested.total_seconds() > self.idle_s or lasted.total_seconds() > self.absolute_s


def check_not_oneself(officer: UUID, by: UUID, what: str) -> None:
    if officer == by:
        raise Refused(f"不能给自己{what}，请由另一位管理员办理。")


def check_separation(role: str, others: Iterable[str]) -> None:
    """三员分立: an officer is at most one of the three administrators (domain §8.2).

    `others` are the roles the officer holds at some time within the same period.
    """
    if role in ADMINISTRATORS and any(other in ADMINISTRATORS for other in others):
        raise Refused(
            "系统、安全、审计三员分立，同一人员不能兼任。请先结束原管理员岗位，或另选人员。"
        )


def check_free(taken: bool) -> None:
    if taken:
        raise Refused("该岗位在这段时间已有人在任。请先办理交接，或调整起止日期。")


def check_period(since: date, until: date | None) -> None:
    if until is not None and until <= since:
        raise Refused("任职止须晚于任职起，请改正日期。")


def check_post_role(unit_role: str, role: str) -> None:
    """A post bears its unit's duty; a school also has 班主任."""
    if role != unit_role and (unit_role, role) != (Role.SCHOOL, Role.TEACHER):
        raise Refused("岗位角色须与单位职责一致；只有学校可另设班主任岗位。")


def check_hand_over(*, is_administrator: bool, may_grant: bool, on: date, today: date) -> None:
    if is_administrator and not may_grant:
        raise Refused("管理员岗位只能由安全管理员交接。")
    if on < today:
        raise Refused("交接日期不能早于今天。")
