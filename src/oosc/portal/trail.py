"""The trail as the audit administrator reads it: who, when, what, from where; never a child."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.audit.words import GROUPS, SEEING
from oosc.cases.models import Case, MandatoryReport
from oosc.children.models import Child
from oosc.kernel import clock
from oosc.kernel.keys import key_in
from oosc.lists.page import Filter, ListPage, Search, list_page
from oosc.lists.papers import Column, Paper
from oosc.members.acting import Acting
from oosc.members.models import Officer
from oosc.portal.trail_lines import SHOWN_OF_A_KEY, Line, lines, unit_names

A_PORTION = 500
_CASE_NUMBER = re.compile(r"\d{2,12}-\d{4}-\d+")
_TAIL = re.compile(rf"[0-9a-f]{{{SHOWN_OF_A_KEY},}}")

COLUMNS = (
    Column("时间", 18, lambda line: f"{timezone.localtime(line.event.at):%Y-%m-%d %H:%M:%S}"),
    Column("人员", 10, lambda line: line.who),
    Column("单位", 16, lambda line: line.where),
    Column("角色", 14, lambda line: line.role),
    Column("事项", 22, lambda line: line.what),
    Column("对象", 20, lambda line: line.about),
    Column("来自", 14, lambda line: line.event.address),
    Column("要素", 30, lambda line: line.told),
    Column("封印", 8, lambda line: line.seal, centred=True),
)


@dataclass(frozen=True)
class About:
    """One thing whose traces are asked for, by its key: whatever it is, or a child by a case."""

    asked: str
    keys: frozenset[str]
    is_child: bool = False
    seen_only: bool = False

    @property
    def words(self) -> str:
        if not self.is_child:
            return f"编号 {self.asked} 的留痕"
        deeds = "谁看过、打开过、打印过" if self.seen_only else "全部留痕"
        return f"儿童 …{self.asked[-SHOWN_OF_A_KEY:]}：{deeds}"


@dataclass(frozen=True)
class Reading:
    """The page of the trail, and what it was narrowed to beyond its filters."""

    page: ListPage
    about: About | None

    @property
    def lines(self) -> list[Line]:
        return lines(self.page.objects)  # type: ignore[arg-type]  # the rows of this list are events

    def all_lines(self) -> Iterator[Line]:
        """Every row as filtered, with its words; a portion in memory at a time."""
        events: Iterator[Event] = self.page.rows.iterator(A_PORTION)
        while portion := list(islice(events, A_PORTION)):
            yield from lines(portion)

    def paper(self, by: Acting, today: date) -> Paper[Column]:
        scope = self.about.words if self.about else ""
        return Paper(title="留痕", by=by, on=today, columns=COLUMNS, scope=scope)


def read(request: HttpRequest) -> Reading:
    """The events as the address asks for them."""
    about = about_of(request.GET.get("about", ""), seen_only=request.GET.get("seen") == "1")
    events = Event.objects.select_related("seal")
    if about:
        events = _about(events, about)
    page = list_page(
        request,
        events,
        filters=[
            Filter(
                "group", "事项", _of_group, [(key, label) for key, (label, _) in GROUPS.items()]
            ),
            Filter("from", "自", _from, kind="date"),
            Filter("to", "至", _until, kind="date"),
            Filter(
                "unit",
                "单位",
                lambda rows, value: rows.filter(unit_id=value),
                list(unit_names().items()),
            ),
            Filter("role", "角色", lambda rows, value: rows.filter(role=value), Role.choices),
        ],
        sorts={"at": ["id"]},
        default_sort="-at",
        search=Search("人员或对象", _search, "姓名、用户名、编号或案号"),
        unit="条",
    )
    return Reading(page, about or _child_by_number(page.query))


def about_of(asked: str, *, seen_only: bool) -> About | None:
    """What a key in the address names. An unknown key is asked for all the same: it may be gone."""
    key = key_in(asked)
    if key is None:
        return None
    child = _child_of(key)
    if child is None:
        return About(str(key), frozenset({str(key)}))
    return About(str(child), _keys_around(child), is_child=True, seen_only=seen_only)


def _child_by_number(words: str) -> About | None:
    """The child of the case whose number was searched for."""
    child = Case.objects.filter(number=words).values_list("child_id", flat=True).first()
    return About(str(child), frozenset(), is_child=True) if child else None


def _child_of(key: UUID) -> UUID | None:
    """The child that a key leads to: its own, its case's or its report's. Keys, never names."""
    if Child.objects.filter(pk=key).exists():
        return key
    case = Case.objects.filter(pk=key).values_list("child_id", flat=True)
    report = MandatoryReport.objects.filter(pk=key).values_list("child_id", flat=True)
    return next(iter([*case, *report]), None)


def _keys_around(child: UUID) -> frozenset[str]:
    cases = Case.objects.filter(child=child).values_list("pk", flat=True)
    reports = MandatoryReport.objects.filter(child=child).values_list("pk", flat=True)
    return frozenset(map(str, [child, *cases, *reports]))


def _about(events: QuerySet[Event], about: About) -> QuerySet[Event]:
    concerned = events.filter(subject_id__in=about.keys)
    return concerned.filter(verb__in=SEEING) if about.seen_only else concerned


def _from(rows: QuerySet[Any], value: str) -> QuerySet[Any]:  # Any: as lists.page has it
    return rows.filter(at__gte=clock.start_of(date.fromisoformat(value)))


def _until(rows: QuerySet[Any], value: str) -> QuerySet[Any]:  # Any: as lists.page has it
    return rows.filter(at__lt=clock.end_of(date.fromisoformat(value)))


def _of_group(rows: QuerySet[Any], value: str) -> QuerySet[Any]:  # Any: as lists.page has it
    beginnings = [Q(verb__startswith=beginning) for beginning in GROUPS[value][1]]
    return rows.filter(reduce(or_, beginnings))


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:  # Any: as lists.page has it
    """By an officer's name or user name, by a key or its end, or by the number of a case."""
    if _CASE_NUMBER.fullmatch(words):
        child = Case.objects.filter(number=words).values_list("child_id", flat=True).first()
        return rows.filter(subject_id__in=_keys_around(child) if child else [])
    tail = words.strip().lstrip("…").lower()
    if _TAIL.fullmatch(tail.replace("-", "")):
        return rows.filter(subject_id__endswith=tail)
    named = Officer.objects.filter(Q(name__contains=words) | Q(username=words)).values("pk")
    return rows.filter(officer_id__in=named)
