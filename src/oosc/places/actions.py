"""Every write to regions, schools and campuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from django.db import transaction
from django.db.models import Q

from oosc.access import policy
from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.lists.papers import Maker
from oosc.places import rules
from oosc.places.models import Campus, Region, RegionAlias, RegionCode, School
from oosc.places.rules import SchoolRow
from oosc.places.states import LEVELS

BATCH = 2000


class Keeper(policy.Acting, Maker, Protocol):
    """Who acts: this room knows no officers."""


@dataclass(frozen=True)
class Difference:
    """What a table of regions would change. Regions that it does not name stay."""

    new: dict[str, str]
    renamed: dict[str, tuple[str, str]]  # code → name before, name after
    unchanged: int


@dataclass(frozen=True)
class SchoolChange:
    """One school that a table would change: what stands, and what the table says."""

    school: School
    row: SchoolRow
    region: Region

    @property
    def words(self) -> list[tuple[str, str, str]]:
        """What changes: its heading, before, after."""
        was, row = self.school, self.row
        told = [
            ("名称", was.name, row.name),
            ("办学类型", was.get_stage_display(), str(row.stage.label)),
            ("所在", was.region.name, self.region.name),
        ]
        return [one for one in told if one[1] != one[2]]


@dataclass
class SchoolDifference:
    """What a table of schools would change. Schools that it does not name stay."""

    new: list[tuple[SchoolRow, Region]] = field(default_factory=list)
    changed: list[SchoolChange] = field(default_factory=list)
    unchanged: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


def compare(names: Mapping[str, str]) -> Difference:
    """Say what importing a table would do, and do nothing."""
    known = dict(Region.objects.values_list("code", "name"))
    renamed = {
        code: (known[code], name) for code, name in names.items() if known.get(code, name) != name
    }
    new = {code: name for code, name in names.items() if code not in known}
    return Difference(new, renamed, len(names) - len(new) - len(renamed))


@transaction.atomic
def import_regions(names: Mapping[str, str], *, by: Keeper) -> Difference:
    """Enter new regions and new names. A region that got another name keeps the old as alias."""
    require(by, Permission.REGION_IMPORT)
    difference = compare(names)
    new = [Region(code=code, name=name, level=len(code)) for code, name in difference.new.items()]
    Region.objects.bulk_create(new, batch_size=BATCH)
    _rename({code: after for code, (_, after) in difference.renamed.items()})
    trail.record("region.imported", by=by, new=len(difference.new), renamed=len(difference.renamed))
    return difference


@transaction.atomic
def recode(
    region: Region, *, by: Keeper, code: str, on: date, today: date, version: int | None = None
) -> Region:
    """Give a region another code from a day on, and with it all that lies below.

    The old codes stay with that day: rosters of the time before still name them.
    """
    region = _region(region, by, version)
    rules.check_new_code(region.code, code)
    if on > today:
        raise Refused("代码变更从今天或以前某天起生效；未到的请到时再办。")
    old = region.code
    moved = list(Region.objects.select_for_update().below(old))
    if Region.objects.below(code).exists():
        raise Refused(f"代码 {code} 已有区划使用，请先改那一个。")
    past = [RegionCode(region=one, code=one.code, until=on) for one in moved]
    RegionCode.objects.bulk_create(past, batch_size=BATCH)
    for one in moved:
        one.code = code + one.code[len(old) :]
        one.version += 1
    Region.objects.bulk_update(moved, ["code", "version"], batch_size=BATCH)
    region.refresh_from_db()
    trail.record("region.recoded", region, by=by, old=old, new=code, moved=len(moved))
    return region


@transaction.atomic
def end_region(region: Region, *, by: Keeper, on: date) -> Region:
    """Record that a region was merged into another or abolished (撤并). It stays findable."""
    region = _region(region, by)
    if region.ended_on is not None:
        raise Refused("这个区划已经记为撤并。")
    below = Region.objects.below(region.code).filter(ended_on=None).exclude(pk=region.pk)
    if below.exists():
        raise Refused("它下面还有未撤并的区划。请先办理下面的。")
    region.ended_on = on
    _save(region, "ended_on")
    trail.record("region.ended", region, by=by)
    return region


@transaction.atomic
def reopen_region(region: Region, *, by: Keeper) -> Region:
    """Take back that a region was abolished: it can be chosen again."""
    region = _region(region, by)
    if region.ended_on is None:
        raise Refused("这个区划没有撤并，不用恢复。")
    above = [region.code[:length] for length in LEVELS if length < len(region.code)]
    if Region.objects.filter(code__in=above).exclude(ended_on=None).exists():
        raise Refused("它的上级区划还记为撤并。请先恢复上级。")
    region.ended_on = None
    _save(region, "ended_on")
    trail.record("region.reopened", region, by=by)
    return region


@transaction.atomic
def add_alias(region: Region, *, by: Keeper, name: str, version: int | None = None) -> RegionAlias:
    """Enter another name under which rosters know a region."""
    region = _region(region, by, version)
    _check_alias(region, name)
    alias = region.aliases.create(name=name)
    _save(region)
    trail.record("region.alias_added", region, by=by)
    return alias


@transaction.atomic
def change_alias(
    alias: RegionAlias, *, by: Keeper, name: str, version: int | None = None
) -> RegionAlias:
    region = _region(alias.region, by, version)
    if name != alias.name:
        _check_alias(region, name)
    alias.name = name
    alias.save(update_fields=["name"])
    _save(region)
    trail.record("region.alias_changed", region, by=by)
    return alias


@transaction.atomic
def remove_alias(alias: RegionAlias, *, by: Keeper) -> None:
    region = _region(alias.region, by)
    trail.record("region.alias_removed", region, by=by)
    alias.delete()
    _save(region)


@transaction.atomic
def add_school(*, by: Keeper, code: str, name: str, stage: str, region: Region) -> School:
    require(by, Permission.SCHOOL_MANAGE, region)
    if School.objects.filter(code=code).exists():
        raise Refused(f"学校标识码 {code} 已经录入过。")
    school = School.objects.create(code=code, name=name, stage=stage, region=region)
    trail.record("school.added", school, by=by)
    return school


def compare_schools(rows: Sequence[SchoolRow], *, by: Keeper) -> SchoolDifference:
    """Say what importing a table of schools would do, line by line, and do nothing."""
    known = School.objects.select_related("region").in_bulk(
        [row.code for row in rows], field_name="code"
    )
    regions = _regions_named({row.place for row in rows})
    found = SchoolDifference()
    for row in rows:
        school, near = known.get(row.code), regions.get(row.place.split()[0], [])
        mine = [one for one in near if policy.allows(by, Permission.SCHOOL_MANAGE, one)]
        if problem := _wrong_with(row, school, near, mine, by=by):
            found.problems.append((row.line, problem))
        elif school is None:
            found.new.append((row, mine[0]))
        elif (school.name, school.stage, school.region_id) == (row.name, row.stage, mine[0].pk):
            found.unchanged += 1
        else:
            found.changed.append(SchoolChange(school, row, mine[0]))
    return found


@transaction.atomic
def import_schools(rows: Sequence[SchoolRow], *, by: Keeper) -> SchoolDifference:
    """Enter new schools and what changed of those that are there; wrong lines are left out."""
    require(by, Permission.SCHOOL_MANAGE)
    codes = [row.code for row in rows]
    list(School.objects.select_for_update().filter(code__in=codes).values_list("pk"))
    difference = compare_schools(rows, by=by)
    School.objects.bulk_create(
        [
            School(code=row.code, name=row.name, stage=row.stage, region=region)
            for row, region in difference.new
        ],
        batch_size=BATCH,
    )
    for one in difference.changed:
        one.school.name, one.school.stage = one.row.name, one.row.stage
        one.school.region = one.region
        _save(one.school, "name", "stage", "region")
    new, changed = len(difference.new), len(difference.changed)
    trail.record("school.imported", by=by, new=new, changed=changed)
    return difference


@transaction.atomic
def change_school(
    school: School,
    *,
    by: Keeper,
    name: str,
    stage: str,
    region: Region,
    version: int | None = None,
) -> School:
    school = _school(school, by, version)
    require(by, Permission.SCHOOL_MANAGE, region)
    school.name, school.stage, school.region = name, stage, region
    _save(school, "name", "stage", "region")
    trail.record("school.changed", school, by=by)
    return school


@transaction.atomic
def close_school(school: School, *, by: Keeper, on: date) -> School:
    """Record that a school was closed or merged. Its pupils' records go on naming it."""
    school = _school(school, by)
    if school.closed_on is not None:
        raise Refused("这所学校已经撤并。")
    school.closed_on = on
    _save(school, "closed_on")
    trail.record("school.closed", school, by=by)
    return school


@transaction.atomic
def reopen_school(school: School, *, by: Keeper) -> School:
    """Take back that a school was closed: it can be chosen again."""
    school = _school(school, by)
    if school.closed_on is None:
        raise Refused("这所学校没有撤并，不用恢复。")
    school.closed_on = None
    _save(school, "closed_on")
    trail.record("school.reopened", school, by=by)
    return school


@transaction.atomic
def add_campus(
    school: School, *, by: Keeper, name: str, address: str = "", version: int | None = None
) -> Campus:
    school = _school(school, by, version)
    _check_campus(school, name)
    campus = school.campuses.create(name=name, address=address)
    _save(school)
    trail.record("campus.added", campus, by=by)
    return campus


@transaction.atomic
def change_campus(
    campus: Campus, *, by: Keeper, name: str, address: str, version: int | None = None
) -> Campus:
    school = _school(campus.school, by, version)
    if name != campus.name:
        _check_campus(school, name)
    campus.name, campus.address = name, address
    campus.save(update_fields=["name", "address"])
    _save(school)
    trail.record("campus.changed", campus, by=by)
    return campus


@transaction.atomic
def remove_campus(campus: Campus, *, by: Keeper) -> None:
    """Take out a campus that was entered by mistake; no record of a child names one."""
    school = _school(campus.school, by)
    trail.record("campus.removed", campus, by=by, school=school.pk)
    campus.delete()
    _save(school)


def _regions_named(words: Iterable[str]) -> dict[str, list[Region]]:
    """Communities and subdistricts by their code, name or alias, as far as they are named."""
    named = {word.split()[0] for word in words}
    present = Region.objects.filter(level__in=(9, 12), ended_on=None)
    meant = Q(code__in=named) | Q(name__in=named) | Q(aliases__name__in=named)
    found: dict[str, list[Region]] = {}
    for region in present.filter(meant).distinct().prefetch_related("aliases"):
        for word in {region.code, region.name, *(alias.name for alias in region.aliases.all())}:
            found.setdefault(word, []).append(region)
    return found


def _wrong_with(
    row: SchoolRow, school: School | None, near: Sequence[Region], mine: Sequence[Region], *,
    by: Keeper,
) -> str:  # fmt: skip
    """Why a line of a table of schools is not taken in, or nothing."""
    if not near:
        return f"没有“{row.place}”这个街道或社区，请核对，或写区划代码。"
    if not mine:
        return f"“{row.place}”不在本单位管辖范围。"
    if len(mine) > 1:
        return f"叫“{row.place}”的不止一个，请写区划代码。"
    if school and not policy.allows(by, Permission.SCHOOL_MANAGE, school):
        return f"标识码 {row.code} 是别处的“{school.name}”，不在本单位管辖范围。"
    if school and school.closed_on:
        return f"“{school.name}”已记为撤并。又办学的，请先在它的页面上恢复。"
    return ""


def _region(region: Region, by: Keeper, version: int | None = None) -> Region:
    """The region as it is now, kept from others. `version`: the one that the officer has seen."""
    region = Region.objects.select_for_update().get(pk=region.pk)
    require(by, Permission.REGION_IMPORT, region)
    if version not in (None, region.version):
        raise ChangedMeanwhile
    return region


def _school(school: School, by: Keeper, version: int | None = None) -> School:
    School.objects.select_for_update().get(pk=school.pk)  # no join: it would be locked too
    school = School.objects.select_related("region").get(pk=school.pk)
    require(by, Permission.SCHOOL_MANAGE, school)
    if version not in (None, school.version):
        raise ChangedMeanwhile
    return school


def _save(row: Region | School, *fields: str) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def _check_alias(region: Region, name: str) -> None:
    if name == region.name or region.aliases.filter(name=name).exists():
        raise Refused("这个名称已经有了。")


def _check_campus(school: School, name: str) -> None:
    if school.campuses.filter(name=name).exists():
        raise Refused("本校已有同名校区。")


def _rename(names: Mapping[str, str]) -> None:
    changed = list(Region.objects.filter(code__in=list(names)))
    aliases = [RegionAlias(region=region, name=region.name) for region in changed]
    RegionAlias.objects.bulk_create(aliases, batch_size=BATCH, ignore_conflicts=True)
    for region in changed:
        region.name = names[region.code]
        region.version += 1
    Region.objects.bulk_update(changed, ["name", "version"], batch_size=BATCH)
