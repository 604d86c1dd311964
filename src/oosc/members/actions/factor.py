"""The second factor: set up by its owner, taken away by two others."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.audit.trail import Actor
from oosc.kernel.refusal import Refused
from oosc.members import rules
from oosc.members.acting import Acting
from oosc.members.models import Factor, FactorReset, Officer


@transaction.atomic
def begin(officer: Officer) -> Factor:
    """Return the secret that is being set up. It counts for nothing until it is confirmed."""
    Officer.objects.select_for_update().get(pk=officer.pk)
    if Factor.objects.filter(user=officer, confirmed=True).exists():
        raise Refused("您已启用动态口令。如需更换，请联系系统管理员重置。")
    device: Factor
    device, _ = Factor.objects.get_or_create(
        user=officer, confirmed=False, defaults={"name": "动态口令"}
    )
    return device


@transaction.atomic
def confirm(device: Factor, token: str, *, by: Actor) -> bool:
    """Take the factor into use when its first code is right."""
    device = Factor.objects.select_for_update().get(pk=device.pk, confirmed=False)
    if not device.verify_token(token):
        return False
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    trail.record("factor.set", device.user, by=by)
    return True


@transaction.atomic
def verify(officer: Officer, token: str, *, by: Actor) -> Factor | None:
    """Return the device that accepts the code. A code is accepted once."""
    device = Factor.objects.select_for_update().get(user=officer, confirmed=True)
    accepted: bool = device.verify_token(token)
    trail.record("factor.verified" if accepted else "factor.failed", officer, by=by)
    return device if accepted else None


@transaction.atomic
def ask_reset(officer: Officer, *, by: Acting, at: datetime, reason: str) -> FactorReset:
    """The first of the two: SYS says whose factor is lost, and why."""
    require(by, Permission.OFFICER_MANAGE)
    rules.check_not_oneself(officer.pk, by.officer_id, "申请重置动态口令")
    if not Factor.objects.filter(user=officer, confirmed=True).exists():
        raise Refused("该人员没有启用动态口令，无须重置。")
    if officer.factor_resets.filter(decided_at=None).exists():
        raise Refused("该人员的动态口令重置正在等待安全管理员审批。")
    asked = FactorReset.objects.create(
        officer=officer, reason=reason, asked_by_id=by.officer_id, asked_at=at
    )
    trail.record("factor.reset_asked", officer, by=by, request=asked.pk)
    return asked


@transaction.atomic
def decide_reset(asked: FactorReset, *, by: Acting, at: datetime, approve: bool) -> FactorReset:
    """The second of the two: SECADMIN agrees or not. Agreed, the factor is gone at once."""
    require(by, Permission.FACTOR_RESET_APPROVE)
    asked = FactorReset.objects.select_for_update().select_related("officer").get(pk=asked.pk)
    if asked.decided_at is not None:
        raise Refused("这项申请已经审批过了。")
    rules.check_not_oneself(asked.asked_by_id, by.officer_id, "审批自己提出的申请")
    rules.check_not_oneself(asked.officer_id, by.officer_id, "重置动态口令")
    asked.decided_by_id, asked.decided_at, asked.approved = by.officer_id, at, approve
    asked.save(update_fields=["decided_by", "decided_at", "approved"])
    if approve:
        Factor.objects.filter(user=asked.officer).delete()
        asked.officer.session_epoch += 1
        asked.officer.save(update_fields=["session_epoch"])
    verb = "factor.reset_approved" if approve else "factor.reset_refused"
    trail.record(verb, asked.officer, by=by, request=asked.pk)
    return asked
