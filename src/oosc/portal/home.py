"""What the home page shows: what waits for this post, and how each of its clauses stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import groupby

from django.urls import reverse

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.cases import queries as cases
from oosc.cases.models import Case
from oosc.cases.queries import Lamp, Todo, Waiting
from oosc.children import queries as children
from oosc.exports import queries as exports
from oosc.kernel.lights import UNTIMED, Light, light
from oosc.kernel.limits import TimeUnit
from oosc.linkage import queries as linkage
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.parameters.values import Values
from oosc.portal.context import may_open
from oosc.portal.duties import Duty, duties_of
from oosc.portal.models import DutyText
from oosc.rosters import queries as rosters
from oosc.rosters.queries import Due
from oosc.schooling import queries as schooling
from rosterlink.school_age import school_year, school_year_start

A_PAGE = 50
SUBDISTRICT_DIGITS = 9
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
class NextDue:
    """The nearest deadline of a clause, in words."""

    light: Light
    words: str


@dataclass(frozen=True)
class Clause:
    """A clause with its sub-items, the nearest of its deadlines and where it is done."""

    body: str
    numeral: str
    items: list[Item]
    next: NextDue | None

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
}


@dataclass(frozen=True)
class Inbox:
    """Everything that waits for one post: a few things, and cases that may be thousands."""

    few: Sequence[Todo]
    cases: Sequence[Waiting]
    lamp: Lamp
    owed: Sequence[Due]  # rosters of this unit, handed in or not
    here: Values  # the parameters in force where this post works

    @cached_property
    def lines(self) -> list[tuple[tuple[int, int, str], Todo | Waiting]]:
        """What is late in front, then by the day it is due; mandatory reports before all."""
        few = [(_place(one), one) for one in self.few]
        places = {day: self._place_of_cases(day) for day in {one.due_on for one in self.cases}}
        many = [(places[one.due_on], one) for one in self.cases]
        return sorted([*few, *many], key=lambda line: line[0])

    def counts(self) -> dict[str, int]:
        found = Counter(place[1] for place, _ in self.lines)
        return {"": len(self.lines), **{colour: found[n] for colour, n in _ORDER.items()}}

    def page(self, colour: str, number: int) -> tuple[list[Todo], int]:
        """The things on one page, and how many pages there are. One query for its cases."""
        of_colour = [one for place, one in self.lines if not colour or place[1] == _ORDER[colour]]
        pages = max(1, -(-len(of_colour) // A_PAGE))
        start = (min(max(number, 1), pages) - 1) * A_PAGE
        cut = of_colour[start : start + A_PAGE]
        whole = cases.todos([one.key for one in cut if isinstance(one, Waiting)], self.lamp)
        shown = [whole.get(one.key) if isinstance(one, Waiting) else one for one in cut]
        return [one for one in shown if one], pages

    def nearest(self) -> dict[str, Light]:
        """The light of each kind of work, of what is due first."""
        found = {one.kind: one.light for one in reversed(self.few)}
        first: dict[str, date] = {}
        for one in self.cases:
            if one.due_on:
                first.setdefault(one.kind, one.due_on)
        unit = TimeUnit.WORKING_DAYS.value
        return {**found, **{kind: self.lamp.on(day, unit, "") for kind, day in first.items()}}

    def _place_of_cases(self, due_on: date | None) -> tuple[int, int, str]:
        return (1, _ORDER[self.lamp.colour_of(due_on)], str(due_on or "9999"))


def inbox(by: Acting, now: datetime) -> Inbox:
    here = values.as_of(by.region_code, now.date())
    lamp = Lamp(now.date(), here.calendar, here.number("amber_days"))
    owed = rosters.due(by, now.date()) if policy.holds(by, Permission.ROSTER_RECEIVE) else []
    few = [
        *cases.reports(by, now),
        *cases.rechecks(by, now.date(), lamp),
        *_endings(by, now.date(), here),
        *_pairs(by),
        *_requests(by),
        *_answers(by),
        *_clear_exports(by),
        *_destruction(by, now.date()),
        *_rosters(owed),
    ]
    return Inbox(few, cases.waiting(by), lamp, owed, here)


def _place(one: Todo) -> tuple[int, int, str]:
    first = 0 if one.kind == "强制报告" else 1
    return (first, _ORDER[one.light.colour], str(one.due or "9999"))


def clauses(by: Acting, now: datetime, box: Inbox) -> list[Clause]:
    """The clauses that bind this post, with how they stand; its own before the shared ones."""
    own = {clause: text.text for clause, text in own_texts(by).items()}
    figures = _figures(by, now.date())
    dues = _dues(by, now.date(), box)
    found = []
    for (body, numeral), group in groupby(duties_of(by.role), key=lambda d: (d.body, d.numeral)):
        items = [_item(by, duty, own, figures) for duty in group]
        timed = [dues[item.duty.id] for item in items if item.duty.id in dues]
        most_urgent = min(timed, key=lambda due: _ORDER[due.light.colour], default=None)
        found.append(Clause(body, numeral, items, most_urgent))
    return sorted(found, key=lambda clause: clause.items[0].duty.id[:2] in SHARED)


def own_texts(by: Acting) -> dict[str, DutyText]:
    """The clauses in the words of the document that holds where this post works."""
    code = (by.region_code or "")[:SUBDISTRICT_DIGITS]
    return {text.clause: text for text in DutyText.objects.filter(region__code=code)}


def _dues(by: Acting, today: date, box: Inbox) -> dict[str, NextDue]:
    """The nearest deadline of each clause that has one."""
    found: dict[str, NextDue] = {}
    for kind, light_ in box.nearest().items():
        for clause in _CLAUSES_OF.get(kind, ()):
            found[clause] = NextDue(light_, kind)
    if policy.holds(by, Permission.SCHOOLING_SEAL) and by.region_code:
        found["SQ-1c"] = found["JY-2b"] = _sealing(by.region_code, today, box.here)
    for one in box.owed:
        words = f"{one.kind.label}，{one.due_on:%m-%d}"
        found.setdefault(one.clause, NextDue(one.light, words))
    return found


def _sealing(region_code: str, today: date, here: Values) -> NextDue:
    """The day by which the rosters of the school year are to be sealed."""
    if schooling.is_sealed(region_code, school_year(today)):
        return NextDue(Light("green", "已定稿"), "本学年花名册")
    month, day = map(int, here.text("sealing_day").split("-"))
    last = date(school_year_start(today).year, month, day)
    due = light(last, today, TimeUnit.DAYS, here.calendar, amber_within=7)
    return NextDue(due, f"{last:%m-%d} 前花名册定稿")


def _item(
    by: Acting, duty: Duty, own: Mapping[str, str], figures: Callable[[str], list[Figure]]
) -> Item:
    route = duty.route if duty.route != "portal:home" else None  # no page leads to itself
    url = reverse(route) if route and may_open(by, route) else ""
    words = own.get(duty.id, duty.words)
    return Item(duty, words, duty.id not in own, figures(duty.id), url)


def _figures(by: Acting, today: date) -> Callable[[str], list[Figure]]:
    """Return what counts for a clause; each source is asked once, and only where it may be."""
    held: dict[str, list[Figure]] = {}
    if policy.holds(by, Permission.CASE_VIEW):
        c, ledger = cases.counts(Case.objects.visible_to(by), today), reverse("cases:ledger")
        held["SQ-2a"] = [
            Figure("在办个案", c.unfinished, f"{ledger}?stand=open", "件"),
            Figure("待核查", c.to_visit, f"{ledger}?stand=to_visit", "件"),
            Figure("逾期", c.overdue, f"{ledger}?stand=overdue", "件"),
        ]
        held["SQ-2b"] = [Figure("已确认失学辍学", c.confirmed, f"{ledger}?state=confirmed", "人")]
        held["JY-5a"] = [Figure("待派核", c.to_assign, f"{ledger}?state=suspected", "件")]
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


def _endings(by: Acting, today: date, here: Values) -> list[Todo]:
    """休学、缓学、转学、补籍 whose time is nearly out, for whom it is to say what comes next."""
    days = here.number("case.term_reminder")
    return [
        Todo(
            kind="期满提醒",
            child=one.child,
            title="",
            why=f"{one.words}。请登记以后怎么上学；到期没有登记的，转为待核实或疑似",
            light=light(
                one.last_day,
                today,
                TimeUnit.DAYS,
                here.calendar,
                amber_within=days,
                rule=f"至 {one.last_day:%m-%d}",
            ),
            url=reverse("schooling:set_status", args=[one.child.pk]),
            verb="去登记",
            due=one.last_day,
        )
        for one in schooling.waiting(by, today, within_days=days)
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


def _answers(by: Acting) -> list[Todo]:
    """Answers to one's own requests to see, until they have been read."""
    answers = children.answers(by)
    if answers is None:
        return []
    url = reverse("children:requests")
    return [Todo("查看申请", None, answers.title, answers.words, UNTIMED, url, "看答复")]


def _clear_exports(by: Acting) -> list[Todo]:
    """Lists in clear that wait for one's answer, and answers to one's own that are unread."""
    if not policy.holds(by, Permission.EXPORT_CLEAR):
        return []
    waiting, unread = exports.waiting_for(by).count(), exports.unread_answers(by).count()
    url = reverse("exports:clear_list")
    found = []
    if waiting:
        why = "同事申请把号码、电话、住址不遮的名单带出去"
        found.append(Todo("明文导出", None, f"{waiting} 份待答复", why, UNTIMED, url, "去答复"))
    if unread:
        why = "同意的，在有效期内制作加密文件"
        title = f"{unread} 份申请有了答复"
        found.append(Todo("明文导出", None, title, why, UNTIMED, url, "看答复"))
    return found


def _destruction(by: Acting, today: date) -> list[Todo]:
    waiting = rosters.to_destroy(by, today)
    if not waiting:
        return []
    why = "留存期已满，逐份核对、批准以后才销毁；还要用的不勾"
    url = reverse("rosters:destruction")
    return [Todo("到期销毁", None, f"{waiting} 份花名册", why, UNTIMED, url, "去核对")]


def _rosters(owed: Sequence[Due]) -> list[Todo]:
    """Rosters that this unit owes and that are late or soon will be."""
    url = reverse("rosters:receive")
    return [
        Todo(
            kind="花名册",
            child=None,
            title=f"{one.kind.label}（{one.sender.name}）",
            why=one.rule,
            light=replace(one.light, rule=f"{one.rule}，至 {one.due_on:%m-%d}"),
            url=f"{url}?kind={one.kind.value}&sender={one.sender.pk}",
            verb="去报送",
            due=one.due_on,
        )
        for one in owed
        if one.received is None and one.light.colour in ("red", "amber")
    ]
