"""What this room adds to the pages of the register: the school years of a child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oosc.access import policy
from oosc.access.policy import Acting as PolicyActing
from oosc.access.policy import DataClass, Level, Permission
from oosc.children import merging, panels
from oosc.children.models import Child
from oosc.children.panels import Slot
from oosc.kernel import clock
from oosc.lists.page import Filter, Rows
from oosc.members.acting import Acting
from oosc.schooling import queries
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Status
from rosterlink import school_age

EMPTY = SafeString("")
NOT_SAID = "none"


def register() -> None:
    panels.register("schooling.years", years, slot=Slot.SIDE, order=10)
    panels.register_badges("schooling.now", "本学年就学", now)
    panels.register_filter("schooling.now", status_filter)
    merging.register("schooling", years_going_over, notes=years_told_twice)


def years(request: HttpRequest, child: Child) -> SafeString | None:
    by: Acting = request.acting  # type: ignore[attr-defined]  # set by the middleware
    if not _may_read(by):
        return None
    may_set = policy.allows(by, Permission.CHILD_EDIT, child) and (
        policy.level(by, DataClass.SCHOOLING) is Level.WRITE
    )
    context = {"years": queries.years_of(child, clock.today()), "child": child, "may_set": may_set}
    return render_to_string("schooling/_years.html", context, request)


def now(request: HttpRequest, children: Sequence[Child]) -> Mapping[UUID, SafeString]:
    by: Acting = request.acting  # type: ignore[attr-defined]  # set by the middleware
    if not _may_read(by):
        return {}
    year = school_age.school_year(clock.today())
    found = SchoolYearStatus.objects.filter(
        child__in=[child.pk for child in children], school_year=year
    ).only("child", "status")
    return {one.child_id: _badge(Status(one.status)) for one in found}


def status_filter(by: PolicyActing) -> Filter | None:
    """本学年就学 as a field of the list of children."""
    if not _may_read(by):
        return None
    shown = [(s.value, s.label) for s in Status if not s.is_restricted]
    told = frozenset(s.value for s in Status if s.tells_of_health or s.is_restricted)
    choices = [*shown, (NOT_SAID, "没有记录")]
    return Filter("schooling", "本学年就学", _schooled, choices, "不限", restricted=told)


def _schooled(rows: Rows, value: str) -> Rows:
    year = school_age.school_year(clock.today())
    said = SchoolYearStatus.objects.filter(child=OuterRef("pk"), school_year=year)
    if value == NOT_SAID:
        return rows.filter(~Exists(said))
    return rows.filter(Exists(said.filter(status=value)))


def years_going_over(kept: Child, lost: Child) -> list[merging.Rows]:
    """The school years that the record which stays says nothing of."""
    known = list(kept.school_years.values_list("school_year", flat=True))
    return [lost.school_years.exclude(school_year__in=known)]


def years_told_twice(kept: Child, lost: Child) -> list[str]:
    stays = {one.school_year: one.get_status_display() for one in kept.school_years.all()}
    told = lost.school_years.filter(school_year__in=list(stays))
    return [
        f"{one.school_year} 学年两条都有就学状态，保留“{stays[one.school_year]}”，"
        f"“{one.get_status_display()}”不再显示；不对的，合并后在就学里改。"
        for one in told
        if one.get_status_display() != stays[one.school_year]
    ]


def _badge(status: Status) -> SafeString:
    return format_html('<span class="bx-tag {}">{}</span>', queries.colour(status), status.shown)


def _may_read(by: PolicyActing) -> bool:
    return policy.level(by, DataClass.SCHOOLING) >= Level.MASKED
