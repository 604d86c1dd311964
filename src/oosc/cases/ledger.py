"""The working ledger (D11): its filters, its rows as an office writes them, its papers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.db.models import F
from django.http import HttpRequest
from django.utils.timezone import localtime

from oosc.access import policy
from oosc.access.policy import DataClass, Level
from oosc.cases.models import Case, MandatoryReport, Visit
from oosc.cases.states import Source, State
from oosc.children.models import Child
from oosc.children.queries import shown_name
from oosc.kernel.privacy import mask_id
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.places.models import Region, School
from rosterlink.school_age import expected_grade, grade_name

FILE_NAME = quote("疑似失学辍学台账.xlsx")
# Heading and width in characters.
COLUMNS = (
    ("案号", 22),
    ("学年", 11),
    ("姓名", 10),
    ("性别", 6),
    ("出生日期", 12),
    ("证件号", 20),
    ("责任社区", 14),
    ("责任学校", 16),
    ("应读年级", 10),
    ("来源", 10),
    ("疑似依据", 30),
    ("立案日期", 12),
    ("状态", 10),
    ("应办结日期", 12),
    ("核查结论", 14),
    ("销号理由", 16),
    ("销号日期", 12),
)
MOST_ROWS = 20_000


def page(request: OfficerRequest, today: date) -> ListPage:
    """The cases within reach, narrowed by what the address says."""
    cases = Case.objects.visible_to(request.acting).select_related("child", "region", "school")
    return list_page(
        request,
        cases,
        filters=[
            Filter("state", "状态", lambda rows, value: rows.filter(state=value), State.choices),
            Filter("stand", "办理情况", lambda rows, value: _stand(rows, value, today), _STANDS),
            Filter(
                "region",
                "责任社区",
                lambda rows, value: rows.filter(region=value),
                _regions(request),
            ),
            Filter(
                "school",
                "责任学校",
                lambda rows, value: rows.filter(school=value),
                _schools(request),
            ),
            Filter("source", "来源", lambda rows, value: rows.filter(source=value), Source.choices),
        ],
        sorts={
            "due": [F("due_on").asc(nulls_last=True)],
            "opened": ["opened_on"],
            "number": ["number"],
            "name": ["child__name_initials"],
            "region": ["region__code"],
            "state": ["state_since"],
        },
        default_sort="due",
        search=Search("姓名、证件号或案号", _found),
        unit="件",
    )


_STANDS = (("open", "在办"), ("to_visit", "待核查"), ("overdue", "逾期"), ("closed", "已销号"))


def rows(page: ListPage, by: Acting) -> list[list[str]]:
    """Every row of the filtered ledger, in the columns of the office, masked as on the page."""
    cases = page.rows.prefetch_related("visits")[:MOST_ROWS]
    return [_row(case, by) for case in cases]


def visit_words(visit: Visit, by: Acting) -> dict[str, Any]:  # Any: what the layout reads
    """W14 入户核查表."""
    case, child = visit.case, visit.case.child
    claim = visit.claim_label if policy.level(by, DataClass.HEALTH) > Level.NONE else "—"
    return {
        "title": "入户核查表",
        "number": case.number,
        "facts": [
            ["姓名", shown_name(child.name, by=by), "性别", child.sex],
            ["出生日期", _day(child.birth_date), "责任社区", case.region.name],
            ["核查日期", _day(visit.visited_on), "方式", visit.get_mode_display()],
            ["核查人", "、".join(visit.visitors)],
            ["住址与登记", visit.get_address_match_display(), "见到了谁", visit.get_met_display()],
            ["见到本人", "是" if visit.child_present else "否", "现在怎么上学", claim],
            ["安全筛查", visit.safety_label, "核查结论", visit.get_conclusion_display()],
        ],
        "sections": [
            {"title": "地点", "words": visit.place or "—"},
            {"title": "核查情况", "words": visit.account},
        ],
        "signers": [
            ["核查人", "、".join(visit.visitors)],
            ["监护人", "（拒签）" if visit.refused_to_sign else ""],
            ["日期", ""],
        ],
    }


def report_words(report: MandatoryReport, by: Acting) -> dict[str, Any]:  # Any: as above
    """W21 强制报告单."""
    child = report.child
    kind = MandatoryReport.Kind(report.kind).label if report.kind else ""
    return {
        "title": "强制报告单",
        "number": report.case.number if report.case else "",
        "to": report.reported_to or "公安、民政、教育",
        "facts": [
            ["儿童", shown_name(child.name, by=by), "性别", child.sex],
            ["出生日期", _day(child.birth_date), "社区", report.region.name],
            ["发现时间", _moment(report.found_at), "报告时间", _moment(report.reported_at)],
            ["情形", kind],
        ],
        "sections": [
            {"title": "发现的情况", "words": report.account},
            {"title": "已采取措施", "words": report.measures},
        ],
        "basis": "《中华人民共和国未成年人保护法》第十一条第二款",
        "signers": [["报告单位", by.unit_name], ["报告人", ""], ["日期", ""]],
        "answer": {
            "title": "反馈",
            "words": report.answer,
            "signers": [["反馈单位", ""], ["日期", ""]],
        },
    }


def _row(case: Case, by: Acting) -> list[str]:
    child = case.child
    grade = expected_grade(child.birth_date, case.opened_on) if child.birth_date else None
    visits = list(case.visits.all())
    return [
        case.number,
        case.school_year,
        shown_name(child.name, by=by),
        child.sex,
        _day(child.birth_date),
        mask_id(child.id_no_head + "*" * 12) if child.id_no_head else "",
        case.region.name,
        case.school.name if case.school else "",
        grade_name(grade) if grade else "",
        case.get_source_display(),
        case.trigger,
        _day(case.opened_on),
        case.get_state_display(),
        _day(case.due_on),
        visits[0].get_conclusion_display() if visits else "",
        case.get_closing_reason_display() if case.closing_reason else "",
        _day(case.closed_on),
    ]


def _stand(rows: Rows, value: str, today: date) -> Rows:
    if value == "overdue":
        return rows.filter(closed_on__isnull=True, due_on__lt=today)
    if value == "to_visit":
        return rows.filter(state__in=[State.ASSIGNED, State.VERIFYING])
    return rows.filter(closed_on__isnull=value == "open")


def _found(rows: Rows, words: str) -> Rows:
    by_number = rows.filter(number__contains=words)
    if any(character.isdigit() for character in words) and "-" in words:
        return by_number
    return rows.filter(child__in=Child.objects.all().found_by(words))


def _regions(request: HttpRequest) -> list[tuple[str, str]]:
    code = request.acting.region_code or ""  # type: ignore[attr-defined]  # an OfficerRequest
    found = Region.objects.below(code).communities()
    return [(str(region.pk), region.name) for region in found[:400]]


def _schools(request: HttpRequest) -> list[tuple[str, str]]:
    code = (request.acting.region_code or "")[:9]  # type: ignore[attr-defined]  # an OfficerRequest
    found = School.objects.filter(policy.code_range("region__code", code))
    return [(str(school.pk), school.name) for school in found[:400]]


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""
