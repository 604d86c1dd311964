"""The mandatory report of a child in danger (W21, 未保法第十一条)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.cases import moving, rules
from oosc.cases.models import Case, MandatoryReport, Visit
from oosc.cases.states import MUST_BE_TOLD, Body, Means
from oosc.children.models import Child
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.places.models import Region


@dataclass(frozen=True)
class Telling:
    """One body that was told of a danger: who took it, how and when (W21)."""

    body: Body
    person: str
    means: Means
    told_at: datetime


@transaction.atomic
def report_mandatory(
    report: MandatoryReport,
    *,
    by: Acting,
    kind: MandatoryReport.Kind,
    account: str,
    measures: str,
    told: Sequence[Telling],
) -> MandatoryReport:
    """Record what was found and whom one told of it (W21, 未保法第十一条).

    The report is made when police, civil affairs and education were all told; until then it
    stays on the home page.
    """
    report = _report_to_make(report, by)
    if report.account:
        raise Refused("情况已由同事写明，请刷新页面，只补记还没有报告的单位。")
    if not account.strip():
        raise Refused("请写明发现的情况。")
    report.kind, report.account, report.measures = kind, account.strip(), measures.strip()
    _tell(report, told, by=by)
    trail.record("mandatory_report.made", report, by=by, told=[one.body.value for one in told])
    return report


@transaction.atomic
def tell_more(report: MandatoryReport, *, by: Acting, told: Sequence[Telling]) -> MandatoryReport:
    """Record the bodies that were told after the first (W21)."""
    report = _report_to_make(report, by)
    if not report.account:
        raise Refused("请先写明发现的情况，再补记报告对象。")
    _tell(report, told, by=by)
    trail.record("mandatory_report.told", report, by=by, told=[one.body.value for one in told])
    return report


@transaction.atomic
def answer_mandatory(
    report: MandatoryReport, *, by: Acting, body: Body, answer: str
) -> MandatoryReport:
    """Add what a body that was told answered; what was answered before stays."""
    report = MandatoryReport.objects.select_for_update().get(pk=report.pk)
    require(by, Permission.MANDATORY_REPORT, report)
    if not report.told.exists():
        raise Refused("请先填报告本身，再登记反馈。")
    if not answer.strip():
        raise Refused("请写明反馈的内容。")
    report.answers.create(
        body=body, words=answer.strip(), answered_at=clock.now(), recorded_by_id=by.post_id
    )
    trail.record("mandatory_report.answered", report, by=by, body=body.value)
    return report


@transaction.atomic
def annul_report(report: MandatoryReport, *, by: Acting, why: str) -> MandatoryReport:
    """Annul a report that was opened by mistake, before anybody was told; it stays readable."""
    report = _report_to_make(report, by)
    if not may_annul(report, by):
        raise Refused("误开的强制报告由开单人或教育中心作废，请与他们联系。")
    if report.told.exists():
        raise Refused("已经报告出去的不能作废。请把查明的情况登记为反馈。")
    if not why.strip():
        raise Refused("请写明为什么是误开。")
    report.annulled_at, report.annulled_by_id = clock.now(), by.post_id
    report.annulled_why = why.strip()
    report.save()
    trail.record("mandatory_report.annulled", report, by=by)
    return report


def may_annul(report: MandatoryReport, by: Acting) -> bool:
    """Who opened it, and the education centre."""
    return report.found_by_id == by.post_id or by.role == Role.EDU


@transaction.atomic
def open_for_visit(visit: Visit, *, by: Acting) -> MandatoryReport:
    """Begin the report of a danger that the visitors ticked in 安全筛查, unless it is there."""
    case = visit.case
    require(by, Permission.CASE_VERIFY, case)
    begun = MandatoryReport.objects.filter(visit=visit).first()
    return begun or _begin_report(case.child, case.region, by=by, case=case, visit=visit)


@transaction.atomic
def open_mandatory_report(case: Case, *, by: Acting) -> MandatoryReport:
    """Begin a mandatory report: this road is always open, whatever the state of the case."""
    case = moving.locked(case)
    require(by, Permission.MANDATORY_REPORT, case)
    begun = case.mandatory_reports.filter(
        reported_at__isnull=True, annulled_at__isnull=True, visit__isnull=True
    ).first()
    return begun or _begin_report(case.child, case.region, by=by, case=case)


@transaction.atomic
def open_report_for_child(child: Child, *, by: Acting) -> MandatoryReport:
    """Begin a mandatory report for a child of whom there is no case (未保法第十一条)."""
    require(by, Permission.MANDATORY_REPORT, child)
    begun = MandatoryReport.objects.to_make().filter(child=child, case__isnull=True)
    # Where nobody knows where the child lives, the office that found it is in charge.
    region = child.region or Region.objects.filter(code=by.region_code).first()
    if region is None:
        raise Refused("还不知道该儿童住在哪个社区。请先拨 110 和 12345，再补登居住地。")
    return begun.first() or _begin_report(child, region, by=by)


def reports_exported(*, by: Acting, purpose: str, rows: int, form: str) -> None:
    """Leave the trace of a list of mandatory reports that left the platform, or went on paper."""
    require(by, Permission.EXPORT)
    trail.record("mandatory_report.exported", by=by.for_purpose(purpose), rows=rows, form=form)


def _begin_report(
    child: Child,
    region: Region,
    *,
    by: Acting,
    case: Case | None = None,
    visit: Visit | None = None,
) -> MandatoryReport:
    now = clock.now()
    found_at = _moment_of(visit, now) if visit else now
    hours = values.number("mandatory_report_hours", region.code, now.date())
    report = MandatoryReport.objects.create(
        case=case,
        visit=visit,
        child=child,
        region=region,
        found_at=found_at,
        due_at=found_at + timedelta(hours=hours),
        found_by_id=by.post_id,
    )
    trail.record("mandatory_report.opened", report, by=by, case=case.pk if case else None)
    return report


def _report_to_make(report: MandatoryReport, by: Acting) -> MandatoryReport:
    """The report as it is now, kept from others; refused where there is nothing more to do."""
    report = MandatoryReport.objects.select_for_update().get(pk=report.pk)
    require(by, Permission.MANDATORY_REPORT, report)
    if report.annulled_at:
        raise Refused("这份强制报告已作废。孩子有危险的，请另开一份。")
    if report.reported_at:
        raise Refused("这份强制报告已经提交。补充情况请写在反馈里。")
    return report


def _tell(report: MandatoryReport, told: Sequence[Telling], *, by: Acting) -> None:
    if not told:
        raise Refused("请至少写明一家的接报人，公安最先。")
    done = set(report.told.values_list("body", flat=True))
    for one in told:
        if one.body in done:
            raise Refused(f"{one.body.label}已由同事登记报告，请刷新页面再看。")
        if not rules.names_somebody(one.person):
            raise Refused(f"请写明{one.body.label}由谁接报，姓名、警号或工号都可以。")
        if not report.found_at <= one.told_at <= clock.now():
            raise Refused(f"向{one.body.label}报告的时间应在发现之后，且不晚于现在。")
        done.add(one.body)
        report.told.create(
            body=one.body, person=one.person.strip(), means=one.means, told_at=one.told_at,
            recorded_by_id=by.post_id,
        )  # fmt: skip
    report.reported_by_id = report.reported_by_id or by.post_id
    if not rules.still_to_tell(done):
        last = report.told.filter(body__in=MUST_BE_TOLD).order_by("-told_at").first()
        report.reported_at = last.told_at if last else None
    report.save()


def _moment_of(visit: Visit, now: datetime) -> datetime:
    """When something was found: the hours count from the doorway, not from the sending."""
    if visit.visited_at is None:
        return now
    at = datetime.combine(visit.visited_on, visit.visited_at, tzinfo=clock.OFFICIAL_TIME)
    return min(at, now)
