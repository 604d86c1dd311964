"""The bound never turns away a pair that would have weighed enough."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

import rosterlink
from little_rosters import ON
from rosterlink import synthetic
from rosterlink.engines import bounds, rows
from rosterlink.engines.duckdb import DuckDBEngine

ROWS = 350
FAR_BELOW = -100.0  # bits; weighs every pair


@pytest.fixture(scope="module", params=["HARD", "WIDE"])
def weighed(request):
    """Every pair of some rows of every roster: its ends, its weight, and the bound over it."""
    made = rosterlink.make(300, seed=5, on=ON, faults=getattr(synthetic, request.param))
    some = {roster: [table.slice(0, 60)] for roster, table in made.rosters.items()}
    engine = DuckDBEngine()
    engine.read(some, ON)
    rows.settle(engine.connection)
    prior = rows.count_names(engine.connection)
    every = list(combinations(range(ROWS), 2))
    ends = {end: pa.array([pair[i] for pair in every], pa.int32()) for i, end in enumerate("ab")}
    engine.connection.register("compared", pa.table(ends))
    found = engine.weigh(FAR_BELOW, prior)
    columns = {c: found.column(c).to_numpy() for c in ("a", "b", "weight")}
    marks = rows.marks(engine.connection)
    by_number = np.argsort(marks["n"])
    return columns, bounds.Bound({mark: told[by_number] for mark, told in marks.items()}, prior)


@pytest.mark.parametrize("keep", [-20.0, -9.0, 0.0, 8.0])
def test_what_weighs_enough_passes(weighed, keep):
    pairs, bound = weighed
    passed = bound.passes(pairs["a"], pairs["b"], keep)

    assert np.all(passed[pairs["weight"] >= keep])


def test_most_of_what_does_not_is_turned_away(weighed):
    pairs, bound = weighed
    passed = bound.passes(pairs["a"], pairs["b"], -9.0)

    assert passed[pairs["weight"] < -9.0].mean() < 0.3
