"""How an installation begins: nobody is there yet who could be asked for permission."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from oosc.access.roles import ADMINISTRATORS, Role
from oosc.audit import trail
from oosc.kernel.refusal import Refused
from oosc.members.actions.accounts import set_password
from oosc.members.models import Holding, Officer, Unit
from oosc.members.passwords import one_time_password
from oosc.places.models import Region
from oosc.places.states import LEVELS

USER_NAMES = {Role.SYS: "sysadmin", Role.SECADMIN: "secadmin", Role.AUDIT: "auditor"}


@transaction.atomic
def appoint_administrators(*, code: str, name: str, at: datetime) -> list[tuple[str, str, str]]:
    """Make the three accounts, each for another person. Return role, user name, password."""
    if Holding.objects.filter(role__in=ADMINISTRATORS).exists():
        raise Refused("已有管理员。以后的账号由系统管理员建，岗位由安全管理员授予。")
    if not code.isdigit() or len(code) not in LEVELS:
        raise Refused("区划代码须为 2、4、6、9 或 12 位数字。")
    region, _ = Region.objects.get_or_create(code=code, defaults={"name": name})
    return [_appoint(role, region, at) for role in USER_NAMES]


def _appoint(role: Role, region: Region, at: datetime) -> tuple[str, str, str]:
    unit = Unit.objects.create(name=role.label, role=role, region=region)
    post = unit.posts.create(role=role, title=role.label, since=at.date())
    officer = Officer.objects.create(username=USER_NAMES[role], name=role.label)
    password = one_time_password()
    set_password(officer, password, at=at, one_time=True)
    Holding.objects.begin(post, officer, at.date())
    trail.record("administrator.appointed", post, by=None, officer=officer.pk)
    return role.label, officer.username, password
