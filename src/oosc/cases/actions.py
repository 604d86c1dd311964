"""Every write to a case, one function per verb of the notice.

Each checks the policy, then the rules, then writes, then leaves a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime

from oosc.access.policy import Permission, allows, require
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.cases import pictures, rules
from oosc.cases.models import (
    Case,
    CaseNumber,
    Evidence,
    MandatoryReport,
    Move,
    Visit,
)
from oosc.cases.states import (
    CLOSINGS,
    MUST_BE_TOLD,
    Arrow,
    Body,
    Conclusion,
    EvidenceKind,
    Means,
    Mode,
    Reason,
    Safety,
    Source,
    State,
)
from oosc.children.models import Child
from oosc.children.states import PlaceKind
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.places.models import Region, School
from oosc.schooling import actions as schooling
from oosc.schooling.models import SchoolYearStatus, SealedRoster
from oosc.schooling.queries import Ending, over
from oosc.schooling.rules import Column
from oosc.schooling.states import ENROLLED, LIMITED, NOT_ENROLLED, RosterKind, Status
from oosc.schooling.states import Source as StatusSource
from oosc.vault import files
from rosterlink.school_age import school_year

# The suspicion was noticed by somebody and not computed: its words are his own.
BY_HAND = "reported"
MAY_HAND_BACK = frozenset({Role.COMM, Role.SCHOOL})
CORRECTABLE = frozenset({State.ASSIGNED, State.VERIFYING, State.CONFIRMED})
REASONS_WITH_TERM = [closing.reason for closing in CLOSINGS.values() if closing.has_term]
# What a visit found, where no term has to pass before it is said of the child.
STATUS_AT_ONCE = {
    Conclusion.NEVER_ENROLLED: Status.NEVER_ENROLLED,
    Conclusion.ILLEGAL_ALTERNATIVE: Status.ILLEGAL_ALTERNATIVE,
}


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
    left_on: date | None = None
    place: str = ""
    met: str = ""
    child_present: bool | None = None
    claim: str = ""
    account: str = ""
    photos: Sequence[bytes] = ()
    signature: bytes = b""
    refused_to_sign: bool = False
    witness: str = ""
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True)
class Telling:
    """One body that was told of a danger: who took it, how and when (W21)."""

    body: Body
    person: str
    means: Means
    told_at: datetime


@dataclass
class Raised:
    """What came of a batch: the cases, and the children for whom none was opened."""

    cases: list[Case] = field(default_factory=list)
    already: list[Case] = field(default_factory=list)  # the open case they had
    placeless: list[Child] = field(default_factory=list)  # nobody knows where they live


@dataclass
class Assigned:
    """What came of a batch: the cases assigned, and how many were no longer to be."""

    cases: list[Case] = field(default_factory=list)
    skipped: int = 0


class SentBefore(Refused):
    """This form was taken already, with other words: what was changed since is not kept."""

    def __init__(self, seen: Visit) -> None:
        super().__init__(
            f"这份核查表已于 {localtime(seen.recorded_at):%m-%d %H:%M} 收到，后来改的没有保存。"
            "要补充的，再按一次提交，就作为另一次核查保存。"
        )


@transaction.atomic
def raise_suspicion(suspicion: Suspicion, *, by: Acting | None, on: date) -> Case:
    """Open a case for one child, or reopen the one it had (JY-5a, SQ-2a)."""
    raised = raise_suspicions([suspicion], by=by, on=on)
    if raised.already:
        number = raised.already[0].number
        raise Refused(f"该儿童已有未销号的个案（{number}），请在那个个案里办理。")
    if raised.placeless:
        raise Refused("还不知道该儿童住在哪个社区，请先在登记册里补上居住地再立案。")
    return raised.cases[0]


@transaction.atomic
def raise_suspicions(items: Iterable[Suspicion], *, by: Acting | None, on: date) -> Raised:
    """Open a case for each child that has none open. `by` None: the system, by its own rule."""
    items = list(items)
    # The children are locked, since a case that is not there yet cannot be.
    keys = sorted({item.child.pk for item in items})
    list(Child.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    raised = Raised()
    for item in items:
        if by:
            require(by, Permission.SUSPICION_RAISE, item.child)
        _raise(item, raised, by=by, on=on)
    return raised


@transaction.atomic
def assign(
    case: Case,
    *,
    by: Acting,
    on: date,
    region: Region,
    school: School | None,
    class_name: str = "",
    version: int | None = None,
) -> Case:
    """Give a suspicion to the community and the school together (SQ-2a, XX-4)."""
    case = _locked(case, version)
    require(by, Permission.CASE_ASSIGN, case)
    step = rules.arrow("assign", State(case.state))
    _give_to(case, region, school, class_name)
    require(by, Permission.CASE_ASSIGN, case)
    _move(case, step, on=on, by=by)
    to_school = school.pk if school else None
    trail.record("case.assigned", case, by=by, region=region.pk, school=to_school)
    return case


@transaction.atomic
def assign_many(cases: Iterable[Case], *, by: Acting, on: date) -> Assigned:
    """Give each suspicion to its own community and school, all or none (SQ-2a, XX-4)."""
    came_to = Assigned()
    for case in sorted(cases, key=lambda one: one.pk):
        now = _locked(case)
        if now.state != State.SUSPECTED:
            came_to.skipped += 1
            continue
        school = now.school or now.child.school
        came_to.cases.append(assign(now, by=by, on=on, region=now.region, school=school))
    return came_to


@transaction.atomic
def reassign(
    case: Case,
    *,
    by: Acting,
    on: date,
    region: Region,
    school: School | None,
    why: str,
    version: int | None = None,
) -> Case:
    """Give a case to another community or school, which signs for it anew (§4.2, 改派)."""
    case = _locked(case, version)
    require(by, Permission.CASE_ASSIGN, case)
    if not why.strip():
        raise Refused("请写明改派的理由。")
    if (region.pk, school.pk if school else None) == (case.region_id, case.school_id):
        raise Refused("社区和学校都没有变，不用改派。请另选一个。")
    step = rules.arrow("reassign", State(case.state))
    _give_to(case, region, school)
    require(by, Permission.CASE_ASSIGN, case)
    _forget_finding(case)
    _move(case, step, on=on, by=by, words=f"改派给{region.name}：{why.strip()}")
    to_school = school.pk if school else None
    trail.record("case.reassigned", case, by=by, region=region.pk, school=to_school)
    return case


@transaction.atomic
def hand_back(case: Case, *, by: Acting, on: date, why: str, version: int | None = None) -> Case:
    """Give a case back to who assigned it: the child is not of this community or school."""
    case = _locked(case, version)
    require(by, Permission.CASE_VERIFY, case)
    if by.role not in MAY_HAND_BACK:
        raise Refused("退回由接到派核的社区或学校办理；教育中心请用“改派”。")
    if not why.strip():
        raise Refused("请写明退回的理由，知道孩子现在哪里的，一并写上。")
    step = rules.arrow("hand_back", State(case.state))
    _forget_finding(case)
    _move(case, step, on=on, by=by, words=f"{by.unit_name}退回：{why.strip()}")
    trail.record("case.handed_back", case, by=by)
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
    A visit is a fact: one that comes in when a colleague has moved the case on is kept as well,
    and moves nothing.
    """
    case = _locked(case)
    require(by, Permission.CASE_VERIFY, case)
    seen = Visit.objects.filter(client_key=facts.client_key).select_related("case__region").first()
    if seen:
        return _sent_again(seen, case, facts, by=by)
    today = clock.today()
    _check_visit(case, facts, today)
    if case.state == State.ASSIGNED:
        _move(case, rules.arrow("start", State.ASSIGNED), on=today, by=by, keep_limit=True)
    visit = _keep_visit(case, facts, by=by)
    if facts.safety is not Safety.NONE:
        _open_report(case, by=by, visit=visit)
    if rules.moves(State(case.state), facts.conclusion):
        _confirm(case, facts.conclusion, visit, by=by, on=today)
    elif rules.sets_a_term(State(case.state), facts.conclusion):
        _give_time_to_register(case, by=by, on=today)
    trail.record("case.visited", case, by=by, visit=visit.pk, conclusion=facts.conclusion.value)
    return visit


@transaction.atomic
def correct_visit(visit: Visit, *, by: Acting, on: date, why: str) -> Case:
    """Annul a visit that was recorded wrongly: it stays readable, and counts for nothing.

    A confirmation that rests on it falls: the case goes back to 核查中.
    """
    case = _locked(visit.case)
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    require(by, Permission.CASE_VERIFY, case)
    if not may_correct(visit, case, by):
        raise Refused("走访记录由登记人或派核的教育中心更正，请与他们联系。")
    if visit.annulled_at:
        raise Refused("这次走访已经更正过。请刷新页面看现在的状态。")
    if case.state not in CORRECTABLE or visit.round != case.round:
        raise Refused("个案已往下办理，这次走访不能再更正。请先请审批人退回，或重开个案。")
    if not why.strip():
        raise Refused("请写明错在哪里，更正后原记录仍可查看。")
    rests = case.state == State.CONFIRMED and _rests_on(case, visit)
    visit.annulled_at, visit.annulled_by_id = clock.now(), by.post_id
    visit.annulled_why = why.strip()
    visit.save(update_fields=["annulled_at", "annulled_by", "annulled_why"])
    words = f"更正 {visit.visited_on:%m-%d} 的走访：{why.strip()}"
    if rests or case.found == visit.conclusion == Conclusion.ENROLLED_UNREGISTERED:
        _forget_finding(case)
        _set_status(case, Status.SUSPECTED, by=by, on=on, evidence="走访记录更正，重新核查")
    if rests:
        _move(case, rules.arrow("correct", State.CONFIRMED), on=on, by=by, words=words)
    else:
        case.version += 1
        case.save()
        _log(case, "correct", State(case.state), on=on, by=by, words=words)
    trail.record("case.visit_corrected", case, by=by, visit=visit.pk)
    return case


def may_correct(visit: Visit, case: Case, by: Acting) -> bool:
    """Who recorded it, in the post in which he did; and who assigns the case."""
    return visit.recorded_by_id == by.post_id or allows(by, Permission.CASE_ASSIGN, case)


@transaction.atomic
def note_dropouts(*, on: date) -> int:
    """Who has been away for the full term since leaving school is a dropout now (domain §4.2)."""
    away = Case.objects.unfinished().filter(found=Conclusion.DROPOUT)
    away = away.exclude(state__in=[State.RETURNED, State.OBSERVING, State.CLOSING])
    return sum(_note_dropout(_locked(case), by=None, on=on) for case in away.order_by("pk"))


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
    if case.state in (State.CLOSING, State.CLOSED):
        raise Refused("个案已申请销号，不能再补证据。要补的，请先请审批人退回。")
    if not file and not number.strip():
        raise Refused("请选择文件，或填写编号。")
    key, media_type = "", ""
    if file:
        data, media_type = pictures.clean(file)
        key = files.store(data, media_type)
    evidence = Evidence.objects.create(
        case=case,
        round=case.round,
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
def rule_out(
    case: Case,
    *,
    by: Acting,
    on: date,
    reason: Reason,
    words: str = "",
    status: str = "",
    since: date | None = None,
    until: date | None = None,
    version: int | None = None,
) -> Case:
    """Ask to strike off a case that proved no dropout, with the evidence its reason needs.

    `status` is where the child then stands, of those the reason offers; `since` and `until` are
    the term of an approved leave.
    """
    case = _locked(case, version)
    require(by, Permission.CASE_VERIFY, case)
    step = rules.arrow("rule_out", State(case.state))
    if reason is Reason.WITHDRAWN or not CLOSINGS[reason].from_verifying:
        raise Refused("核查阶段不能用这个理由，请另选一个。")
    rules.check_evidence(reason, _proofs(case))
    rules.check_term(reason, since, until)
    case.closing_reason, case.closing_words = reason, words
    case.closing_status = rules.status_after(reason, status)
    if CLOSINGS[reason].has_term:
        case.closing_since, case.closing_until = since, until
    case.closing_from = State(case.state)
    case.closing_by_id = by.officer_id
    _move(case, step, on=on, by=by, words=_with_reason(step, reason))
    trail.record("case.ruled_out", case, by=by, reason=reason.value)
    return case


@transaction.atomic
def approve_closing(case: Case, *, by: Acting, on: date, version: int | None = None) -> Case:
    """Agree to strike off; the last of the bodies that a reason names ends the case (JY-5b)."""
    case = _locked(case, version)
    require(by, Permission.CASE_APPROVE, case)
    reason = _closing_reason(case)
    _check_approver(case, reason, by)
    case.consents.create(role=by.role, post_id=by.post_id, officer_id=by.officer_id, given_on=on)
    if rules.decided_here(reason, case.consents.values_list("role", flat=True)):
        _close(case, by=by, on=on)
    else:
        case.version += 1
        case.save(update_fields=["version"])
        _log(case, "agree", State.CLOSING, on=on, by=by, words=f"{by.unit_name}同意")
    trail.record("case.closing_approved", case, by=by, reason=reason.value, state=case.state)
    return case


@transaction.atomic
def send_back(case: Case, *, by: Acting, on: date, why: str, version: int | None = None) -> Case:
    """Send a request back to where it came from, with the reason (JY-5b)."""
    case = _locked(case, version)
    require(by, Permission.CASE_APPROVE, case)
    _check_approver(case, _closing_reason(case), by)
    if not why.strip():
        raise Refused("请写明退回的理由，经办人据此补正。")
    to = State(case.closing_from or State.VERIFYING)
    step = rules.arrow("send_back", State(case.state), to)
    _forget_request(case)
    _move(case, step, on=on, by=by, words=f"退回：{why.strip()}")
    trail.record("case.sent_back", case, by=by)
    return case


@transaction.atomic
def withdraw(case: Case, *, by: Acting, on: date, why: str, version: int | None = None) -> Case:
    """Withdraw a case opened by mistake (C00). One that was visited goes to a person."""
    case = _locked(case, version)
    require(by, Permission.CASE_WITHDRAW, case)
    if not may_withdraw(case, by):
        raise Refused("误立的个案由当初立案的岗位或教育中心撤销，请与他们联系。")
    _withdraw(case, by=by, on=on, why=why)
    return case


def may_withdraw(case: Case, by: Acting) -> bool:
    """The post that opened a case takes it back by itself, and the education centre any (C00)."""
    return by.role == Role.EDU or (by.post_id is not None and case.opened_by_id == by.post_id)


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
def open_mandatory_report(case: Case, *, by: Acting) -> MandatoryReport:
    """Begin a mandatory report: this road is always open, whatever the state of the case."""
    case = _locked(case)
    require(by, Permission.MANDATORY_REPORT, case)
    begun = case.mandatory_reports.filter(
        reported_at__isnull=True, annulled_at__isnull=True, visit__isnull=True
    ).first()
    return begun or _open_report(case, by=by)


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


def exported(*, by: Acting, purpose: str, rows: int, form: str) -> None:
    """Leave the trace of a ledger that left the platform, or went on paper."""
    require(by, Permission.EXPORT)
    trail.record("case.exported", by=by.for_purpose(purpose), rows=rows, form=form)


def reports_exported(*, by: Acting, purpose: str, rows: int, form: str) -> None:
    """Leave the trace of a list of mandatory reports that left the platform, or went on paper."""
    require(by, Permission.EXPORT)
    trail.record("mandatory_report.exported", by=by.for_purpose(purpose), rows=rows, form=form)


@transaction.atomic
def recheck(case: Case, *, by: Acting, on: date, found: str) -> Case:
    """Note that somebody looked once more at a closed case, and that it holds (C11, C16).

    What holds no longer is reopened instead, by `raise_suspicion`.
    """
    case = _locked(case)
    require(by, Permission.CASE_VERIFY, case)
    if case.state != State.CLOSED or case.recheck_on is None:
        raise Refused("这个个案没有待复核的事项。")
    if CLOSINGS[Reason(case.closing_reason)].has_term:
        raise Refused("缓学、休学到期的，请登记续批或入学；没有的，到期自动重开。")
    if not found.strip():
        raise Refused("请写明怎么复核、查到什么。")
    closing = CLOSINGS[Reason(case.closing_reason)]
    case.recheck_on = _recheck_day(case, closing.reason, on) if closing.rechecks_again else None
    case.version += 1
    case.save()
    _log(case, "recheck", State.CLOSED, on=on, by=by, words=f"复核：{found.strip()}")
    trail.record("case.rechecked", case, by=by)
    return case


@transaction.atomic
def end_leaves(*, on: date) -> int:
    """Reopen the cases whose approved leave has ended and after which nothing came (C06, C07)."""
    ended = Case.objects.filter(
        state=State.CLOSED, closing_reason__in=REASONS_WITH_TERM, recheck_on__lt=on
    )
    return sum(_end_leave(_locked(case), on=on) for case in ended.order_by("pk"))


@transaction.atomic
def raise_lapsed(*, on: date) -> int:
    """Suspect whose transfer or registration did not come to its end in time (domain §4.1)."""
    lapsed = {one.child.pk: one for one in over(on) if one.record.status in LIMITED}
    raised = raise_suspicions([_lapsed(one) for one in lapsed.values()], by=None, on=on)
    # An open case stays as it is; a child of whom nobody knows where it lives gets none.
    for child, source in [
        *((case.child, StatusSource.VISIT) for case in raised.already),
        *((child, StatusSource.RUN) for child in raised.placeless),
    ]:
        schooling.set_status(
            child, school_year=school_year(on), status=Status.SUSPECTED, by=None, source=source,
            on=on, evidence=_lapsed(lapsed[child.pk]).trigger,
        )  # fmt: skip
    return len(lapsed)


@transaction.atomic
def seal_ledger(
    school_year: str, region: Region, *, by: Acting, on: date, rows: Iterable[dict[str, str]],
    columns: Sequence[Column],
) -> SealedRoster:  # fmt: skip
    """Seal the 疑似台账 of a school year as it stands: a dated snapshot (SQ-2b, JY-2b)."""
    book = RosterKind.SUSPECTED
    return schooling.seal_rows(book, school_year, region, rows, columns=columns, by=by, on=on)


def _lapsed(one: Ending) -> Suspicion:
    return Suspicion(
        child=one.child,
        source=Source.MATCH,
        trigger_code=LIMITED[Status(one.record.status)],
        trigger=f"{one.words}，逾期未办结",
        region=None if one.child.region else one.record.region,
        school=one.record.school,
    )


def _end_leave(case: Case, *, on: date) -> bool:
    leave = Reason(case.closing_reason).label
    until = case.closing_until
    if _is_followed(case, on):
        case.recheck_on = None
        case.save(update_fields=["recheck_on"])
        _log(case, "recheck", State.CLOSED, on=on, by=None, words=f"{leave}期满，已续批或入学")
        return False
    words = f"{leave}至 {until:%Y-%m-%d} 期满，未见入学、复学或续批"
    region = None if case.child.region else case.region  # where nobody knows its home any more
    item = Suspicion(case.child, Source(case.source), "leave_ended", words, region=region)
    _reopen(case, item, by=None, on=on)
    return True


def _is_followed(case: Case, on: date) -> bool:
    """True when the register says how the child is schooled now that the leave has ended."""
    stands = SchoolYearStatus.objects.filter(child=case.child, school_year=school_year(on)).first()
    if stands is None:
        return False
    if stands.status in (Status.DEFERRED, Status.SUSPENDED):
        return stands.until is not None and stands.until >= on
    return stands.status not in NOT_ENROLLED


def _raise(item: Suspicion, raised: Raised, *, by: Acting | None, on: date) -> None:
    had = Case.objects.select_related("child__home", "child__hukou", "child__school", "region")
    had = had.select_for_update(of=("self",)).filter(child=item.child)
    last = had.order_by("-id").first()
    if last and last.closed_on is None:
        raised.already.append(last)
    elif item.region is None and item.child.region is None:
        raised.placeless.append(item.child)
    elif last:
        raised.cases.append(_reopen(last, item, by=by, on=on))
    else:
        raised.cases.append(_open(item, by=by, on=on))


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
    # The family may have moved since: the community where it lives now is in charge.
    case.region, case.school, case.class_name = _places_of(item)
    case.round += 1
    case.closed_on, case.closed_by, case.recheck_on = None, None, None
    _forget_finding(case)
    _forget_request(case)
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
    case.source_before = year.source if year else StatusSource.RUN
    case.until_before = year.until if year else None
    case.save(update_fields=["status_before", "source_before", "until_before"])
    # What somebody told in his own words stays in the case, where it lies encrypted.
    by_hand = case.trigger_code == BY_HAND
    evidence = f"登记疑似，个案 {case.number}" if by_hand else case.trigger
    _set_status(case, Status.SUSPECTED, by=by, on=on, evidence=evidence)


def _put_back(case: Case, *, on: date) -> None:
    """Put the child back where it stood, on the ground it stood on.

    What a run had said a later run may change; whoever withdraws a roster need hold no right to
    a child's schooling, so nobody signs for it but the case.
    """
    source = StatusSource(case.source_before or StatusSource.RUN)
    until = case.until_before
    if until and until < on:  # a leave that has ended meanwhile stands without its end
        source, until = StatusSource.CLOSING, None
    _set_status(
        case,
        Status(case.status_before or Status.PENDING),
        by=None,
        on=on,
        evidence=f"个案 {case.number}：{case.get_closing_reason_display()}",
        source=source,
        until=until,
    )


def _set_status(
    case: Case,
    status: Status,
    *,
    by: Acting | None,
    on: date,
    evidence: str,
    source: StatusSource = StatusSource.VISIT,
    until: date | None = None,
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
        until=until,
        evidence=evidence,
    )


def _check_visit(case: Case, facts: VisitFacts, today: date) -> None:
    if case.state == State.SUSPECTED:
        raise Refused("这个个案还没有派核，请教育中心先派核；孩子有危险的，先报警并做强制报告。")
    rules.check_visit(
        facts.visited_on,
        opened_on=_round_began(case),
        today=today,
        visitors=facts.visitors,
        mode=facts.mode,
        signing=rules.Signing(bool(facts.signature), facts.refused_to_sign, facts.witness),
        least=values.number("visit.visitors", case.region.code, today),
    )
    if facts.left_on and facts.left_on > facts.visited_on:
        raise Refused("离校日期不能晚于核查日期，请核对后再填。")


def _round_began(case: Case) -> date:
    reopened = case.moves.filter(event="reopen").order_by("-at").values_list("on", flat=True)
    return reopened.first() or case.opened_on


def _sent_again(seen: Visit, case: Case, facts: VisitFacts, *, by: Acting) -> Visit:
    if seen.case_id != case.pk:
        raise Refused("这份表单已用于另一个个案，请重新打开核查表再填。")
    # Between two sendings somebody may have ticked a danger: that is never lost.
    hit = facts.safety is not Safety.NONE
    if hit and not MandatoryReport.objects.filter(visit=seen).exists():
        _open_report(case, by=by, visit=seen)
    elif _words(seen) != _words(facts):
        raise SentBefore(seen)
    return seen


def _words(told: Visit | VisitFacts) -> tuple[object, ...]:
    return told.visited_on, told.conclusion, told.claim, told.account.strip()


def _confirm(case: Case, conclusion: Conclusion, visit: Visit, *, by: Acting, on: date) -> None:
    case.found = conclusion
    if conclusion is Conclusion.DROPOUT:
        case.left_on = visit.left_on or visit.visited_on
    _move(case, rules.arrow("confirm", State(case.state)), on=on, by=by, words=conclusion.label)
    at_once = STATUS_AT_ONCE.get(conclusion)
    if at_once:
        _set_status(case, at_once, by=by, on=on, evidence="入户核查结论")
    else:
        _note_dropout(case, by=by, on=on)
    trail.record("case.confirmed", case, by=by, visit=visit.pk)


def _give_time_to_register(case: Case, *, by: Acting, on: date) -> None:
    """在校无学籍: the child is at school, and the case stays open until it is on the roll (C03)."""
    if case.found == Conclusion.ENROLLED_UNREGISTERED:  # a second look gives no second term
        return
    case.found = Conclusion.ENROLLED_UNREGISTERED
    _set_status(
        case, Status.ENROLLED_UNREGISTERED, by=by, on=on, evidence="核查：在校无学籍，限期补籍"
    )
    before = State(case.state)
    _limit(case, "registration_days", on)
    case.version += 1
    case.save()
    _log(case, "register_by", before, on=on, by=by, words=f"在校无学籍，{case.due_rule}补籍")


def _rests_on(case: Case, visit: Visit) -> bool:
    """True for the visit by which the case was confirmed: the first of this round to say so."""
    said = case.visits.standing().filter(round=case.round, conclusion=case.found)
    first = said.order_by("recorded_at", "pk").values_list("pk", flat=True).first()
    return first == visit.pk


def _forget_finding(case: Case) -> None:
    case.found, case.left_on = "", None


def _give_to(case: Case, region: Region, school: School | None, class_name: str = "") -> None:
    case.region, case.school = region, school
    # Its class teacher sees the case too, where the school in charge is the child's own.
    case.class_name = class_name or (case.child.class_name if school == case.child.school else "")


def _note_dropout(case: Case, *, by: Acting | None, on: date) -> bool:
    """Who left a school is a dropout only after `dropout_days`; until then a suspicion."""
    days = values.number("dropout_days", case.region.code, on)
    stands = SchoolYearStatus.objects.filter(child=case.child, school_year=case.school_year)
    if not stands.filter(status=Status.SUSPECTED).exists() or case.left_on is None:
        return False
    if not rules.is_dropout_by_now(case.left_on, on, days):
        return False
    words = f"{case.left_on:%Y-%m-%d} 离校，超过 {days} 天未返校"
    _set_status(case, Status.DROPOUT, by=by, on=on, evidence=words)
    trail.record("case.dropout_noted", case, by=by, days=days)
    return True


def _keep_visit(case: Case, facts: VisitFacts, *, by: Acting) -> Visit:
    photos = [_keep_picture(case, photo, EvidenceKind.PHOTO, by=by) for photo in facts.photos]
    signature = (
        _keep_picture(case, facts.signature, EvidenceKind.SIGNATURE, by=by)
        if facts.signature
        else ""
    )
    return Visit.objects.create(
        case=case,
        round=case.round,
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
        left_on=facts.left_on if facts.conclusion is Conclusion.DROPOUT else None,
        signature_key=signature,
        refused_to_sign=facts.refused_to_sign,
        witness=facts.witness.strip(),
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
        round=case.round,
        kind=kind,
        file_key=key,
        media_type=media_type,
        added_by_id=by.post_id,
        added_at=clock.now(),
    )
    return key


def _open_report(case: Case, *, by: Acting, visit: Visit | None = None) -> MandatoryReport:
    return _begin_report(case.child, case.region, by=by, case=case, visit=visit)


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


def _withdraw(case: Case, *, by: Acting, on: date, why: str) -> None:
    if not why.strip():
        raise Refused("请写明因何撤销立案。")
    visited = case.visits.filter(round=case.round).exists()
    at_once = rules.may_withdraw_at_once(State(case.state), visited=visited)
    to = State.CLOSED if at_once else State.CLOSING
    step = rules.arrow("withdraw", State(case.state), to)
    case.closing_reason, case.closing_words = Reason.WITHDRAWN, why.strip()
    case.closing_from = State(case.state)
    case.closing_by_id = by.officer_id
    if at_once:
        case.closed_on, case.closed_by_id = on, by.post_id
        _put_back(case, on=on)
    _move(case, step, on=on, by=by, words=f"{step.label}：{why.strip()}")
    trail.record("case.withdrawn", case, by=by, state=case.state)


def _close(case: Case, *, by: Acting, on: date) -> None:
    step = rules.arrow("approve", State(case.state))
    reason = Reason(case.closing_reason)
    case.closed_on, case.closed_by_id = on, by.post_id
    case.recheck_on = case.closing_until or _recheck_day(case, reason, on)
    _move(case, step, on=on, by=by, words=_with_reason(step, reason))
    if CLOSINGS[reason].puts_back:
        return _put_back(case, on=on)
    chosen = rules.status_after(reason, case.closing_status)
    if not chosen:
        return None
    status, words = Status(chosen), f"{_with_reason(step, reason)}，个案 {case.number}"
    if status is Status.PENDING:  # corrected, and to be compared again: the next run says how
        return _set_status(case, status, by=None, on=on, evidence=words, source=StatusSource.RUN)
    return _set_status(
        case, status, by=by, on=on, evidence=words, source=StatusSource.CLOSING,
        until=case.closing_until,
    )  # fmt: skip


def _recheck_day(case: Case, reason: Reason, on: date) -> date | None:
    code = CLOSINGS[reason].recheck
    return values.limit(code, case.region.code, on).last_day(on) if code else None


def _with_reason(step: Arrow, reason: Reason) -> str:
    """The life of a case is read by more people than what a reason may give away."""
    return step.label if CLOSINGS[reason].tells else f"{step.label}：{reason.label}"


def _forget_request(case: Case) -> None:
    case.closing_reason, case.closing_from, case.closing_words = "", "", ""
    case.closing_status, case.closing_since, case.closing_until = "", None, None
    case.closing_by_id = None
    case.consents.all().delete()


def _check_approver(case: Case, reason: Reason, by: Acting) -> None:
    if case.closing_by_id == by.officer_id:
        raise Refused("申请人不能审批自己的申请，请由另一位同事办理。")
    if by.role not in CLOSINGS[reason].approvers:
        who = "、".join(role.label for role in CLOSINGS[reason].approvers)
        raise Refused(f"“{reason.label}”须由{who}审批。")
    if case.consents.filter(role=by.role).exists():
        raise Refused("本单位已经同意，请等其他单位办理。")
    if case.consents.filter(officer=by.officer_id).exists():
        raise Refused("您已代另一单位同意，请由另一位同事办理。")


def _closing_reason(case: Case) -> Reason:
    if case.state != State.CLOSING:
        raise Refused("这个个案没有待审批的申请。")
    return Reason(case.closing_reason)


def _proofs(case: Case) -> list[rules.Proof]:
    held = [
        rules.Proof(
            EvidenceKind(one.kind), bool(one.file_key), bool(one.number), one.file_key or one.number
        )
        for one in case.evidence.filter(withdrawn_at__isnull=True, round=case.round)
    ]
    # A home visit recorded and signed for here (W14) need not be scanned again.
    at_home = case.visits.standing().filter(mode=Mode.HOME_VISIT, round=case.round)
    if any(visit.is_signed_for for visit in at_home):
        held.append(rules.Proof(EvidenceKind.COMMUNITY_VISIT, True, False))
    return held


def _locked(case: Case, version: int | None = None) -> Case:
    """The case as it is now, kept from others. `version`: the one that the officer has seen."""
    whole = Case.objects.select_related(
        "child__home", "child__hukou", "child__school", "region", "school"
    )
    found = whole.select_for_update(of=("self",)).get(pk=case.pk)
    if version is not None and found.version != version:
        raise _changed_meanwhile(found)
    return found


def _changed_meanwhile(case: Case) -> ChangedMeanwhile:
    """Say who moved the case after this officer opened it, and by what."""
    last = case.moves.select_related("by__unit").order_by("-at", "-id").first()
    who = last.by or "系统" if last else "同事"
    what = last.words if last else "改动"
    return ChangedMeanwhile(
        f"您打开这一页以后，{who}已办理“{what}”，个案现为“{case.get_state_display()}”。"
        "请核对后再提交。"
    )


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
        _limit(case, _limit_of(case, step.limit), on)
    case.version += 1
    case.save()
    _log(case, step.event, before, on=on, by=by, words=words or step.label)


def _limit_of(case: Case, code: str) -> str:
    dwelling = case.child.region
    if code == "case.verify" and rules.is_across(
        case.region.code, dwelling.code if dwelling else ""
    ):
        return "case.verify_across"
    return code


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
        words=words,
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
