"""The working ledger (D11): its filters, its rows as an office writes them, its papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import F, Prefetch

from oosc.access import policy
from oosc.cases.listing import MOST_CHOICES, communities, found_by, is_number
from oosc.cases.models import Case, CaseQuerySet, Visit
from oosc.cases.queries import shown_reason
from oosc.cases.states import Conclusion, Source, State
from oosc.children import actions as children
from oosc.children.models import ChildPlace, Guardian
from oosc.children.rules import read_search
from oosc.children.states import PlaceKind
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.parameters.school_age import DueGrades
from oosc.places.models import Region
from oosc.places.queries import atlas
from oosc.schooling.queries import CLEAR, Masking, Row, Standpoint, past_of, school_years
from oosc.schooling.rules import Column

# The office's ledger (D11) as far as its columns exist; the last number: its width on A4.
COLUMNS = (
    Column("number", "序号", 6, 6),
    Column("kind", "台账类型", 10),
    Column("case_number", "案号", 22, 27),
    Column("school_year", "学年", 11),
    Column("term", "学期", 6),
    Column("name", "姓名", 10, 12),
    Column("sex", "性别", 6, 6, group="儿童"),
    Column("birth_date", "出生日期", 12, 14, group="儿童"),
    Column("id_no", "公民身份号码", 22, 24, group="儿童"),
    Column("student_no", "全国学籍号", 22, group="儿童"),
    Column("hukou_address", "户籍地址", 18, group="儿童"),
    Column("address", "现住址", 18, group="儿童"),
    Column("community", "社区", 14, 12, group="儿童"),
    Column("guardian", "监护人姓名", 12, group="监护人", in_group="姓名"),
    Column("relation", "与监护人关系", 12, group="监护人", in_group="与儿童关系"),
    Column("phone", "监护人电话", 14, group="监护人", in_group="电话"),
    Column("school", "原（应）就读学校", 18, group="就读"),
    Column("due_grade", "年级", 8, 8, group="就读"),
    Column("class_name", "班级", 12, group="就读"),
    Column("source", "来源", 10, group="发现"),
    Column("found_on", "发现日期", 12, group="发现", in_group="日期"),
    Column("left_on", "离校日期", 12, group="发现"),
    Column("trigger", "疑似依据", 30, 32, group="发现"),
    Column("state", "办理状态", 10, 12, group="办理", in_group="状态"),
    Column("due_on", "应办结日期", 12, group="办理"),
    Column("mode", "核查方式", 10, group="核查", in_group="方式"),
    Column("visitors", "核查人", 18, group="核查"),
    Column("visited_on", "核查日期", 12, group="核查", in_group="日期"),
    Column("conclusion", "核查结论", 16, 14, group="核查", in_group="结论"),
    Column("reason", "销号理由", 16, 14, group="销号", in_group="理由"),
    Column("closed_on", "销号日期", 12, group="销号", in_group="日期"),
    Column("closed_by", "审批人", 16, group="销号"),
    Column("relapses", "反弹次数", 8),
)
PORTION = 1000
_AUTUMN = (9, 10, 11, 12, 1)


def page(request: OfficerRequest, reachable: CaseQuerySet, today: date) -> ListPage:
    """The cases within reach, narrowed by what the address says."""
    return list_page(
        request,
        reachable.select_related("child", "region", "school"),
        filters=[
            Filter("year", "学年", _in_year, _years(today), "各学年"),
            Filter("kind", "台账类型", _of_kind, KINDS, "三本台账"),
            Filter("state", "状态", lambda rows, value: rows.filter(state=value), State.choices),
            Filter("stand", "办理情况", lambda rows, value: _stand(rows, value, today), _STANDS),
            Filter(
                "region",
                "责任社区",
                lambda rows, value: rows.filter(region=value),
                communities(request),
            ),
            Filter(
                "school",
                "责任学校",
                lambda rows, value: rows.filter(school=value),
                _schools(request),
            ),
            Filter("source", "来源", lambda rows, value: rows.filter(source=value), Source.choices),
            Filter("from", "立案自", _from, kind="date"),
            Filter("to", "立案至", _until, kind="date"),
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
        search=Search("姓名、证件号或案号", found_by),
        unit="件",
    )


_STANDS = (("open", "在办"), ("to_visit", "待核查"), ("overdue", "逾期"), ("closed", "已销号"))


def title(page: ListPage) -> str:
    """What is printed over the ledger: which of the three books, of which school year."""
    book = dict(KINDS).get(page.values.get("kind", ""), "疑似失学辍学")
    year = page.values.get("year", "").replace("-", "—")
    return f"{year} 学年{book}台账" if year else f"{book}台账（各学年）"


def scope(page: ListPage) -> str:
    """How many cases, and opened between which days where that was asked for."""
    first, last = page.values.get("from", ""), page.values.get("to", "")
    opened = f"{first} 至 {last} 立案" if first and last else ""
    opened = opened or (f"{first} 起立案" if first else f"{last} 止立案" if last else "")
    return f"{opened}　{page.total:,} 件".strip()


def leave_search(page: ListPage, by: Acting) -> None:
    """Leave the trace of a search, as the register does: its kind, never the words."""
    if page.query:
        kind = "case_number" if is_number(page.query) else read_search(page.query).kind.name.lower()
        children.leave_search(by=by, kind=kind, found=page.total)


def rows(page: ListPage, by: Acting, today: date) -> Iterator[Row]:
    """Every row of the filtered ledger, in the columns of the office."""
    masking, due = Masking.of(by), DueGrades.as_of(today)
    for number, case in enumerate(_with_people(page.rows), start=1):
        yield {"number": str(number), **_row(case, by, masking, due)}


def sealed_rows(school_year: str, region: Region, today: date) -> Iterator[Row]:
    """The cases of a school year below a region as they stand, in the same columns."""
    cases = Case.objects.filter(school_year=school_year)
    cases = cases.filter(policy.code_range("region__code", region.code))
    due = DueGrades.as_of(today)
    ordered = _with_people(cases.order_by("region__code", "number"))
    for number, case in enumerate(ordered, start=1):
        told = _row(case, None, CLEAR, due)
        yield {"child": str(case.child_id), "number": str(number), **told}


def _row(case: Case, by: Acting | None, masking: Masking, due: DueGrades) -> Row:
    """A case in the columns of the office; for nobody in particular: for the sealed file."""
    visit = next(iter(case.visits.all()), None)
    return {
        **_person(case, masking, due),
        "kind": _kind(case),
        "case_number": case.number,
        "school_year": case.school_year,
        "term": "秋" if case.opened_on.month in _AUTUMN else "春",
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


def _person(case: Case, masking: Masking, due: DueGrades) -> Row:
    """The child of a case, as it stood in the school year of the case."""
    child: Any = case.child  # with what was prefetched beside it
    guardian = next(iter(child.main_guardians), None)
    at = Standpoint.of(child, case.school_year, case.region, due)
    written = {place.kind: place.address for place in child.dwellings}
    home, hukou = (str(region or "") for region in (child.home, child.hukou))
    return {
        "name": masking.name(child.name),
        "sex": child.sex,
        "birth_date": _day(child.birth_date),
        "id_no": masking.number(child),
        "student_no": masking.student_number(child),
        "home": home,
        "hukou": hukou,
        "address": masking.address(home, written.get(PlaceKind.RESIDENCE, "")),
        "hukou_address": masking.address(hukou, written.get(PlaceKind.HUKOU, "")),
        "community": case.region.name,
        "guardian": masking.guardian(guardian.name) if guardian else "",
        "relation": guardian.relation if guardian else "",
        "phone": masking.phone(guardian.phone) if guardian else "",
        "school": str(case.school or at.school or ""),
        "due_grade": at.due_words,
        "class_name": case.class_name or at.class_name(None),
    }


def _with_people(cases: Any) -> Iterator[Case]:  # a QuerySet of Case, as it came
    """Read many cases in constant memory, with all that their rows say."""
    people = cases.select_related(
        "child__home", "child__hukou", "region", "school", "closed_by__unit"
    )
    dwellings = ChildPlace.objects.filter(until=None).exclude(kind=PlaceKind.SCHOOL)
    beside = people.prefetch_related(
        Prefetch("visits", Visit.objects.standing()),
        Prefetch("child__places", dwellings, to_attr="dwellings"),
        Prefetch("child__guardians", Guardian.objects.filter(is_main=True), "main_guardians"),
        *past_of("child"),
    )
    return iter(beside.iterator(chunk_size=PORTION))


# 三本台账: what a verification found puts a case into one of them (domain §0.3).
_FOUND = {
    "never_enrolled": (Conclusion.NEVER_ENROLLED, Conclusion.ILLEGAL_ALTERNATIVE),
    "dropout": (Conclusion.DROPOUT,),
}
KINDS = (("suspected", "疑似"), ("never_enrolled", "失学"), ("dropout", "辍学"))


def _kind(case: Case) -> str:
    found = (kind for kind, conclusions in _FOUND.items() if case.found in conclusions)
    return dict(KINDS)[next(found, "suspected")]


def _of_kind(rows: Rows, value: str) -> Rows:
    if value in _FOUND:
        return rows.filter(found__in=_FOUND[value])
    return rows.exclude(found__in=[one for found in _FOUND.values() for one in found])


def _years(today: date) -> list[tuple[str, str]]:
    return [(year, year.replace("-", "—")) for year in school_years(today)]


def _in_year(rows: Rows, value: str) -> Rows:
    return rows.filter(school_year=value)


def _from(rows: Rows, value: str) -> Rows:
    return rows.filter(opened_on__gte=value)


def _until(rows: Rows, value: str) -> Rows:
    return rows.filter(opened_on__lte=value)


def _stand(rows: Rows, value: str, today: date) -> Rows:
    if value == "overdue":
        return rows.filter(closed_on__isnull=True, due_on__lt=today)
    if value == "to_visit":
        return rows.filter(state__in=[State.ASSIGNED, State.VERIFYING])
    return rows.filter(closed_on__isnull=value == "open")


def _schools(request: OfficerRequest) -> list[tuple[str, str]]:
    code = (request.acting.region_code or "")[:9]
    return [place.choice for place in atlas().schools_in(code)[:MOST_CHOICES]]


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""
