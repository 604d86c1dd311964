"""Made-up rosters of some three hundred children, received as files, and comparisons of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from uuid import uuid4

import pyarrow as pa

import factories
import roster_files
from oosc.access.roles import Role
from oosc.children.rules import spelling
from oosc.jobs.worker import Worker
from oosc.linkage import actions
from oosc.linkage.models import Finding, Pair, Run, Tally
from oosc.linkage.performing import tallies
from oosc.linkage.states import Kind as List
from oosc.linkage.states import RunState
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


def by_hand(by: Acting, *, number: int = 1, on: date = TODAY, previous: Run | None = None) -> Run:
    """A run that is done and has no list yet: see `put` and `pair`."""
    return Run.objects.create(
        number=number, region=factories.region(by.region_code), judged_on=on, state=RunState.DONE,
        requested_by_id=by.post_id, requested_at=roster_files.NOON, previous=previous,
        finished_at=roster_files.NOON,
    )  # fmt: skip


def put(run: Run, kind: List, name: str, **more: object) -> Finding:
    """Put a child on a list of a run made by hand: of 东桥社区, unless said otherwise."""
    place = more.pop("place", factories.EAST)
    more.setdefault("child", factories.child(name, place=place))
    given = {
        "row_key": f"0:{name}:{uuid4()}", "name_initials": spelling(name)[0], "sex": "女",
        "birth_date": date(2016, 4, 20), "grade": 4, "region": factories.region(place),
        "region_code": place, "community": factories.region(place).name,
        "reason_code": "never_on_roll", "reason": "学籍中没有此人", "print": name.encode(),
    }  # fmt: skip
    return Finding.objects.create(run=run, kind=kind, name=name, **{**given, **more})


def count(run: Run) -> Run:
    """Count the lists of a run made by hand, as the end of a run does."""
    Tally.objects.filter(run=run).delete()
    Tally.objects.bulk_create(tallies(run))
    return run


def pair(run: Run, rank: int, name: str = "林小雨", **more: object) -> Pair:
    row = {
        "roster": "户籍学龄人口", "sender": "派出所", "as_of": "2026-09-01", "row": "7",
        "name": name, "id_no": factories.id_no(), "birth_date": "2016-04-20", "sex": "女",
        "guardian": "", "phone": "", "community": "", "address": "", "school": "",
    }  # fmt: skip
    given = {
        "left_key": f"0:{rank}", "right_key": f"1:{rank}", "left_print": b"l%d" % rank,
        "right_print": b"r%d" % rank, "left": row,
        "right": row | {"roster": "学籍名册", "birth_date": "2016-04-02"},
        "left_name": name, "right_name": name, "left_initials": spelling(name)[0],
        "right_initials": spelling(name)[0], "left_kind": "police_hukou",
        "right_kind": "school_roll", "probability": 0.6, "region_code": factories.EAST,
    }  # fmt: skip
    return Pair.objects.create(run=run, rank=rank, **{**given, **more})


def truth(table: str, seed: int = 21) -> Mapping[str, list[str]]:
    found: pa.Table = made(seed).truth[table]
    return found.to_pydict()
