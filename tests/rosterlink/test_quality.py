"""How good the whole comparison is, on made-up rosters: the floors that it must not fall below."""

from datetime import date
from pathlib import Path

import pytest

import rosterlink
from rosterlink import synthetic
from rosterlink.evaluate import Evaluation, evaluate

ON = date(2026, 9, 1)


@pytest.fixture(scope="module", params=[101, 202], ids="seed {}".format)
def result(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    made = rosterlink.make(3_000, seed=request.param, on=ON)
    paths = synthetic.write(made, tmp_path_factory.mktemp("rosters"), "parquet")
    return compared(made, paths)


def compared(made: synthetic.Made, paths: list[Path]) -> Evaluation:
    readings = [rosterlink.read(path, rosterlink.LAYOUTS[path.stem]) for path in paths]
    rosters = {one.roster: [one.table] for one in rosterlink.assign_row_ids(readings)}
    answer = rosterlink.reconcile(rosters, on=ON)
    tables = {
        "links": answer.links,
        "out_of_school": answer.out_of_school,
        "ghosts": answer.ghosts,
        "duplicates": answer.duplicates,
    }
    return evaluate(tables, made.truth)


def test_links(result: Evaluation) -> None:
    assert result.links.f1 >= 0.998


def test_no_child_is_missed_and_few_visits_are_wasted(result: Evaluation) -> None:
    assert result.out_of_school.recall >= 0.99
    assert result.out_of_school.precision >= 0.85


def test_ghosts(result: Evaluation) -> None:
    assert result.ghosts.f1 >= 0.95


def test_duplicates(result: Evaluation) -> None:
    assert result.duplicates.f1 >= 0.90


def test_other_kinds_of_fault_do_not_break_it(tmp_path: Path) -> None:
    """Letters for digits, slid classes, swapped columns, other calendars, notes behind names."""
    made = rosterlink.make(3_000, seed=303, on=ON, faults=synthetic.WIDE)
    result = compared(made, synthetic.write(made, tmp_path, "parquet"))
    assert result.links.f1 >= 0.995
    assert result.out_of_school.recall >= 0.97
