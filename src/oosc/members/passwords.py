"""How passwords are kept, and which are accepted (profile `dengbao`)."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.core.exceptions import ValidationError

from oosc.members.models import Officer
from oosc.members.rules import (
    PASSWORD_CLASSES,
    PASSWORD_LENGTH,
    PASSWORDS_REMEMBERED,
    character_classes,
)

# Each hash takes 64 MiB: so many at once, so that a crowd at the door cannot take it all.
_AT_ONCE = BoundedSemaphore(4)
# Without 0 O 1 l I: a one-time password is read out or copied by hand.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"


class Argon2(Argon2PasswordHasher):
    """Argon2id on one lane with 64 MiB: Django's default takes a quarter of a second."""

    memory_cost = 64 * 1024  # KiB
    parallelism = 1
    time_cost = 2

    def encode(self, password: str, salt: str) -> str:
        with _AT_ONCE:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _AT_ONCE:
            return super().verify(password, encoded)


class GradedProtection:
    """等保三级: long enough, and of several classes of characters."""

    def validate(self, password: str, user: Officer | None = None) -> None:
        if len(password) < PASSWORD_LENGTH:
            raise ValidationError(f"密码至少 {PASSWORD_LENGTH} 位。", code="too_short")
        if character_classes(password) < PASSWORD_CLASSES:
            raise ValidationError(
                "大写字母、小写字母、数字、符号，至少用到其中三类。", code="too_simple"
            )

    def get_help_text(self) -> str:
        return f"至少 {PASSWORD_LENGTH} 位，大写字母、小写字母、数字、符号至少三类。"


class History:
    """The last passwords may not come back."""

    def validate(self, password: str, user: Officer | None = None) -> None:
        if user is None:
            return
        last = user.past_passwords.order_by("-set_at")[:PASSWORDS_REMEMBERED]
        if any(check_password(password, past.password) for past in last):
            raise ValidationError(
                f"最近 {PASSWORDS_REMEMBERED} 次用过的密码不能再用，请换一个。", code="used_before"
            )

    def get_help_text(self) -> str:
        return f"不能与最近 {PASSWORDS_REMEMBERED} 次的密码相同。"


def one_time_password() -> str:
    """Return a password to be handed over once, in groups that can be read out."""
    groups = [_group(_CAPITALS), _group(_DIGITS), _group(_LETTERS), _group(_DIGITS + _LETTERS)]
    return "-".join(groups)


def _group(characters: str) -> str:
    return "".join(secrets.choice(characters) for _ in range(4))
