"""Made-up rosters whose answers are known: for tests, for the bench, for the demo.

    made = make(3000, seed=7, on=date(2026, 9, 1))
    write(made, Path("rosters"), "xlsx")

Nobody in them exists: surnames and characters are put together by chance, numbers begin with an
administrative code that is not assigned (9900), phones with two zeros where no operator has them.
The same call gives the same rosters.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from rosterlink.synthetic import truth
from rosterlink.synthetic.families import HARD_FAMILIES, USUAL_FAMILIES, Families
from rosterlink.synthetic.faults import HARD, KINDS, USUAL, WIDE, WIDE_HARD, Told, put_in, scaled
from rosterlink.synthetic.names import (
    NATIONWIDE,
    NORTH,
    NORTHEAST,
    NORTHWEST,
    SOUTH_COAST,
    SOUTHWEST,
    NameTables,
)
from rosterlink.synthetic.people import population
from rosterlink.synthetic.places import (
    Community,
    Region,
    School,
    Stage,
    example_region,
    region_for,
)
from rosterlink.synthetic.rosters import MAKERS, Draft, Maker, World
from rosterlink.synthetic.writing import ugly, write

__all__ = [
    "HARD",
    "HARD_FAMILIES",
    "KINDS",
    "NATIONWIDE",
    "NORTH",
    "NORTHEAST",
    "NORTHWEST",
    "SOUTHWEST",
    "SOUTH_COAST",
    "USUAL",
    "USUAL_FAMILIES",
    "WIDE",
    "WIDE_HARD",
    "Community",
    "Families",
    "Made",
    "NameTables",
    "Region",
    "School",
    "Stage",
    "example_region",
    "make",
    "region_for",
    "scaled",
    "ugly",
    "write",
]


@dataclass(frozen=True)
class Made:
    """Twelve rosters and what is true of them.

    `rosters` are named and have the columns of the reader's layouts, all text, "" for missing;
    `truth` holds the tables rows, persons, out_of_school, ghosts, duplicates, unregistered, faults.
    """

    on: date
    seed: int
    rosters: dict[str, pa.Table]
    truth: dict[str, pa.Table]


def make(
    children: int,
    *,
    seed: int,
    on: date,
    region: Region | None = None,
    faults: Mapping[str, float] = USUAL,
    families: Families = USUAL_FAMILIES,
    names: NameTables = NATIONWIDE,
) -> Made:
    """Make up the rosters of so many children, judged on a day.

    `region` is where they live (without one, a region of fitting size is made up); `faults` maps
    each kind of mistake to the share of roll rows that carry it (of classes, for a kind that
    strikes a whole class); `families` says how much honest rosters differ, `names` how people are
    named.

    Raises:
        ValueError: fewer than 100 children, a kind of fault that there is not, or more children
            than the region's codes have identity numbers for.
    """
    if children < 100:
        raise ValueError("at least 100 children are needed for twelve rosters")
    rng = np.random.default_rng(seed)
    region = region or region_for(children)
    households, people = population(children, on, region, families, names, rng)

    def drawn(maker: Maker, rng: np.random.Generator) -> tuple[Draft, list[Told]]:
        draft = maker(World(on, region, households, people, families, rng))
        return draft, put_in(draft, faults, people, households, rng)

    # Each roster has its own chance, so the threads may run in any order.
    with ThreadPoolExecutor(pa.cpu_count()) as threads:
        made = list(threads.map(drawn, MAKERS, rng.spawn(len(MAKERS))))
    drafts = [draft for draft, _ in made]
    told = {draft.name: faults for draft, faults in made}
    rosters = {d.name: pa.table({"row_id": d.row_ids, **d.columns}) for d in drafts}
    return Made(on, seed, rosters, truth.tables(people, drafts, told))
