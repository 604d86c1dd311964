"""What a verification found, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime

from oosc.access.policy import Permission, allows, require
from oosc.audit import trail
from oosc.cases import moving, pictures, rules
from oosc.cases.actions import reporting
from oosc.cases.models import Case, Evidence, MandatoryReport, Visit
from oosc.cases.states import Conclusion, EvidenceKind, Mode, Safety, State
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Status
from oosc.vault import files

CORRECTABLE = frozenset({State.ASSIGNED, State.VERIFYING, State.CONFIRMED})
# What a visit found, where no term has to pass before it is said of the child.
STATUS_AT_ONCE = {
    Conclusion.NEVER_ENROLLED: Status.NEVER_ENROLLED,
    Conclusion.ILLEGAL_ALTERNATIVE: Status.ILLEGAL_ALTERNATIVE,
}


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


class SentBefore(Refused):
    """This form was taken already, with other words: what was changed since is not kept."""

    def __init__(self, seen: Visit) -> None:
        super().__init__(
            f"这份核查表已于 {localtime(seen.recorded_at):%m-%d %H:%M} 收到，后来改的没有保存。"
            "要补充的，再按一次提交，就作为另一次核查保存。"
        )


@transaction.atomic
def record_visit(case: Case, *, by: Acting, facts: VisitFacts) -> Visit:
    """Record what a verification found; a form sent twice is one visit (SQ-2a, W14).

    A child found out of school is confirmed at once. A hit of 安全筛查 opens a mandatory report.
    A visit is a fact: one that comes in when a colleague has moved the case on is kept as well,
    and moves nothing.
    """
    case = moving.locked(case)
    require(by, Permission.CASE_VERIFY, case)
    seen = Visit.objects.filter(client_key=facts.client_key).select_related("case__region").first()
    if seen:
        return _sent_again(seen, case, facts, by=by)
    today = clock.today()
    _check_visit(case, facts, today)
    if case.state == State.ASSIGNED:
        moving.move(case, rules.arrow("start", State.ASSIGNED), on=today, by=by, keep_limit=True)
    visit = _keep_visit(case, facts, by=by)
    if facts.safety is not Safety.NONE:
        reporting.open_for_visit(visit, by=by)
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
    case = moving.locked(visit.case)
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
        moving.forget_finding(case)
        moving.set_status(case, Status.SUSPECTED, by=by, on=on, evidence="走访记录更正，重新核查")
    if rests:
        moving.move(case, rules.arrow("correct", State.CONFIRMED), on=on, by=by, words=words)
    else:
        case.version += 1
        case.save()
        moving.log(case, "correct", State(case.state), on=on, by=by, words=words)
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
    return sum(_note_dropout(moving.locked(case), by=None, on=on) for case in away.order_by("pk"))


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
        reporting.open_for_visit(seen, by=by)
    elif _words(seen) != _words(facts):
        raise SentBefore(seen)
    return seen


def _words(told: Visit | VisitFacts) -> tuple[object, ...]:
    return told.visited_on, told.conclusion, told.claim, told.account.strip()


def _confirm(case: Case, conclusion: Conclusion, visit: Visit, *, by: Acting, on: date) -> None:
    case.found = conclusion
    if conclusion is Conclusion.DROPOUT:
        case.left_on = visit.left_on or visit.visited_on
    moving.move(
        case, rules.arrow("confirm", State(case.state)), on=on, by=by, words=conclusion.label
    )
    at_once = STATUS_AT_ONCE.get(conclusion)
    if at_once:
        moving.set_status(case, at_once, by=by, on=on, evidence="入户核查结论")
    else:
        _note_dropout(case, by=by, on=on)
    trail.record("case.confirmed", case, by=by, visit=visit.pk)


def _give_time_to_register(case: Case, *, by: Acting, on: date) -> None:
    """在校无学籍: the child is at school, and the case stays open until it is on the roll (C03)."""
    if case.found == Conclusion.ENROLLED_UNREGISTERED:  # a second look gives no second term
        return
    case.found = Conclusion.ENROLLED_UNREGISTERED
    moving.set_status(
        case, Status.ENROLLED_UNREGISTERED, by=by, on=on, evidence="核查：在校无学籍，限期补籍"
    )
    before = State(case.state)
    moving.set_limit(case, "registration_days", on)
    case.version += 1
    case.save()
    moving.log(case, "register_by", before, on=on, by=by, words=f"在校无学籍，{case.due_rule}补籍")


def _rests_on(case: Case, visit: Visit) -> bool:
    """True for the visit by which the case was confirmed: the first of this round to say so."""
    said = case.visits.standing().filter(round=case.round, conclusion=case.found)
    first = said.order_by("recorded_at", "pk").values_list("pk", flat=True).first()
    return first == visit.pk


def _note_dropout(case: Case, *, by: Acting | None, on: date) -> bool:
    """Who left a school is a dropout only after `dropout_days`; until then a suspicion."""
    days = values.number("dropout_days", case.region.code, on)
    stands = SchoolYearStatus.objects.filter(child=case.child, school_year=case.school_year)
    if not stands.filter(status=Status.SUSPECTED).exists() or case.left_on is None:
        return False
    if not rules.is_dropout_by_now(case.left_on, on, days):
        return False
    words = f"{case.left_on:%Y-%m-%d} 离校，超过 {days} 天未返校"
    moving.set_status(case, Status.DROPOUT, by=by, on=on, evidence=words)
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
