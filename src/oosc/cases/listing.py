"""The lists of this room beside the ledger: whom to visit, what to approve, mandatory reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Exists, F, OuterRef
from django.utils.timezone import localtime

from oosc.access.policy import Permission
from oosc.cases import queries
from oosc.cases.models import Answer, Case, MandatoryReport
from oosc.cases.queries import TO_VISIT
from oosc.cases.states import Reason, reasons_of
from oosc.children.models import Child
from oosc.children.queries import shown_name
from oosc.kernel import clock
from oosc.lists.page import Filter, ListPage, Order, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.places.models import School
from oosc.places.queries import atlas
from oosc.schooling.queries import Row
from oosc.schooling.rules import Column

MOST_CHOICES = 400
PORTION = 1000


def to_visit(request: OfficerRequest, today: date) -> ListPage:
    """The cases of this post that wait for a verification, what is due first in front."""
    mine = Case.objects.visible_to(request.acting, Permission.CASE_VERIFY)
    waiting = mine.filter(state__in=TO_VISIT)
    return list_page(
        request,
        waiting.select_related("child", "region", "school"),
        filters=[
            Filter("state", "状态", lambda rows, value: rows.filter(state=value), _TO_VISIT),
            _due(today),
            *_region(request),
            *_school(waiting),
        ],
        sorts=_SORTS,
        default_sort="due",
        search=Search("姓名、证件号或案号", found_by),
        unit="件",
    )


_TO_VISIT = [(state.value, state.label) for state in TO_VISIT]
_SORTS: dict[str, Sequence[Order]] = {
    "due": [F("due_on").asc(nulls_last=True), "opened_on"],
    "name": ["child__name_initials"],
    "region": ["region__code"],
    "since": ["state_since"],
}


def to_approve(request: OfficerRequest, today: date) -> ListPage:
    """Requests that wait for this post's body, what is due first in front."""
    waiting = queries.to_approve(request.acting)
    reasons = reasons_of(request.acting.role)
    return list_page(
        request,
        waiting.select_related("child", "region", "closing_by"),
        filters=[
            Filter(
                "reason",
                "理由",
                lambda rows, value: rows.filter(closing_reason=value),
                [(one.value, one.label) for one in Reason if one in reasons],
            ),
            _due(today),
            *_region(request),
        ],
        sorts={**_SORTS, "reason": ["closing_reason"]},
        default_sort="due",
        search=Search("姓名、证件号或案号", found_by),
        unit="件",
    )


def reports(request: OfficerRequest) -> ListPage:
    """Mandatory reports within reach: those that are still to be made in front."""
    mine = MandatoryReport.objects.visible_to(request.acting)
    answered = Exists(Answer.objects.filter(report=OuterRef("pk")))
    return list_page(
        request,
        mine.select_related("child", "region", "case").prefetch_related("told", "answers"),
        filters=[
            Filter(
                "stand",
                "办理情况",
                lambda rows, value: _stand(rows.annotate(is_answered=answered), value),
                _STANDS,
            ),
            *_region(request),
            Filter(
                "since",
                "发现日期不早于",
                lambda rows, value: rows.filter(found_at__date__gte=date.fromisoformat(value)),
                kind="date",
            ),
        ],
        sorts={
            "due": [F("reported_at").desc(nulls_first=True), "-due_at"],
            "found": ["found_at"],
            "name": ["child__name_initials"],
            "region": ["region__code"],
        },
        default_sort="-found",
        search=Search("姓名、证件号", lambda rows, words: _of_child(rows, words)),
        unit="份",
    )


_STANDS = (
    ("to_make", "尚未报齐"),
    ("made", "已报齐"),
    ("unanswered", "已报齐，尚无反馈"),
    ("answered", "已有反馈"),
    ("annulled", "已作废"),
)
REPORT_COLUMNS = (
    Column("number", "序号", 6),
    Column("name", "儿童", 12),
    Column("community", "社区", 14),
    Column("case_number", "案号", 24),
    Column("found_at", "发现时间", 18),
    Column("due_at", "应报时间", 18),
    Column("reported_at", "报齐时间", 18),
    Column("told", "已报告", 16),
    Column("answers", "反馈", 10),
    Column("state", "办理情况", 12),
)


def report_rows(page: ListPage, by: Acting) -> Iterator[Row]:
    """Every report of the filtered list: that it was made, not what was found."""
    now = clock.now()
    for number, one in enumerate(page.rows.iterator(chunk_size=PORTION), start=1):
        yield {
            "number": str(number),
            "name": shown_name(one.child.name, by=by),
            "community": one.region.name,
            "case_number": one.case.number if one.case else "",
            "found_at": f"{localtime(one.found_at):%Y-%m-%d %H:%M}",
            "due_at": f"{localtime(one.due_at):%Y-%m-%d %H:%M}",
            "reported_at": f"{localtime(one.reported_at):%Y-%m-%d %H:%M}"
            if one.reported_at
            else "",
            "told": "、".join(str(told) for told in one.told.all()),
            "answers": f"{len(one.answers.all())} 次" if one.answers.all() else "",
            "state": queries.report_light(one, now).words,
        }


def found_by(rows: Rows, words: str) -> Rows:
    """Cases by their number, or by who the child is."""
    return rows.filter(number__contains=words) if is_number(words) else _of_child(rows, words)


def is_number(words: str) -> bool:
    """True of a case number, whole or in part: 990001001-2026-0012."""
    return "-" in words and any(character.isdigit() for character in words)


def _of_child(rows: Rows, words: str) -> Rows:
    return rows.filter(child__in=Child.objects.all().found_by(words))


def _stand(rows: Rows, value: str) -> Rows:
    made = rows.filter(reported_at__isnull=False)
    return {
        "to_make": rows.filter(reported_at__isnull=True, annulled_at__isnull=True),
        "made": made,
        "unanswered": made.filter(is_answered=False),
        "answered": rows.filter(is_answered=True),
        "annulled": rows.filter(annulled_at__isnull=False),
    }[value]


def _due(today: date) -> Filter:
    def apply(rows: Rows, value: str) -> Rows:
        return rows.filter(due_on__lt=today) if value == "late" else rows.filter(due_on__gte=today)

    return Filter("due", "期限", apply, [("late", "逾期"), ("in_time", "未到期")])


def communities(request: OfficerRequest) -> list[tuple[str, str]]:
    """The communities of this post to choose from."""
    found = atlas().communities(request.acting.region_code or "")
    return [place.choice for place in found[:MOST_CHOICES]]


def _region(request: OfficerRequest) -> list[Filter]:
    return _of_several("region", "社区", communities(request))


def _school(waiting: Rows) -> list[Filter]:
    found = School.objects.filter(pk__in=waiting.values("school")).order_by("code")
    return _of_several("school", "学校", [(str(one.pk), one.name) for one in found[:MOST_CHOICES]])


def _of_several(name: str, label: str, choices: list[tuple[str, str]]) -> list[Filter]:
    """A filter by a key; none where there is nothing to choose from."""
    if len(choices) < 2:
        return []
    return [Filter(name, label, lambda rows, value: rows.filter(**{name: value}), choices)]
