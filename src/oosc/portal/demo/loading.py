"""The example subdistrict: made-up people in made-up places, through the same actions as real ones.

Nothing is put in by hand that an office would do: rosters are handed in, checked, received and
compared, cases are raised, assigned, visited and struck off by the posts that may.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from oosc.audit import chain, trail
from oosc.jobs.worker import Worker
from oosc.kernel import clock
from oosc.linkage import actions as linkage
from oosc.linkage.models import Pair, Run
from oosc.linkage.states import Verdict
from oosc.parameters.actions import set_parameter
from oosc.parameters.calendar import working_days
from oosc.places.models import Region
from oosc.portal.demo import mark
from oosc.portal.demo.cases import Cases
from oosc.portal.demo.days import Days
from oosc.portal.demo.people import SUBDISTRICT, People
from oosc.rosters import actions as rosters
from oosc.rosters import queries
from oosc.rosters.states import Kind
from oosc.schooling import actions as schooling
from oosc.schooling.states import RosterKind
from rosterlink import synthetic
from rosterlink.school_age import school_year, school_year_start

CHILDREN = 3000
SEED = 20260902
# Far more faults and namesakes than there are, so that so few children leave pairs for a clerk.
FAULTS = synthetic.scaled(synthetic.USUAL, 10)
FAMILIES = synthetic.Families(namesakes=0.04)
DECIDED = 3  # of the doubtful pairs; the others wait for whoever tries the demo
BEGAN = 12  # working days ago
SENDERS = {
    Kind.POLICE_HUKOU: "派出所",
    Kind.POLICE_FLOATING: "派出所",
    Kind.BORDER_EXITS: "派出所",
    Kind.DEATHS: "派出所",
    Kind.SCHOOL_ROLL: "教育中心",
    Kind.ELSEWHERE_ROLL: "教育中心",
    Kind.DEFERRAL: "教育中心",
    Kind.KINDERGARTEN_LEAVERS: "教育中心",
    Kind.DISABLED_CERT: "社会事务办〔民政〕",
    Kind.POVERTY: "社会事务办〔民政〕",
    Kind.LEFT_BEHIND: "社会事务办〔民政〕",
    Kind.VACCINATION: "社会事务办〔卫健〕",
}


def load(today: date, say: Callable[[str], None]) -> None:
    """Fill an empty database with the demo. Killed on the way, it is wiped and begun anew."""
    mark.set_loading()
    people, days = People(today), Days(today, working_days())
    say("正在建示例街道…")
    with transaction.atomic():
        people.settle()
        _leave_raising_to_clerks(people, today)
    with days.ago(BEGAN) as day:
        say("正在收花名册…")
        _hand_in_rosters(people, school_year_start(today))
        say("正在比对…")
        run = _compare(people, day)
    say("正在办理个案…")
    _review(run, people)
    Cases(people, days, run).tell()
    _seal_a_roster(people)
    trail.record("demo.loaded", by=None, children=CHILDREN)
    while chain.seal_waiting():
        pass
    mark.set_loaded()


def _leave_raising_to_clerks(people: People, today: date) -> None:
    """Else the worker would open all cases at its first start, and nobody could try it."""
    office = people.acting("教育中心")
    region = Region.objects.get(code=office.region_code)
    set_parameter(
        "pending_by_itself", "0", by=office, region=region, effective_from=today, today=today,
        basis="示例：由教育中心逐批立案",
    )  # fmt: skip


def make_rosters(as_of: date) -> synthetic.Made:
    region = synthetic.example_region()
    made = synthetic.make(
        CHILDREN, seed=SEED, on=as_of, region=region, faults=FAULTS, families=FAMILIES
    )
    floating = Kind.POLICE_FLOATING.value
    made.rosters[floating] = _half_known(made.rosters[floating])
    return made


def _hand_in_rosters(people: People, as_of: date) -> None:
    made = make_rosters(as_of)
    with tempfile.TemporaryDirectory() as folder:
        for path in synthetic.write(made, Path(folder), "xlsx"):
            if path.stem in Kind.values:
                _receive(path, Kind(path.stem), as_of, people)


def _half_known(table: pa.Table) -> pa.Table:
    """Leave of every 25th row what a clerk hears at a door: the pairs that a person must judge."""
    unheard = ("birth_date", "id_no", "guardian_name", "guardian_id", "phone")
    is_half_known = pa.array([number % 25 == 0 for number in range(table.num_rows)])
    for column in unheard:
        heard = pc.if_else(is_half_known, "", table[column])
        table = table.set_column(table.column_names.index(column), column, heard)
    return table


def _receive(path: Path, kind: Kind, as_of: date, people: People) -> None:
    by = people.acting(SENDERS[kind])
    with path.open("rb") as file:
        roster = rosters.hand_in(
            file,
            name=f"{kind.label}.xlsx",
            size=path.stat().st_size,
            kind=kind,
            sender=people.posts[SENDERS[kind]].unit,
            as_of=as_of,
            at=clock.now(),
            by=by,
        )
    Worker().work_off()
    roster.refresh_from_db()
    rosters.receive(roster, by=by, at=clock.now())


def _compare(people: People, day: date) -> Run:
    by = people.acting("教育中心")
    chosen = queries.latest(SUBDISTRICT)
    run = linkage.start_run(by=by, on=day, rosters=chosen, now=clock.now())
    Worker().work_off()
    run.refresh_from_db()
    return run


def _review(run: Run, people: People) -> None:
    by = people.acting("教育中心")
    for pair in Pair.objects.filter(run=run).order_by("rank")[:DECIDED]:
        linkage.decide(pair, by=by, verdict=Verdict.SAME, now=clock.now())


def _seal_a_roster(people: People) -> None:
    """One community has sealed its roster; the others still have to."""
    community = people.communities()[0]
    by = people.acting(f"{community.name}居委会")
    year = school_year(people.today)
    schooling.seal(RosterKind.NOT_ENROLLED, year, community, by=by, on=people.today)
