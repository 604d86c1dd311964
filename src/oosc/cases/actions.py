"""Every write to a case, one function per verb of the notice.

Each checks the policy, then the rules, then writes, then leaves a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.cases import pictures, rules
from oosc.cases.models import Case, CaseNumber, Evidence, MandatoryReport, Move, Visit
from oosc.cases.states import (
    CLOSINGS,
    Arrow,
    Conclusion,
    EvidenceKind,
    Mode,
    Reason,
    Safety,
    Source,
    State,
)
from oosc.children.models import Child
from oosc.children.states import PlaceKind
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.places.models import Region, School
from oosc.schooling import actions as schooling
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import ENROLLED, Status
from oosc.schooling.states import Source as StatusSource
from oosc.vault import files
from rosterlink.school_age import school_year


@dataclass(frozen=True)
class Suspicion:
    """Why one child is believed to be out of school, and who is to look."""

    child: Child
    source: Source
    trigger_code: str
    trigger: str
    region: Region | None = None
    school: School | None = None
    class_name: str = ""
    run_id: UUID | None = None
    roster_ids: Sequence[str] = ()


@dataclass(frozen=True)
class VisitFacts:
    """What the visitors wrote down (W14)."""

    client_key: UUID
    visited_on: date
    mode: Mode
    visitors: Sequence[str]
    conclusion: Conclusion
    safety: Safety
    visited_at: time | None = None
    address_match: str = ""
    place: str = ""
    met: str = ""
    child_present: bool | None = None
    claim: str = ""
    account: str = ""
    photos: Sequence[bytes] = ()
    signature: bytes = b""
    refused_to_sign: bool = False
    longitude: float | None = None
    latitude: float | None = None


@dataclass
class Raised:
    """What came of a batch: the cases, and the children who had an open one already."""

    cases: list[Case] = field(default_factory=list)
    already: list[Case] = field(default_factory=list)


@transaction.atomic
def raise_suspicion(suspicion: Suspicion, *, by: Acting | None, on: date) -> Case:
    """Open a case for one child, or reopen the one it had (JY-5a, SQ-2a)."""
    raised = raise_suspicions([suspicion], by=by, on=on)
    if raised.already:
        number = raised.already[0].number
        raise Refused(f"该儿童已有未销号的个案（{number}），请在那个个案里办理。")
    return raised.cases[0]


@transaction.atomic
def raise_suspicions(items: Iterable[Suspicion], *, by: Acting | None, on: date) -> Raised:
    """Open a case for each child that has none open. `by` None: the system, by its own rule."""
    raised = Raised()
    for item in items:
        if by:
            require(by, Permission.SUSPICION_RAISE, item.child)
        last = Case.objects.select_for_update().filter(child=item.child).order_by("-id").first()
        if last and last.closed_on is None:
            raised.already.append(last)
        elif last:
            raised.cases.append(_reopen(last, item, by=by, on=on))
        else:
            raised.cases.append(_open(item, by=by, on=on))
    return raised


@transaction.atomic
def assign(
    case: Case, *, by: Acting, on: date, region: Region, school: School | None, class_name: str = ""
) -> Case:
    """Give a suspicion to the community and the school together (SQ-2a, XX-4)."""
    case = _locked(case)
    require(by, Permission.CASE_ASSIGN, case)
    step = rules.arrow("assign", State(case.state))
    case.region, case.school, case.class_name = region, school, class_name
    require(by, Permission.CASE_ASSIGN, case)
    _move(case, step, on=on, by=by)
    to_school = school.pk if school else None
    trail.record("case.assigned", case, by=by, region=region.pk, school=to_school)
    return case


@transaction.atomic
def start_verifying(case: Case, *, by: Acting, on: date) -> Case:
    """Sign for the task: the community or the school has begun to look (SQ-2a)."""
    case = _locked(case)
    require(by, Permission.CASE_VERIFY, case)
    step = rules.arrow("start", State(case.state))
    _move(case, step, on=on, by=by, keep_limit=True)
    trail.record("case.verifying", case, by=by)
    return case


@transaction.atomic
def record_visit(case: Case, *, by: Acting, facts: VisitFacts) -> Visit:
    """Record what a verification found; a form sent twice is one visit (SQ-2a, W14).

    A child found out of school is confirmed at once. A hit of 安全筛查 opens a mandatory report.
    """
    seen = Visit.objects.filter(client_key=facts.client_key).select_related("case").first()
    case = _locked(case)
    require(by, Permission.CASE_VERIFY, case)
    if seen:
        if seen.case_id != case.pk:
            raise Refused("这份表单已用于另一个个案，请重新打开核查表再填。")
        return seen
    today = clock.today()
    rules.check_visit(
        facts.visited_on,
        opened_on=case.opened_on,
        today=today,
        visitors=facts.visitors,
        mode=facts.mode,
    )
    if case.state == State.ASSIGNED:
        _move(case, rules.arrow("start", State.ASSIGNED), on=today, by=by, keep_limit=True)
    if case.state != State.VERIFYING and facts.conclusion is not Conclusion.NOT_FOUND:
        rules.arrow("confirm", State(case.state))
    visit = _keep_visit(case, facts, by=by)
    if facts.safety is not Safety.NONE:
        _open_report(case, by=by)
    if facts.conclusion in (Conclusion.NEVER_ENROLLED, Conclusion.DROPOUT):
        _confirm(case, facts.conclusion, visit, by=by, on=today)
    trail.record("case.visited", case, by=by, visit=visit.pk, conclusion=facts.conclusion.value)
    return visit


@transaction.atomic
def add_evidence(
    case: Case,
    *,
    by: Acting,
    kind: EvidenceKind,
    file: bytes = b"",
    number: str = "",
    note: str = "",
) -> Evidence:
    """Put a file or a number into the case."""
    case = _locked(case)
    require(by, Permission.CASE_VERIFY, case)
    if case.closed_on:
        raise Refused("个案已销号，不能再补证据。如有反证，请重开个案。")
    if not file and not number.strip():
        raise Refused("请选择文件，或填写编号。")
    key, media_type = "", ""
    if file:
        data, media_type = pictures.clean(file)
        key = files.store(data, media_type)
    evidence = Evidence.objects.create(
        case=case,
        kind=kind,
        file_key=key,
        media_type=media_type,
        number=number.strip(),
        note=note.strip(),
        added_by_id=by.post_id,
        added_at=clock.now(),
    )
    trail.record("case.evidence_added", case, by=by, evidence=evidence.pk, kind=kind.value)
    return evidence


@transaction.atomic
def take_back_evidence(evidence: Evidence, *, by: Acting) -> None:
    """Take a piece of evidence out of account; it stays in the file, marked."""
    case = _locked(evidence.case)
    require(by, Permission.CASE_VERIFY, case)
    if case.state in (State.CLOSING, State.CLOSED):
        raise Refused("个案已申请销号，证据不能撤下。请先请审批人退回。")
    evidence.withdrawn_at = clock.now()
    evidence.save(update_fields=["withdrawn_at"])
    trail.record("case.evidence_withdrawn", case, by=by, evidence=evidence.pk)


@transaction.atomic
def rule_out(case: Case, *, by: Acting, on: date, reason: Reason, words: str = "") -> Case:
    """Ask to strike off a case that proved no dropout, with the evidence its reason needs."""
    case = _locked(case)
    require(by, Permission.CASE_VERIFY, case)
    step = rules.arrow("rule_out", State(case.state))
    if reason is Reason.WITHDRAWN or not CLOSINGS[reason].from_verifying:
        raise Refused("核查阶段不能用这个理由，请另选一个。")
    rules.check_evidence(reason, _proofs(case))
    case.closing_reason, case.closing_words = reason, words
    case.closing_from, case.closing_approvals = State(case.state), []
    case.closing_by_id = by.officer_id
    _move(case, step, on=on, by=by, words=reason.label)
    trail.record("case.ruled_out", case, by=by, reason=reason.value)
    return case


@transaction.atomic
def approve_closing(case: Case, *, by: Acting, on: date) -> Case:
    """Agree to strike off; the last of the bodies that a reason names ends the case (JY-5b)."""
    case = _locked(case)
    require(by, Permission.CASE_APPROVE, case)
    reason = _closing_reason(case)
    _check_approver(case, reason, by)
    case.closing_approvals = [*case.closing_approvals, by.role]
    if reason is Reason.WITHDRAWN or rules.decided_here(reason, case.closing_approvals):
        _close(case, by=by, on=on)
    else:
        case.save(update_fields=["closing_approvals"])
    trail.record("case.closing_approved", case, by=by, reason=reason.value, state=case.state)
    return case


@transaction.atomic
def send_back(case: Case, *, by: Acting, on: date, why: str) -> Case:
    """Send a request back to where it came from, with the reason (JY-5b)."""
    case = _locked(case)
    require(by, Permission.CASE_APPROVE, case)
    _check_approver(case, _closing_reason(case), by)
    if not why.strip():
        raise Refused("请写明退回的理由，经办人据此补正。")
    to = State(case.closing_from or State.VERIFYING)
    step = rules.arrow("send_back", State(case.state), to)
    case.closing_reason, case.closing_from, case.closing_words = "", "", ""
    case.closing_by_id, case.closing_approvals = None, []
    _move(case, step, on=on, by=by, words=why.strip()[:200])
    trail.record("case.sent_back", case, by=by)
    return case


@transaction.atomic
def withdraw(case: Case, *, by: Acting, on: date, why: str) -> Case:
    """Withdraw a case opened by mistake (C00). One that was visited goes to a person."""
    case = _locked(case)
    require(by, Permission.CASE_WITHDRAW, case)
    _withdraw(case, by=by, on=on, why=why)
    return case


@transaction.atomic
def withdraw_resting_on(roster_id: UUID, *, by: Acting, on: date) -> Mapping[str, int]:
    """Withdraw the suspicions that rest on this roster alone; return what became of them."""
    came_to = {"withdrawn": 0, "to_person": 0}
    resting = Case.objects.unfinished().filter(roster_ids=[str(roster_id)])
    for case in resting.exclude(state=State.CLOSING):
        before = case.state
        case = _locked(case)
        if before in (State.SUSPECTED, State.ASSIGNED, State.VERIFYING):
            _withdraw(case, by=by, on=on, why="所据花名册已撤回")
            came_to["withdrawn" if case.closed_on else "to_person"] += 1
    return came_to


@transaction.atomic
def report_mandatory(
    report: MandatoryReport,
    *,
    by: Acting,
    kind: MandatoryReport.Kind,
    account: str,
    measures: str,
    reported_to: str,
    reported_at: datetime,
) -> MandatoryReport:
    """Record that police, civil affairs and education were told, and when (W21, 未保法第十一条)."""
    report = MandatoryReport.objects.select_for_update().get(pk=report.pk)
    require(by, Permission.MANDATORY_REPORT, report)
    if report.reported_at:
        raise Refused("这份强制报告已经提交。补充情况请写在反馈里。")
    if not account.strip() or not reported_to.strip():
        raise Refused("请写明发现的情况和报告的对象。")
    if not report.found_at <= reported_at <= clock.now():
        raise Refused("报告时间应在发现之后，且不晚于现在。")
    report.kind, report.account, report.measures = kind, account.strip(), measures.strip()
    report.reported_to, report.reported_at = reported_to.strip(), reported_at
    report.reported_by_id = by.post_id
    report.save()
    trail.record("mandatory_report.made", report, by=by)
    return report


@transaction.atomic
def answer_mandatory(report: MandatoryReport, *, by: Acting, answer: str) -> MandatoryReport:
    """Write down what the body that was told answered."""
    report = MandatoryReport.objects.select_for_update().get(pk=report.pk)
    require(by, Permission.MANDATORY_REPORT, report)
    if not report.reported_at:
        raise Refused("请先填报告本身，再登记反馈。")
    if not answer.strip():
        raise Refused("请写明反馈的内容。")
    report.answer, report.answered_at = answer.strip(), clock.now()
    report.save()
    trail.record("mandatory_report.answered", report, by=by)
    return report


@transaction.atomic
def open_mandatory_report(case: Case, *, by: Acting) -> MandatoryReport:
    """Begin a mandatory report: this road is always open, whatever the state of the case."""
    require(by, Permission.MANDATORY_REPORT, case)
    return _open_report(case, by=by)


def _open(item: Suspicion, *, by: Acting | None, on: date) -> Case:
    region, school, class_name = _places_of(item)
    case = Case(
        number=_next_number(region, on),
        child=item.child,
        region=region,
        school=school,
        class_name=class_name,
        state_since=on,
        school_year=school_year(on),
        source=item.source,
        trigger_code=item.trigger_code,
        trigger=item.trigger,
        run_id=item.run_id,
        roster_ids=list(item.roster_ids),
        opened_on=on,
        opened_by_id=by.post_id if by else None,
    )
    _limit(case, "case.assign", on)
    case.save()
    _log(case, "raise", None, on=on, by=by, words=item.trigger)
    _suspect(case, by=by, on=on)
    trail.record("case.raised", case, by=by, source=item.source.value, code=item.trigger_code)
    return case


def _reopen(case: Case, item: Suspicion, *, by: Acting | None, on: date) -> Case:
    step = rules.arrow("reopen", State.CLOSED, State.VERIFYING)
    case.round += 1
    case.closed_on, case.closed_by = None, None
    case.closing_reason, case.closing_from, case.closing_words = "", "", ""
    case.closing_by_id, case.closing_approvals = None, []
    case.source, case.trigger_code, case.trigger = item.source, item.trigger_code, item.trigger
    case.run_id, case.roster_ids = item.run_id, list(item.roster_ids)
    case.school_year = school_year(on)
    _move(case, step, on=on, by=by, words=item.trigger)
    _suspect(case, by=by, on=on)
    trail.record("case.reopened", case, by=by, round=case.round)
    return case


def _suspect(case: Case, *, by: Acting | None, on: date) -> None:
    """Note where the child stood, and that it is now suspected."""
    year = SchoolYearStatus.objects.filter(child=case.child, school_year=case.school_year).first()
    if year and year.status == Status.SUSPECTED:
        return
    case.status_before = year.status if year else Status.PENDING
    case.save(update_fields=["status_before"])
    _set_status(case, Status.SUSPECTED, by=by, on=on, evidence=case.trigger)


def _put_back(case: Case, *, by: Acting, on: date) -> None:
    status = Status(case.status_before or Status.PENDING)
    _set_status(case, status, by=by, on=on, evidence=f"撤销立案，个案 {case.number}")


def _set_status(
    case: Case,
    status: Status,
    *,
    by: Acting | None,
    on: date,
    evidence: str,
    source: StatusSource = StatusSource.VISIT,
) -> None:
    schooling.set_status(
        case.child,
        school_year=case.school_year,
        status=status,
        by=by,
        source=source,
        source_key=case.pk,
        on=on,
        school=case.school if status in ENROLLED else None,
        evidence=evidence,
    )


def _confirm(case: Case, conclusion: Conclusion, visit: Visit, *, by: Acting, on: date) -> None:
    _move(case, rules.arrow("confirm", State(case.state)), on=on, by=by, words=conclusion.label)
    # Who left a school is a dropout only after `dropout_days`; until then a suspicion (§4.2).
    if conclusion is Conclusion.NEVER_ENROLLED:
        _set_status(case, Status.NEVER_ENROLLED, by=by, on=on, evidence="入户核查结论")
    trail.record("case.confirmed", case, by=by, visit=visit.pk)


def _keep_visit(case: Case, facts: VisitFacts, *, by: Acting) -> Visit:
    photos = [_keep_picture(case, photo, EvidenceKind.PHOTO, by=by) for photo in facts.photos]
    signature = (
        _keep_picture(case, facts.signature, EvidenceKind.SIGNATURE, by=by)
        if facts.signature
        else ""
    )
    return Visit.objects.create(
        case=case,
        client_key=facts.client_key,
        visited_on=facts.visited_on,
        mode=facts.mode,
        visitors=[visitor.strip() for visitor in facts.visitors if visitor.strip()],
        visited_at=facts.visited_at,
        address_match=facts.address_match,
        place=facts.place.strip(),
        met=facts.met,
        child_present=facts.child_present,
        claim=facts.claim,
        account=facts.account.strip(),
        safety=facts.safety,
        conclusion=facts.conclusion,
        signature_key=signature,
        refused_to_sign=facts.refused_to_sign,
        photo_keys=photos,
        longitude=facts.longitude,
        latitude=facts.latitude,
        recorded_by_id=by.post_id,
        recorded_at=clock.now(),
    )


def _keep_picture(case: Case, data: bytes, kind: EvidenceKind, *, by: Acting) -> str:
    picture, media_type = pictures.clean(data)
    key = files.store(picture, media_type)
    Evidence.objects.create(
        case=case,
        kind=kind,
        file_key=key,
        media_type=media_type,
        added_by_id=by.post_id,
        added_at=clock.now(),
    )
    return key


def _open_report(case: Case, *, by: Acting) -> MandatoryReport:
    now = clock.now()
    hours = values.number("mandatory_report_hours", case.region.code, now.date())
    report = MandatoryReport.objects.create(
        case=case,
        child=case.child,
        region=case.region,
        found_at=now,
        due_at=now + timedelta(hours=hours),
        found_by_id=by.post_id,
    )
    trail.record("mandatory_report.opened", report, by=by, case=case.pk)
    return report


def _withdraw(case: Case, *, by: Acting, on: date, why: str) -> None:
    if not why.strip():
        raise Refused("请写明因何撤销立案。")
    visited = case.visits.exists()
    at_once = rules.may_withdraw_at_once(State(case.state), visited=visited)
    to = State.CLOSED if at_once else State.CLOSING
    step = rules.arrow("withdraw", State(case.state), to)
    case.closing_reason, case.closing_words = Reason.WITHDRAWN, why.strip()[:300]
    case.closing_from = State(case.state)
    case.closing_by_id = by.officer_id
    if at_once:
        case.closed_on, case.closed_by_id = on, by.post_id
        _put_back(case, by=by, on=on)
    _move(case, step, on=on, by=by, words=why.strip()[:200])
    trail.record("case.withdrawn", case, by=by, state=case.state)


def _close(case: Case, *, by: Acting, on: date) -> None:
    step = rules.arrow("approve", State(case.state))
    reason = Reason(case.closing_reason)
    case.closed_on, case.closed_by_id = on, by.post_id
    _move(case, step, on=on, by=by, words=reason.label)
    status = CLOSINGS[reason].status
    if reason is Reason.WITHDRAWN:
        _put_back(case, by=by, on=on)
    elif status:
        words = f"{reason.label}，个案 {case.number}"
        _set_status(case, Status(status), by=by, on=on, evidence=words, source=StatusSource.CLOSING)


def _check_approver(case: Case, reason: Reason, by: Acting) -> None:
    if case.closing_by_id == by.officer_id:
        raise Refused("申请人不能审批自己的申请，请由另一位同事办理。")
    if by.role not in CLOSINGS[reason].approvers:
        who = "、".join(role.label for role in CLOSINGS[reason].approvers)
        raise Refused(f"“{reason.label}”须由{who}审批。")
    if by.role in case.closing_approvals:
        raise Refused("本单位已经同意，请等其他单位办理。")


def _closing_reason(case: Case) -> Reason:
    if case.state != State.CLOSING:
        raise Refused("这个个案没有待审批的申请。")
    return Reason(case.closing_reason)


def _proofs(case: Case) -> list[rules.Proof]:
    held = case.evidence.filter(withdrawn_at__isnull=True)
    return [
        rules.Proof(EvidenceKind(one.kind), bool(one.file_key), bool(one.number)) for one in held
    ]


def _locked(case: Case) -> Case:
    whole = Case.objects.select_related("child", "region", "school")
    return whole.select_for_update(of=("self",)).get(pk=case.pk)


def _move(
    case: Case,
    step: Arrow,
    *,
    on: date,
    by: Acting | None,
    words: str = "",
    keep_limit: bool = False,
) -> None:
    before, case.state, case.state_since = State(case.state), step.to, on
    if not keep_limit:
        _limit(case, step.limit, on)
    case.version += 1
    case.save()
    _log(case, step.event, before, on=on, by=by, words=words or step.label)


def _log(
    case: Case, event: str, before: State | None, *, on: date, by: Acting | None, words: str
) -> None:
    Move.objects.create(
        case=case,
        event=event,
        from_state=before or "",
        to_state=case.state,
        on=on,
        at=clock.now(),
        by_id=by.post_id if by else None,
        words=words[:200],
    )


def _limit(case: Case, code: str, on: date) -> None:
    if not code:
        case.due_on, case.due_unit, case.due_rule = None, "", ""
        return
    term = values.limit(code, case.region.code, on)
    case.due_on, case.due_unit = term.last_day(on), term.unit.value
    case.due_rule = f"限 {term.words}，至 {case.due_on:%m-%d}"


def _next_number(region: Region, on: date) -> str:
    """Return the next case number: region of nine digits, year, serial."""
    series, _ = CaseNumber.objects.select_for_update().get_or_create(
        region_code=region.code[:9], year=on.year
    )
    series.last += 1
    series.save(update_fields=["last"])
    return str(series)


def _places_of(item: Suspicion) -> tuple[Region, School | None, str]:
    """Who is in charge: the community where the child lives, else that of its hukou."""
    present = {
        place.kind: place
        for place in item.child.places.filter(until__isnull=True).select_related("region", "school")
    }
    home = present.get(PlaceKind.RESIDENCE) or present.get(PlaceKind.HUKOU)
    seat = present.get(PlaceKind.SCHOOL)
    region = item.region or (home.region if home else None)
    if region is None:
        raise Refused("还不知道该儿童住在哪个社区，请先在登记册里补上居住地再立案。")
    school = item.school or (seat.school if seat else None)
    is_seat = seat is not None and seat.school == school
    return region, school, item.class_name or (seat.class_name if seat and is_seat else "")
