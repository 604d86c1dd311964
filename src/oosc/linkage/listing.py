"""The lists of a run as pages: filters, order, and the rows for paper and Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from django.db.models import Exists, OuterRef, Q

from oosc.access import policy
from oosc.access.policy import Permission, Reach
from oosc.cases.models import Case
from oosc.children import rules
from oosc.children.models import Guardian
from oosc.children.queries import shown_name
from oosc.kernel.privacy import mask_id
from oosc.kernel.refusal import Refused
from oosc.linkage import queries
from oosc.linkage.models import Finding, Run
from oosc.linkage.states import Kind
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.places.models import Region, School
from rosterlink.school_age import grade_name

MOST_EXPORTED = 50_000
MOST_PRINTED = 2_000
PORTION = 2_000
MOST_FOUND = 500
NO_COMMUNITY = "none"
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
REASONS: Mapping[Kind, Sequence[tuple[str, str]]] = {
    Kind.SUSPECTED: (
        ("never_on_roll", "学籍中没有此人"),
        ("left_roll", "学籍已离校"),
        ("transferred_out", "学籍已转出，未见转入"),
        ("age_unknown", "年龄待核"),
    ),
    Kind.EXPLAINED: (
        ("enrolled_elsewhere", "外地就读"),
        ("suspended", "休学"),
        ("deferred", "缓学"),
        ("deceased", "死亡"),
        ("abroad", "出国（境）"),
        ("moved_out", "已迁出、已离开"),
    ),
    Kind.GHOST: (
        ("no_resident", "没有居住登记"),
        ("moved_out", "已迁出、已离开"),
        ("deceased", "死亡"),
        ("abroad", "出国（境）"),
    ),
    Kind.UNREGISTERED: (
        ("vaccination", "预防接种名册里有"),
        ("kindergarten_leavers", "幼儿园毕业名册里有"),
        ("disabled_cert", "残疾人证名册里有"),
        ("poverty", "困难家庭名册里有"),
        ("left_behind", "留守儿童名册里有"),
    ),
}
CASES = (("none", "未立案"), ("open", "已立案"), ("new", "新出现"))
SORTS = {
    "name": ["name_initials"],
    "birth": ["birth_date"],
    "region": ["region_code"],
    "school": ["school_name"],
    "reason": ["reason_code"],
}


def page(request: OfficerRequest, run: Run, kind: Kind) -> ListPage:
    by = request.acting
    rows = queries.lists_of(run, by).filter(kind=kind).defer("id_no").select_related("child")
    is_suspected = kind is Kind.SUSPECTED
    if is_suspected:
        rows = rows.annotate(has_case=Exists(_open_cases()))
    found = list_page(
        request,
        rows,
        filters=_filters(run, kind, by),
        sorts=SORTS | ({"new": ["-is_new", "region_code"]} if is_suspected else {}),
        default_sort="new" if is_suspected else "region",
        search=Search("姓名、证件号或电话", _found, "姓名、首字母或号码"),
        unit="对" if kind is Kind.DUPLICATE else "人",
    )
    if not found.is_filtered:
        found.total = queries.counts(run, by)[kind]
    return found


def changed(request: OfficerRequest, rows: Rows) -> ListPage:
    """The children of one change between two runs."""
    return list_page(request, rows, sorts=SORTS, default_sort="region")


def printed(page: ListPage, by: Acting) -> list[list[str]]:
    """All rows of the filtered list, for a page that a browser can still print."""
    _refuse_more_than(MOST_PRINTED, page, "打印")
    return list(_rows(page, by))


def exported(page: ListPage, by: Acting) -> Iterator[list[str]]:
    """All rows of the filtered list, one after another, masked as on the page."""
    _refuse_more_than(MOST_EXPORTED, page, "导出")
    return _rows(page, by)


def shown_nearest(words: str, *, by: Acting) -> str:
    """The nearest record begins with a name: masked where names are."""
    name, comma, rest = words.partition("，")
    return f"{shown_name(name, by=by)}{comma}{rest}" if name else ""


def _refuse_more_than(most: int, page: ListPage, verb: str) -> None:
    if page.total > most:
        raise Refused(
            f"名单有 {page.total:,} {page.unit}，一次最多{verb} {most:,} {page.unit}。"
            "请先按社区、学校或年级筛选。"
        )


def _rows(page: ListPage, by: Acting) -> Iterator[list[str]]:
    for finding in page.rows.select_related(None).iterator(PORTION):
        yield _row(cast(Finding, finding), by)


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


def _open_cases() -> Rows:
    return Case.objects.unfinished().filter(child=OuterRef("child"))


def _filters(run: Run, kind: Kind, by: Acting) -> list[Filter]:
    found = [
        Filter("region", "社区", _by_community, _communities(run, by)),
        Filter(
            "grade",
            "年级",
            lambda rows, value: rows.filter(grade=value),
            [(str(grade), grade_name(grade)) for grade in range(1, 10)],
        ),
        Filter("school", "学校", lambda rows, value: rows.filter(school=value), _schools(run, by)),
    ]
    if kind in REASONS:
        found.append(Filter("reason", "列入原因", _by_reason, REASONS[kind]))
    if kind is Kind.SUSPECTED:
        found.append(Filter("case", "核查情况", _by_case, CASES))
    return found


def _communities(run: Run, by: Acting) -> list[tuple[str, str]]:
    """Those within reach; a school's pupils may live in any of the run's."""
    below = Region.objects.below(run.region.code).filter(level=12)
    if Reach.OWN_REGION in policy.reaches(by, Permission.LIST_VIEW):
        below = below.filter(policy.within_reach(by, Permission.LIST_VIEW, regions=["code"]))
    return [*below.values_list("code", "name"), (NO_COMMUNITY, "未能对应社区")]


def _schools(run: Run, by: Acting) -> list[tuple[str, str]]:
    schools = School.objects.filter(policy.code_range("region__code", run.region.code))
    if by.school_id:
        schools = School.objects.filter(pk=by.school_id)
    return [(str(key), name) for key, name in schools.values_list("pk", "name")]


def _by_community(rows: Rows, value: str) -> Rows:
    if value == NO_COMMUNITY:
        return rows.filter(region=None)
    return rows.filter(region_code=value)


def _by_reason(rows: Rows, value: str) -> Rows:
    """Who is unregistered is known to several rosters at once; elsewhere there is one reason."""
    if value in dict(REASONS[Kind.UNREGISTERED]):
        return rows.filter(reason_code__contains=value)
    return rows.filter(reason_code=value)


def _by_case(rows: Rows, value: str) -> Rows:
    if value == "new":
        return rows.filter(is_new=True)
    return rows.filter(has_case=value == "open")


def _found(rows: Rows, words: str) -> Rows:
    asked = rules.read_search(words)
    if asked.kind is rules.Asked.LETTERS:
        return rows.filter(policy.code_range("name_initials", asked.text))
    if asked.kind is rules.Asked.NAME:
        return _narrowed(rows, Q(name__contains=asked.text), among=rows)
    # By the number first, in whatever run: a database that begins with the list reads all of it.
    if asked.kind is rules.Asked.LAST_FOUR:
        return _narrowed(rows, Q(id_no_last4=asked.text), among=Finding.objects.all())
    of_guardian = Guardian.objects.filter(phone_index=asked.text).values_list("child", flat=True)
    meant = Q(id_no_index=asked.text) | Q(child__in=list(of_guardian))
    return _narrowed(rows, meant, among=Finding.objects.all())


def _narrowed(rows: Rows, meant: Q, *, among: Rows) -> Rows:
    """Those of a list that are meant; named by their keys where they are few."""
    found = among.filter(meant).order_by().values_list("pk", flat=True)
    keys = list(found[: MOST_FOUND + 1])
    return rows.filter(pk__in=keys) if len(keys) <= MOST_FOUND else rows.filter(meant)
