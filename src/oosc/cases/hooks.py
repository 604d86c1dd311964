"""What this room registers with the rooms below."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from oosc.access import policy
from oosc.access.policy import Acting, Permission
from oosc.cases import queries
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.progress import steps
from oosc.cases.queries import Lamp
from oosc.cases.states import State
from oosc.children import merging, panels, tasks_cover
from oosc.children.models import Child
from oosc.children.panels import Slot
from oosc.children.tasks_cover import Task
from oosc.kernel import clock
from oosc.members import handover
from oosc.members.models import Post
from oosc.parameters.calendar import working_days
from oosc.schooling import open_cases
from oosc.schooling.open_cases import OpenCase


def register() -> None:
    tasks_cover.register(covering_cases)
    open_cases.register(open_case)
    panels.register("cases", case_panel, slot=Slot.TOP)
    panels.register("case-actions", case_buttons, slot=Slot.ACTIONS)
    panels.register("case-line", case_line, slot=Slot.MAIN)
    handover.open_work_of(open_work)
    merging.register("cases", cases_going_over, obstacles=two_open_cases)


def covering_cases(by: Acting, child: Child) -> list[Task]:
    """An open case that is one's own to verify or to decide covers its child."""
    to_verify = Case.objects.visible_to(by, Permission.CASE_VERIFY)
    to_agree = queries.to_approve(by)  # type: ignore[arg-type]  # the one Acting there is
    mine = (to_verify | to_agree).filter(child=child)
    return [Task(case.pk, f"个案 {case.number}") for case in mine.unfinished()]


def open_case(child: Child) -> OpenCase | None:
    """The case that decides how a child is schooled, as long as it is open."""
    case = Case.objects.unfinished().filter(child=child).first()
    if case is None:
        return None
    return OpenCase(case.number, reverse("cases:detail", args=[case.pk]), case.school_year)


def case_panel(request: HttpRequest, child: Child) -> SafeString | None:
    case = _newest(request, child)
    if case is None:
        return None
    acting = request.acting  # type: ignore[attr-defined]  # an OfficerRequest
    lamp = Lamp.of(acting, clock.today(), working_days())
    case.light = lamp.of_case(case)  # type: ignore[attr-defined]  # for the template
    words = {"case": case, "steps": steps(case), "request": request}
    return render_to_string("cases/_panel.html", words, request)


def case_buttons(request: HttpRequest, child: Child) -> SafeString | None:
    case = _newest(request, child)
    return render_to_string("cases/_buttons.html", {"case": case, "child": child}, request)


def case_line(request: HttpRequest, child: Child) -> SafeString | None:
    case = _newest(request, child)
    if case is None:
        return None
    moves = case.moves.select_related("by__unit").order_by("-at")
    return render_to_string("cases/_line.html", {"case": case, "moves": moves}, request)


def open_work(post: Post) -> list[str]:
    """What goes over with a post: the open cases of its community or school."""
    cases = Case.objects.unfinished()
    cases = (
        cases.filter(school=post.unit.school_id)
        if post.unit.school_id
        else cases.filter(policy.code_range("region__code", post.unit.region.code))
    )
    count = cases.count()
    return [f"在办个案 {count} 件"] if count else []


def _newest(request: HttpRequest, child: Child) -> Case | None:
    acting = request.acting  # type: ignore[attr-defined]  # an OfficerRequest
    if not policy.holds(acting, Permission.CASE_VIEW):
        return None
    visible = Case.objects.visible_to(acting).filter(child=child)
    return visible.select_related("child", "region", "school").order_by("-id").first()


def cases_going_over(kept: Child, lost: Child) -> list[merging.Rows]:
    return [Case.objects.filter(child=lost), MandatoryReport.objects.filter(child=lost)]


def two_open_cases(kept: Child, lost: Child) -> list[str]:
    """A child has one open case: of two, the one that has come less far is closed first."""
    both = Case.objects.unfinished().filter(child__in=[kept.pk, lost.pk])
    if both.count() < len({"kept", "lost"}):
        return []
    behind, ahead = sorted(both, key=lambda case: State.values.index(case.state))
    first = f"{behind.number}（{behind.get_state_display()}）"
    stays = f"{ahead.number}（{ahead.get_state_display()}）"
    return [f"两条记录各有一件在办个案。请先撤销或销号 {first}，留下办得更远的 {stays}，再合并。"]
