"""Every write to the register, one function per verb.

Each checks the policy, then the rules, then writes, then leaves a trace.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Level, Permission, require
from oosc.access.roles import Role
from oosc.audit import trail
from oosc.children import intake, merging, queries, rules
from oosc.children.facts import ChildFacts, GuardianFacts, PlaceFacts, RunFacts
from oosc.children.models import (
    AccessRequest,
    Child,
    ChildPlace,
    Circumstance,
    Guardian,
    Merge,
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
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.members.acting import Acting
from oosc.parameters import values

ORIGINS = {Role.COMM: Origin.COMMUNITY, Role.SCHOOL: Origin.SCHOOL}
# Columns of a child that an officer corrects; the others have actions of their own.
PLAIN = ("name", "former_name", "sex", "birth_date", "id_type", "ethnicity")
NUMBERS = ("id_no", "student_no")
MOST_IN_A_BATCH = 200
# Columns of which one of two merged records gives its value.
MERGED = (*PLAIN, *NUMBERS, "household_id")


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
    child = _locked(child, by, version)
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
def add_place(
    child: Child, *, by: Acting, place: PlaceFacts, on: date, version: int | None = None
) -> ChildPlace:
    """Put down where a child lies from a day on; a present place of the kind ends there."""
    child = _locked(child, by, version)
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
    child: Child, *, by: Acting, kind: Kind, on: date, source: str, version: int | None = None
) -> Circumstance:
    """Record what may put a child first; only whose own duty it is (domain §8.2: W)."""
    _require_duty(by, child, kind)
    child = _locked(child, by, version)
    if child.circumstances.filter(kind_index=kind.value, until=None).exists():
        raise Refused(f"已经记有“{kind.label}”，不用再记。")
    added = Circumstance.objects.create(child=child, kind=kind.value, since=on, source=source)
    _touch(child)
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
def add_guardian(
    child: Child, *, by: Acting, facts: GuardianFacts, is_main: bool, version: int | None = None
) -> Guardian:
    """Put down one more guardian; the first there is becomes the main one."""
    child = _locked(child, by, version)
    if child.guardians.present().filter(name=facts.name).exists():
        raise Refused(f"{facts.name}已是这名儿童的监护人，要改电话请在其后点“改”。")
    guardian = Guardian(child=child)
    _save_guardian(guardian, facts)
    if is_main or not child.guardians.present().filter(is_main=True).exists():
        _make_main(guardian)
    _touch(child, "guardian")
    trail.record("child.guardian_added", child, by=by, guardian=guardian.pk)
    return guardian


@transaction.atomic
def change_guardian(
    guardian: Guardian, *, by: Acting, facts: GuardianFacts, version: int | None = None
) -> Guardian:
    """Correct a guardian; a number or a phone that is None stays as it is."""
    child = _locked(guardian.child, by, version)
    guardian = _present(guardian)
    same = child.guardians.present().filter(name=facts.name).exclude(pk=guardian.pk)
    if same.exists():
        raise Refused(f"{facts.name}已是这名儿童的监护人，请核对姓名。")
    _save_guardian(guardian, facts)
    _touch(child, "guardian")
    trail.record("child.guardian_changed", child, by=by, guardian=guardian.pk)
    return guardian


@transaction.atomic
def make_main(guardian: Guardian, *, by: Acting) -> Guardian:
    """Make this guardian the one who is called first."""
    child = _locked(guardian.child, by)
    guardian = _present(guardian)
    _make_main(guardian)
    _touch(child, "guardian")
    trail.record("child.guardian_made_main", child, by=by, guardian=guardian.pk)
    return guardian


@transaction.atomic
def end_guardian(guardian: Guardian, *, by: Acting, on: date) -> Guardian:
    """Take a guardian off: custody changed, or it was entered by mistake. The row stays."""
    child = _locked(guardian.child, by)
    guardian = _present(guardian)
    guardian.ended_on, guardian.is_main = on, False
    guardian.save(update_fields=["ended_on", "is_main"])
    following = child.guardians.present().order_by("id")
    if not following.filter(is_main=True).exists() and (next_one := following.first()):
        _make_main(next_one)
    _touch(child, "guardian")
    trail.record("child.guardian_ended", child, by=by, guardian=guardian.pk)
    return guardian


@transaction.atomic
def restore_guardian(guardian: Guardian, *, by: Acting) -> Guardian:
    """Take back that a guardian was taken off."""
    child = _locked(guardian.child, by)
    if guardian.ended_on is None:
        raise Refused("这名监护人没有被移除，不用恢复。")
    if child.guardians.present().filter(name=guardian.name).exists():
        raise Refused("已有同名的监护人，不用恢复。")
    guardian.ended_on = None
    guardian.save(update_fields=["ended_on"])
    if not child.guardians.present().filter(is_main=True).exists():
        _make_main(guardian)
    _touch(child, "guardian")
    trail.record("child.guardian_restored", child, by=by, guardian=guardian.pk)
    return guardian


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


# Two records of one child


@transaction.atomic
def merge_children(
    kept: Child,
    lost: Child,
    *,
    by: Acting,
    take: Collection[str],
    versions: tuple[int, int],
    on: date,
    at: datetime,
) -> Merge:
    """Join two records that a person found to be one child (design §2: no machine does).

    `take` names what comes from the record that goes: columns, and kinds of place. All else of
    it goes over beside what the kept one has: guardians, past places, cases, school years.
    """
    kept, lost = _two(kept, lost, by, versions)
    if in_the_way := merging.obstacles(kept, lost):
        raise Refused(in_the_way[0])
    before = _as_it_was(kept, lost)
    lost.merged_into, lost.resembles = kept, None
    _bump(lost)
    _take_columns(kept, lost, take)
    _check(kept)
    kept.save()
    before["ended"], before["settled"] = _end_doubles(kept, lost, take, by, on)
    moved = _move([*_own_rows(kept, lost), *merging.going_over(kept, lost)], kept)
    _copy_places(kept)
    merge = Merge.objects.create(
        kept=kept, lost=lost, merged_at=at, merged_by_id=by.post_id, moved=moved,
        before=before, kept_version=kept.version,
    )  # fmt: skip
    counts = {label: len(keys) for label, keys in moved.items()}
    trail.record("child.merged", kept, by=by, lost=lost.pk, merge=merge.pk, moved=counts)
    return merge


@transaction.atomic
def undo_merge(merge: Merge, *, by: Acting, at: datetime) -> Merge:
    """Part two records again, as they were, while nothing else has followed."""
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    kept = Child.objects.select_for_update(of=("self",)).get(pk=merge.kept_id)
    lost = Child.objects.select_for_update(of=("self",)).get(pk=merge.lost_id)
    for child in (kept, lost):
        require(by, Permission.CHILD_MERGE, child)
    if why_not := queries.why_merge_stays(merge):
        raise Refused(why_not)
    for label, keys in merge.moved.items():
        apps.get_model(label)._base_manager.filter(pk__in=keys).update(child=lost)
    before = merge.before
    Guardian.objects.filter(pk__in=before["mains"]).update(is_main=True)
    ChildPlace.objects.filter(pk__in=before["ended"]).update(until=None)
    ChildPlace.objects.filter(pk__in=before["settled"]).update(placed_by=None)
    Child.objects.filter(pk__in=before["resembling"]).update(resembles=lost)
    lost.merged_into = None
    for child, columns in ((kept, before["kept"]), (lost, before["lost"])):
        for name, value in columns.items():
            column = Child._meta.get_field(name)
            setattr(child, name, column.to_python(value))  # type: ignore[union-attr]  # a column
        child.save()
        _copy_places(child)
    merge.undone_at = at
    merge.save(update_fields=["undone_at"])
    trail.record("child.merge_undone", kept, by=by, lost=lost.pk, merge=merge.pk)
    return merge


def _two(kept: Child, lost: Child, by: Acting, versions: tuple[int, int]) -> tuple[Child, Child]:
    """Both records, kept from others, as the officer saw them."""
    pair = Child.objects.select_for_update(of=("self",)).filter(pk__in=[kept.pk, lost.pk])
    found = {child.pk: child for child in pair.order_by("pk")}
    if len(found) != len({"kept", "lost"}):
        raise Refused("要合并的须是两条不同的记录。")
    for child in found.values():
        require(by, Permission.CHILD_MERGE, child)
        if child.merged_into_id is not None:
            raise Refused("其中一条已经并入别的记录，请刷新页面。")
    kept, lost = found[kept.pk], found[lost.pk]
    if (kept.version, lost.version) != versions:
        raise ChangedMeanwhile("您打开本页以后，其中一条记录已有改动，请刷新后核对再合并。")
    return kept, lost


def _as_it_was(kept: Child, lost: Child) -> dict[str, Any]:
    """What an undo must put back, and cannot read off the rows that moved."""
    names = ("corrected", "resembles_id")
    mains = [str(one.pk) for child in (kept, lost) for one in child.guardians.filter(is_main=True)]
    resembling = Child.objects.filter(resembles=lost).exclude(pk=kept.pk)
    return {
        "kept": {name: _plain(getattr(kept, name)) for name in (*MERGED, *names)},
        "lost": {name: _plain(getattr(lost, name)) for name in names},
        "mains": mains,
        "resembling": [str(pk) for pk in resembling.values_list("pk", flat=True)],
    }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, (str, list)) else str(value)


def _take_columns(kept: Child, lost: Child, take: Collection[str]) -> None:
    """What a person has decided between two records, a run leaves alone from now on."""
    differing = [name for name in MERGED if getattr(kept, name) != getattr(lost, name)]
    for name in differing:
        # The kind of a document goes with its number.
        if ("id_no" if name == "id_type" else name) in take:
            setattr(kept, name, getattr(lost, name))
    decided = [name for name in differing if name in (*PLAIN, *NUMBERS) and getattr(kept, name)]
    kept.corrected = sorted({*kept.corrected, *lost.corrected, *decided})
    if kept.resembles_id == lost.pk:
        kept.resembles = None
    Child.objects.filter(resembles=lost).exclude(pk=kept.pk).update(resembles=kept)


def _end_doubles(
    kept: Child, lost: Child, take: Collection[str], by: Acting, on: date
) -> tuple[list[str], list[str]]:
    """Of two present places of a kind one stays, and a run leaves it alone from now on.

    Return the keys of those that end here, and of those that are now a person's word.
    """
    mine = {place.kind: place for place in kept.places.filter(until=None)}
    ended, settled = [], []
    for place in lost.places.filter(until=None):
        if place.kind not in mine:
            continue
        stays, over = mine[place.kind], place
        if place.kind in take:
            stays, over = over, stays
        over.until = max(on, over.since)
        over.save(update_fields=["until"])
        ended.append(str(over.pk))
        if stays.placed_by_id is None:
            stays.placed_by_id = by.post_id
            stays.save(update_fields=["placed_by"])
            settled.append(str(stays.pk))
    return ended, settled


def _own_rows(kept: Child, lost: Child) -> list[merging.Rows]:
    """The rows of this room that go over: all but what the kept record has already."""
    names = list(kept.guardians.present().values_list("name", flat=True))
    held = list(kept.circumstances.filter(until=None).values_list("kind_index", flat=True))
    guardians = lost.guardians.exclude(name__in=names)
    if kept.guardians.filter(is_main=True).exists():
        guardians.update(is_main=False)
    circumstances = lost.circumstances.exclude(kind_index__in=held, until=None)
    requests = AccessRequest.objects.filter(child=lost)
    return [guardians, lost.places.all(), circumstances, lost.sources.all(), requests]


def _move(going: Iterable[merging.Rows], kept: Child) -> dict[str, list[str]]:
    """Give rows to the kept record; return which, by model."""
    moved: dict[str, list[str]] = {}
    for rows in going:
        keys = list(rows.values_list("pk", flat=True))
        rows.model._base_manager.filter(pk__in=keys).update(child=kept)
        if keys:
            moved.setdefault(rows.model._meta.label, []).extend(map(str, keys))
    return moved


def _bump(child: Child) -> None:
    child.version += 1
    child.save()


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
def request_reveals(
    children: Sequence[Child],
    *,
    by: Acting,
    fields: Sequence[Masked],
    purpose: Purpose,
    reason: str,
    at: datetime,
) -> list[AccessRequest]:
    """Ask for several children at once, for one task (domain §8.3 I5): answered as one."""
    if len(children) > MOST_IN_A_BATCH:
        raise Refused(f"一次最多申请 {MOST_IN_A_BATCH} 人，请分几次。")
    batch = uuid7() if len(children) > 1 else None
    return [
        request_reveal(
            child, by=by, fields=fields, purpose=purpose, reason=reason, at=at, batch=batch
        )
        for child in children
    ]


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
    batch: UUID | None = None,
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
        raise Refused(
            f"您对{queries.shown_name(child.name, by=by)}已有一份待批准的申请，请等答复或先撤回。"
        )
    request = AccessRequest.objects.create(
        post_id=by.post_id,
        officer_id=by.officer_id,
        child=child,
        fields=[field.value for field in fields],
        purpose=purpose,
        reason=reason,
        case_id=case_id,
        batch=batch,
        asked_at=at,
    )
    trail.record(
        "child.reveal_asked", child, by=by.for_purpose(str(purpose.label)),
        request=request.pk, fields=[field.value for field in fields],
    )  # fmt: skip
    return request


@transaction.atomic
def withdraw_request(request: AccessRequest, *, by: Acting) -> AccessRequest:
    """Take back a request of one's own that nobody has answered."""
    request = AccessRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.officer_id != by.officer_id or request.post_id != by.post_id:
        raise Refused("只能撤回自己在本岗位提出的申请。")
    if request.state != RequestState.ASKED:
        raise Refused("这份申请已经有答复或已撤回，不能再撤回。")
    request.state = RequestState.WITHDRAWN
    request.save(update_fields=["state"])
    trail.record("child.reveal_withdrawn", request.child, by=by, request=request.pk)
    return request


def note_answers_seen(*, by: Acting, at: datetime) -> int:
    """Take the answers to one's own requests off the home page: they have been read."""
    return queries.unseen_answers(by).update(seen_at=at)


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
    if request.state == RequestState.WITHDRAWN:
        raise Refused("申请人已撤回这份申请，不用答复。")
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
    main = child.guardians.filter(is_main=True).first()
    guardian = main or Guardian(child=child, is_main=True)
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


def _locked(child: Child, by: Acting, version: int | None = None) -> Child:
    """The record as it is now, kept from others. `version`: the one that the officer has seen."""
    child = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    require(by, Permission.CHILD_EDIT, child)
    if version not in (None, child.version):
        raise ChangedMeanwhile
    return child


def _touch(child: Child, *corrected: str) -> None:
    """Count a change that lies in another table than the child's own."""
    child.corrected = sorted({*child.corrected, *corrected})
    child.version += 1
    child.save(update_fields=["corrected", "version"])


def _present(guardian: Guardian) -> Guardian:
    guardian = Guardian.objects.select_related("child").get(pk=guardian.pk)
    if guardian.ended_on is not None:
        raise Refused("这名监护人已移除，请刷新页面。")
    return guardian


def _make_main(guardian: Guardian) -> None:
    # One at a time: the database knows one main guardian of a child.
    Guardian.objects.filter(child=guardian.child_id, is_main=True).update(is_main=False)
    guardian.is_main = True
    guardian.save(update_fields=["is_main"])


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
