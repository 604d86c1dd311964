"""What each command does: read the files, compare, write the folder."""

from __future__ import annotations

import csv
import platform
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rosterlink import changes, results, school_age
from rosterlink.blocking import MOST_IN_ONE_HOME
from rosterlink.decisions import read_decisions
from rosterlink.engines import EngineMissing
from rosterlink.kept import Content, Kept, NothingKept, Shelf, marked
from rosterlink.progress import Progress
from rosterlink.reading import (
    LAYOUTS,
    Layout,
    Problem,
    Reading,
    Side,
    Unreadable,
    assign_row_ids,
    is_in_parts,
    look,
    read,
)
from rosterlink.weights_file import check_weights_target, read_weights, write_weights

SURELY_A_ROLL = 0.5  # a score of `look`: by its headings a roll comes to 0.6, residents to 0.3
ALL_PROBLEMS = 10_000_000
NONSENSE = 0.5  # of the rows; a column with so many bad cells is mostly another column
FEWEST_ROWS = 10  # of so few rows nothing is said
READERS = 4  # each is a guarded child; more of them would only wait for the disk and two cores


class WrongUse(ValueError):
    """What was asked for cannot be done; the message is one Chinese sentence."""


REFUSALS = (WrongUse, Unreadable, results.BadFolder, EngineMissing)


@dataclass(frozen=True)
class Given:
    """A file of the command line and the option it was given to."""

    side: Side
    path: Path


def reconcile(arguments: Namespace) -> int:
    """Read every roster, compare, and write OUT; see `rosterlink.reconcile` for what is done."""
    results.check_target(arguments.out)
    given = _given(arguments)
    previous = results.read(arguments.previous) if arguments.previous else None
    decisions = read_decisions(arguments.decisions) if arguments.decisions else None
    weights = read_weights(arguments.weights) if arguments.weights else None
    seconds: dict[str, float] = {}
    with Progress(sys.stderr) as progress, results.beside(arguments.out) as into:
        shelf = _shelf(arguments, into)
        with _timed(seconds, "read"):
            readings = _read_all(given, progress, shelf)
        from rosterlink.reconcile import reconcile as compare_rosters

        used, unused = _of_rows_here(decisions, readings)
        with _bounded(arguments.memory):
            result = compare_rosters(
                _by_roster(readings),
                on=arguments.on,
                decisions=used,
                engine=arguments.engine,
                threads=arguments.threads,
                memory=arguments.memory,
                master=arguments.master,
                progress=progress.comparing,
                weights=weights,
                shelf=shelf,
            )
        tables = _tables(result, readings)
        summary = {
            **result.summary,
            **_about(arguments, result.summary["parameters"]),
            "inputs": [_input(one, reading) for one, reading in zip(given, readings, strict=True)],
        }
        if decisions is not None:
            summary["decisions"] = {"honoured": len(used or ()), "of_rows_not_here": unused}
        if previous is not None:
            with _timed(seconds, "changes"):
                tables[results.CHANGES] = changes.compare(previous, tables)
            summary["changes"] = changes.count(tables[results.CHANGES])
        summary["seconds"] = {**seconds, **summary.get("seconds", {})}
        if shelf and shelf.earlier:
            summary["taken_over"] = shelf.taken_over
        results.write(arguments.out, tables, summary, into)
    for line in (line for reading in readings for line in _doubts(reading)):
        print("rosterlink:", line, file=sys.stderr)
    return 0


def train(arguments: Namespace) -> int:
    """Read every roster, estimate the weights of the region, and write them to a file."""
    check_weights_target(arguments.out)
    given = _given(arguments)
    decisions = read_decisions(arguments.decisions) if arguments.decisions else None
    with Progress(sys.stderr) as progress:
        readings = _read_all(given, progress)
        from rosterlink import training
        from rosterlink.engines.duckdb import DuckDBEngine

        used, _ = _of_rows_here(decisions, readings)
        engine = DuckDBEngine(arguments.threads, arguments.memory)
        try:
            trained = training.train(
                _by_roster(readings), on=arguments.on, engine=engine, decisions=used
            )
        except ValueError as error:
            raise WrongUse(str(error)) from error
        write_weights(arguments.out, trained)
    return 0


def check(arguments: Namespace) -> int:
    """Read one file and print its problems, as problems.csv has them."""
    path = arguments.file
    _check_there(path)
    layout = _named_layout(arguments.roster) if arguments.roster else _guessed_layout(path)
    reading = _read_one(path, layout)
    print_csv(_problems([reading]))
    sheets = "、".join(
        f"{s.name or path.name}（表头在第 {s.heading_row} 行）" for s in reading.sheets
    )
    print(
        f"{layout.name}：{sheets}，{reading.rows} 行，问题 {reading.problem_count} 处。",
        file=sys.stderr,
    )
    for line in reading.skipped:
        print(line, file=sys.stderr)
    return 0


def compare(arguments: Namespace) -> int:
    """Print what changed between two folders of results, as changes.csv has it."""
    before, after = (results.read(folder) for folder in (arguments.before, arguments.after))
    table = changes.compare(before, after)
    print_csv(table)
    words = zip(
        ("新增", "未解决", "已解决", "已不在名册"), changes.count(table).values(), strict=True
    )
    print("，".join(f"{word} {number}" for word, number in words) + "。", file=sys.stderr)
    return 0


def print_csv(table: pa.Table) -> None:
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(table.column_names)
    lines.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    sys.stdout.flush()  # here, where a pipe that was closed is caught


# ---- the files


def _given(arguments: Namespace) -> list[Given]:
    """Return the files in the order of the options.

    Raises:
        WrongUse: one is not there, one is given twice, or two share a stem (row ids would too).
    """
    given = [Given(side, path) for side in Side for path in getattr(arguments, side.value)]
    for one in given:
        _check_there(one.path)
    same = Counter(one.path.resolve() for one in given)
    if twice := next((path for path, times in same.items() if times > 1), None):
        raise WrongUse(f"同一个文件给了两次：{twice.name}")
    stems = Counter(one.path.stem for one in given)
    if twice_stem := next((stem for stem, times in stems.items() if times > 1), None):
        raise WrongUse(f"有两个文件都叫“{twice_stem}”，行号会混淆；请先给其中一个改名")
    return given


def _check_there(path: Path) -> None:
    if not path.is_file() and not is_in_parts(path):
        raise WrongUse(f"没有这个文件：{path}")


def _shelf(arguments: Namespace, into: Path) -> Shelf | None:
    """Return where the run keeps what a later one may take over, with what an earlier one kept."""
    if arguments.engine != "duckdb":
        return None
    shelf = Shelf(into, arguments.on)
    if arguments.previous:
        try:
            shelf.earlier = Kept.of(arguments.previous, arguments.on)
        except NothingKept as error:
            print("rosterlink:", error, file=sys.stderr)
    return shelf


def _read_all(
    given: Sequence[Given], progress: Progress, shelf: Shelf | None = None
) -> list[Reading]:
    """Read every file, some at a time, and give each row its id.

    A file that stands on the shelf as it is now is taken from there.

    Raises:
        Unreadable: a file cannot be taken in, or two are the same file under two names.
    """

    def read_one(one: Given) -> tuple[Reading, Content | None]:
        content = Content.of(one.path) if shelf else None
        known = shelf and content and shelf.reading(one.side, one.path, content)
        reading = known or _read_one(one.path, _layout_of(one))
        progress.read_one_of(len(given), one.path.name)
        return reading, content

    with ThreadPoolExecutor(READERS) as pool:
        readings, contents = zip(*pool.map(read_one, given), strict=True)
    by_content: dict[str, Path] = {}
    for reading in readings:
        first = by_content.setdefault(reading.sha256, reading.path)
        if first != reading.path:
            raise WrongUse(f"{first.name} 和 {reading.path.name} 内容完全相同，请只给一个")
    for side in (Side.RESIDENTS, Side.ROLL):
        if not any(
            reading.rows for one, reading in zip(given, readings, strict=True) if one.side is side
        ):
            names = "、".join(one.path.name for one in given if one.side is side)
            raise WrongUse(f"--{side.value} 的名册（{names}）里没有一行数据，无从比对；请核对文件")
    return [
        replace(reading, table=marked(reading, one.side, content)) if content else reading
        for one, reading, content in zip(given, assign_row_ids(readings), contents, strict=True)
    ]


def _read_one(path: Path, layout: Layout) -> Reading:
    try:
        return read(path, layout, keep=ALL_PROBLEMS)
    except Unreadable as error:
        raise _about_file(path, error) from error


def _about_file(path: Path, error: Unreadable) -> Unreadable:
    """Say which file it is about, where the sentence itself does not."""
    text = str(error)
    return Unreadable(text if path.name in text else f"{path.name}：{text}")


def _layout_of(one: Given) -> Layout:
    """Return the layout of a file: what its option takes, or the likelier where there are two.

    Raises:
        WrongUse: a school roll was given as residents.
    """
    fitting = [layout for layout in LAYOUTS.values() if layout.side == one.side]
    if len(fitting) == 1:
        return fitting[0]
    stem = one.path.stem.lower()
    named = [layout for layout in LAYOUTS.values() if any(w in stem for w in layout.file_words)]
    if len(named) == 1 and named[0] in fitting:
        return named[0]  # a look opens the workbook once more, and takes as long as reading it
    try:
        guesses = look(one.path).guesses
    except Unreadable as error:
        raise _about_file(one.path, error) from error
    best = LAYOUTS[guesses[0].roster]
    if best.side is Side.ROLL and guesses[0].score > SURELY_A_ROLL:
        raise WrongUse(
            f"{one.path.name} 像是“{best.name}”，却给在 --{one.side} 下；请核对是否给反了"
        )
    likely = (LAYOUTS[g.roster] for g in guesses if g.score > 0)
    return next((layout for layout in likely if layout in fitting), fitting[0])


def _named_layout(roster: str) -> Layout:
    if roster not in LAYOUTS:
        raise WrongUse(f"没有“{roster}”这种名册；可用：{'、'.join(LAYOUTS)}")
    return LAYOUTS[roster]


def _guessed_layout(path: Path) -> Layout:
    from rosterlink.reading import guess

    try:
        roster = guess(path)
    except Unreadable as error:
        raise _about_file(path, error) from error
    if roster is None:
        raise WrongUse(f"认不出 {path.name} 是哪种名册，请用 --as 指明：{'、'.join(LAYOUTS)}")
    return LAYOUTS[roster]


def _by_roster(readings: Sequence[Reading]) -> dict[str, list[pa.Table]]:
    rosters: dict[str, list[pa.Table]] = {}
    for reading in readings:
        rosters.setdefault(reading.roster, []).append(reading.table)
    return rosters


def _of_rows_here(
    decisions: pa.Table | None, readings: Sequence[Reading]
) -> tuple[pa.Table | None, int]:
    """Leave out decisions about rows that no file holds any more; return how many those are."""
    if decisions is None:
        return None, 0
    ids = pa.chunked_array([c for r in readings for c in r.table["row_id"].chunks], pa.string())
    here = pc.and_(
        *(pc.is_in(decisions[side], value_set=ids) for side in ("left_row_id", "right_row_id"))
    )
    used = decisions.filter(here)
    return used, len(decisions) - len(used)


# ---- what is written


def _tables(result: Any, readings: Sequence[Reading]) -> dict[str, pa.Table]:
    tables = {
        name: getattr(result, name)
        for name in results.TABLES
        if name not in ("problems", "residents")
    }
    residents = [r.table["row_id"] for r in readings if LAYOUTS[r.roster].side is Side.RESIDENTS]
    ids = pa.chunked_array([chunk for column in residents for chunk in column.chunks], pa.string())
    return {**tables, "problems": _problems(readings), "residents": pa.table({"row_id": ids})}


def _problems(readings: Sequence[Reading]) -> pa.Table:
    problems: list[Problem] = [problem for reading in readings for problem in reading.problems]
    columns = ("file", "row", "heading", "problem", "sheet")
    return pa.table(
        {c: pa.array([str(getattr(p, c)) for p in problems], pa.string()) for c in columns}
    )


def _input(given: Given, reading: Reading) -> dict[str, Any]:  # Any: JSON
    return {
        "option": given.side.value,
        "roster": reading.roster,
        "file": reading.path.name,
        "sha256": reading.sha256,
        "rows": reading.rows,
        "problems": reading.problem_count,
        "headings": dict(reading.mapping),
        "sheets": [
            {"name": s.name, "heading_row": s.heading_row, "rows": s.rows} for s in reading.sheets
        ],
        "skipped": list(reading.skipped),
        "doubts": _doubts(reading),
    }


def _doubts(reading: Reading) -> list[str]:
    """Say which columns are mostly nonsense, for the office that made the run to look at."""
    bad = Counter(problem.heading for problem in reading.problems if problem.heading)
    return [
        f"{reading.path.name}【{heading}】{reading.rows} 行里有 {count} 处不对，请核对是否错列"
        for heading, count in bad.items()
        if reading.rows >= FEWEST_ROWS and count >= NONSENSE * reading.rows
    ]


def _about(arguments: Namespace, parameters: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    return {
        "school_year": school_age.school_year(arguments.on),
        "parameters": {
            "on": arguments.on.isoformat(),
            "engine": arguments.engine,
            "threads": arguments.threads,
            "memory": arguments.memory,
            "decisions_sha256": _hash(arguments.decisions),
            "weights_sha256": _hash(arguments.weights),
            "previous_sha256": _hash(arguments.previous and arguments.previous / results.SUMMARY),
            "most_in_one_home": MOST_IN_ONE_HOME,
            **parameters,
        },
        "versions": {
            "python": platform.python_version(),
            **{package: _version(package) for package in ("oosc", "duckdb", "pyarrow")},
        },
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _hash(path: Path | None) -> str:
    return sha256(path.read_bytes()).hexdigest() if path else ""


@contextmanager
def _bounded(memory: str | None) -> Iterator[None]:
    """Say in plain words that the memory which was allowed is too little to spill from."""
    from duckdb import OutOfMemoryException

    try:
        yield
    except OutOfMemoryException as error:
        raise WrongUse(
            f"内存不够（--memory {memory or '未给'}）：请给大一些，或用 --threads 1 少占一些"
        ) from error


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = perf_counter()
    yield
    seconds[stage] = round(perf_counter() - start, 3)
