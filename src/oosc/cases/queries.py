"""What pages need of cases: the work that waits, and how many stand where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.urls import reverse

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.cases.models import Case, CaseQuerySet, MandatoryReport
from oosc.cases.states import Reason, State, reasons_of
from oosc.children.models import Child
from oosc.kernel.lights import Light, light
from oosc.kernel.limits import TimeUnit, WorkingDays
from oosc.members.acting import Acting

# What a community or a school has to do with a case, by its state.
_VERBS = {
    State.ASSIGNED: ("入户核查", "去核查"),
    State.VERIFYING: ("入户核查", "去核查"),
    State.CONFIRMED: ("劝返", "去办理"),
    State.PERSUADING: ("劝返", "去办理"),
    State.AGREED: ("安置复学", "去办理"),
    State.RETURNED: ("落实学籍", "去办理"),
}
_MOST = 200


@dataclass(frozen=True)
class Todo:
    """One thing that waits for this post."""

    kind: str
    child: Child | None
    title: str
    why: str
    light: Light
    url: str
    verb: str
    due: date | datetime | None = None


@dataclass(frozen=True)
class Counts:
    """How many cases stand where, within reach."""

    unfinished: int
    to_assign: int
    to_visit: int
    confirmed: int
    persuading: int
    to_approve: int
    overdue: int
    closed: int


def light_of(case: Case, today: date, calendar: WorkingDays) -> Light:
    unit = TimeUnit(case.due_unit) if case.due_unit else TimeUnit.DAYS
    return light(case.due_on, today, unit, calendar, rule=case.due_rule)


def todo(by: Acting, now: datetime, calendar: WorkingDays) -> list[Todo]:
    """The work of this post, what is due first in front; mandatory reports before all."""
    waiting = _reports(by, now)
    if policy.holds(by, Permission.CASE_ASSIGN):
        waiting += _of(by, Permission.CASE_ASSIGN, [State.SUSPECTED], now.date(), calendar, "派核")
    if policy.holds(by, Permission.CASE_APPROVE):
        waiting += _approvals(by, now.date(), calendar)
    if policy.holds(by, Permission.CASE_VERIFY) and not policy.holds(by, Permission.CASE_ASSIGN):
        waiting += _of(by, Permission.CASE_VERIFY, list(_VERBS), now.date(), calendar)
    return waiting


def to_approve(by: Acting) -> CaseQuerySet:
    """Requests that wait for this post's own body."""
    visible = Case.objects.visible_to(by, Permission.CASE_APPROVE)
    return visible.filter(state=State.CLOSING, closing_reason__in=reasons_of(by.role))


def counts(by: Acting, today: date) -> Counts:
    of = Case.objects.visible_to(by)
    found = of.aggregate(
        unfinished=Count("pk", filter=Q(closed_on__isnull=True)),
        to_assign=Count("pk", filter=Q(state=State.SUSPECTED)),
        to_visit=Count("pk", filter=Q(state__in=[State.ASSIGNED, State.VERIFYING])),
        confirmed=Count("pk", filter=Q(state=State.CONFIRMED)),
        persuading=Count("pk", filter=Q(state=State.PERSUADING)),
        to_approve=Count("pk", filter=Q(state=State.CLOSING)),
        overdue=Count("pk", filter=Q(closed_on__isnull=True, due_on__lt=today)),
        closed=Count("pk", filter=Q(state=State.CLOSED)),
    )
    return Counts(**found)


def _of(
    by: Acting,
    permission: Permission,
    states: list[State],
    today: date,
    calendar: WorkingDays,
    kind: str = "",
) -> list[Todo]:
    cases = Case.objects.visible_to(by, permission).filter(state__in=states)
    cases = cases.select_related("child", "region", "school").order_by("due_on", "opened_on")
    return [_todo(case, today, calendar, kind) for case in cases[:_MOST]]


def _todo(case: Case, today: date, calendar: WorkingDays, kind: str) -> Todo:
    state = State(case.state)
    name, verb = _VERBS.get(state, (kind, "去办理"))
    to_visit = state in (State.ASSIGNED, State.VERIFYING)
    route = "cases:assign" if kind else "cases:visit" if to_visit else "cases:detail"
    return Todo(
        kind=kind or name,
        child=case.child,
        title="",
        why=case.trigger,
        light=light_of(case, today, calendar),
        url=reverse(route, args=[case.pk]),
        verb="去派核" if kind else verb,
        due=case.due_on,
    )


def _approvals(by: Acting, today: date, calendar: WorkingDays) -> list[Todo]:
    cases = to_approve(by).exclude(closing_by=by.officer_id)
    cases = cases.select_related("child", "region").order_by("due_on")[:_MOST]
    return [
        Todo(
            kind="销号审批",
            child=case.child,
            title="",
            why=f"申请理由：{Reason(case.closing_reason).label}",
            light=light_of(case, today, calendar),
            url=reverse("cases:detail", args=[case.pk]),
            verb="去审批",
            due=case.due_on,
        )
        for case in cases
        if by.role not in case.closing_approvals
    ]


def _reports(by: Acting, now: datetime) -> list[Todo]:
    if not policy.holds(by, Permission.MANDATORY_REPORT):
        return []
    reports = MandatoryReport.objects.visible_to(by).filter(reported_at__isnull=True)
    return [
        Todo(
            kind="强制报告",
            child=report.child,
            title="",
            why="安全筛查有发现，须立即向公安、民政、教育报告",
            light=_hours(report, now),
            url=reverse("cases:report", args=[report.pk]),
            verb="去报告",
            due=report.due_at,
        )
        for report in reports.select_related("child").order_by("due_at")
    ]


def _hours(report: MandatoryReport, now: datetime) -> Light:
    left = int((report.due_at - now).total_seconds() // 60)
    hours = round((report.due_at - report.found_at).total_seconds() / 3600)
    rule = f"限 {hours} 小时"
    if left < 0:
        return Light("red", f"逾期 {-left // 60} 小时 {-left % 60} 分", rule)
    return Light("amber", f"剩 {left // 60} 小时 {left % 60} 分", rule)
