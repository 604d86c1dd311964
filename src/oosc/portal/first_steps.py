"""What a new installation still lacks, in the order in which it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.access.roles import ADMINISTRATORS
from oosc.audit.models import Event
from oosc.kernel.lights import Light
from oosc.members.acting import Acting
from oosc.members.models import Holding, Officer, Unit
from oosc.parameters import calendar
from oosc.parameters.models import Parameter
from oosc.places.models import Region, School
from oosc.portal.context import may_open

DONE, LEFT = Light("green", "已办"), Light("grey", "还没办")
COMMUNITY_DIGITS = 12


@dataclass(frozen=True)
class Step:
    """One thing to be set up: whether it is, and where."""

    name: str
    is_done: bool
    stands: str
    why: str
    url: str  # "" where it is another's to do
    verb: str

    @property
    def light(self) -> Light:
        return DONE if self.is_done else LEFT


def first_steps(by: Acting, today: date) -> list[Step]:
    """The steps of whoever sets the platform up, until all are done; nothing for anybody else."""
    if not policy.holds(by, Permission.OFFICER_MANAGE) and not policy.holds(
        by, Permission.POST_GRANT
    ):
        return []
    steps = list(_steps(by, today))
    return [] if all(step.is_done for step in steps) else steps


def _steps(by: Acting, today: date) -> Iterator[Step]:
    places = Region.objects.aggregate(
        every=Count("pk"), communities=Count("pk", filter=Q(level=COMMUNITY_DIGITS))
    )
    yield Step(
        "行政区划", bool(places["communities"]), f"{places['every']:,} 个区划",
        "导入到社区（村）一级；系统管理员办",
        *_where(by, "places:import_regions", "去导入"),
    )  # fmt: skip
    schools = School.objects.count()
    yield Step(
        "学校", bool(schools), f"{schools:,} 所学校",
        "整表导入，或逐所录入；系统管理员或教育中心办",
        *_where(by, "places:import_schools", "去导入"),
    )  # fmt: skip
    units = Unit.objects.exclude(role__in=ADMINISTRATORS).filter(ended_on__isnull=True)
    seats = units.aggregate(units=Count("pk", distinct=True), posts=Count("posts"))
    yield Step(
        "单位与岗位", bool(seats["posts"]), f"{seats['units']:,} 个单位，{seats['posts']:,} 个岗位",
        "各成员单位、社区、学校，各设岗位；安全管理员办",
        *_where(by, "members:units", "去设"),
    )  # fmt: skip
    keepers = Holding.objects.filter(role__in=ADMINISTRATORS).values("officer")
    officers = Officer.objects.exclude(pk__in=keepers).count()
    yield Step(
        "账号", bool(officers), f"{officers:,} 个账号",
        "给每位同事建一个，一人一号；系统管理员办",
        *_where(by, "members:officers", "去建"),
    )  # fmt: skip
    held = Holding.objects.exclude(role__in=ADMINISTRATORS).held_on(today).count()
    yield Step(
        "任职", bool(held), f"{held:,} 个岗位有人",
        "把账号任到岗位上，同事才进得来；安全管理员办",
        *_where(by, "members:units", "去任职"),
    )  # fmt: skip
    missing = calendar.warning(today)
    yield Step(
        "节假日和调休", not missing, "已录入" if not missing else "缺一年",
        missing or "工作日的期限按它算",
        *_where(by, "parameters:calendar", "去看" if not missing else "去录入"),
    )  # fmt: skip
    set_ = Parameter.objects.count()
    yield Step(
        "参数", bool(set_), f"已设定 {set_:,} 项",
        "逐项看一遍标“待核”的；教育中心、领导小组组长设定",
        *_where(by, "parameters:list", "去看"),
    )  # fmt: skip
    backed_up = Event.objects.filter(verb="backup.made").exists()
    yield Step(
        "备份", backed_up, "备过" if backed_up else "没有备过",
        "每天一次，密钥另存；命令见《安装与运行》第 6 节", "", "",
    )  # fmt: skip


def _where(by: Acting, route: str, verb: str) -> tuple[str, str]:
    return (reverse(route), verb) if may_open(by, route) else ("", "")
