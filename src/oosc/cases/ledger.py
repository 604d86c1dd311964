"""The working ledger (D11): its filters, its rows as an office writes them, its papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import F, Prefetch
from django.http import HttpRequest
from django.utils.timezone import localtime

from oosc.access import policy
from oosc.cases.models import Case, CaseQuerySet
from oosc.cases.queries import shown_reason
from oosc.cases.states import Conclusion, Source, State
from oosc.children.models import Child, Guardian
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.places.models import Region, School
from oosc.schooling.queries import CLEAR, Masking, Row
from oosc.schooling.rules import Column
from rosterlink.school_age import expected_grade, grade_name

# The office's ledger (D11) as far as its columns exist; on paper, the ones that fit on A4.
COLUMNS = (
    Column("number", "序号", 6),
    Column("kind", "台账类型", 10),
    Column("case_number", "案号", 22),
    Column("school_year", "学年", 11),
    Column("term", "学期", 6),
    Column("name", "姓名", 10),
    Column("sex", "性别", 6),
    Column("birth_date", "出生日期", 12),
    Column("id_no", "公民身份号码", 22),
    Column("hukou", "户籍社区", 14),
    Column("community", "社区", 14),
    Column("guardian", "监护人姓名", 12),
    Column("relation", "与监护人关系", 12),
    Column("school", "原（应）就读学校", 18),
    Column("due_grade", "年级", 8),
    Column("class_name", "班级", 8),
    Column("source", "来源", 10),
    Column("found_on", "发现日期", 12),
    Column("left_on", "离校日期", 12),
    Column("trigger", "疑似依据", 30),
    Column("state", "办理状态", 10),
    Column("due_on", "应办结日期", 12),
    Column("mode", "核查方式", 10),
    Column("visitors", "核查人", 18),
    Column("visited_on", "核查日期", 12),
    Column("conclusion", "核查结论", 16),
    Column("reason", "销号理由", 16),
    Column("closed_on", "销号日期", 12),
    Column("closed_by", "审批人", 16),
    Column("relapses", "反弹次数", 8),
)
PAPER_COLUMNS = (
    Column("number", "序号", 6),
    Column("case_number", "案号", 27),
    Column("name", "姓名", 12),
    Column("sex", "性别", 6),
    Column("birth_date", "出生日期", 14),
    Column("id_no", "公民身份号码", 24),
    Column("community", "社区", 12),
    Column("due_grade", "年级", 8),
    Column("trigger", "疑似依据", 32),
    Column("state", "办理状态", 12),
    Column("conclusion", "核查结论", 14),
    Column("reason", "销号理由", 14),
)
PORTION = 1000
_AUTUMN = (9, 10, 11, 12, 1)


def page(request: OfficerRequest, reachable: CaseQuerySet, today: date) -> ListPage:
    """The cases within reach, narrowed by what the address says."""
    return list_page(
        request,
        reachable.select_related("child", "region", "school"),
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


def rows(page: ListPage, by: Acting, today: date) -> Iterator[Row]:
    """Every row of the filtered ledger, in the columns of the office."""
    cases = page.rows.select_related(
        "child__home", "child__hukou", "child__school", "region", "school", "closed_by__unit"
    ).prefetch_related("visits", _main_guardians())
    for number, case in enumerate(cases.iterator(chunk_size=PORTION), start=1):
        yield {"number": str(number), **_row(case, by, today)}


def sealed_rows(school_year: str, region: Region, today: date) -> Iterator[Row]:
    """The cases of a school year below a region as they stand, in the columns that are sealed."""
    cases = Case.objects.filter(school_year=school_year)
    cases = cases.filter(policy.code_range("region__code", region.code))
    people = cases.select_related("child__school", "region", "school")
    ordered = people.prefetch_related("visits", _main_guardians()).order_by(
        "region__code", "number"
    )
    for number, case in enumerate(ordered.iterator(chunk_size=PORTION), start=1):
        told = _row(case, None, today)
        end = f"{told['reason']}，{told['closed_on']}" if told["closed_on"] else told["conclusion"]
        status = "，".join(part for part in (told["state"], end) if part)
        yield {
            **{key: told[key] for key in _SEALED_AS_THEY_ARE},
            "child": str(case.child_id),
            "number": str(number),
            "due_school": told["school"],
            "status": status,
            "evidence": told["trigger"],
            "remark": told["case_number"],
        }


_SEALED_AS_THEY_ARE = (
    "name", "sex", "birth_date", "id_no", "community", "due_grade", "guardian", "relation",
)  # fmt: skip


def _row(case: Case, by: Acting | None, today: date) -> Row:
    """A case in the columns of the office; for nobody in particular: for the sealed file."""
    masking = Masking.of(by) if by else CLEAR
    child, visit = case.child, next(iter(case.visits.all()), None)
    guardian = next(iter(getattr(child, "main_guardians", [])), None)
    grade = expected_grade(child.birth_date, today) if child.birth_date else None
    return {
        "kind": _kind(case),
        "case_number": case.number,
        "school_year": case.school_year,
        "term": "秋" if case.opened_on.month in _AUTUMN else "春",
        "name": masking.name(child.name),
        "sex": child.sex,
        "birth_date": _day(child.birth_date),
        "id_no": masking.number(child),
        "hukou": child.hukou.name if child.hukou else "",
        "community": case.region.name,
        "guardian": masking.guardian(guardian.name) if guardian else "",
        "relation": guardian.relation if guardian else "",
        "school": str(case.school or child.school or ""),
        "due_grade": grade_name(grade) if grade else "",
        "class_name": case.class_name or child.class_name,
        "source": case.get_source_display(),
        "found_on": _day(case.opened_on),
        "left_on": _day(case.left_on),
        "trigger": case.trigger,
        "state": case.get_state_display(),
        "due_on": _day(case.due_on),
        "mode": visit.get_mode_display() if visit else "",
        "visitors": "、".join(visit.visitors) if visit else "",
        "visited_on": _day(visit.visited_on) if visit else "",
        "conclusion": visit.get_conclusion_display() if visit else "",
        "reason": shown_reason(case.closing_reason, by),
        "closed_on": _day(case.closed_on),
        "closed_by": str(case.closed_by or ""),
        "relapses": str(case.round - 1) if case.round > 1 else "",
    }


def _kind(case: Case) -> str:
    """Which of the three ledgers (三本台账) a case stands in."""
    kinds = {Conclusion.NEVER_ENROLLED.value: "失学", Conclusion.DROPOUT.value: "辍学"}
    return kinds.get(case.found, "疑似")


def _main_guardians() -> Prefetch[Any]:  # Any: of guardians, into a list of the child
    guardians = Guardian.objects.filter(is_main=True)
    return Prefetch("child__guardians", queryset=guardians, to_attr="main_guardians")


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
