"""The steps that the actions share: a case kept from others, moved, limited in time, and noted."""

from __future__ import annotations

from datetime import date

from oosc.cases import rules
from oosc.cases.models import Case, Move
from oosc.cases.states import Arrow, State
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.schooling import actions as schooling
from oosc.schooling.states import ENROLLED, Status
from oosc.schooling.states import Source as StatusSource


def locked(case: Case, version: int | None = None) -> Case:
    """The case as it is now, kept from others. `version`: the one that the officer has seen."""
    whole = Case.objects.select_related(
        "child__home", "child__hukou", "child__school", "region", "school"
    )
    found = whole.select_for_update(of=("self",)).get(pk=case.pk)
    if version is not None and found.version != version:
        raise _changed_meanwhile(found)
    return found


def move(
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
        set_limit(case, _limit_of(case, step.limit), on)
    case.version += 1
    case.save()
    log(case, step.event, before, on=on, by=by, words=words or step.label)


def log(
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


def set_limit(case: Case, code: str, on: date) -> None:
    if not code:
        case.due_on, case.due_unit, case.due_rule = None, "", ""
        return
    term = values.limit(code, case.region.code, on)
    case.due_on, case.due_unit = term.last_day(on), term.unit.value
    case.due_rule = f"限 {term.words}，至 {case.due_on:%m-%d}"


def set_status(
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


def put_back(case: Case, *, on: date) -> None:
    """Put the child back where it stood, on the ground it stood on.

    What a run had said a later run may change; whoever withdraws a roster need hold no right to
    a child's schooling, so nobody signs for it but the case.
    """
    source = StatusSource(case.source_before or StatusSource.RUN)
    until = case.until_before
    if until and until < on:  # a leave that has ended meanwhile stands without its end
        source, until = StatusSource.CLOSING, None
    set_status(
        case,
        Status(case.status_before or Status.PENDING),
        by=None,
        on=on,
        evidence=f"个案 {case.number}：{case.get_closing_reason_display()}",
        source=source,
        until=until,
    )


def forget_finding(case: Case) -> None:
    case.found, case.left_on = "", None


def forget_request(case: Case) -> None:
    case.closing_reason, case.closing_from, case.closing_words = "", "", ""
    case.closing_status, case.closing_since, case.closing_until = "", None, None
    case.closing_by_id = None
    case.consents.all().delete()


def _changed_meanwhile(case: Case) -> ChangedMeanwhile:
    """Say who moved the case after this officer opened it, and by what."""
    last = case.moves.select_related("by__unit").order_by("-at", "-id").first()
    who = last.by or "系统" if last else "同事"
    what = last.words if last else "改动"
    return ChangedMeanwhile(
        f"您打开这一页以后，{who}已办理“{what}”，个案现为“{case.get_state_display()}”。"
        "请核对后再提交。"
    )


def _limit_of(case: Case, code: str) -> str:
    dwelling = case.child.region
    if code == "case.verify" and rules.is_across(
        case.region.code, dwelling.code if dwelling else ""
    ):
        return "case.verify_across"
    return code
