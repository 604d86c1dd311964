"""Accounts: made, changed, shut, opened; passwords and sessions."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.audit.trail import Actor
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.members import lock_out, rules
from oosc.members.acting import Acting
from oosc.members.models import Officer
from oosc.members.passwords import one_time_password


@transaction.atomic
def create(
    *, by: Acting, at: datetime, username: str, name: str, phone: str = ""
) -> tuple[Officer, str]:
    """Make an account. Return it with its one-time password, which is kept nowhere."""
    require(by, Permission.OFFICER_MANAGE)
    if Officer.objects.filter(username=username).exists():
        raise Refused(f"用户名 {username} 已有人使用，请换一个。")
    officer = Officer.objects.create(username=username, name=name, phone=phone)
    password = one_time_password()
    set_password(officer, password, at=at, one_time=True)
    trail.record("officer.created", officer, by=by)
    return officer, password


@transaction.atomic
def change(
    officer: Officer, *, by: Acting, name: str, phone: str, version: int | None = None
) -> Officer:
    require(by, Permission.OFFICER_MANAGE)
    officer = _locked(officer)
    if version not in (None, officer.version):
        raise ChangedMeanwhile
    officer.name, officer.phone = name, phone
    officer.version += 1
    officer.save(update_fields=["name", "phone", "version"])
    trail.record("officer.changed", officer, by=by)
    return officer


@transaction.atomic
def disable(officer: Officer, *, by: Acting) -> Officer:
    """Shut an account: its next request is already turned away."""
    require(by, Permission.OFFICER_MANAGE)
    rules.check_not_oneself(officer.pk, by.officer_id, "停用账号")
    officer = _locked(officer)
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    _end_sessions(officer)
    trail.record("officer.disabled", officer, by=by)
    return officer


@transaction.atomic
def enable(officer: Officer, *, by: Acting) -> Officer:
    require(by, Permission.OFFICER_MANAGE)
    rules.check_not_oneself(officer.pk, by.officer_id, "启用账号")
    officer = _locked(officer)
    officer.is_active = True
    officer.save(update_fields=["is_active"])
    trail.record("officer.enabled", officer, by=by)
    return officer


@transaction.atomic
def unlock(officer: Officer, *, by: Acting) -> None:
    """Lift the lock that wrong passwords have put on an account."""
    require(by, Permission.OFFICER_MANAGE)
    if not lock_out.open_again(officer.username):
        raise Refused("该账号没有被锁定。如果忘了密码，请改用“重置密码”。")
    trail.record("officer.unlocked", officer, by=by)


@transaction.atomic
def reset_password(officer: Officer, *, by: Acting, at: datetime) -> str:
    """Return a new one-time password; the old one and every open session end."""
    require(by, Permission.OFFICER_MANAGE)
    rules.check_not_oneself(officer.pk, by.officer_id, "重置密码")
    officer = _locked(officer)
    password = one_time_password()
    set_password(officer, password, at=at, one_time=True)
    lock_out.open_again(officer.username)
    trail.record("officer.password_reset", officer, by=by)
    return password


@transaction.atomic
def change_password(officer: Officer, password: str, *, by: Actor, at: datetime) -> None:
    """Set the password an officer chose. Needs no permission: it is their own."""
    set_password(_locked(officer), password, at=at, one_time=False)
    officer.refresh_from_db()
    trail.record("officer.password_changed", officer, by=by)


@transaction.atomic
def end_sessions(officer: Officer, *, by: Actor) -> None:
    """退出所有设备: whoever is signed in as this officer is so no more."""
    officer = _locked(officer)
    _end_sessions(officer)
    trail.record("officer.sessions_ended", officer, by=by)


def set_password(officer: Officer, password: str, *, at: datetime, one_time: bool) -> None:
    """Set a password, remember it among the last ones, and end the sessions under the old one.

    It leaves no trace of its own: the actions above do, and so must a command that calls it.
    """
    officer.password = make_password(password)
    officer.must_change_password = one_time
    officer.password_changed_at = at
    officer.save(update_fields=["password", "must_change_password", "password_changed_at"])
    officer.past_passwords.create(password=officer.password, set_at=at)
    kept = officer.past_passwords.order_by("-set_at", "-pk")[: rules.PASSWORDS_REMEMBERED]
    officer.past_passwords.exclude(pk__in=[past.pk for past in kept]).delete()


def _end_sessions(officer: Officer) -> None:
    officer.session_epoch += 1
    officer.save(update_fields=["session_epoch"])


def _locked(officer: Officer) -> Officer:
    return Officer.objects.select_for_update().get(pk=officer.pk)
