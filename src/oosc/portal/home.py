"""What the home page shows: what waits for this post, and how each of its clauses stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby

from django.urls import reverse

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.cases import queries as cases
from oosc.cases.queries import Todo
from oosc.children import queries as children
from oosc.kernel.lights import UNTIMED, Light, light
from oosc.kernel.limits import TimeUnit, WorkingDays
from oosc.linkage import queries as linkage
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.parameters.calendar import working_days
from oosc.portal.context import may_open
from oosc.portal.duties import Duty, duties_of
from oosc.portal.models import DutyText
from oosc.rosters import queries as rosters
from oosc.schooling import queries as schooling
from rosterlink.school_age import school_year, school_year_start

_ORDER = {"red": 0, "amber": 1, "green": 2, "grey": 3}


@dataclass(frozen=True)
class Figure:
    """A count that leads to exactly its list."""

    label: str
    count: int
    url: str
    unit: str = ""


@dataclass(frozen=True)
class Item:
    """One sub-item of a clause, in the words that hold here."""

    duty: Duty
    words: str
    is_summary: bool
    figures: list[Figure] = field(default_factory=list)
    url: str = ""


@dataclass(frozen=True)
class Due:
    """The nearest deadline of a clause, in words."""

    light: Light
    words: str


@dataclass(frozen=True)
class Clause:
    """A clause with its sub-items, the nearest of its deadlines and where it is done."""

    body: str
    numeral: str
    items: list[Item]
    next: Due | None

    @property
    def is_built(self) -> bool:
        return any(item.duty.is_built for item in self.items)

    @property
    def links(self) -> list[tuple[str, str]]:
        found = {
            item.url: ROUTES.get(item.duty.route or "", "去办理") for item in self.items if item.url
        }
        return [(label, url) for url, label in found.items()]


SHARED = ("GW", "ZZ", "JZ", "SD")
# Which clauses wait for what kind of work.
_CLAUSES_OF = {
    "入户核查": ("SQ-2a", "XX-4"),
    "派核": ("JY-5a",),
    "销号审批": ("JY-5b",),
    "人工判定": ("JY-2a",),
}
ROUTES = {
    "rosters:receive": "收花名册",
    "linkage:runs": "比对",
    "cases:ledger": "工作台账",
    "schooling:enrolled": "入学花名册",
    "schooling:not_enrolled": "未入学花名册",
    "members:group": "领导小组",
    "parameters:list": "参数",
    "portal:home": "本页",
}


def todo(by: Acting, now: datetime, calendar: WorkingDays | None = None) -> list[Todo]:
    """Everything that waits for this post, what is late in front."""
    calendar = calendar or working_days()
    waiting = cases.todo(by, now, calendar)
    waiting += _pairs(by)
    waiting += _requests(by)
    waiting += _rosters(by, now.date())
    return sorted(waiting, key=lambda one: (_ORDER[one.light.colour], str(one.due or "9999")))


def clauses(by: Acting, now: datetime, waiting: Sequence[Todo]) -> list[Clause]:
    """The clauses that bind this post, with how they stand; its own before the shared ones."""
    own = dict(
        DutyText.objects.filter(region__code=(by.region_code or "")[:9]).values_list(
            "clause", "text"
        )
    )
    figures = _figures(by, now.date())
    dues = _dues(by, now.date(), waiting)
    found = []
    for (body, numeral), group in groupby(duties_of(by.role), key=lambda d: (d.body, d.numeral)):
        items = [_item(by, duty, own, figures) for duty in group]
        next_due = next((dues[item.duty.id] for item in items if item.duty.id in dues), None)
        found.append(Clause(body, numeral, items, next_due))
    return sorted(found, key=lambda clause: clause.items[0].duty.id[:2] in SHARED)


def _dues(by: Acting, today: date, waiting: Sequence[Todo]) -> dict[str, Due]:
    """The nearest deadline of each clause that has one."""
    found: dict[str, Due] = {}
    for todo in waiting:
        for clause in _CLAUSES_OF.get(todo.kind, ()):
            found.setdefault(clause, Due(todo.light, todo.kind))
    if policy.holds(by, Permission.SCHOOLING_SEAL) and by.region_code:
        found["SQ-1c"] = _sealing(by.region_code, today)
    for one in rosters.due(by, today) if policy.holds(by, Permission.ROSTER_RECEIVE) else ():
        found.setdefault(one.clause, Due(one.light, f"{one.kind.label}，{one.due_on:%m-%d}"))
    return found


def _sealing(region_code: str, today: date) -> Due:
    """The day by which the rosters of the school year are to be sealed."""
    if schooling.is_sealed(region_code, school_year(today)):
        return Due(Light("green", "已定稿"), "本学年花名册")
    starts = school_year_start(today)
    last = values.yearly("sealing_day", region_code, year=starts.year, on=today)
    due = light(last, today, TimeUnit.DAYS, working_days(), amber_within=7)
    return Due(due, f"{last:%m-%d} 前花名册定稿")


def _item(
    by: Acting, duty: Duty, own: Mapping[str, str], figures: Callable[[str], list[Figure]]
) -> Item:
    url = reverse(duty.route) if duty.route and may_open(by, duty.route) else ""
    words = own.get(duty.id, duty.words)
    return Item(duty, words, duty.id not in own, figures(duty.id), url)


def _figures(by: Acting, today: date) -> Callable[[str], list[Figure]]:
    """Return what counts for a clause; each source is asked once, and only where it may be."""
    held: dict[str, list[Figure]] = {}
    if policy.holds(by, Permission.CASE_VIEW):
        c, ledger = cases.counts(by, today), reverse("cases:ledger")
        held["SQ-2a"] = [
            Figure("在办个案", c.unfinished, f"{ledger}?stand=open", "件"),
            Figure("待核查", c.to_visit, f"{ledger}?stand=to_visit", "件"),
            Figure("逾期", c.overdue, f"{ledger}?stand=overdue", "件"),
        ]
        held["SQ-2b"] = [Figure("已确认失学辍学", c.confirmed, f"{ledger}?state=confirmed", "人")]
        held["JY-5b"] = [
            Figure("待审批", c.to_approve, f"{ledger}?state=closing", "件"),
            Figure("已销号", c.closed, f"{ledger}?stand=closed", "件"),
        ]
        held["XX-4"] = held["SQ-2a"]
    if policy.holds(by, Permission.SCHOOLING_VIEW):
        s = schooling.counts(by, today)
        enrolled, missing = reverse("schooling:enrolled"), reverse("schooling:not_enrolled")
        held["SQ-1c"] = held["JY-2b"] = [
            Figure("已入学", s.enrolled, enrolled, "人"),
            Figure("未入学", s.not_enrolled, missing, "人"),
        ]
    if policy.holds(by, Permission.LIST_VIEW):
        held["JY-2a"] = held["XX-3c"] = [
            Figure(label, count, url, "人") for label, count, url in linkage.standing(by)
        ]
    return lambda clause: held.get(clause, [])


def _pairs(by: Acting) -> list[Todo]:
    if not policy.holds(by, Permission.PAIR_DECIDE):
        return []
    waiting = linkage.pairs_waiting(by)
    if not waiting:
        return []
    url = reverse("linkage:review")
    title = f"{waiting} 对待判定"
    return [
        Todo(
            "人工判定", None, title, "比对拿不准的两条记录，看是不是同一人", UNTIMED, url, "去判定"
        )
    ]


def _requests(by: Acting) -> list[Todo]:
    waiting = children.requests_waiting(by)
    if not waiting:
        return []
    url = reverse("children:requests")
    return [
        Todo(
            "查看申请",
            None,
            f"{waiting} 份待答复",
            "同事申请打开遮挡的内容",
            UNTIMED,
            url,
            "去答复",
        )
    ]


def _rosters(by: Acting, today: date) -> list[Todo]:
    """Rosters that this unit owes and that are late or soon will be."""
    if not policy.holds(by, Permission.ROSTER_RECEIVE):
        return []
    owed = [one for one in rosters.due(by, today) if one.received is None]
    url = reverse("rosters:receive")
    return [
        Todo(
            kind="花名册",
            child=None,
            title=f"{one.kind.label}（{one.sender.name}）",
            why=one.rule,
            light=replace(one.light, rule=f"{one.rule}，至 {one.due_on:%m-%d}"),
            url=url,
            verb="去报送",
            due=one.due_on,
        )
        for one in owed
        if one.light.colour in ("red", "amber")
    ]
