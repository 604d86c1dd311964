"""Communities and schools by the words under which rosters know them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from oosc.places.models import Region, RegionAlias, RegionCode, School

COMMUNITY_DIGITS = 12
TAILS = ("居民委员会", "村民委员会", "居委会", "村委会", "社区", "村")
Place = TypeVar("Place", Region, School)
ABOVE = re.compile(r"^.+?(?:街道办事处|街道|镇|乡)(?=.)")


@dataclass
class Gazetteer:
    """Two places may bear one name: the sender of the roster says which of them is meant."""

    on: date
    regions: dict[str, list[Region]]
    schools: dict[str, list[School]]
    _asked: dict[tuple[str, str], Region | None] = field(default_factory=dict)

    @classmethod
    def of(cls, region: Region, on: date) -> Gazetteer:
        """All communities of a region, and the schools of the whole country."""
        known: dict[str, list[Region]] = defaultdict(list)
        below = Region.objects.below(region.code).filter(level=COMMUNITY_DIGITS)
        aliases = RegionAlias.objects.filter(region__in=below).select_related("region")
        past = RegionCode.objects.filter(region__in=below).select_related("region")
        for one in below:
            known[one.code].append(one)
        for one, name in [(one, one.name) for one in below] + [(a.region, a.name) for a in aliases]:
            for key in _keys(name):
                known[key].append(one)
        for old in past:
            known[old.code].append(old.region)
        schools: dict[str, list[School]] = defaultdict(list)
        for school in School.objects.select_related("region"):
            schools[school.code].append(school)
            schools[_plain(school.name)].append(school)
        return cls(on, known, schools)

    def community(self, words: str, near: str) -> Region | None:
        """Return the community that words mean in a roster from `near`, a region code."""
        if not words:
            return None
        if (words, near) not in self._asked:
            self._asked[words, near] = self._community(words, near)
        return self._asked[words, near]

    def school(self, code: str, name: str, near: str) -> School | None:
        """Return the school of a code of ten digits, else of a name."""
        for key in filter(None, (_plain(code), _plain(name))):
            found = _the_one(
                [(s.region.code, s, s.closed_on) for s in self.schools.get(key, ())], near, self.on
            )
            if found:
                return found
        return None

    def _community(self, words: str, near: str) -> Region | None:
        for key in _keys(words):
            named = [(one.code, one, one.ended_on) for one in self.regions.get(key, ())]
            if found := _the_one(named, near, self.on):
                return found
        return None


def _the_one(named: Sequence[tuple[str, Place, date | None]], near: str, on: date) -> Place | None:
    """Of places of one name: the one that is still there and near, where that leaves just one."""
    standing = [one for one in named if one[2] is None or one[2] > on] or named
    inside = [one for one in standing if one[0].startswith(near)] or standing
    codes = {code for code, _, _ in inside}
    return inside[0][1] if len(codes) == 1 else None


def _keys(name: str) -> Iterable[str]:
    """A name as it stands, without what it is, and without the place above it, in this order."""
    plain = _plain(name)
    below = ABOVE.sub("", plain)
    return dict.fromkeys(key for key in (plain, _bare(plain), _bare(below)) if key)


def _bare(name: str) -> str:
    """青桥社区居委会, 青桥社区 and 青桥 are one."""
    for tail in TAILS:
        name = name.removesuffix(tail) or name
    return name


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
