"""The rows of the rosters, for the page, for paper, and for the seal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Prefetch

from oosc.access import policy
from oosc.access.policy import DataClass
from oosc.children import queries as children
from oosc.children import rules as children_rules
from oosc.children.models import Child, Guardian
from oosc.children.states import Kind
from oosc.members.acting import Acting
from oosc.places.models import Region
from oosc.schooling.models import SchoolYearStatus, SchoolYearStatusQuerySet
from oosc.schooling.rules import ENROLLED_COLUMNS, NOT_ENROLLED_COLUMNS, Column
from oosc.schooling.states import RosterKind, Status
from rosterlink import school_age

Row = dict[str, str]
PORTION = 1000


@dataclass(frozen=True)
class Masking:
    """How a row is written for one post: what stands on paper is what stands on the page."""

    name: Callable[[str], str]
    guardian: Callable[[str], str]
    number: Callable[[Child], str]

    @staticmethod
    def of(by: Acting) -> Masking:
        return Masking(
            name=lambda name: children.shown_name(name, by=by),
            guardian=lambda name: children.shown_guardian(name, by=by),
            number=lambda child: children_rules.masked_number(child.id_no_head),
        )


# For the sealed file, which lies encrypted and is masked again for whoever reads it.
CLEAR = Masking(name=str, guardian=str, number=lambda child: child.id_no)


def columns(kind: RosterKind) -> tuple[Column, ...]:
    return ENROLLED_COLUMNS if kind is RosterKind.ENROLLED else NOT_ENROLLED_COLUMNS


def roster(kind: RosterKind, school_year: str) -> SchoolYearStatusQuerySet:
    """The statuses that make up a roster, with what its rows need."""
    return SchoolYearStatus.objects.filter(school_year=school_year).of_kind(kind)


def with_people(statuses: Any) -> Any:  # a QuerySet of SchoolYearStatus, as it came
    guardians = Guardian.objects.filter(is_main=True).only("name", "relation", "child", "is_main")
    return statuses.select_related("child__school", "region", "school").prefetch_related(
        Prefetch("child__guardians", queryset=guardians, to_attr="main_guardians")
    )


def in_order(statuses: Any) -> Any:  # a QuerySet of SchoolYearStatus, as it came
    """By community, grade and name: the order of the paper."""
    return statuses.order_by("region__code", "grade", "child__name_pinyin", "pk")


def rows(statuses: Iterable[SchoolYearStatus], masking: Masking, on: date) -> Iterator[Row]:
    for number, status in enumerate(statuses, start=1):
        yield {"number": str(number), **_row(status, masking, on)}


def in_portions(statuses: Any) -> Iterator[SchoolYearStatus]:  # a QuerySet of SchoolYearStatus
    """Read many rows in constant memory, with their guardians."""
    return iter(with_people(in_order(statuses)).iterator(chunk_size=PORTION))


def _row(status: SchoolYearStatus, masking: Masking, on: date) -> Row:
    child = status.child
    guardian = next(iter(getattr(child, "main_guardians", [])), None)
    kind = Status(status.status)
    expected = school_age.expected_grade(child.birth_date, on) if child.birth_date else None
    return {
        "child": str(child.pk),
        "name": masking.name(child.name),
        "sex": child.sex,
        "birth_date": child.birth_date.isoformat() if child.birth_date else "",
        "id_no": masking.number(child),
        "community": status.region.name if status.region else "",
        "due_grade": school_age.grade_name(expected) if expected else "",
        "due_school": str(status.school or child.school or ""),
        "school": str(status.school or ""),
        "grade": school_age.grade_name(status.grade) if status.grade else "",
        "class_name": child.class_name,
        "guardian": masking.guardian(guardian.name) if guardian else "",
        "relation": guardian.relation if guardian else "",
        "status": kind.shown,
        "evidence": "" if kind.is_restricted else status.evidence,
        "remark": f"至 {status.until:%Y-%m-%d}" if status.until else "",
    }


def masked_again(row: Row, by: Acting) -> Row:
    """A row of a sealed file as this post may read it."""
    return {
        **row,
        "name": children.shown_name(row.get("name", ""), by=by),
        "guardian": children.shown_guardian(row.get("guardian", ""), by=by),
        "id_no": children_rules.masked_number(
            row.get("id_no", "")[: children_rules.SHOWN_OF_NUMBER]
        ),
    }


def communities_of(by: Acting) -> list[Region]:
    """The communities whose rosters this post may read, for the filter and the seal."""
    regions = policy.within_reach(by, policy.Permission.SCHOOLING_VIEW, regions=["code"])
    return list(Region.objects.communities().filter(regions))


def first_helped(child: Child, by: Acting) -> list[str]:
    """The circumstances that this post may read, as tags of a row."""
    seen = [Kind(one.kind) for one in child.circumstances.all() if one.until is None]
    return [
        str(kind.label)
        for kind in seen
        if policy.level(by, kind.data_class) >= policy.Level.FULL
        or kind.data_class is DataClass.IDENTITY
    ]


def first(statuses: Iterable[SchoolYearStatus], count: int) -> list[SchoolYearStatus]:
    return list(islice(statuses, count))
