"""The lists of a run as pages: filters, order, and the rows for paper and Excel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from oosc.access import policy
from oosc.access.policy import Permission, Reach
from oosc.cases.models import Case
from oosc.children import rules
from oosc.children.models import Guardian
from oosc.children.queries import shown_name
from oosc.kernel.privacy import mask_id
from oosc.linkage import queries
from oosc.linkage.models import Finding, Run
from oosc.linkage.states import RESIDENT_KINDS, Kind
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.places.queries import COMMUNITY, atlas
from oosc.schooling.queries import Row
from oosc.schooling.rules import Column
from rosterlink.school_age import grade_name

PORTION = 2_000
MOST_FOUND = 500
NO_COMMUNITY = "none"
NO_GRADE = "none"
COLUMNS = (
    Column("number", "序号", 6),
    Column("name", "姓名", 10),
    Column("sex", "性别", 6),
    Column("birth_date", "出生日期", 12),
    Column("id_no", "证件号", 20),
    Column("community", "社区", 16),
    Column("grade", "年级", 8),
    Column("school", "学校", 18),
    Column("reason", "列入原因", 36),
    Column("nearest", "最接近的记录", 24),
    Column("nearest_reason", "说明", 36),
)
PAPER_COLUMNS = (
    Column("number", "序号", 6),
    Column("name", "姓名", 11),
    Column("sex", "性别", 6),
    Column("birth_date", "出生日期", 13),
    Column("id_no", "证件号", 22),
    Column("community", "社区", 12),
    Column("grade", "年级", 8),
    Column("school", "学校", 14),
    Column("reason", "列入原因", 40),
    Column("near", "最接近的记录", 34),
)


@dataclass(frozen=True)
class Listed:
    """A list of a run: one kind of finding, or all residents of school age together."""

    value: str  # as in the address
    label: str
    kinds: tuple[Kind, ...]
    lead: str
    unit: str = "人"

    @property
    def only(self) -> Kind | None:
        return self.kinds[0] if len(self.kinds) == 1 else None

    @property
    def is_suspected(self) -> bool:
        return self.only is Kind.SUSPECTED

    @property
    def is_resident(self) -> bool:
        return set(self.kinds) <= set(RESIDENT_KINDS)

    @property
    def shows_school(self) -> bool:
        return self.only in (Kind.FOUND, Kind.GHOST)

    @property
    def is_matched(self) -> bool:
        """The record beside each row is the child's own, not merely like it."""
        return self.only in (Kind.FOUND, Kind.EXPLAINED)


def _of(kind: Kind, lead: str, unit: str = "人") -> Listed:
    return Listed(kind.value, kind.label, (kind,), lead, unit)


RESIDENTS = Listed(
    "residents",
    "辖区学龄儿童",
    RESIDENT_KINDS,
    "住在辖区、到了学龄的儿童，是下面三份名单的总和：学籍已找到、已有解释、疑似未入学。",
)
LISTS = {
    one.value: one
    for one in (
        _of(
            Kind.SUSPECTED,
            "住在辖区、到了学龄，而学籍里没有找到的儿童。比对只提疑似，是否失学须逐人核查。",
        ),
        _of(
            Kind.EXPLAINED,
            "没有本地在读学籍，但其他名册说明了去向的儿童：外地就读、休学、缓学、出境、迁出、死亡。",
        ),
        _of(Kind.FOUND, "住在辖区、到了学龄，学籍里找到了同一人的儿童。"),
        _of(
            Kind.GHOST,
            "学籍在读，但公安的户籍和流动人口名册里没有现居住登记的学生。"
            "多数是没有登记的外来人口。",
        ),
        _of(Kind.UNREGISTERED, "只有预防接种、幼儿园等名册认得的学龄儿童，要找一找人在哪里。"),
        _of(Kind.DUPLICATE, "同一人在同一侧名册里出现了两次的记录。", "对"),
        RESIDENTS,
    )
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
YOUNGEST, OLDEST = 6, 15  # in full years; younger and older ones are asked for by a word each
AGES = (
    ("under", f"不满 {YOUNGEST} 周岁"),
    *((str(age), f"{age} 周岁") for age in range(YOUNGEST, OLDEST + 1)),
    ("over", f"{OLDEST + 1} 周岁及以上"),
    ("unknown", "生日不详、年龄待核"),
)
GRADES = (*((str(grade), grade_name(grade)) for grade in range(1, 10)), (NO_GRADE, "年级不详"))
SORTS = {
    "name": ["name_initials"],
    "birth": ["birth_date"],
    "region": ["region_code"],
    "school": ["school_name"],
    "reason": ["reason_code"],
}
FIRST_OF_SUSPECTED = ("-is_new", "region_code")
# All residents together are as long as the run: they have no order but that of an index.
ONE_SORT = {"region": ["region_code"]}


def listed(text: str) -> Listed:
    if text not in LISTS:
        raise Http404
    return LISTS[text]


def page(request: OfficerRequest, run: Run, which: Listed) -> ListPage:
    by = request.acting
    rows = queries.lists_of(run, by).defer("id_no").select_related("child")
    rows = rows.filter(kind=which.only) if which.only else rows.filter(kind__in=which.kinds)
    if which.is_suspected:
        rows = rows.annotate(has_case=Exists(_open_cases()))
    found = list_page(
        request,
        rows,
        filters=_filters(run, which, by),
        sorts=_sorts(which),
        default_sort="new" if which.is_suspected else "region",
        search=_search(),
        unit=which.unit,
    )
    if not found.is_filtered:
        counts = queries.counts(run, by)
        found.total = sum(counts[kind] for kind in which.kinds)
    return found


def changed(request: OfficerRequest, run: Run, rows: Rows) -> ListPage:
    """The children of one change between two runs."""
    by = request.acting
    return list_page(
        request,
        rows.defer("id_no").select_related("child"),
        filters=[*_places(run, by), _reasons(Kind.SUSPECTED)],
        sorts=SORTS,
        default_sort="region",
        search=_search(),
    )


def to_raise(page: ListPage) -> list[str]:
    """The keys of all that the filter found for whom a case can be opened."""
    rows = page.rows.filter(has_case=False, child__isnull=False)
    return [str(key) for key in rows.values_list("pk", flat=True)]


def in_words(page: ListPage) -> str:
    """What a list was narrowed to; of a search only that there was one."""
    said = [
        f"{one.label}：{dict(one.choices)[page.values[one.name]]}"
        for one in page.filters
        if one.name in page.values
    ]
    if page.query:
        said.append(f"按{page.search.label if page.search else ''}查找")
    return "，".join(said)


def rows(page: ListPage, by: Acting) -> Iterator[Row]:
    """All rows of the filtered list, one after another, masked as on the page."""
    found = page.rows.select_related(None).iterator(PORTION)
    for number, finding in enumerate(found, start=1):
        yield {"number": str(number), **_row(cast(Finding, finding), by)}


def shown_nearest(words: str, *, by: Acting) -> str:
    """The nearest record begins with a name: masked where names are."""
    name, comma, rest = words.partition("，")
    return f"{shown_name(name, by=by)}{comma}{rest}" if name else ""


def communities(run: Run, by: Acting) -> list[tuple[str, str]]:
    """Those within reach; a school's pupils may live in any of the run's."""
    below = [p for p in atlas().regions if p.level == COMMUNITY]  # in use or not: it is of its day
    if Reach.OWN_REGION in policy.reaches(by, Permission.LIST_VIEW):
        below = [place for place in below if policy.allows(by, Permission.LIST_VIEW, place)]
    here = [(p.code, p.name) for p in below if p.lies.startswith(run.region.code)]
    return [*here, (NO_COMMUNITY, "未能对应社区")]


def schools(run: Run, by: Acting) -> list[tuple[str, str]]:
    found = atlas().schools_in(run.region.code)
    if by.school_id:
        found = [place for place in atlas().schools if place.key == by.school_id]
    return [place.choice for place in found]


def _row(finding: Finding, by: Acting) -> Row:
    nearest = shown_nearest(finding.nearest, by=by)
    return {
        "name": shown_name(finding.name, by=by),
        "sex": finding.sex,
        "birth_date": f"{finding.birth_date:%Y-%m-%d}" if finding.birth_date else "",
        "id_no": mask_id(finding.id_head + "*" * 12) if finding.id_head else "",
        "community": finding.community,
        "grade": grade_name(finding.grade) if finding.grade else "",
        "school": finding.school_name,
        "reason": finding.reason,
        "nearest": nearest,
        "nearest_reason": finding.nearest_reason,
        "near": "；".join(part for part in (nearest, finding.nearest_reason) if part),
    }


def _open_cases() -> Rows:
    return Case.objects.unfinished().filter(child=OuterRef("child"))


def _search() -> Search:
    return Search("姓名、证件号或电话", _found, "姓名、首字母或号码")


def _sorts(which: Listed) -> Mapping[str, Sequence[str]]:
    if which is RESIDENTS:
        return ONE_SORT
    return SORTS | ({"new": FIRST_OF_SUSPECTED} if which.is_suspected else {})


def _filters(run: Run, which: Listed, by: Acting) -> list[Filter]:
    found = _places(run, by)
    if which.only and which.only in REASONS:
        found.append(_reasons(which.only))
    if which is RESIDENTS:
        kinds = [(kind.value, kind.label) for kind in RESIDENT_KINDS]
        found.append(Filter("list", "名单", lambda rows, value: rows.filter(kind=value), kinds))
    if which.is_suspected:
        found.append(Filter("case", "核查情况", _by_case, CASES))
    return found


def _places(run: Run, by: Acting) -> list[Filter]:
    """Where a child lives and goes to school, and how old it is."""
    return [
        Filter("region", "社区", _by_community, communities(run, by)),
        Filter("school", "学校", lambda rows, value: rows.filter(school=value), schools(run, by)),
        Filter("age", "年龄", _by_age(run.judged_on), AGES),
        Filter("grade", "年级", _by_grade, GRADES),
    ]


def _reasons(kind: Kind) -> Filter:
    return Filter("reason", "列入原因", _by_reason, REASONS[kind])


def _by_community(rows: Rows, value: str) -> Rows:
    if value == NO_COMMUNITY:
        return rows.filter(region=None)
    return rows.filter(region_code=value)


def _by_grade(rows: Rows, value: str) -> Rows:
    return rows.filter(grade=None if value == NO_GRADE else value)


def _by_age(on: date) -> Callable[[Rows, str], Rows]:
    """Full years on the day of the run."""

    def narrow(rows: Rows, value: str) -> Rows:
        if value == "unknown":
            return rows.filter(Q(birth_date=None) | Q(reason_code="age_unknown"))
        if value == "under":
            return rows.filter(birth_date__gt=_born_by(on, YOUNGEST))
        if value == "over":
            return rows.filter(birth_date__lte=_born_by(on, OLDEST + 1))
        age = int(value)
        return rows.filter(birth_date__lte=_born_by(on, age), birth_date__gt=_born_by(on, age + 1))

    return narrow


def _born_by(on: date, age: int) -> date:
    """The last birth date of those who are so many years old on a day."""
    try:
        return on.replace(year=on.year - age)
    except ValueError:  # 29 February, and none in that year
        return date(on.year - age, 2, 28)


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
        return _narrowed(rows, Q(name__holds=asked.text), among=rows)
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
