"""What the pages of the register need when it crosses rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from oosc.access import policy
from oosc.access.policy import DataClass, Level, Permission
from oosc.audit.models import Event
from oosc.children import deferrals, rules, tasks_cover
from oosc.children.models import (
    AccessRequest,
    Child,
    ChildPlace,
    Circumstance,
    Guardian,
    Merge,
    reach,
)
from oosc.children.states import Kind, Masked, PlaceKind, RequestState
from oosc.children.tasks_cover import Task
from oosc.kernel.privacy import mask_id, mask_name, mask_phone
from oosc.members.acting import Acting
from oosc.members.models import Officer
from oosc.parameters.school_age import DueGrades
from rosterlink import school_age

# From full reading upwards, and those for whom a task is the condition.
CAN_OPEN = frozenset({Level.TASKS, Level.FULL, Level.WRITE})


class Opening(Enum):
    """How this post comes to see a masked field of this child."""

    AT_ONCE = auto()
    ON_REQUEST = auto()
    NEVER = auto()


@dataclass
class Rights:
    """What one post may see of one child, asked once a page."""

    by: Acting
    child: Child
    at: datetime

    def __post_init__(self) -> None:
        self.tasks: list[Task] = tasks_cover.of(self.by, self.child)
        self.granted = set(granted_fields(self.child, by=self.by, at=self.at))

    def opening(self, field: Masked) -> Opening:
        if not policy.allows(self.by, Permission.REVEAL, self.child):
            return Opening.NEVER
        if policy.level(self.by, field.data_class) not in CAN_OPEN:
            return Opening.NEVER
        if self.tasks or field in self.granted:
            return Opening.AT_ONCE
        return Opening.ON_REQUEST

    def sees(self, data_class: DataClass) -> bool:
        """True when what is of this class stands on the page without being asked for."""
        level = policy.level(self.by, data_class)
        return level >= Level.FULL or (level is Level.TASKS and bool(self.tasks))


def may_be_asked_for(by: Acting) -> list[Masked]:
    """What this post may open at all: at once for a task of its own, else on request."""
    if not policy.holds(by, Permission.REVEAL):
        return []
    return [field for field in Masked if policy.level(by, field.data_class) in CAN_OPEN]


def shown_name(name: str, *, by: Acting) -> str:
    """The name as this post may read it (domain §8.3): the surname alone where it is masked."""
    full = policy.level(by, DataClass.IDENTITY) in {Level.WRITE, Level.FULL, Level.TASKS}
    return name if full else mask_name(name)


def shown_guardian(name: str, *, by: Acting) -> str:
    full = policy.level(by, DataClass.GUARDIAN) in {Level.WRITE, Level.FULL}
    return name if full else mask_name(name)


def granted_fields(child: Child, *, by: Acting, at: datetime) -> list[Masked]:
    granted = AccessRequest.objects.filter(
        child=child,
        post=by.post_id,
        officer=by.officer_id,
        state=RequestState.GRANTED,
        expires_at__gt=at,
    )
    return [Masked(field) for request in granted for field in request.fields]


def opened_value(child: Child, field: Masked, guardian: Guardian | None) -> str:
    """The content itself. Only `actions.reveal` asks for it."""
    if field is Masked.ID_NO:
        return child.id_no
    if field is Masked.STUDENT_NO:
        return child.student_no
    if field.is_of_guardian:
        assert guardian is not None  # the action refuses such a field without its guardian
        return guardian.phone if field is Masked.GUARDIAN_PHONE else guardian.id_no
    kind = PlaceKind.HUKOU if field is Masked.HUKOU_ADDRESS else PlaceKind.RESIDENCE
    place = child.places.filter(kind=kind, until=None).first()
    return place.address if place else ""


def masked_value(child: Child, field: Masked, guardian: Guardian | None = None) -> str:
    """What stands on the page while the field is shut; "" where nothing is kept."""
    if field is Masked.ID_NO:
        return rules.masked_number(child.id_no_head)
    if field is Masked.STUDENT_NO:
        return mask_id(child.student_no)
    if field.is_of_guardian:
        assert guardian is not None  # see opened_value
        if field is Masked.GUARDIAN_PHONE:
            return mask_phone(guardian.phone)
        return mask_id(guardian.id_no)
    region = child.hukou if field is Masked.HUKOU_ADDRESS else child.home
    return region.name if region else ""


@dataclass(frozen=True)
class Seen:
    """One line of 谁看过、谁改过."""

    at: datetime
    who: str
    what: str
    purpose: str


VERBS = {
    "child.opened": "打开档案",
    "child.revealed": "看",
    "child.registered": "登记",
    "child.corrected": "更正",
    "child.moved": "改所在",
    "child.place_ended": "结束所在",
    "child.circumstance_added": "记情况",
    "child.circumstance_ended": "结束情况",
    "child.guardian_added": "加监护人",
    "child.guardian_changed": "改监护人",
    "child.guardian_made_main": "改主要联系人",
    "child.guardian_ended": "移除监护人",
    "child.guardian_restored": "恢复监护人",
    "child.merge_undone": "撤回合并",
    "child.reveal_withdrawn": "撤回查看申请",
    "child.reveal_asked": "申请查看",
    "child.reveal_answered": "答复查看申请",
    "child.told_apart": "认定与相似记录不是同一人",
    "child.merged": "并入同一人的记录",
    "export.row_in_clear": "随明文名单导出",
    "schooling.set": "改就学状态",
}


def trail_of(child: Child, *, last: int | None) -> list[Seen]:
    """The latest of what was done with this file, or all of it, newest first."""
    events = list(_events(child)[:last])
    names = dict(
        Officer.objects.filter(pk__in={e.officer_id for e in events}).values_list("pk", "name")
    )
    return [Seen(event.at, _who(event, names), _what(event), event.purpose) for event in events]


def trail_length(child: Child) -> int:
    return _events(child).count()


def _events(child: Child) -> QuerySet[Event]:
    return Event.objects.filter(subject_type=Child._meta.label, subject_id=str(child.pk)).order_by(
        "-id"
    )


def _who(event: Event, names: Mapping[UUID, str]) -> str:
    return names.get(event.officer_id, "") if event.officer_id else "系统"


def _what(event: Event) -> str:
    fields = event.facts.get("fields", [event.facts.get("field", "")])
    labels = "、".join(str(Masked(field).label) for field in fields if field in Masked.values)
    return f"{VERBS.get(event.verb, '办理')}{labels}"


@dataclass(frozen=True)
class Change:
    """What another officer changed since this one opened the form."""

    at: datetime
    who: str
    fields: list[str]


def changes_since(child: Child, version: int) -> list[Change]:
    events = [
        event
        for event in _events(child).filter(verb="child.corrected")[:20]
        if event.facts.get("version", 0) > version
    ]
    names = dict(
        Officer.objects.filter(pk__in={e.officer_id for e in events}).values_list("pk", "name")
    )
    return [Change(event.at, _who(event, names), list(event.facts["fields"])) for event in events]


def present_places(child: Child) -> list[ChildPlace]:
    """Where a child lies now, in the order of `PlaceKind`."""
    found = list(child.places.filter(until=None).select_related("region", "school"))
    return sorted(found, key=lambda place: PlaceKind.values.index(place.kind))


def circumstances_seen(child: Child, rights: Rights) -> list[Circumstance]:
    """Present circumstances, those that this post may read."""
    return [
        one
        for one in child.circumstances.filter(until=None)
        if rights.sees(Kind(one.kind).data_class)
    ]


def lead(child: Child, today: date) -> str:
    """One sentence about the child: 女，13 岁，应读八年级。云屏中学八(2)班，青桥社区。"""
    parts = [child.sex] if child.sex else []
    if child.birth_date:
        parts.append(f"{school_age.age_on(child.birth_date, today)} 岁")
        due = due_grades([child], today)[child.pk]
        parts.append(f"应读{due}" if due else "不在义务教育年龄")
    where = [str(child.school) + class_words(child)] if child.school else []
    if child.region:
        where.append(child.region.name)
    return "。".join("，".join(part) for part in (parts, where) if part) + "。"


def due_grades(children: Sequence[Child], today: date) -> dict[UUID, str]:
    """The grade in which each ought to be this school year, in words; "" outside school age."""
    year, due = school_age.school_year(today), DueGrades.as_of(today)
    put_off = deferrals.of([child.pk for child in children])
    return {
        child.pk: due.words(
            child.birth_date,
            child.region.code if child.region else "",
            year,
            put_off.get(child.pk, ()),
        )
        for child in children
    }


def class_words(child: Child) -> str:
    grade = school_age.grade_name(child.grade) if child.grade else ""
    return child.class_name if grade in child.class_name else grade + child.class_name


def has_number(number: str, but: Child | None = None) -> bool:
    """True when another record bears this number, wherever it lies."""
    same = Child.objects.filter(id_no_index=number, merged_into=None)
    return same.exclude(pk=but.pk).exists() if but else same.exists()


def is_like_another(name: str, birth_date: date | None) -> bool:
    return Child.objects.filter(name=name, birth_date=birth_date, merged_into=None).exists()


def alike(name: str, birth_date: date | None, *, by: Acting) -> list[Child]:
    """Records of the same name and birth date, those within reach, to be looked at first."""
    found = Child.objects.visible_to(by).filter(name=name, birth_date=birth_date)
    return list(found.select_related("home", "hukou", "school")[:5])


def may_answer(by: Acting, child: Child) -> bool:
    """True for the head within reach, and for whom the head named."""
    named = by.may_approve_reveals and policy.allows(by, Permission.CHILD_VIEW, child)
    return named or policy.allows(by, Permission.REVEAL_APPROVE, child)


def waiting_for(by: Acting) -> list[AccessRequest]:
    """The requests to see that this post may answer: never those of the same officer."""
    if not (by.may_approve_reveals or policy.holds(by, Permission.REVEAL_APPROVE)):
        return []
    asked = AccessRequest.objects.visible_to(by).filter(state=RequestState.ASKED)
    asked = asked.exclude(officer=by.officer_id).select_related(
        "child__home", "child__hukou", "child__school__region", "post__unit", "officer"
    )
    return [one for one in asked if may_answer(by, one.child)]


def requests_waiting(by: Acting) -> int:
    """How many answers are waited for; a batch takes one."""
    return len({one.batch or one.pk for one in waiting_for(by)})


def unseen_answers(by: Acting) -> QuerySet[AccessRequest]:
    """Answers to one's own requests that one has not read yet."""
    mine = AccessRequest.objects.filter(officer=by.officer_id, post=by.post_id, seen_at=None)
    return mine.filter(state__in=[RequestState.GRANTED, RequestState.DENIED])


@dataclass(frozen=True)
class Answers:
    """Unread answers to one's own requests, in words for the home page."""

    title: str
    words: str


def answers(by: Acting) -> Answers | None:
    unread = list(unseen_answers(by).values_list("state", "expires_at"))
    if not unread:
        return None
    ends = [end for state, end in unread if state == RequestState.GRANTED and end]
    refused = len(unread) - len(ends)
    words = []
    if ends:
        until = timezone.localtime(min(ends))
        words.append(f"批准 {len(ends)} 份，{until:%m-%d %H:%M} 前可以查看")
    if refused:
        words.append(f"未批准 {refused} 份，理由在申请里")
    return Answers(f"您的申请有 {len(unread)} 份答复", "；".join(words))


@dataclass(frozen=True)
class Siblings:
    """The household of a child, as far as this post may read it."""

    number: str
    region: str
    children: list[Child]


def household_of(child: Child, *, by: Acting) -> Siblings | None:
    """The household with its other children within reach; its number masked as a guardian is."""
    if child.household is None:
        return None
    full = policy.level(by, DataClass.GUARDIAN) in {Level.WRITE, Level.FULL}
    others = Child.objects.visible_to(by).filter(household=child.household_id)
    others = others.exclude(pk=child.pk).select_related("home", "hukou", "school")
    number = child.household.number
    region = child.household.region
    return Siblings(
        number if full else mask_id(number),
        region.name if region else "",
        list(others.order_by("birth_date", "id")),
    )


# Two records of one child

LABELS = {
    "name": "姓名", "former_name": "曾用名", "sex": "性别", "birth_date": "出生日期",
    "id_no": "证件", "ethnicity": "民族", "student_no": "全国学籍号", "household_id": "户",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """What two records say differently, as a page may show it; `take` is the likelier one."""

    key: str
    label: str
    kept: str
    lost: str
    take: bool


def differences(kept: Child, lost: Child, *, by: Acting) -> list[Difference]:
    """What a person decides between two records: columns, and present places of one kind."""
    columns = [
        Difference(
            name,
            label,
            _shown(kept, name, by),
            _shown(lost, name, by),
            take=not getattr(kept, name) or _is_surer(kept, lost, name),
        )
        for name, label in LABELS.items()
        if getattr(kept, name) != getattr(lost, name) and getattr(lost, name)
    ]
    return columns + _differing_places(kept, lost)


def _differing_places(kept: Child, lost: Child) -> list[Difference]:
    mine = {place.kind: place for place in present_places(kept)}
    return [
        Difference(
            place.kind,
            str(PlaceKind(place.kind).label),
            _where(mine[place.kind]),
            _where(place),
            take=place.since > mine[place.kind].since,
        )
        for place in present_places(lost)
        if place.kind in mine
    ]


def _where(place: ChildPlace) -> str:
    lies = place.school or place.region
    class_name = rules.class_name(place.grade, place.class_name)
    return f"{lies or '辖区外'}{class_name}（{place.since} 起）"


def _is_surer(kept: Child, lost: Child, name: str) -> bool:
    """A number that is whole and checked is worth more than one that is not."""
    if name != "id_no":
        return False
    return rules.is_sure_number(lost.id_no) and not rules.is_sure_number(kept.id_no)


def _shown(child: Child, name: str, by: Acting) -> str:
    if name in {"name", "former_name"}:
        return shown_name(getattr(child, name), by=by) or "—"
    if name == "id_no":
        sure = "校验位正确" if rules.is_sure_number(child.id_no) else "校验位不符或不是身份证"
        number = rules.masked_number(child.id_no_head)
        return f"{child.get_id_type_display()} {number}（{sure}）" if child.id_no else "—"
    if name == "student_no":
        return mask_id(child.student_no) or "—"
    if name == "household_id":
        return mask_id(child.household.number) if child.household else "—"
    return str(getattr(child, name) or "—")


def perhaps_same(child: Child, *, by: Acting) -> QuerySet[Child]:
    """Records within reach that may be the same child: a person looks and decides."""
    alike = Q(pk=child.resembles_id) | Q(resembles=child) | Q(name=child.name)
    if child.birth_date:
        alike |= Q(birth_date=child.birth_date, name_initials=child.name_initials)
    if child.id_no:
        alike |= Q(id_no_index=child.id_no)
    if child.student_no:
        alike |= Q(student_no_index=child.student_no)
    return mergeable(by).filter(alike).exclude(pk=child.pk)


def mergeable(by: Acting) -> QuerySet[Child]:
    reached = Child.objects.visible_to(by).filter(reach(by, Permission.CHILD_MERGE))
    return reached.select_related("home", "hukou", "school__region", "household")


def heir_of(pk: UUID) -> Child | None:
    """The record into which one was merged, however often that one was merged again."""
    child = Child.objects.filter(pk=pk).exclude(merged_into=None).first()
    return child.heir if child else None


READS = ("child.opened", "child.revealed", "child.searched", "access.not_found", "access.refused")


def why_merge_stays(merge: Merge) -> str:
    """Why a merge can no longer be undone, in a sentence; nothing while it can."""
    if merge.undone_at is not None:
        return "这次合并已经撤回。"
    versions = Child.objects.filter(pk__in=[merge.kept_id]).values_list("version", flat=True)
    if merge.kept_version not in versions or _followed(merge):
        return "合并以后这份档案或它的个案又有改动，不能撤回。确属两人的，请把另一人重新登记。"
    return ""


def _followed(merge: Merge) -> bool:
    """True when something was done since to what went over, beyond looking at it."""
    keys = [str(merge.lost_id), *(key for keys in merge.moved.values() for key in keys)]
    later = Event.objects.filter(subject_id__in=keys, at__gt=merge.merged_at)
    return later.exclude(verb__in=READS).exists()


def last_merge(child: Child) -> Merge | None:
    return child.merges.filter(undone_at=None).select_related("merged_by__unit").first()
