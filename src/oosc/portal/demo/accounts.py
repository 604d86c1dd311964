"""The accounts of the demo: a new password each time, and a table to print."""

from __future__ import annotations

import secrets
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from oosc.access.roles import ADMINISTRATORS, Role
from oosc.members.models import Factor, Holding, Officer

PASSWORD_LENGTH = 12
KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
LETTERS = "".join(KINDS).translate(str.maketrans("", "", "0Oo1Il"))  # as read from a screen
GAP = 2


@dataclass(frozen=True)
class Account:
    """One sign-in, as it is printed."""

    role: Role
    username: str
    password: str
    name: str
    where: str
    secret: str = ""


@transaction.atomic
def renew(today: date, at: datetime) -> list[Account]:
    """Give every account a new password, and the three administrators a known second factor."""
    held = Holding.objects.held_on(today).with_place()
    accounts = [_renewed(holding, at) for holding in held]
    return sorted(accounts, key=lambda one: (list(Role).index(one.role), one.username))


def table(accounts: Sequence[Account]) -> str:
    """One account for each role, in columns, and the secrets of the administrators under it."""
    shown = list({one.role: one for one in reversed(accounts)}.values())[::-1]
    rows = [("角色", "姓名", "用户名", "密码", "单位、岗位")]
    rows += [
        (str(one.role.label), one.name, one.username, one.password, one.where) for one in shown
    ]
    lines = _columns(rows)
    lines += ["", "三个管理员登录还要动态口令：把密钥输入手机的验证器（按时间），"]
    lines += _columns([(str(one.role.label), one.secret) for one in shown if one.secret])
    return "\n".join(lines)


def _renewed(holding: Holding, at: datetime) -> Account:
    officer, role = holding.officer, Role(holding.post.role)
    password = _password()
    officer.set_password(password)
    officer.password_changed_at, officer.must_change_password = at, False
    officer.save()
    secret = _factor(officer) if role in ADMINISTRATORS else ""
    where = f"{holding.post.unit.name}　{holding.post.title}"
    return Account(role, officer.username, password, officer.name, where, secret)


def _password() -> str:
    """A password of the graded-protection profile: letters small and large, digits, a sign."""
    while True:
        text = "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))
        if all(set(text) & set(kind) for kind in KINDS):
            return f"{text}#"


def _factor(officer: Officer) -> str:
    """Return the secret of a confirmed second factor, as an authenticator takes it."""
    Factor.objects.filter(user=officer).delete()
    device = Factor.objects.create(user=officer, name="示例", confirmed=True)
    secret: str = device.secret
    return secret


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["".join(map(_padded, row, widths)).rstrip() for row in rows]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text) + GAP)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
