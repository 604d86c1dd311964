"""A run after a small change takes over what it may, and answers what a whole run answers."""

import json
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import rosterlink
from rosterlink import results, synthetic
from rosterlink.command import main
from rosterlink.kept import FOLDER, Kept, NothingKept, Shelf
from rosterlink.person import ROSTERS
from rosterlink.reading import LAYOUTS
from rosterlink.reconcile import Reconciliation, reconcile

ON = date(2026, 9, 1)
Rosters = dict[str, pa.Table]


def answered(
    rosters: Rosters, into: Path, earlier: Path | None = None
) -> tuple[Reconciliation, Shelf]:
    """Compare and keep, beside results that are nowhere; `earlier` is where another run kept."""
    (into / FOLDER).mkdir(parents=True)
    shelf = Shelf(into / FOLDER, ON, Kept.of(earlier, ON) if earlier else None)
    return reconcile(rosters, on=ON, shelf=shelf), shelf


def assert_same(one: Reconciliation, other: Reconciliation) -> None:
    for name in (*results.TABLES, "persons", "standing"):
        if hasattr(one, name):
            assert getattr(one, name).equals(getattr(other, name)), name
    assert one.summary["counts"] == other.summary["counts"]


def replaced(table: pa.Table, other: pa.Table, chance: random.Random) -> pa.Table:
    """Drop some rows, write others as rows of strangers, turn the order of some, and add a few."""
    rows = [row for row in table.to_pylist() if chance.random() > 0.1]
    strangers = other.to_pylist()
    for row in rows:
        if chance.random() < 0.1:
            column = chance.choice([c for c in table.column_names if c != "row_id"])
            row[column] = chance.choice(strangers)[column]
    at = chance.randrange(len(rows) // 2 + 1)
    rows[at : at + 3] = rows[at : at + 3][::-1]
    rows += [{**row, "row_id": f"new-{n}"} for n, row in enumerate(strangers[:3])]
    return pa.Table.from_pylist(rows, schema=table.schema)


@pytest.fixture(scope="module")
def rosters() -> Rosters:
    made = synthetic.make(300, seed=1, on=ON, faults=synthetic.WIDE_HARD)
    return made.rosters


@pytest.fixture(scope="module")
def strangers() -> Rosters:
    return synthetic.make(300, seed=2, on=ON, faults=synthetic.WIDE_HARD).rosters


@pytest.fixture(scope="module")
def whole(
    rosters: Rosters, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Reconciliation]:
    folder = tmp_path_factory.mktemp("whole") / "run"
    return folder, answered(rosters, folder)[0]


@pytest.mark.parametrize("roster", ROSTERS)
def test_each_roster_replaced_then_emptied_then_added_again(
    roster: str,
    rosters: Rosters,
    strangers: Rosters,
    whole: tuple[Path, Reconciliation],
    tmp_path: Path,
) -> None:
    chance = random.Random(roster)
    steps = {
        "replaced": rosters | {roster: replaced(rosters[roster], strangers[roster], chance)},
        "emptied": rosters | {roster: rosters[roster].slice(0, 0)},
        "added": rosters,
    }
    earlier, before = whole
    for step, changed in steps.items():
        again, shelf = answered(changed, tmp_path / step, earlier)
        assert_same(again, before if step == "added" else reconcile(changed, on=ON))
        assert shelf.taken_over.get("pairs") or ROSTERS[roster] < 2, "nothing was taken over"
        earlier = tmp_path / step


def test_a_crowd_that_comes_or_goes_is_noticed(tmp_path: Path) -> None:
    """A phone of forty-one rows is no family's; of forty it is."""

    def with_bearers(count: int) -> Rosters:
        bearers = [
            {
                "row_id": f"H{n}",
                "name": f"人{n:02}",
                "birth_date": "2015-03-04",
                "phone": "13800001234",
            }
            for n in range(count)
        ]
        other = {
            "row_id": "S1",
            "name": "欧阳修",
            "birth_date": "2012-07-08",
            "phone": "13800001234",
        }
        many = [
            {"row_id": f"X{n}", "name": f"众{n}", "birth_date": "2016-01-01", "phone": ""}
            for n in range(300)
        ]
        return {
            "police_hukou": pa.Table.from_pylist(bearers + many),
            "school_roll": pa.Table.from_pylist([other]),
        }

    few, many = with_bearers(39), with_bearers(40)
    answered(few, tmp_path / "few")
    again, shelf = answered(many, tmp_path / "many", tmp_path / "few")
    assert shelf.taken_over
    assert_same(again, reconcile(many, on=ON))
    again, _ = answered(few, tmp_path / "again", tmp_path / "many")
    assert_same(again, reconcile(few, on=ON))


# ---- on the command line


@pytest.fixture(scope="module")
def folder(rosters: Rosters, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = synthetic.make(300, seed=1, on=ON)
    place = tmp_path_factory.mktemp("files")
    synthetic.write(made, place, "csv")
    assert main(options(place, place / "before")) == 0
    return place


def options(place: Path, out: Path, *more: str, on: str = "2026-09-01") -> list[str]:
    command = ["reconcile", str(out), "--on", on, *more]
    for roster, layout in LAYOUTS.items():
        command += [f"--{layout.side}", str(place / f"{roster}.csv")]
    return command


def lists(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in out.glob("*.csv") if p.stem != results.CHANGES}


def summary(out: Path) -> Any:  # Any: JSON
    return json.loads((out / results.SUMMARY).read_text(encoding="utf-8"))


def test_files_that_are_the_same_are_not_read_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "rosters"
    place.mkdir()
    for path in folder.glob("*.csv"):
        (place / path.name).write_bytes(path.read_bytes())
    lines = (place / "deaths.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (place / "deaths.csv").write_text("".join(lines[:-1]), encoding="utf-8")

    assert main(options(place, tmp_path / "again", "--previous", str(folder / "before"))) == 0
    assert capsys.readouterr().err == ""
    assert main(options(place, tmp_path / "whole")) == 0

    assert lists(tmp_path / "again") == lists(tmp_path / "whole")
    taken = summary(tmp_path / "again")["taken_over"]
    assert taken["files"] == 11
    assert taken["pairs"] > 0
    inputs = [summary(tmp_path / out)["inputs"] for out in ("again", "whole")]
    assert inputs[0] == inputs[1]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda kept: None, "另一版程序或按另一天", id="another day"),
        pytest.param(lambda kept: (kept / "about.json").unlink(), "没有可沿用", id="none"),
        pytest.param(lambda kept: (kept / "about.json").write_text("{"), "损坏", id="no JSON"),
        pytest.param(lambda kept: (kept / "pairs.parquet").unlink(), "损坏", id="no pairs"),
        pytest.param(
            lambda kept: (kept / "rows.parquet").write_bytes(b"PAR1"), "损坏", id="cut off"
        ),
    ],
)
def test_what_does_not_fit_is_said_and_all_is_compared_again(
    spoil: Callable[[Path], object],
    said: str,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = tmp_path / "before"
    assert main(options(folder, before)) == 0
    spoil(before / FOLDER)
    on = "2026-09-02" if said.startswith("另一版") else "2026-09-01"
    capsys.readouterr()

    assert main(options(folder, tmp_path / "again", "--previous", str(before), on=on)) == 0

    assert said in capsys.readouterr().err
    assert "taken_over" not in summary(tmp_path / "again")
    if on == "2026-09-01":
        assert lists(tmp_path / "again") == lists(folder / "before")


def test_a_damaged_file_of_rows_is_read_from_the_roster_again(folder: Path, tmp_path: Path) -> None:
    before = tmp_path / "before"
    assert main(options(folder, before)) == 0
    damaged = before / FOLDER / "0.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-100] + b"x" * 100)

    assert main(options(folder, tmp_path / "again", "--previous", str(before))) == 0

    assert summary(tmp_path / "again")["taken_over"]["files"] == 11
    assert lists(tmp_path / "again") == lists(folder / "before")


def test_what_is_kept_tells_no_name_without_the_roster(folder: Path) -> None:
    kept = folder / "before" / FOLDER
    names = rosterlink.read(folder / "police_hukou.csv", LAYOUTS["police_hukou"]).table["name"]
    inside = b"".join(path.read_bytes() for path in kept.iterdir())
    assert not [name for name in names.to_pylist() if len(name) > 2 and name.encode() in inside]
    assert (folder / "before").stat().st_mode & 0o077 == 0


def test_a_folder_without_results_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingKept, match="没有可沿用"):
        Kept.of(tmp_path, ON)
