"""A case that was opened by mistake is taken back (C00)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.cases import moving, rules
from oosc.cases.models import Case
from oosc.cases.states import Reason, State
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting


@transaction.atomic
def withdraw(case: Case, *, by: Acting, on: date, why: str, version: int | None = None) -> Case:
    """Withdraw a case opened by mistake (C00). One that was visited goes to a person."""
    case = moving.locked(case, version)
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
        case = moving.locked(case)
        if before in (State.SUSPECTED, State.ASSIGNED, State.VERIFYING):
            _withdraw(case, by=by, on=on, why="所据花名册已撤回")
            came_to["withdrawn" if case.closed_on else "to_person"] += 1
    return came_to


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
        moving.put_back(case, on=on)
    moving.move(case, step, on=on, by=by, words=f"{step.label}：{why.strip()}")
    trail.record("case.withdrawn", case, by=by, state=case.state)
