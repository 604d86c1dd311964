"""The main job: rosters in; links, review and lists out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rosterlink import explain
from rosterlink.birth_dates import as_date
from rosterlink.levels import COMPARISONS
from rosterlink.linker import link
from rosterlink.lists import Lists
from rosterlink.person import ROSTERS
from rosterlink.school_age import EntryRule, expected_grade
from rosterlink.weights import Thresholds

if TYPE_CHECKING:
    import pyarrow as pa

    from rosterlink.engines import Engine

Progress = Callable[[int, int, str], None]
ENGINES = ("duckdb", "spark", "python")
LEVELS = tuple(c.code for c in COMPARISONS)


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
) -> Reconciliation:
    """Compare residents with the school roll, and tell who has no place and no explanation.

    `rosters`: tables by roster (`person.ROSTERS`), their columns text named as in
    `person.COLUMNS`; "" or null is missing, other columns are ignored, `row_id` is unique over all.
    `on`: the day it is judged on. `decisions`: left_row_id, right_row_id, same; always honoured.
    `memory`: such as "4GB"; beyond it the engine spills to disk. `master`: where Spark runs.

    Same input, same answer in the same order, on any number of threads.

    Raises:
        ValueError: an unknown roster or engine, no `row_id`, one row id twice, a decision about a
            row that is not there; the message is one Chinese sentence.
        EngineMissing: the engine cannot run here (PySpark, Java); the message says what to do.
    """
    chosen = Parameters.of(parameters)
    clock = _Clock(progress or (lambda done, total, sentence: None))
    tables = _checked(rosters)
    with_engine = _engine(engine, threads, memory, master)
    clock.stage("link", 0, "逐人比对")
    linked = link(tables, on, with_engine, chosen.thresholds, decisions)
    clock.stage("lists", 3, "生成清单")
    lists = Lists(linked.people, linked.pairs, on, chosen.entry)
    result = Reconciliation(
        links=_links(lists.links()),
        review=_review(lists.review()),
        out_of_school=_out_of_school(lists.out_of_school(), on, chosen.entry),
        explained=_explained(lists.explained()),
        ghosts=_ghosts(lists.ghosts()),
        unregistered=_unregistered(lists.unregistered()),
        duplicates=_duplicates(lists.duplicates()),
        persons=linked.people.select(["row_id", "roster", "person"]),
        standing=_standing(lists.standing()),
    )
    clock.stage("", 4, "完成")
    result.summary.update(
        on=on.isoformat(),
        engine=engine,
        rows={roster: sum(map(len, tables.get(roster, ()))) for roster in ROSTERS},
        counts={**lists.counts(), **_lengths(result)},
        reasons=_reasons(result),
        seconds=clock.seconds,
        parameters=chosen.as_dict(),
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


def _engine(name: str, threads: int | None, memory: str | None, master: str | None) -> Engine:
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


# ---- the columns of each list


def _links(found: pa.Table) -> pa.Table:
    import pyarrow as pa

    certain = found.column("certain").to_pylist()
    told = _told(found)
    reasons = [
        ("number_same.name_same", explain.CERTAIN) if c else t
        for c, t in zip(certain, told, strict=True)
    ]
    weights = found.column("weight").to_pylist()
    return pa.table(
        {
            "left_row_id": found.column("left_row_id"),
            "right_row_id": found.column("right_row_id"),
            "probability": pa.array(map(_probability, weights, certain), pa.float64()),
            "certainty": pa.array(["sure"] * len(found), pa.string()),
            "reason": _texts(reason for _, reason in reasons),
            "reason_code": _texts(code for code, _ in reasons),
            "person": found.column("person"),
        }
    )


def _review(found: pa.Table) -> pa.Table:
    import pyarrow as pa

    levels = _levels(found)
    fields_told = {
        f"{c.code}_verdict": _texts(explain.words(one)[c.code] for one in levels)
        for c in COMPARISONS
    }
    verdicts = found.column("verdict").to_pylist()
    return pa.table(
        {
            "left_row_id": found.column("left_row_id"),
            "right_row_id": found.column("right_row_id"),
            "probability": pa.array(
                [_probability(w, False) for w in found.column("weight").to_pylist()], pa.float64()
            ),
            "certainty": pa.array(["review"] * len(found), pa.string()),
            "reason": _texts(
                explain.VERDICTS[verdict] + explain.agreement(one)
                for verdict, one in zip(verdicts, levels, strict=True)
            ),
            "reason_code": _texts(verdicts),
            **fields_told,
        }
    )


def _standing(found: pa.Table) -> pa.Table:
    rows = found.to_pylist()
    return _table(
        row_id=[row["row_id"] for row in rows],
        outcome=[row["outcome"] for row in rows],
        by_row_id=[row["by_row_id"] or "" for row in rows],
        roll_row_id=[row["roll_row_id"] or "" for row in rows],
        birth_date=[_iso(row["born"]) for row in rows],
        person=[row["person"] for row in rows],
    )


def _out_of_school(found: pa.Table, on: date, rule: EntryRule) -> pa.Table:
    rows = found.to_pylist()
    told = [
        explain.suspicion(r["born"], r["roll_state"], _grade(r["born"], on, rule)) for r in rows
    ]
    near = [_near(row["nearest_pair"], explain.NOBODY_NEAR) for row in rows]
    roll = [row["roll_row_id"] for row in rows]
    return _table(
        row_id=[row["row_id"] for row in rows],
        reason_code=[code for code, _ in told],
        reason=[sentence for _, sentence in told],
        nearest_row_id=[own or other for own, (other, _, _) in zip(roll, near, strict=True)],
        nearest_code=[
            "left" if own else code for own, (_, code, _) in zip(roll, near, strict=True)
        ],
        nearest_reason=[
            "这条学籍就是这个孩子的，但已不在读。" if own else sentence
            for own, (_, _, sentence) in zip(roll, near, strict=True)
        ],
        birth_date=[_iso(row["born"]) for row in rows],
        age_disputed=["1" if row["disputed"] else "" for row in rows],
        person=[row["person"] for row in rows],
    )


def _explained(found: pa.Table) -> pa.Table:
    rows = found.to_pylist()
    return _table(
        row_id=[row["row_id"] for row in rows],
        explanation=[row["explanation"] for row in rows],
        by_row_id=[row["by_row_id"] for row in rows],
        reason=[explain.EXPLAINED[row["explanation"]] for row in rows],
        person=[row["person"] for row in rows],
    )


def _ghosts(found: pa.Table) -> pa.Table:
    rows = found.to_pylist()
    near = [_near(row["nearest_pair"], explain.NOBODY_NEAR_RESIDENT) for row in rows]
    return _table(
        row_id=[row["row_id"] for row in rows],
        reason=[explain.GHOSTS[row["reason_code"]] for row in rows],
        reason_code=[row["reason_code"] for row in rows],
        nearest_row_id=[row_id for row_id, _, _ in near],
        nearest_code=[code for _, code, _ in near],
        nearest_reason=[sentence for _, _, sentence in near],
        person=[row["person"] for row in rows],
    )


def _unregistered(found: pa.Table) -> pa.Table:
    rows = found.to_pylist()
    return _table(
        row_id=[row["row_id"] for row in rows],
        reason=[explain.only_known_to(row["rosters"]) for row in rows],
        reason_code=["only_" + "+".join(row["rosters"]) for row in rows],
        birth_date=[_iso(row["born"]) for row in rows],
        person=[row["person"] for row in rows],
    )


def _duplicates(found: pa.Table) -> pa.Table:
    told = _told(found)
    certain = found.column("certain").to_pylist()
    reasons = [
        ("number_same.name_same", explain.CERTAIN) if c else t
        for c, t in zip(certain, told, strict=True)
    ]
    return _table(
        row_id_a=found.column("row_id_a").to_pylist(),
        row_id_b=found.column("row_id_b").to_pylist(),
        reason=[sentence for _, sentence in reasons],
        reason_code=[code for code, _ in reasons],
        side=["residents" if side == 0 else "roll" for side in found.column("side").to_pylist()],
        person=found.column("person").to_pylist(),
    )


def _told(found: pa.Table) -> list[tuple[str, str]]:
    """Say of each pair what it rests on; asked once for each combination of levels."""
    known: dict[tuple[int | None, ...], tuple[str, str]] = {}
    told = []
    for combination in zip(*(found.column(c).to_pylist() for c in LEVELS), strict=True):
        if combination not in known:
            known[combination] = _told_once(combination)
        told.append(known[combination])
    return told


def _told_once(combination: tuple[int | None, ...]) -> tuple[str, str]:
    if combination[0] is None:
        return "through_others", explain.THROUGH_OTHERS
    levels = {code: level or 0 for code, level in zip(LEVELS, combination, strict=True)}
    return explain.link_code(levels), explain.agreement(levels)


def _levels(found: pa.Table) -> list[dict[str, int]]:
    levels: list[dict[str, int]] = found.select(list(LEVELS)).to_pylist()
    return levels


def _near(near: Mapping[str, Any] | None, nobody: tuple[str, str]) -> tuple[str, str, str]:
    """Return the nearest row with the single reason why it is not the one."""  # Any: a struct
    if near is None:
        return "", *nobody
    pair = near["pair"]
    return near["row_id"], *explain.failure(pair["verdict"], pair)


def _grade(born: str | None, on: date, rule: EntryRule) -> int | None:
    day = as_date(born or "")
    return expected_grade(day, on, rule) if day else None


def _iso(born: str | None) -> str:
    return f"{born[:4]}-{born[4:6]}-{born[6:]}" if born else ""


def _probability(weight: float | None, certain: bool) -> float:
    """Turn bits into a probability; a certain link was not weighed."""
    if certain or weight is None:
        return 0.9999
    return round(1 / (1 + float(2**-weight)), 6)


def _texts(values: Iterable[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(list(values), pa.string())


def _table(*, person: list[int], **columns: list[str]) -> pa.Table:
    import pyarrow as pa

    texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table({**texts, "person": pa.array(person, pa.int32())})


def _lengths(result: Reconciliation) -> dict[str, int]:
    names = ("links", "review", "out_of_school", "ghosts", "unregistered", "duplicates")
    return {name: len(getattr(result, name)) for name in names}


def _reasons(result: Reconciliation) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for name in ("links", "review", "out_of_school", "ghosts", "duplicates"):
        column = getattr(result, name).column("reason_code")
        values = column.value_counts().to_pylist()
        counted[name] = {
            v["values"]: v["counts"] for v in sorted(values, key=lambda v: v["values"])
        }
    return counted
