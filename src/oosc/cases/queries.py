"""What pages need of cases: the work that waits, and how many stand where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.urls import reverse

from oosc.access import policy
from oosc.access.policy import Level, Permission
from oosc.access.roles import Role
from oosc.cases import rules
from oosc.cases.models import Case, CaseQuerySet, Consent, MandatoryReport, Move
from oosc.cases.states import CLOSINGS, Reason, State, reasons_of
from oosc.children.models import Child
from oosc.kernel.lights import Light, light
from oosc.kernel.limits import CalendarMissing, TimeUnit, WorkingDays, last_day
from oosc.members.acting import Acting
from oosc.parameters import values

# What waits, by the state of the case: its name, the page where it is done, the verb.
_WORK = {
    State.SUSPECTED: ("派核", "cases:assign", "去派核"),
    State.ASSIGNED: ("入户核查", "cases:visit", "去核查"),
    State.VERIFYING: ("入户核查", "cases:visit", "去核查"),
    State.CLOSING: ("销号审批", "cases:detail", "去审批"),
}
RESTRICTED = "其他（限制级）"
TO_VISIT = [State.ASSIGNED, State.VERIFYING]


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


@dataclass(frozen=True)
class Waiting:
    """A case that waits for this post, as little of it as a list of thousands needs."""

    key: UUID
    due_on: date | None
    state: State

    @property
    def kind(self) -> str:
        return _WORK[self.state][0]


@dataclass(frozen=True)
class Lamp:
    """What it takes to give a case its light: the day, the calendar, when amber begins."""

    today: date
    calendar: WorkingDays
    amber_days: int

    @classmethod
    def of(cls, by: Acting, today: date, calendar: WorkingDays) -> Lamp:
        return cls(today, calendar, values.number("amber_days", by.region_code, today))

    def on(self, due_on: date | None, due_unit: str, rule: str) -> Light:
        unit = TimeUnit(due_unit) if due_unit else TimeUnit.DAYS
        within = self.amber_days
        return light(due_on, self.today, unit, self.calendar, amber_within=within, rule=rule)

    def of_case(self, case: Case) -> Light:
        return self.on(case.due_on, case.due_unit, case.due_rule)

    @cached_property
    def last_amber_day(self) -> date:
        try:
            return last_day(self.today, self.amber_days, TimeUnit.WORKING_DAYS, self.calendar)
        except CalendarMissing:  # of the year to come, in its last days
            return self.today + timedelta(days=self.amber_days)

    def colour_of(self, due_on: date | None) -> str:
        """The colour alone, for sorting thousands: the limits that wait are in working days."""
        if due_on is None:
            return "grey"
        if due_on < self.today:
            return "red"
        return "amber" if due_on <= self.last_amber_day else "green"


def shown_reason(reason: str, by: Acting | None) -> str:
    """A reason as this post may read it: what tells of a disability or a custody, not to all."""
    if not reason:
        return ""
    tells = CLOSINGS[Reason(reason)].tells
    if tells and (by is None or policy.level(by, tells) < Level.TASKS):
        return RESTRICTED
    return str(Reason(reason).label)


def waiting(by: Acting) -> list[Waiting]:
    """The cases that wait for this post, what is due first in front. One query."""
    rows = _waiting(by).order_by(F("due_on").asc(nulls_last=True), "opened_on", "pk")
    found = rows.values_list("pk", "due_on", "state")
    return [Waiting(key, due_on, State(state)) for key, due_on, state in found]


def todos(keys: Collection[UUID], lamp: Lamp) -> dict[UUID, Todo]:
    """The cases of one page as things to do. Two queries."""
    cases = Case.objects.filter(pk__in=keys).select_related("child", "region", "school")
    cases = cases.prefetch_related(_handed_back())
    return {case.pk: _todo(case, lamp) for case in cases}


def _waiting(by: Acting) -> CaseQuerySet:
    found = Case.objects.none()
    if policy.holds(by, Permission.CASE_ASSIGN):
        mine = Case.objects.visible_to(by, Permission.CASE_ASSIGN)
        found = found | mine.filter(state=State.SUSPECTED)
    elif policy.holds(by, Permission.CASE_VERIFY):
        mine = Case.objects.visible_to(by, Permission.CASE_VERIFY)
        found = found | mine.filter(state__in=TO_VISIT)
    if policy.holds(by, Permission.CASE_APPROVE):
        found = found | to_approve(by)
    return found


def to_approve(by: Acting) -> CaseQuerySet:
    """Requests that wait for this post's own body, and that somebody else has made."""
    visible = Case.objects.visible_to(by, Permission.CASE_APPROVE)
    asked = visible.filter(state=State.CLOSING, closing_reason__in=reasons_of(by.role))
    agreed = Consent.objects.filter(Q(role=by.role) | Q(officer=by.officer_id))
    return asked.exclude(closing_by=by.officer_id).exclude(pk__in=agreed.values("case"))


def counts(of: CaseQuerySet, today: date) -> Counts:
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


def _todo(case: Case, lamp: Lamp) -> Todo:
    kind, route, verb = _WORK[State(case.state)]
    return Todo(
        kind=kind,
        child=case.child,
        title="",
        why=_why(case),
        light=lamp.of_case(case),
        url=reverse(route, args=[case.pk]),
        verb=verb,
        due=case.due_on,
    )


def _why(case: Case) -> str:
    if case.state == State.CLOSING:
        return f"申请理由：{Reason(case.closing_reason).label}"
    return why_handed_back(case) or case.trigger


def why_handed_back(case: Case) -> str:
    """Why a community gave the case back, as long as nobody has assigned it again."""
    if case.state != State.SUSPECTED:
        return ""
    held = getattr(case, "hand_backs", None)
    backs = _hand_backs().filter(case=case) if held is None else held
    last = next(iter(backs), None)
    return last.words if last else ""


def _hand_backs() -> QuerySet[Move]:
    return Move.objects.filter(event="hand_back").order_by("-at", "-id")


def _handed_back() -> Prefetch[Any]:  # Any: of moves, into a list of the case
    return Prefetch("moves", queryset=_hand_backs(), to_attr="hand_backs")


def reports(by: Acting, now: datetime) -> list[Todo]:
    """Mandatory reports of which somebody is still to be told: before all else."""
    if not policy.holds(by, Permission.MANDATORY_REPORT):
        return []
    reports = MandatoryReport.objects.visible_to(by).to_make()
    reports = reports.select_related("child").prefetch_related("told").order_by("due_at")
    return [
        Todo(
            kind="强制报告",
            child=report.child,
            title="",
            why=_whom_to_tell(report),
            light=report_light(report, now),
            url=reverse("cases:report", args=[report.pk]),
            verb="去报告",
            due=report.due_at,
        )
        for report in reports
    ]


def _whom_to_tell(report: MandatoryReport) -> str:
    told = [one.body for one in report.told.all()]
    if not told:
        return "发现孩子可能受侵害或有危险，须立即向公安、民政、教育报告"
    left = "、".join(body.label for body in rules.still_to_tell(told))
    return f"还没有向{left}报告，报齐后才算提交"


def report_light(report: MandatoryReport, now: datetime) -> Light:
    """How long there is to make a report: in hours and minutes."""
    if report.annulled_at:
        return Light("grey", "已作废")
    if report.reported_at:
        return Light("green", "已报告")
    left = int((report.due_at - now).total_seconds() // 60)
    hours = round((report.due_at - report.found_at).total_seconds() / 3600)
    rule = f"限 {hours} 小时"
    if left < 0:
        return Light("red", f"逾期 {-left // 60} 小时 {-left % 60} 分", rule)
    return Light("amber", f"剩 {left // 60} 小时 {left % 60} 分", rule)


def rechecks(by: Acting, today: date, lamp: Lamp) -> list[Todo]:
    """Closed cases to look at once more: a leave that ends, a child abroad (C06, C07, C11, C16)."""
    if not policy.holds(by, Permission.CASE_VERIFY) or by.role == Role.TEACHER:
        return []
    days = values.number("case.term_reminder", by.region_code, today)
    mine = Case.objects.visible_to(by, Permission.CASE_VERIFY)
    near = mine.filter(state=State.CLOSED, recheck_on__lte=today + timedelta(days=days))
    near = near.select_related("child").order_by("recheck_on", "pk")
    return [_recheck(case, lamp, days) for case in near]


def _recheck(case: Case, lamp: Lamp, days: int) -> Todo:
    assert case.recheck_on  # by it they were chosen
    reason = Reason(case.closing_reason)
    is_leave = CLOSINGS[reason].has_term
    what = "请督促续批或入学，没有的到期自动重开" if is_leave else "请复核情况是否还是这样"
    day = f"{case.recheck_on:%Y-%m-%d}"
    return Todo(
        kind="期满提醒" if is_leave else "销号复核",
        child=case.child,
        title="",
        why=f"{reason.label}，{day} {'期满' if is_leave else '复核'}。{what}",
        light=light(
            case.recheck_on,
            lamp.today,
            TimeUnit.DAYS,
            lamp.calendar,
            amber_within=days,
            rule=f"至 {case.recheck_on:%m-%d}",
        ),
        url=reverse("cases:detail", args=[case.pk]),
        verb="去办理",
        due=case.recheck_on,
    )
