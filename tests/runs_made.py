"""Made-up rosters of some three hundred children, received as files, and comparisons of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa

import factories
import roster_files
from oosc.access.roles import Role
from oosc.jobs.worker import Worker
from oosc.linkage import actions
from oosc.linkage.models import Run
from oosc.members.acting import Acting
from oosc.places.models import Region, School
from oosc.rosters import queries
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind
from rosterlink import synthetic

TODAY = factories.TODAY
CHILDREN = 300
SENDERS = {
    Kind.POLICE_HUKOU: Role.POLICE,
    Kind.POLICE_FLOATING: Role.POLICE,
    Kind.SCHOOL_ROLL: Role.EDU,
    Kind.ELSEWHERE_ROLL: Role.EDU,
    Kind.DEFERRAL: Role.EDU,
}


@cache
def made(seed: int = 21) -> synthetic.Made:
    return synthetic.make(
        CHILDREN, seed=seed, on=TODAY, region=synthetic.example_region(), faults=synthetic.HARD
    )


@cache
def file_of(kind: str, seed: int = 21) -> bytes:
    """One roster as its sender would hand it in."""
    with tempfile.TemporaryDirectory() as folder:
        synthetic.write(made(seed), Path(folder), "csv")
        return (Path(folder) / f"{kind}.csv").read_bytes()


def places() -> None:
    """The subdistrict of the made-up rosters: its communities and schools by their names."""
    region = synthetic.example_region()
    for community in region.communities:
        factories.region(community.code[:9])
        Region.objects.get_or_create(code=community.code, defaults={"name": community.name})
    subdistrict = Region.objects.get(code=factories.SUBDISTRICT)
    for school in region.schools:
        if school.stage != synthetic.Stage.SENIOR:
            School.objects.get_or_create(
                code=school.code,
                defaults={"name": school.name, "stage": school.stage, "region": subdistrict},
            )


def receive(kinds: Iterable[str] = tuple(SENDERS), seed: int = 21) -> list[Roster]:
    """Hand each roster in, let the worker check it, and receive it."""
    return [
        roster_files.receive(
            factories.acting(SENDERS[kind]), file_of(kind, seed), kind=kind, name=f"{kind}.csv",
            as_of=date(2026, 9, 1), at=roster_files.NOON,
        )
        for kind in kinds
    ]  # fmt: skip


def start(by: Acting, *, on: date = TODAY) -> Run:
    """Begin a comparison over the latest roster of each sender; the worker has not begun."""
    rosters = queries.latest(by.region_code)
    return actions.start_run(by=by, on=on, rosters=rosters, now=roster_files.NOON)


def perform(by: Acting, **more: object) -> Run:
    """Begin a comparison and let the worker do it."""
    run = start(by, **more)
    Worker().work_off()
    return Run.objects.get(pk=run.pk)


def truth(table: str, seed: int = 21) -> Mapping[str, list[str]]:
    found: pa.Table = made(seed).truth[table]
    return found.to_pydict()
