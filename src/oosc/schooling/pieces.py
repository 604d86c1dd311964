"""What this room adds to the pages of the register: the school years of a child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oosc.access import policy
from oosc.access.policy import DataClass, Level, Permission
from oosc.children import panels
from oosc.children.models import Child
from oosc.children.panels import Slot
from oosc.kernel import clock
from oosc.members.acting import Acting
from oosc.schooling import queries
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Status
from rosterlink import school_age

EMPTY = SafeString("")


def register() -> None:
    panels.register("schooling.years", years, slot=Slot.SIDE, order=10)
    panels.register_badges("schooling.now", "本学年就学", now)


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


def _badge(status: Status) -> SafeString:
    return format_html('<span class="bx-tag {}">{}</span>', queries.colour(status), status.shown)


def _may_read(by: Acting) -> bool:
    return policy.level(by, DataClass.SCHOOLING) >= Level.MASKED
