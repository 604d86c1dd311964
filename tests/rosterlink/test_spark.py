"""Spark: what it answers is what one machine answers, row for row and in the same order."""

from pathlib import Path

import pytest

import rosterlink
from little_rosters import ON
from rosterlink import synthetic
from rosterlink.command import main
from rosterlink.engines.duckdb import DuckDBEngine
from rosterlink.engines.spark import SparkEngine, what_is_missing
from rosterlink.person import ROSTERS
from rosterlink.reconcile import reconcile

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing()),
]
HERE = "local[2]"
LISTS = (
    "links", "review", "out_of_school", "explained", "ghosts", "unregistered", "duplicates",
    "persons", "standing",
)  # fmt: skip
ANY_WEIGHT = -1000.0


@pytest.fixture(scope="module")
def made():
    return rosterlink.make(250, seed=8, on=ON, faults=synthetic.WIDE)


@pytest.fixture(scope="module")
def lists(made):
    return reconcile(made.rosters, on=ON, engine="spark", master=HERE)


@pytest.mark.parametrize("engine", ["duckdb", "python"])
def test_the_lists_are_the_same_rows_in_the_same_order(engine, lists, made):
    other = reconcile(made.rosters, on=ON, engine=engine)

    for name in LISTS:
        assert getattr(lists, name).to_pylist() == getattr(other, name).to_pylist(), name


def test_each_row_and_each_pair_is_the_same_to_the_last_bit(made):
    spark, one = SparkEngine(HERE), DuckDBEngine()
    rosters = {roster: [made.rosters[roster]] for roster in ROSTERS if roster in made.rosters}

    assert spark.read(rosters, ON).equals(one.read(rosters, ON))
    assert spark.pairs(ANY_WEIGHT).equals(one.pairs(ANY_WEIGHT))


def test_nothing_in_nothing_out():
    result = reconcile({"police_hukou": []}, on=ON, engine="spark", master=HERE)

    assert all(len(getattr(result, name)) == 0 for name in LISTS)


def test_the_command_writes_what_it_writes_on_one_machine(made, tmp_path: Path, capfd):
    synthetic.write(made, tmp_path, "parquet")
    arguments = [
        "--residents", str(tmp_path / "police_hukou.parquet"),
        "--roll", str(tmp_path / "school_roll.parquet"), "--on", f"{ON}",
    ]  # fmt: skip

    for engine in (["--engine", "duckdb"], ["--engine", "spark", "--master", HERE]):
        assert main(["reconcile", str(tmp_path / engine[1]), *arguments, *engine]) == 0

    written = [path for path in (tmp_path / "spark").iterdir() if path.suffix == ".csv"]
    assert len(written) == 9
    for path in written:
        assert path.read_bytes() == (tmp_path / "duckdb" / path.name).read_bytes()
