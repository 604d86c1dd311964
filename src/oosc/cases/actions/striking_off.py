"""A case is asked to be struck off, agreed to, sent back, and looked at again afterwards."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.cases import moving, rules
from oosc.cases.models import Case
from oosc.cases.states import CLOSINGS, Arrow, EvidenceKind, Mode, Reason, State
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.schooling.states import Source as StatusSource
from oosc.schooling.states import Status


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
    case = moving.locked(case, version)
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
    moving.move(case, step, on=on, by=by, words=_with_reason(step, reason))
    trail.record("case.ruled_out", case, by=by, reason=reason.value)
    return case


@transaction.atomic
def approve_closing(case: Case, *, by: Acting, on: date, version: int | None = None) -> Case:
    """Agree to strike off; the last of the bodies that a reason names ends the case (JY-5b)."""
    case = moving.locked(case, version)
    require(by, Permission.CASE_APPROVE, case)
    reason = _closing_reason(case)
    _check_approver(case, reason, by)
    case.consents.create(role=by.role, post_id=by.post_id, officer_id=by.officer_id, given_on=on)
    if rules.decided_here(reason, case.consents.values_list("role", flat=True)):
        _close(case, by=by, on=on)
    else:
        case.version += 1
        case.save(update_fields=["version"])
        moving.log(case, "agree", State.CLOSING, on=on, by=by, words=f"{by.unit_name}同意")
    trail.record("case.closing_approved", case, by=by, reason=reason.value, state=case.state)
    return case


@transaction.atomic
def send_back(case: Case, *, by: Acting, on: date, why: str, version: int | None = None) -> Case:
    """Send a request back to where it came from, with the reason (JY-5b)."""
    case = moving.locked(case, version)
    require(by, Permission.CASE_APPROVE, case)
    _check_approver(case, _closing_reason(case), by)
    if not why.strip():
        raise Refused("请写明退回的理由，经办人据此补正。")
    to = State(case.closing_from or State.VERIFYING)
    step = rules.arrow("send_back", State(case.state), to)
    moving.forget_request(case)
    moving.move(case, step, on=on, by=by, words=f"退回：{why.strip()}")
    trail.record("case.sent_back", case, by=by)
    return case


@transaction.atomic
def recheck(case: Case, *, by: Acting, on: date, found: str) -> Case:
    """Note that somebody looked once more at a closed case, and that it holds (C11, C16).

    What holds no longer is reopened instead, by `opening.raise_suspicion`.
    """
    case = moving.locked(case)
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
    moving.log(case, "recheck", State.CLOSED, on=on, by=by, words=f"复核：{found.strip()}")
    trail.record("case.rechecked", case, by=by)
    return case


def _close(case: Case, *, by: Acting, on: date) -> None:
    step = rules.arrow("approve", State(case.state))
    reason = Reason(case.closing_reason)
    case.closed_on, case.closed_by_id = on, by.post_id
    case.recheck_on = case.closing_until or _recheck_day(case, reason, on)
    moving.move(case, step, on=on, by=by, words=_with_reason(step, reason))
    if CLOSINGS[reason].puts_back:
        return moving.put_back(case, on=on)
    chosen = rules.status_after(reason, case.closing_status)
    if not chosen:
        return None
    status, words = Status(chosen), f"{_with_reason(step, reason)}，个案 {case.number}"
    if status is Status.PENDING:  # corrected, and to be compared again: the next run says how
        return moving.set_status(
            case, status, by=None, on=on, evidence=words, source=StatusSource.RUN
        )
    return moving.set_status(
        case, status, by=by, on=on, evidence=words, source=StatusSource.CLOSING,
        until=case.closing_until,
    )  # fmt: skip


def _recheck_day(case: Case, reason: Reason, on: date) -> date | None:
    code = CLOSINGS[reason].recheck
    return values.limit(code, case.region.code, on).last_day(on) if code else None


def _with_reason(step: Arrow, reason: Reason) -> str:
    """The life of a case is read by more people than what a reason may give away."""
    return step.label if CLOSINGS[reason].tells else f"{step.label}：{reason.label}"


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
