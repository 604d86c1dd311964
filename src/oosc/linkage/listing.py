"""The lists of a run as pages: filters, order, and the rows for paper and Excel."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from oosc.cases.models import Case
from oosc.children.queries import shown_name
from oosc.kernel.privacy import mask_id
from oosc.linkage.models import Finding, Run
from oosc.linkage.queries import lists_of
from oosc.linkage.states import Kind
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.places.models import School
from rosterlink.school_age import grade_name

MOST_ROWS = 300_000
# Heading and width in characters.
COLUMNS = (
    ("姓名", 10),
    ("性别", 6),
    ("出生日期", 12),
    ("证件号", 20),
    ("社区", 16),
    ("年级", 8),
    ("学校", 18),
    ("列入原因", 36),
    ("最接近的记录", 24),
    ("说明", 36),
)
LEADS = {
    Kind.SUSPECTED: (
        "住在辖区、到了学龄，而学籍里没有找到的儿童。比对只提疑似，是否失学须逐人核查。"
    ),
    Kind.EXPLAINED: (
        "没有本地在读学籍，但其他名册说明了去向的儿童：外地就读、休学、缓学、出境、迁出、死亡。"
    ),
    Kind.FOUND: "住在辖区、到了学龄，学籍里找到了同一人的儿童。",
    Kind.GHOST: (
        "学籍在读，但公安的户籍和流动人口名册里没有现居住登记的学生。多数是没有登记的外来人口。"
    ),
    Kind.DUPLICATE: "同一人在同一侧名册里出现了两次的记录。",
    Kind.UNREGISTERED: "只有预防接种、幼儿园等名册认得的学龄儿童，要找一找人在哪里。",
}


def page(request: OfficerRequest, run: Run, kind: Kind) -> ListPage:
    rows = lists_of(run, request.acting).filter(kind=kind).select_related("child")
    rows = rows.defer("id_no")
    if kind is Kind.SUSPECTED:
        rows = rows.annotate(has_case=Exists(_open_cases()))
    return list_page(
        request,
        rows,
        filters=_filters(request, run, kind),
        sorts={
            "new": ["-is_new", "region_code"],
            "name": ["name_initials"],
            "birth": ["birth_date"],
            "region": ["region_code"],
            "school": ["school_name"],
            "grade": ["grade"],
            "reason": ["reason_code"],
        },
        default_sort="new",
        search=Search("姓名或证件号", _found),
    )


def rows(page: ListPage, by: Acting) -> list[list[str]]:
    """All rows of the filtered list in the columns of the office, masked as on the page."""
    return [_row(finding, by) for finding in page.rows[:MOST_ROWS]]


def _open_cases() -> Rows:
    return Case.objects.unfinished().filter(child=OuterRef("child"))


def _filters(request: OfficerRequest, run: Run, kind: Kind) -> list[Filter]:
    standing = lists_of(run, request.acting).filter(kind=kind).order_by()
    communities = standing.values_list("region_code", "region__name").distinct()
    reasons = standing.values_list("reason_code", flat=True).distinct()
    schools = School.objects.filter(pk__in=standing.values("school"))
    found = [
        Filter(
            "region",
            "社区",
            lambda rows, value: rows.filter(region_code=value),
            sorted((code, name or "未能对应社区") for code, name in communities),
        ),
        Filter(
            "grade",
            "年级",
            lambda rows, value: rows.filter(grade=value),
            [(str(grade), grade_name(grade)) for grade in range(1, 10)],
        ),
        Filter(
            "school",
            "学校",
            lambda rows, value: rows.filter(school=value),
            [(str(school.pk), school.name) for school in schools],
        ),
        Filter(
            "reason",
            "列入原因",
            lambda rows, value: rows.filter(reason_code=value),
            [(code, _REASONS.get(code, "其他原因")) for code in sorted(reasons)],
        ),
    ]
    if kind is Kind.SUSPECTED:
        found.append(Filter("case", "核查情况", _by_case, _CASES))
    return found


_CASES = (("none", "未立案"), ("open", "已立案"), ("new", "新出现"))
_REASONS = {
    "never_on_roll": "学籍中没有此人",
    "left_roll": "学籍已离校",
    "transferred_out": "学籍已转出，未见转入",
    "age_unknown": "年龄待核",
    "found": "学籍已找到",
    "enrolled_elsewhere": "外地就读",
    "suspended": "休学",
    "deferred": "缓学",
    "deceased": "死亡",
    "abroad": "出国（境）",
    "moved_out": "已迁出、已离开",
    "no_resident": "没有居住登记",
}


def _by_case(rows: Rows, value: str) -> Rows:
    if value == "new":
        return rows.filter(is_new=True)
    return rows.filter(has_case=value == "open")


def _found(rows: Rows, words: str) -> Rows:
    text = words.strip()
    if text.isascii() and text.isalpha():
        return rows.filter(name_initials__startswith=text.upper())
    if text[:-1].isdigit() and len(text) == 4:
        return rows.filter(id_no_last4=text)
    if text[:-1].isdigit():
        return rows.filter(id_no_index=text)
    return rows.filter(name__contains=text)


def _row(finding: Finding, by: Acting) -> list[str]:
    return [
        shown_name(finding.name, by=by),
        finding.sex,
        f"{finding.birth_date:%Y-%m-%d}" if finding.birth_date else "",
        mask_id(finding.id_head + "*" * 12) if finding.id_head else "",
        finding.community,
        grade_name(finding.grade) if finding.grade else "",
        finding.school_name,
        finding.reason,
        shown_nearest(finding.nearest, by=by),
        finding.nearest_reason,
    ]


def shown_nearest(words: str, *, by: Acting) -> str:
    """The nearest record begins with a name: masked where names are."""
    name, comma, rest = words.partition("，")
    return f"{shown_name(name, by=by)}{comma}{rest}" if name else ""
