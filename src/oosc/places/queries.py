"""What the pages ask of the places, which are two small tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Value

from oosc.kernel.once import once
from oosc.places.models import Region, School

COMMUNITY = 12
NO_LEVEL = 0  # of a school


@dataclass(frozen=True)
class Place:
    """A region or a school, as much of it as filters and reaches need."""

    key: UUID
    name: str
    code: str
    lies: str  # the code of the region that it is, or that it stands in
    level: int
    ended_on: date | None

    @property
    def is_community(self) -> bool:
        return self.level == COMMUNITY and self.ended_on is None

    @property
    def choice(self) -> tuple[str, str]:
        return str(self.key), self.name

    @property
    def region_codes(self) -> Collection[str]:
        return (self.lies,)

    @property
    def school_ids(self) -> Collection[UUID]:
        return ()

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return ()


@dataclass(frozen=True)
class Atlas:
    """Every region and every school, in the order of their codes."""

    regions: Sequence[Place]
    schools: Sequence[Place]

    def communities(self, code: str) -> list[Place]:
        """Those in use below a region."""
        return [one for one in self.regions if one.is_community and one.lies.startswith(code)]

    def schools_in(self, code: str) -> list[Place]:
        return [one for one in self.schools if one.lies.startswith(code)]


@once
def atlas() -> Atlas:
    """Both tables with one query: many a page filters by both, and reaches through both."""
    regions = Region.objects.order_by().values_list(
        "pk", "name", "code", F("code"), "level", "ended_on"
    )
    schools = School.objects.order_by().values_list(
        "pk", "name", "code", "region__code", Value(NO_LEVEL), "closed_on"
    )
    rows = sorted((Place(*row) for row in regions.union(schools, all=True)), key=lambda p: p.code)
    return Atlas(
        [place for place in rows if place.level != NO_LEVEL],
        [place for place in rows if place.level == NO_LEVEL],
    )
