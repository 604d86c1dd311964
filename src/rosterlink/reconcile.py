"""The main job: rosters in; links, review and lists out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rosterlink.linker import link
from rosterlink.lists import Lists
from rosterlink.person import ROSTERS
from rosterlink.school_age import EntryRule
from rosterlink.tables import reasons, tell
from rosterlink.weights import WEIGHTS, Thresholds
from rosterlink.weights_file import Trained, shipped

if TYPE_CHECKING:
    import pyarrow as pa

    from rosterlink.engines import Engine
    from rosterlink.kept import Shelf

Progress = Callable[[int, int, str], None]
ENGINES = ("duckdb", "spark", "python")


@dataclass(frozen=True)
class Parameters:
    """What an office may set: the thresholds of the comparison, and when a child enters school."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    entry: EntryRule = field(default_factory=EntryRule)

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Parameters:  # Any: numbers by name
        """Take what is named like a threshold or a part of the entry rule; the rest is not ours."""
        given = given or {}
        return cls(
            replace(Thresholds(), **_named(Thresholds, given)),
            replace(EntryRule(), **_named(EntryRule, given)),
        )

    def as_dict(self) -> dict[str, Any]:  # Any: numbers by name
        return {**asdict(self.thresholds), **asdict(self.entry)}


def _named(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:  # Any: numbers by name
    names = {f.name for f in fields(kind)}
    return {name: value for name, value in given.items() if name in names}


@dataclass(frozen=True)
class Reconciliation:
    """The lists of a run as Arrow tables; their columns are those of `docs/rosterlink.md`.

    persons: row_id, roster, person (an integer: equal for rows held to be one person).
    standing: every resident child of school age once: row_id of its best row, outcome (found,
    suspected, or an explanation), by_row_id, roll_row_id, birth_date, person.
    """

    links: pa.Table
    review: pa.Table
    out_of_school: pa.Table
    explained: pa.Table
    ghosts: pa.Table
    unregistered: pa.Table
    duplicates: pa.Table
    persons: pa.Table
    standing: pa.Table
    summary: dict[str, Any] = field(default_factory=dict)  # Any: JSON


def reconcile(
    rosters: Mapping[str, pa.Table | Sequence[pa.Table]],
    *,
    on: date,
    decisions: pa.Table | None = None,
    engine: str = "duckdb",
    threads: int | None = None,
    memory: str | None = None,
    master: str | None = None,
    progress: Progress | None = None,
    parameters: Mapping[str, Any] | None = None,  # Any: numbers by name
    weights: Trained | None = None,
    shelf: Shelf | None = None,
) -> Reconciliation:
    """Compare residents with the school roll, and tell who has no place and no explanation.

    `rosters`: tables by roster (`person.ROSTERS`), their columns text named as in
    `person.COLUMNS`; "" or null is missing, other columns are ignored, `row_id` is unique over all.
    `on`: the day it is judged on. `decisions`: left_row_id, right_row_id, same; always honoured.
    `memory`: such as "4GB"; beyond it the engine spills to disk. `master`: where Spark runs.
    `weights`: what `rosterlink.training.train` estimated; without them the shipped ones.
    `shelf`: where to keep what a later run may take over, and what an earlier one kept; the answer
    is the same with it and without, on DuckDB alone is it used.

    Same input, same answer in the same order, on any number of threads.

    Raises:
        ValueError: an unknown roster or engine, no `row_id`, one row id twice, a decision about a
            row that is not there; the message is one Chinese sentence.
        EngineMissing: the engine cannot run here (PySpark, Java); the message says what to do.
    """
    chosen = Parameters.of(parameters)
    clock = _Clock(progress or (lambda done, total, sentence: None))
    tables = _checked(rosters)
    clock.stage("link", 0, "逐人比对")
    # The engine is nobody's afterwards, so its memory is free before the lists want theirs.
    bits = weights.weights if weights else WEIGHTS
    linked = link(
        tables,
        on,
        _engine(engine, threads, memory, master, shelf),
        chosen.thresholds,
        decisions,
        bits,
    )
    clock.stage("lists", 3, "生成清单")
    lists = Lists(linked.people, linked.pairs, on, chosen.entry, threads=threads, memory=memory)
    told = tell(lists, on, chosen.entry)
    result = Reconciliation(persons=linked.people.select(["row_id", "roster", "person"]), **told)
    clock.stage("", 4, "完成")
    result.summary.update(
        on=on.isoformat(),
        engine=engine,
        rows={roster: sum(map(len, tables.get(roster, ()))) for roster in ROSTERS},
        counts={**lists.counts(), **_lengths(result)},
        reasons=reasons(told),
        seconds=clock.seconds,
        parameters=chosen.as_dict(),
        weights=(weights or shipped()).about,
    )
    return result


class _Clock:
    """Times the stages and tells how far the run is."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage, self._since = "", perf_counter()

    def stage(self, name: str, done: int, sentence: str) -> None:
        now = perf_counter()
        if self._stage:
            self.seconds[self._stage] = round(now - self._since, 3)
        self._stage, self._since = name, now
        self._progress(done, 4, sentence)


def _checked(
    rosters: Mapping[str, pa.Table | Sequence[pa.Table]],
) -> dict[str, list[pa.Table]]:
    import pyarrow as pa

    tables: dict[str, list[pa.Table]] = {}
    for roster, given in rosters.items():
        if roster not in ROSTERS:
            raise ValueError(f"没有“{roster}”这种名册；可用：{'、'.join(ROSTERS)}。")
        tables[roster] = [given] if isinstance(given, pa.Table) else list(given)
        if any("row_id" not in table.column_names for table in tables[roster]):
            raise ValueError(f"名册“{roster}”缺少行号列（row_id）。")
    return tables


def _engine(
    name: str,
    threads: int | None,
    memory: str | None,
    master: str | None,
    shelf: Shelf | None,
) -> Engine:
    if name == "duckdb" and shelf:
        from rosterlink.engines.again import KeepingEngine

        return KeepingEngine(shelf, threads, memory)
    if name == "duckdb":
        from rosterlink.engines.duckdb import DuckDBEngine

        return DuckDBEngine(threads, memory)
    if name == "spark":
        from rosterlink.engines.spark import SparkEngine

        return SparkEngine(master, threads, memory)
    if name == "python":
        from rosterlink.engines.python import PythonEngine

        return PythonEngine()
    raise ValueError(f"没有“{name}”这种引擎；可用：{'、'.join(ENGINES)}。")


def _lengths(result: Reconciliation) -> dict[str, int]:
    names = ("links", "review", "out_of_school", "ghosts", "unregistered", "duplicates")
    return {name: len(getattr(result, name)) for name in names}
