"""The command line: what it writes, what it refuses, and that it leaves nothing half-done."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rosterlink
from rosterlink import results, synthetic
from rosterlink.command import main

ON = "2026-09-01"
OPTIONS = {
    "police_hukou": "residents",
    "police_floating": "residents",
    "school_roll": "roll",
    "elsewhere_roll": "roll-elsewhere",
    "deferral": "deferrals",
    "deaths": "deaths",
    "border_exits": "exits",
    "disabled_cert": "disabled",
    "poverty": "poverty",
    "left_behind": "left-behind",
    "vaccination": "vaccination",
    "kindergarten_leavers": "kindergarten",
}


@pytest.fixture(scope="module")
def made() -> synthetic.Made:
    return synthetic.make(600, seed=21, on=date.fromisoformat(ON))


@pytest.fixture(scope="module")
def files(made: synthetic.Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rosters")
    synthetic.write(made, folder, "parquet")
    return folder


@pytest.fixture(scope="module")
def finished(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("finished") / "out"
    assert main(["reconcile", str(out), *every_roster(files), "--on", ON]) == 0
    return out


def every_roster(folder: Path, suffix: str = "parquet") -> list[str]:
    return [
        part
        for roster, option in OPTIONS.items()
        for part in (f"--{option}", str(folder / f"{roster}.{suffix}"))
    ]


def two_rosters(folder: Path) -> list[str]:
    return [
        "--residents", str(folder / "police_hukou.parquet"),
        "--roll", str(folder / "school_roll.parquet"),
    ]  # fmt: skip


def in_parts(whole: Path, folder: Path) -> None:
    """Write each roster as Spark does: a folder, its rows in several files."""
    for path in whole.glob("*.parquet"):
        rows = pq.read_table(path)
        (folder / path.name).mkdir(parents=True)
        for number, first in enumerate(range(0, max(len(rows), 1), 200)):
            part = folder / path.name / f"part-{number:05d}.parquet"
            pq.write_table(rows.slice(first, 200), part)
        (folder / path.name / "_SUCCESS").touch()


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_lines(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], *words: str, out: Path | None = None
) -> None:
    """It is exit 2, one line on stderr with these words, and nothing is left on the disk."""
    before = sorted(out.parent.iterdir()) if out else []
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1, error
    for word in words:
        assert word in error
    if out:
        assert sorted(out.parent.iterdir()) == before


# ---- what it writes


def test_a_run_writes_every_list_and_the_summary(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert names == {f"{name}.csv" for name in results.TABLES} | {"summary.json", "kept"}
    columns = {
        "links": ["left_row_id", "right_row_id", "probability", "certainty", "reason"],
        "review": ["left_row_id", "right_row_id", "probability", "certainty", "reason"],
        "out_of_school": ["row_id", "reason_code", "reason", "nearest_row_id", "nearest_reason"],
        "explained": ["row_id", "explanation", "by_row_id"],
        "ghosts": ["row_id", "reason"],
        "unregistered": ["row_id", "reason"],
        "duplicates": ["row_id_a", "row_id_b", "reason"],
        "problems": ["file", "row", "heading", "problem"],
    }
    for name, expected in columns.items():
        with (finished / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert set(expected) <= set(next(csv.reader(file))), name


def test_the_summary_says_with_what_it_was_made(finished: Path) -> None:
    summary = json.loads((finished / "summary.json").read_text(encoding="utf-8"))
    assert summary["parameters"]["on"] == ON
    assert summary["parameters"]["most_in_one_home"] == 40
    assert summary["school_year"] == "2026-2027"
    assert {one["roster"] for one in summary["inputs"]} == set(OPTIONS)
    assert all(len(one["sha256"]) == 64 and one["rows"] for one in summary["inputs"])
    assert {"python", "oosc", "duckdb", "pyarrow"} <= set(summary["versions"])
    assert summary["counts"]["out_of_school"] == len(table(finished, "out_of_school"))
    assert all(seconds >= 0 for seconds in summary["seconds"].values())


def test_the_same_input_gives_the_same_answer(files: Path, finished: Path, tmp_path: Path) -> None:
    arguments = [*every_roster(files), "--on", ON, "--threads", "1", "--memory", "2GB"]
    assert main(["reconcile", str(tmp_path / "again"), *arguments]) == 0
    for name in results.TABLES:
        again = (tmp_path / "again" / f"{name}.csv").read_bytes()
        assert again == (finished / f"{name}.csv").read_bytes(), name


def test_optional_rosters_may_be_missing(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "a" / "new" / "folder"
    assert main(["reconcile", str(out), *two_rosters(files), "--on", ON]) == 0
    assert table(out, "out_of_school")


def test_a_later_run_takes_the_place_of_an_earlier_one(files: Path, tmp_path: Path) -> None:
    arguments = ["reconcile", str(tmp_path / "out"), *two_rosters(files), "--on", ON]
    assert main(arguments) == 0
    (tmp_path / "out" / "links.csv").write_text("", encoding="utf-8")
    assert main(arguments) == 0
    assert table(tmp_path / "out", "links")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_problems_name_the_cell_and_never_what_it_says(
    files: Path, finished: Path, made: synthetic.Made
) -> None:
    problems = table(finished, "problems")
    assert problems
    assert {p["file"] for p in problems} <= {f"{roster}.parquet" for roster in OPTIONS}
    text = (finished / "problems.csv").read_text(encoding="utf-8")
    for roster in made.rosters.values():
        for column in {"id_no", "phone", "guardian_id"} & set(roster.column_names):
            values = [value for value in roster[column].to_pylist() if len(value) > 10]
            assert not any(value in text for value in values)


def test_the_workbooks_of_an_office_are_read(made: synthetic.Made, tmp_path: Path) -> None:
    residents = synthetic.ugly(made, "police_hukou", tmp_path / "派出所户籍.xlsx")
    roll = synthetic.ugly(made, "school_roll", tmp_path / "各校学籍.xlsx")
    arguments = ["--residents", str(residents), "--roll", str(roll), "--on", ON]
    assert main(["reconcile", str(tmp_path / "out"), *arguments]) == 0
    links = table(tmp_path / "out", "links")
    assert len(links) > made.rosters["police_hukou"].num_rows / 2
    assert links[0]["left_row_id"].startswith("派出所户籍:")
    assert links[0]["right_row_id"].startswith("各校学籍:")


# ---- decisions


def test_what_a_person_decided_is_honoured(files: Path, finished: Path, tmp_path: Path) -> None:
    apart = next(link for link in table(finished, "links") if link["right_row_id"][0] == "S")
    lonely = table(finished, "out_of_school")[0]["row_id"]
    ghost = table(finished, "ghosts")[0]["row_id"]
    decisions = write_lines(
        tmp_path / "decisions.csv",
        "left_row_id,right_row_id,same",
        f"{apart['left_row_id']},{apart['right_row_id']},0",
        f"{lonely},{ghost},1",
    )
    arguments = [*every_roster(files), "--on", ON, "--decisions", str(decisions)]
    assert main(["reconcile", str(tmp_path / "out"), *arguments]) == 0
    links = {
        (link["left_row_id"], link["right_row_id"]) for link in table(tmp_path / "out", "links")
    }
    assert (apart["left_row_id"], apart["right_row_id"]) not in links
    assert (lonely, ghost) in links
    assert lonely not in {row["row_id"] for row in table(tmp_path / "out", "out_of_school")}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["left_row_id,right_row_id", "H1,S1"], ["缺少表头 same"]),
        (["left_row_id,right_row_id,same", "H1,S1,maybe"], ["第 2 行", "same"]),
        (["left_row_id,right_row_id,same", "H1,,1"], ["第 2 行"]),
        (["left_row_id,right_row_id,same", "H1,S1,1", "S1,H1,0"], ["第 3 行", "相反"]),
    ],
)
def test_decisions_that_make_no_sense_are_refused(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str],
    words: list[str],
) -> None:  # fmt: skip
    path = write_lines(tmp_path / "decisions.csv", *lines)
    arguments = [*two_rosters(files), "--on", ON, "--decisions", str(path)]
    out = tmp_path / "out"
    refused(capsys, ["reconcile", str(out), *arguments], "decisions.csv", *words, out=out)


# ---- two runs


def test_changes_since_an_earlier_run_are_listed(
    files: Path, finished: Path, made: synthetic.Made, tmp_path: Path
) -> None:
    missing = [row["row_id"] for row in table(finished, "out_of_school")]
    gone = next(row for row in missing if row.startswith("H"))
    link = next(
        link for link in table(finished, "links")
        if link["left_row_id"][0] == "H" and link["right_row_id"][0] == "S"
    )  # fmt: skip
    for roster in OPTIONS:
        (tmp_path / f"{roster}.parquet").symlink_to(files / f"{roster}.parquet")
    without(made.rosters["police_hukou"], gone, tmp_path / "police_hukou.parquet")
    without(made.rosters["school_roll"], link["right_row_id"], tmp_path / "school_roll.parquet")
    out = tmp_path / "out"
    arguments = [*every_roster(tmp_path), "--on", ON, "--previous", str(finished)]
    assert main(["reconcile", str(out), *arguments]) == 0
    found = {row["row_id"]: row["change"] for row in table(out, "changes")}
    assert found[gone] == "gone"
    assert found[link["left_row_id"]] == "newly_missing"
    assert set(found.values()) == {"gone", "newly_missing", "still_open"}
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["changes"]["gone"] == 1


def without(roster: pa.Table, row_id: str, path: Path) -> None:
    path.unlink()
    keep = [row != row_id for row in roster["row_id"].to_pylist()]
    pq.write_table(roster.filter(pa.array(keep)), path)


def test_a_run_compared_with_itself_has_only_open_cases(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(finished), str(finished)]) == 0
    printed = capsys.readouterr()
    rows = list(csv.DictReader(printed.out.splitlines()))
    assert {row["change"] for row in rows} == {"still_open"}
    assert len(rows) == len(table(finished, "out_of_school"))
    assert "新增 0" in printed.err


def test_a_folder_that_is_no_run_cannot_be_compared(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(capsys, ["compare", str(finished), str(tmp_path)], "summary.json")


def test_a_damaged_run_cannot_be_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_lines(tmp_path / "summary.json", "{}")
    refused(capsys, ["compare", str(tmp_path), str(tmp_path)], "不全")


# ---- one file


def test_check_prints_the_problems_of_one_file(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(files / "school_roll.parquet")]) == 0
    printed = capsys.readouterr()
    rows = list(csv.DictReader(printed.out.splitlines()))
    assert list(rows[0])[:4] == ["file", "row", "heading", "problem"]
    assert "学籍" in printed.err


def test_check_reads_a_file_as_it_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(files / "police_hukou.parquet")
    assert main(["check", path, "--as", "police_floating"]) == 0
    assert "流动" in capsys.readouterr().err


def test_check_refuses_a_roster_there_is_not(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(files / "police_hukou.parquet")
    refused(capsys, ["check", path, "--as", "lottery"], "lottery", "police_hukou")


def test_check_says_when_it_cannot_tell_which_roster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_lines(tmp_path / "a.csv", "姓名,出生日期", "霜一,2015-03-04")
    refused(capsys, ["check", str(path)], "a.csv", "--as")


# ---- wrong use and wrong input

MINIMAL = ["reconcile", "out", "--residents", "a", "--roll", "b"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["COMMAND"]),
        (["reconcile", "out"], ["--residents"]),
        (MINIMAL, ["--on"]),
        ([*MINIMAL, "--on", "1.9.2026"], ["2026-09-01"]),
        ([*MINIMAL, "--on", ON, "--threads", "0"], ["整数"]),
        ([*MINIMAL, "--on", ON, "--memory", "big"], ["8GB"]),
        ([*MINIMAL, "--on", ON, "--master", "x"], ["spark"]),
        ([*MINIMAL, "--on", ON], ["没有这个文件：a"]),
        (["check", "nowhere.csv"], ["没有这个文件"]),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    refused(capsys, arguments, *words)


@pytest.mark.parametrize(
    ("lacking", "words"),
    [("pyspark", ["pip install 'oosc[spark]'", "Java 17"]), ("java", ["openjdk-17", "JAVA_HOME"])],
)
def test_spark_is_refused_with_what_to_install(
    lacking: str,
    words: list[str],
    files: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    known = lacking != "pyspark"
    monkeypatch.setattr("rosterlink.engines.spark.find_spec", lambda package: known or None)
    out = tmp_path / "out"
    arguments = [*two_rosters(files), "--on", ON, "--engine", "spark"]
    refused(capsys, ["reconcile", str(out), *arguments], *words, out=out)


def test_a_roster_may_be_a_folder_of_its_parts(made: synthetic.Made, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    synthetic.write(made, whole, "parquet")
    in_parts(whole, parts)

    for folder in (whole, parts):
        out = tmp_path / f"out-{folder.name}"
        assert main(["reconcile", str(out), *two_rosters(folder), "--on", ON]) == 0

    for name in ("links", "out_of_school", "ghosts", "problems"):
        assert table(tmp_path / "out-parts", name) == table(tmp_path / "out-whole", name)


def test_a_folder_without_parts_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "roll").mkdir()
    arguments = ["--residents", str(tmp_path / "roll"), "--roll", str(tmp_path / "roll")]
    refused(capsys, ["reconcile", "out", *arguments, "--on", ON], "没有这个文件")


def bad_file(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.xlsx"
    if kind == "encrypted":
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_096))
    elif kind == "truncated":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>" * 100)
        path.write_bytes(path.read_bytes()[:60])
    elif kind == "renamed":
        path.write_text("姓名,身份证号\n", encoding="utf-8")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "suffix":
        path = write_lines(folder / "suffix.doc", "姓名,身份证号")
    elif kind == "heading":
        path = write_lines(folder / "heading.csv", "姓名,备注", "霜一,甲")
    return path


@pytest.mark.parametrize(
    "kind", ["encrypted", "truncated", "renamed", "empty", "suffix", "heading"]
)
@pytest.mark.parametrize("option", ["--residents", "--deaths"])
def test_a_file_that_cannot_be_read_is_refused_by_name(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, option: str
) -> None:
    path = bad_file(tmp_path, kind)
    out = tmp_path / "out"
    arguments = [*two_rosters(files), option, str(path), "--on", ON]
    refused(capsys, ["reconcile", str(out), *arguments], path.name, out=out)


def test_a_missing_heading_is_told_with_those_seen(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bad_file(tmp_path, "heading")
    arguments = ["reconcile", str(tmp_path / "out"), *two_rosters(files), "--deaths", str(path)]
    refused(capsys, [*arguments, "--on", ON], "heading.csv", "身份证", "备注")


def test_two_files_with_one_stem_are_refused(
    files: Path, made: synthetic.Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    synthetic.write(made, tmp_path / "other", "csv")
    arguments = [*two_rosters(files), "--roll", str(tmp_path / "other" / "school_roll.csv")]
    out = tmp_path / "out"
    refused(capsys, ["reconcile", str(out), *arguments, "--on", ON], "school_roll", out=out)


def test_the_same_file_twice_is_refused(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = [*two_rosters(files), "--roll", str(files / "school_roll.parquet")]
    out = tmp_path / "out"
    refused(capsys, ["reconcile", str(out), *twice, "--on", ON], "school_roll.parquet", out=out)
    copy = tmp_path / "copy.parquet"
    copy.write_bytes((files / "school_roll.parquet").read_bytes())
    twice = [*two_rosters(files), "--roll", str(copy)]
    refused(capsys, ["reconcile", str(out), *twice, "--on", ON], "copy.parquet", out=out)


def test_the_two_sides_swapped_are_noticed(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    swapped = [
        "--residents", str(files / "school_roll.parquet"),
        "--roll", str(files / "police_hukou.parquet"),
    ]  # fmt: skip
    out = tmp_path / "out"
    refused(capsys, ["reconcile", str(out), *swapped, "--on", ON], "--residents", out=out)


def test_a_folder_with_other_things_in_it_is_not_touched(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write_lines(out / "thesis.txt", "years of work")
    refused(capsys, ["reconcile", str(out), *two_rosters(files), "--on", ON], "out", out=out)
    assert (out / "thesis.txt").exists()


def test_an_empty_folder_will_do(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert main(["reconcile", str(out), *two_rosters(files), "--on", ON]) == 0


def test_a_disk_that_fails_leaves_nothing_and_is_exit_1(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(table: pa.Table, path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "write_csv", full)
    out = tmp_path / "out"
    assert main(["reconcile", str(out), *two_rosters(files), "--on", ON]) == 1
    assert "No space left" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unforeseen_error_tells_its_place_and_nothing_of_the_rows(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("霜一 990001201503041234")

    monkeypatch.setattr(results, "check_target", broken)
    assert main(["reconcile", str(tmp_path / "out"), *two_rosters(files), "--on", ON]) == 1
    error = capsys.readouterr().err
    assert "RuntimeError" in error
    assert "9900" not in error


# ---- as a program


HEAVY = "('pyarrow', 'duckdb', 'numpy', 'pypinyin', 'opencc')"


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"},
    )  # fmt: skip
    return done.stdout.strip()


def test_help_loads_nothing_heavy() -> None:
    """How long it takes is for the bench; that it cannot take long is for here."""
    printed = run_python(
        "import atexit, sys; from rosterlink.command import main\n"
        f"atexit.register(lambda: print([m for m in {HEAVY} if m in sys.modules]))\n"
        "main(['--help'])"
    )
    assert "reconcile" in printed
    assert printed.endswith("[]")


def test_importing_the_library_loads_nothing_heavy() -> None:
    code = f"import sys, rosterlink; print([m for m in {HEAVY} if m in sys.modules])"
    assert run_python(code) == "[]"


def test_a_reader_who_has_seen_enough_is_no_error(files: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "rosterlink.command", "check", str(files / "police_hukou.parquet")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout
    assert program.stderr
    program.stdout.close()
    with program.stderr as stderr:
        said = stderr.read().decode()
    assert program.wait() == 1
    assert said == ""


def test_the_function_keeps_its_name_when_its_module_is_loaded() -> None:
    import_module("rosterlink.reconcile")  # the import system now wants to hang the module there
    assert callable(rosterlink.reconcile)
    assert set(rosterlink.__all__) <= set(dir(rosterlink))
    assert not hasattr(rosterlink, "nothing_of_the_kind")


def test_residents_without_a_row_are_refused(
    files: Path, made: synthetic.Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "nobody.parquet"
    pq.write_table(made.rosters["police_hukou"].slice(0, 0), empty)
    rosters = ["--residents", str(empty), "--roll", str(files / "school_roll.parquet")]
    out = tmp_path / "out"
    refused(capsys, ["reconcile", str(out), *rosters, "--on", ON], "nobody", out=out)


def test_an_optional_roster_may_have_no_row(
    files: Path, made: synthetic.Made, tmp_path: Path
) -> None:
    empty = tmp_path / "nobody_died.parquet"
    pq.write_table(made.rosters["deaths"].slice(0, 0), empty)
    rosters = [*two_rosters(files), "--deaths", str(empty)]
    assert main(["reconcile", str(tmp_path / "out"), *rosters, "--on", ON]) == 0


@pytest.mark.parametrize("column", ["id_no", "birth_date", "sex", "name", "phone"])
def test_a_column_full_of_nonsense_is_told_and_the_rest_is_compared(
    files: Path, made: synthetic.Made, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    column: str,
) -> None:  # fmt: skip
    roll = made.rosters["school_roll"]
    nonsense = pa.array(["20260901.5"] * len(roll), pa.string())
    at = roll.column_names.index(column)
    pq.write_table(roll.set_column(at, column, nonsense), tmp_path / "roll.parquet")
    rosters = ["--residents", str(files / "police_hukou.parquet")]
    out = tmp_path / "out"

    assert main(["reconcile", str(out), *rosters, "--roll", str(tmp_path / "roll.parquet"),
                 "--on", ON]) == 0  # fmt: skip

    told = capsys.readouterr().err
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    [doubt] = summary["inputs"][1]["doubts"]
    assert told == f"rosterlink: {doubt}\n"
    assert "roll.parquet【" in doubt
    assert "20260901.5" not in told
    assert summary["inputs"][0]["doubts"] == []


def test_row_ids_that_two_rosters_share_give_way_to_file_and_line(
    made: synthetic.Made, tmp_path: Path
) -> None:
    for roster in ("police_hukou", "school_roll"):
        rows = made.rosters[roster]
        ids = pa.array([f"R{n:05d}" for n in range(len(rows))], pa.string())
        pq.write_table(rows.set_column(0, "row_id", ids), tmp_path / f"{roster}.parquet")
    out = tmp_path / "out"

    assert main(["reconcile", str(out), *two_rosters(tmp_path), "--on", ON]) == 0

    assert all(row["row_id"].startswith("police_hukou:") for row in table(out, "residents"))
    assert all(row["right_row_id"].startswith("school_roll:") for row in table(out, "links"))


def test_little_memory_and_one_thread_give_the_same_answer(
    files: Path, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spilt").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spilt"))
    out = tmp_path / "out"
    bounds = ["--threads", "1", "--memory", "60MB"]

    assert main(["reconcile", str(out), *every_roster(files), "--on", ON, *bounds]) == 0

    for name in ("links", "review", "out_of_school", "ghosts", "duplicates"):
        assert table(out, name) == table(finished, name)
    assert list((tmp_path / "spilt").iterdir()) == []


def test_too_little_memory_is_told_plainly(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["reconcile", str(out), *two_rosters(files), "--on", ON, "--memory", "2MB"]
    refused(capsys, arguments, "--memory 2MB", "请给大一些", out=out)


def test_decisions_about_rows_that_are_gone_are_counted(files: Path, tmp_path: Path) -> None:
    decisions = write_lines(
        tmp_path / "decisions.csv", "left_row_id,right_row_id,same", "H99999999,S00000001,1"
    )
    arguments = [*two_rosters(files), "--on", ON, "--decisions", str(decisions)]
    assert main(["reconcile", str(tmp_path / "out"), *arguments]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["decisions"] == {"honoured": 0, "of_rows_not_here": 1}


def test_the_example_of_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[2] / "docs" / "rosterlink.md"
    example = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(example.replace("3_000", "300"), names)  # our own page, not input
    assert len(vars(names["result"])["out_of_school"])
