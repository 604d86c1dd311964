"""Weights of a region, estimated from its own rosters without being told who is who."""

import json
from datetime import date
from pathlib import Path

import pytest

import rosterlink
from little_rosters import child, decided, table
from rosterlink import synthetic
from rosterlink.command import main
from rosterlink.engines.duckdb import DuckDBEngine
from rosterlink.engines.python import PythonEngine
from rosterlink.evaluate import links
from rosterlink.reading import Unreadable
from rosterlink.reconcile import reconcile
from rosterlink.training import shifted, train
from rosterlink.weights import WEIGHTS
from rosterlink.weights_file import check_weights_target, read_weights, shipped, write_weights

ON = date(2026, 9, 1)


def rosters_of(made: synthetic.Made):
    return {roster: [rows] for roster, rows in made.rosters.items()}


@pytest.fixture(scope="module")
def made() -> synthetic.Made:
    return rosterlink.make(1_500, seed=515, on=ON, faults=synthetic.HARD)


@pytest.fixture(scope="module")
def trained(made):
    return train(rosters_of(made), on=ON, engine=DuckDBEngine())


def test_the_shipped_weights_are_such_a_file():
    assert shipped().weights == WEIGHTS
    assert shipped().about["day"] == "2026-09-01"


def test_what_was_measured_where_the_shipped_weights_come_from_shifts_nothing():
    assert shifted(shipped().measured, shipped().measured) == WEIGHTS


def test_without_truth_it_links_no_worse_than_the_shipped_weights(made, trained):
    rows = made.truth["rows"]
    as_shipped = links(reconcile(made.rosters, on=ON).links, rows)
    as_trained = links(reconcile(made.rosters, on=ON, weights=trained).links, rows)

    assert trained.weights != WEIGHTS
    assert as_trained.f1 >= as_shipped.f1 - 0.0003


def test_same_rosters_same_weights_and_a_run_names_them(made, trained, tmp_path: Path):
    again = train(rosters_of(made), on=ON, engine=DuckDBEngine(threads=1))
    write_weights(tmp_path / "w.json", again)

    assert read_weights(tmp_path / "w.json") == trained
    assert trained.about["rows"]["school_roll"] == len(made.rosters["school_roll"])


def test_the_answer_key_trains_and_links_alike():
    made = rosterlink.make(400, seed=8, on=ON, faults=synthetic.WIDE)
    quick = train(rosters_of(made), on=ON, engine=DuckDBEngine())

    assert train(rosters_of(made), on=ON, engine=PythonEngine()) == quick
    one = reconcile(made.rosters, on=ON, weights=quick)
    other = reconcile(made.rosters, on=ON, weights=quick, engine="python")
    assert one.links.equals(other.links)
    assert one.summary["weights"] == quick.about


def test_decisions_of_a_clerk_count(made, trained):
    review = reconcile(made.rosters, on=ON).links.slice(0, 1).to_pylist()[0]
    decisions = decided((review["left_row_id"], review["right_row_id"], True))

    told = train(rosters_of(made), on=ON, engine=DuckDBEngine(), decisions=decisions)

    assert told.provenance["pairs"]["decided"] == 1


def test_a_town_too_small_is_refused():
    rows = table(child("H1", "林小雨", "2015-03-04", "002"))
    with pytest.raises(ValueError, match="不足 200 对"):
        train({"police_hukou": [rows], "school_roll": [rows]}, on=ON, engine=DuckDBEngine())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("姓名,身份证号", "不是 rosterlink train 写出的权重文件"),
        ("[]", "不是 rosterlink train 写出的权重文件"),
        ('{"format": "rosterlink weights 1", "weights": {"name": {}}}', "不符；请用本版本重新训练"),
    ],
)
def test_another_file_is_refused(text: str, sentence: str, tmp_path: Path):
    (tmp_path / "w.json").write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match=sentence):
        read_weights(tmp_path / "w.json")


def test_a_number_out_of_all_measure_is_refused(tmp_path: Path):
    write_weights(tmp_path / "w.json", shipped())
    told = json.loads((tmp_path / "w.json").read_text(encoding="utf-8"))
    told["weights"]["sex"]["same"] = 1e9
    (tmp_path / "w.json").write_text(json.dumps(told), encoding="utf-8")

    with pytest.raises(Unreadable, match="重新训练"):
        read_weights(tmp_path / "w.json")


def test_nothing_but_weights_is_written_over(tmp_path: Path):
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")
    for target in (other, tmp_path / "w.csv", tmp_path / "nowhere" / "w.json"):
        with pytest.raises(Unreadable):
            check_weights_target(target)
    assert other.read_text(encoding="utf-8") == "{}"


def test_the_command_writes_a_file_that_a_run_takes(made, tmp_path: Path, capsys):
    paths = {p.stem: p for p in synthetic.write(made, tmp_path, "parquet")}
    files = ["--residents", str(paths["police_hukou"]), "--roll", str(paths["school_roll"])]
    weights, out = str(tmp_path / "w.json"), tmp_path / "out"

    assert main(["train", weights, *files, "--on", "2026-09-01"]) == 0
    assert main(["reconcile", str(out), *files, "--on", "2026-09-01", "--weights", weights]) == 0
    told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert told["weights"] == read_weights(Path(weights)).about

    missing = ["--weights", str(tmp_path / "none.json")]
    assert main(["reconcile", str(out), *files, "--on", "2026-09-01", *missing]) == 2
    assert "没有这个文件" in capsys.readouterr().err
