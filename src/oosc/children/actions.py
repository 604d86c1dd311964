"""Every write to the register, one function per verb.

Each checks the policy, then the rules, then writes, then leaves a trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from oosc.access import policy
from oosc.access.policy import Level, Permission, require
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.children import intake, queries, rules
from oosc.children.facts import ChildFacts, GuardianFacts, PlaceFacts, RunFacts
from oosc.children.models import (
    AccessRequest,
    Child,
    ChildPlace,
    Circumstance,
    Guardian,
)
from oosc.children.queries import Opening, Rights
from oosc.children.states import (
    IdType,
    Kind,
    Masked,
    Origin,
    Purpose,
    RequestState,
)
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.parameters import values

ORIGINS = {Role.COMM: Origin.COMMUNITY, Role.SCHOOL: Origin.SCHOOL}
# Columns of a child that an officer corrects; the others have actions of their own.
PLAIN = ("name", "former_name", "sex", "birth_date", "id_type", "ethnicity")
NUMBERS = ("id_no", "student_no")


class ChangedMeanwhile(Exception):
    """Somebody else saved the record after this officer opened it: nothing was written."""


# Entering and correcting, by hand


@transaction.atomic
def register_child(
    *, by: Acting, facts: ChildFacts, on: date, confirmed_new: bool = False
) -> Child:
    """Enter a child whom no roster knows (notice, SQ-2a).

    `confirmed_new` says that the officer has looked at the record of the same name and birth
    date, and that it is another child.
    """
    child = Child(
        origin=ORIGINS.get(Role(by.role), Origin.OFFICE),
        registered_on=on,
        registered_by_id=by.post_id,
        id_no=facts.id_no or "",
        student_no=facts.student_no or "",
        **{name: getattr(facts, name) for name in PLAIN},
    )
    intake.settle(child, facts.places)
    require(by, Permission.CHILD_REGISTER, child)
    _check(child)
    child.resembles = _alike(child, confirmed_new=confirmed_new)
    child.corrected = [name for name in (*PLAIN, *NUMBERS) if getattr(child, name)]
    child.save()
    for place in facts.places:
        _put(child, place, by=by, on=on)
    if facts.guardian:
        _save_guardian(Guardian(child=child, is_main=True), facts.guardian)
    trail.record("child.registered", child, by=by, places=len(facts.places))
    return child


@transaction.atomic
def correct_child(child: Child, *, by: Acting, facts: ChildFacts, version: int, on: date) -> Child:
    """Correct what is kept of a child, unless somebody else has just done so.

    Raises:
        ChangedMeanwhile: the record is no longer of this version.
    """
    child = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    require(by, Permission.CHILD_EDIT, child)
    if child.version != version:
        raise ChangedMeanwhile
    changed = _apply(child, facts)
    _check(child)
    if facts.guardian and _correct_guardian(child, facts.guardian):
        changed.append("guardian")
    if not changed:
        return child
    child.corrected = sorted({*child.corrected, *changed})
    child.version += 1
    child.save()
    trail.record("child.corrected", child, by=by, fields=changed, version=child.version)
    return child


@transaction.atomic
def add_place(child: Child, *, by: Acting, place: PlaceFacts, on: date) -> ChildPlace:
    """Put down where a child lies from a day on; a present place of the kind ends there."""
    child = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    require(by, Permission.CHILD_EDIT, child)
    put = _put(child, place, by=by, on=on)
    _copy_places(child)
    trail.record("child.moved", child, by=by, kind=place.kind.value, place=put.pk)
    return put


@transaction.atomic
def end_place(place: ChildPlace, *, by: Acting, on: date) -> ChildPlace:
    """End a present place: the family moved away, the child left the school."""
    place = ChildPlace.objects.select_for_update(of=("self",)).get(pk=place.pk)
    require(by, Permission.CHILD_EDIT, place.child)
    if place.until is not None:
        raise Refused("这一条已经结束，不能再次结束。")
    if on < place.since:
        raise Refused("结束日期不能早于开始日期，请改填。")
    place.until = on
    place.save(update_fields=["until"])
    _copy_places(place.child)
    trail.record("child.place_ended", place.child, by=by, kind=place.kind, place=place.pk)
    return place


@transaction.atomic
def add_circumstance(
    child: Child, *, by: Acting, kind: Kind, on: date, source: str
) -> Circumstance:
    """Record what may put a child first; only whose own duty it is (domain §8.2: W)."""
    _require_duty(by, child, kind)
    if child.circumstances.filter(kind_index=kind.value, until=None).exists():
        raise Refused(f"已经记有“{kind.label}”，不用再记。")
    added = Circumstance.objects.create(child=child, kind=kind.value, since=on, source=source)
    trail.record("child.circumstance_added", child, by=by, circumstance=added.pk)
    return added


@transaction.atomic
def end_circumstance(circumstance: Circumstance, *, by: Acting, on: date) -> Circumstance:
    _require_duty(by, circumstance.child, Kind(circumstance.kind))
    if circumstance.until is not None:
        raise Refused("这一条已经结束，不能再次结束。")
    circumstance.until = max(on, circumstance.since)
    circumstance.save(update_fields=["until"])
    trail.record(
        "child.circumstance_ended", circumstance.child, by=by, circumstance=circumstance.pk
    )
    return circumstance


@transaction.atomic
def tell_apart(child: Child, *, by: Acting) -> Child:
    """Say that a record that looks alike is another child."""
    child = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    require(by, Permission.CHILD_EDIT, child)
    if child.resembles_id is None:
        raise Refused("这条记录没有待判定的相似记录。")
    other, child.resembles = child.resembles_id, None
    child.version += 1
    child.save(update_fields=["resembles", "version"])
    trail.record("child.told_apart", child, by=by, other=other)
    return child


# From the rosters


@transaction.atomic
def upsert_from_run(
    facts: Iterable[RunFacts],
    *,
    by: Acting | None,
    on: date,
    progress: Callable[[int], None] | None = None,
) -> dict[str, UUID]:
    """Bring what the rosters of a run say into the register; return the run's key → child.

    A record is found again by the row it came from, else by a sure number and the same name.
    Anything less makes a new record that names the one it resembles: a run never merges two.
    `progress` is told how many are done.
    """
    if by is not None:
        require(by, Permission.RUN_START)
    result = intake.Intake(on=on).take(facts, progress=progress)
    trail.record("child.received", by=by, counts=result.counts)
    return result.children


# Reading


def open_file(child: Child, *, by: Acting) -> None:
    """Leave the trace of a file that was read (《未成年人网络保护条例》第三十六条)."""
    require(by, Permission.CHILD_VIEW, child)
    trail.record("child.opened", child, by=by)


def leave_search(*, by: Acting, kind: str, found: int) -> None:
    """Leave the trace of a search: of what kind and with how many results, never the words."""
    require(by, Permission.CHILD_VIEW)
    trail.record("child.searched", by=by, kind=kind, found=found)


@transaction.atomic
def reveal(
    child: Child,
    field: Masked,
    *,
    by: Acting,
    purpose: Purpose,
    at: datetime,
    case_id: UUID | None = None,
    guardian: Guardian | None = None,
) -> str:
    """Return the content of a masked field, for a purpose and a task of one's own."""
    require(by, Permission.REVEAL, child)
    if field.is_of_guardian and (guardian is None or guardian.child_id != child.pk):
        raise Refused("这名监护人已不在记录里，请刷新页面后再看。")
    rights = Rights(by, child, at)
    opening = rights.opening(field)
    if opening is Opening.NEVER:
        raise Refused("您所在的岗位不能查看这项内容。")
    if opening is Opening.ON_REQUEST:
        raise Refused("没有您承办的案件或比对涉及这名儿童，请先“申请查看”。")
    if field not in rights.granted and case_id not in {task.id for task in rights.tasks}:
        raise Refused("请选择为哪个案件或哪次比对查看。")
    trail.record(
        "child.revealed",
        child,
        by=by.for_purpose(str(purpose.label)),
        field=field.value,
        case=case_id,
        guardian=guardian.pk if guardian else None,
    )
    return queries.opened_value(child, field, guardian)


@transaction.atomic
def request_reveal(
    child: Child,
    *,
    by: Acting,
    fields: Sequence[Masked],
    purpose: Purpose,
    reason: str,
    at: datetime,
    case_id: UUID | None = None,
) -> AccessRequest:
    """Ask the head to see what no task of one's own covers (申请查看)."""
    require(by, Permission.REVEAL, child)
    rights = Rights(by, child, at)
    if any(rights.opening(field) is Opening.NEVER for field in fields):
        raise Refused("所选内容里有您所在岗位不能查看的，请改选。")
    waiting = AccessRequest.objects.filter(
        child=child, post=by.post_id, officer=by.officer_id, state=RequestState.ASKED
    )
    if waiting.exists():
        raise Refused("您对这名儿童已有一份待批准的申请，请等答复。")
    request = AccessRequest.objects.create(
        post_id=by.post_id,
        officer_id=by.officer_id,
        child=child,
        fields=[field.value for field in fields],
        purpose=purpose,
        reason=reason,
        case_id=case_id,
        asked_at=at,
    )
    trail.record(
        "child.reveal_asked", child, by=by.for_purpose(str(purpose.label)),
        request=request.pk, fields=[field.value for field in fields],
    )  # fmt: skip
    return request


@transaction.atomic
def answer_reveal(
    request: AccessRequest, *, by: Acting, granted: bool, answer: str, at: datetime
) -> AccessRequest:
    """Answer a request to see: the head, or whom the head named, and never oneself."""
    request = AccessRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not queries.may_answer(by, request.child):
        raise Refused("查看申请由负责人或其授权的人员批准，您所在的岗位不能答复。")
    if request.officer_id == by.officer_id:
        raise Refused("不能批准自己的申请，请由另一人答复。")
    if request.state != RequestState.ASKED:
        raise Refused("这份申请已经答复过。")
    region = request.child.region
    hours = values.number("reveal_approval_hours", region.code if region else None, at.date())
    request.state = RequestState.GRANTED if granted else RequestState.DENIED
    request.answer = answer
    request.answered_at = at
    request.answered_by_id = by.post_id
    request.answered_by_officer_id = by.officer_id
    request.expires_at = at + timedelta(hours=hours) if granted else None
    request.save()
    trail.record("child.reveal_answered", request.child, by=by, request=request.pk, granted=granted)
    return request


def _check(child: Child) -> None:
    if child.id_type == IdType.IDENTITY_CARD and child.id_no:
        problem = rules.problem_of_number(child.id_no, child.birth_date, child.sex)
        if problem:
            raise Refused(problem)
    if not child.id_no and child.birth_date is None:
        raise Refused("证件号和出生日期至少要有一项，否则无法判断是否适龄。")
    same = Child.objects.filter(id_no_index=child.id_no, merged_into=None).exclude(pk=child.pk)
    if child.id_no and same.exists():
        raise Refused("登记册里已有用这个证件号的儿童，请先查找；查不到的，请联系教育中心。")


def _alike(child: Child, *, confirmed_new: bool) -> Child | None:
    same = Child.objects.filter(
        name=child.name, birth_date=child.birth_date, merged_into=None
    ).first()
    if same and not confirmed_new:
        raise Refused("登记册里已有同名、同出生日期的儿童。请先核对，确认不是同一人后再登记。")
    return same


def _apply(child: Child, facts: ChildFacts) -> list[str]:
    """Set what differs and return the names of the columns."""
    wanted = {name: getattr(facts, name) for name in PLAIN}
    wanted |= {name: getattr(facts, name) for name in NUMBERS if getattr(facts, name) is not None}
    changed = [name for name, value in wanted.items() if getattr(child, name) != value]
    for name in changed:
        setattr(child, name, wanted[name])
    return changed


def _correct_guardian(child: Child, facts: GuardianFacts) -> bool:
    guardian = child.guardians.filter(is_main=True).first() or Guardian(child=child, is_main=True)
    before = (guardian.name, guardian.relation, guardian.id_no, guardian.phone)
    _save_guardian(guardian, facts)
    return before != (guardian.name, guardian.relation, guardian.id_no, guardian.phone)


def _save_guardian(guardian: Guardian, facts: GuardianFacts) -> None:
    guardian.name, guardian.relation = facts.name, facts.relation
    if facts.id_no is not None:
        guardian.id_no = facts.id_no
    if facts.phone is not None:
        guardian.phone = facts.phone
    guardian.save()


def _put(child: Child, place: PlaceFacts, *, by: Acting, on: date) -> ChildPlace:
    present = child.places.filter(kind=place.kind, until=None).first()
    if present and on < present.since:
        raise Refused(f"开始日期不能早于现有{place.kind.label}的开始日期 {present.since}，请改填。")
    if present:
        present.until = on
        present.save(update_fields=["until"])
    return ChildPlace.objects.create(
        child=child,
        kind=place.kind,
        region_id=place.region_id,
        school_id=place.school_id,
        grade=place.grade,
        class_name=place.class_name,
        address=place.address,
        since=on,
        source=place.source,
        placed_by_id=by.post_id,
    )


def _copy_places(child: Child) -> None:
    """Copy the present places onto the child, from which lists and reach are read."""
    intake.settle(child, [intake.facts_of(p) for p in child.places.filter(until=None)])
    child.version += 1
    child.save(update_fields=[*intake.COPIED, "version"])


def _require_duty(by: Acting, child: Child, kind: Kind) -> None:
    require(by, Permission.CHILD_EDIT, child)
    if policy.level(by, kind.data_class) is not Level.WRITE:
        raise Refused(f"“{kind.label}”由主管部门登记，您所在的岗位不能改。")
@transaction.atomic
def note_student_number(child: Child, *, by: Acting, number: str) -> Child:
    """Keep the student number that came with a child's schooling, where none was known (XX-3a)."""
    child = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    require(by, Permission.CHILD_EDIT, child)
    same = Child.objects.filter(student_no_index=number, merged_into=None).exclude(pk=child.pk)
    if same.exists():
        raise Refused("登记册里已有另一名儿童用这个学籍号，请按学籍系统核对。")
    child.student_no = number
    child.corrected = sorted({*child.corrected, "student_no"})
    child.version += 1
    child.save()
    trail.record("child.corrected", child, by=by, fields=["student_no"], version=child.version)
    return child


