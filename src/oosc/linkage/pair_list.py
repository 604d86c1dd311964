"""The doubtful pairs of a run as a list: those that wait, and what was decided of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from django.db.models import F, Q
from django.utils.timezone import localtime

from oosc.access import policy
from oosc.children.queries import shown_name
from oosc.children.rules import Asked, read_search
from oosc.linkage import listing, queries
from oosc.linkage.models import Pair, Run
from oosc.linkage.states import Verdict
from oosc.lists.page import Filter, ListPage, Order, Rows, Search, list_page
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.places.models import Region
from oosc.rosters.states import Kind
from oosc.schooling.queries import Row
from oosc.schooling.rules import Column

OPEN = "open"
VERDICTS = ((OPEN, "待判定"), *Verdict.choices)
PORTION = 500
COLUMNS = (
    Column("number", "序号", 6),
    Column("left_name", "居住登记姓名", 12),
    Column("left_from", "居住登记名册", 16),
    Column("right_name", "对方姓名", 12),
    Column("right_from", "对方名册", 16),
    Column("school", "学校、年级", 20),
    Column("community", "社区", 14),
    Column("reason", "说明", 40),
    Column("verdict", "判定", 10),
    Column("decided", "谁、何时", 22),
)
SORTS: dict[str, Sequence[Order]] = {
    "rank": ["rank"],
    "name": ["left_initials", "left_name"],
    "region": ["region_code"],
    "decided": [F("decided_at").asc(nulls_last=True)],
}


def page(request: OfficerRequest, run: Run) -> ListPage:
    by = request.acting
    rows = queries.pairs_of(run, by).select_related("decided_by__unit", "school")
    return list_page(
        request,
        rows,
        filters=[
            Filter("verdict", "判定", _by_verdict, VERDICTS),
            Filter("region", "社区", _by_community, _communities(run, by)),
            Filter("school", "学校", _by_school, listing.schools(run, by)),
            Filter("roster", "名册", _by_roster, Kind.choices),
        ],
        sorts=SORTS,
        default_sort="rank",
        search=Search("姓名", _found, "姓名或首字母"),
        unit="对",
    )


def rows(page: ListPage, by: Acting) -> Iterator[Row]:
    """All pairs of the filtered list, for paper and Excel; no number of anybody among them."""
    for number, pair in enumerate(page.rows.iterator(PORTION), start=1):
        yield {"number": str(number), **_row(cast(Pair, pair), by)}


def _row(pair: Pair, by: Acting) -> Row:
    left, right = pair.left, pair.right
    decided_at = f"{localtime(pair.decided_at):%Y-%m-%d %H:%M}" if pair.decided_at else ""
    return {
        "left_name": shown_name(left.get("name", ""), by=by),
        "left_from": left.get("roster", ""),
        "right_name": shown_name(right.get("name", ""), by=by),
        "right_from": right.get("roster", ""),
        "school": right.get("school") or left.get("school", ""),
        "community": left.get("community") or right.get("community", ""),
        "reason": pair.reason,
        "verdict": pair.get_verdict_display() or "待判定",
        "decided": f"{pair.decided_by} {decided_at}" if pair.decided_by else "",
    }


def _communities(run: Run, by: Acting) -> list[tuple[str, str]]:
    """A pair whose community is not known lies in the region of its sender."""
    known = listing.communities(run, by)[:-1]
    return [*known, (listing.NO_COMMUNITY, "未能对应社区")]


def _by_verdict(rows: Rows, value: str) -> Rows:
    return rows.filter(verdict="" if value == OPEN else value)


def _by_community(rows: Rows, value: str) -> Rows:
    if value == listing.NO_COMMUNITY:
        communities = Region.objects.filter(level=12).values("code")
        return rows.exclude(region_code__in=communities)
    return rows.filter(region_code=value)


def _by_school(rows: Rows, value: str) -> Rows:
    return rows.filter(school=value)


def _by_roster(rows: Rows, value: str) -> Rows:
    return rows.filter(Q(left_kind=value) | Q(right_kind=value))


def _found(rows: Rows, words: str) -> Rows:
    asked = read_search(words)
    if asked.kind is Asked.LETTERS:
        return rows.filter(
            policy.code_range("left_initials", asked.text)
            | policy.code_range("right_initials", asked.text)
        )
    return rows.filter(Q(left_name__contains=words) | Q(right_name__contains=words))
