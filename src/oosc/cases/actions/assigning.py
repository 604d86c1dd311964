"""A case is given to the community and the school that are to look, and signed for there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.cases import moving, rules
from oosc.cases.models import Case
from oosc.cases.states import State
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.places.models import Region, School

MAY_HAND_BACK = frozenset({Role.COMM, Role.SCHOOL})


@dataclass
class Assigned:
    """What came of a batch: the cases assigned, and how many were no longer to be."""

    cases: list[Case] = field(default_factory=list)
    skipped: int = 0


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
    case = moving.locked(case, version)
    require(by, Permission.CASE_ASSIGN, case)
    step = rules.arrow("assign", State(case.state))
    _give_to(case, region, school, class_name)
    require(by, Permission.CASE_ASSIGN, case)
    moving.move(case, step, on=on, by=by)
    to_school = school.pk if school else None
    trail.record("case.assigned", case, by=by, region=region.pk, school=to_school)
    return case


@transaction.atomic
def assign_many(cases: Iterable[Case], *, by: Acting, on: date) -> Assigned:
    """Give each suspicion to its own community and school, all or none (SQ-2a, XX-4)."""
    came_to = Assigned()
    for case in sorted(cases, key=lambda one: one.pk):
        now = moving.locked(case)
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
    case = moving.locked(case, version)
    require(by, Permission.CASE_ASSIGN, case)
    if not why.strip():
        raise Refused("请写明改派的理由。")
    if (region.pk, school.pk if school else None) == (case.region_id, case.school_id):
        raise Refused("社区和学校都没有变，不用改派。请另选一个。")
    step = rules.arrow("reassign", State(case.state))
    _give_to(case, region, school)
    require(by, Permission.CASE_ASSIGN, case)
    moving.forget_finding(case)
    moving.move(case, step, on=on, by=by, words=f"改派给{region.name}：{why.strip()}")
    to_school = school.pk if school else None
    trail.record("case.reassigned", case, by=by, region=region.pk, school=to_school)
    return case


@transaction.atomic
def hand_back(case: Case, *, by: Acting, on: date, why: str, version: int | None = None) -> Case:
    """Give a case back to who assigned it: the child is not of this community or school."""
    case = moving.locked(case, version)
    require(by, Permission.CASE_VERIFY, case)
    if by.role not in MAY_HAND_BACK:
        raise Refused("退回由接到派核的社区或学校办理；教育中心请用“改派”。")
    if not why.strip():
        raise Refused("请写明退回的理由，知道孩子现在哪里的，一并写上。")
    step = rules.arrow("hand_back", State(case.state))
    moving.forget_finding(case)
    moving.move(case, step, on=on, by=by, words=f"{by.unit_name}退回：{why.strip()}")
    trail.record("case.handed_back", case, by=by)
    return case


@transaction.atomic
def start_verifying(case: Case, *, by: Acting, on: date) -> Case:
    """Sign for the task: the community or the school has begun to look (SQ-2a)."""
    case = moving.locked(case)
    require(by, Permission.CASE_VERIFY, case)
    step = rules.arrow("start", State(case.state))
    moving.move(case, step, on=on, by=by, keep_limit=True)
    trail.record("case.verifying", case, by=by)
    return case


def _give_to(case: Case, region: Region, school: School | None, class_name: str = "") -> None:
    case.region, case.school = region, school
    # Its class teacher sees the case too, where the school in charge is the child's own.
    case.class_name = class_name or (case.child.class_name if school == case.child.school else "")
