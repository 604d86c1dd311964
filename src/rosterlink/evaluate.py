"""How good a comparison is, against a truth: made-up rosters, or pairs judged by people.

Links and duplicates count as pairs, whichever row is named first. Out of school, what counts for
recall are children (one that is missed is nobody's to visit), and for precision the rows listed
(one too many is a wasted afternoon).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv

RESIDENTS = ("police_hukou", "police_floating")
ROLL = ("school_roll",)


@dataclass(frozen=True)
class Score:
    """How many were found, of how many given, where how many were to be found."""

    right: int
    given: int
    expected: int

    @property
    def precision(self) -> float:
        """The share of what was given that is right; of nothing given, 1 if nothing was wanted."""
        return self.right / self.given if self.given else float(not self.expected)

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class OutOfSchool(Score):
    """`given` counts the children found and, beside them, every row that is listed wrongly."""

    recall_of_tier: Mapping[str, float] = field(default_factory=dict)

    @property
    def missed(self) -> int:
        return self.expected - self.right

    @property
    def false_alarms(self) -> int:
        return self.given - self.right


@dataclass(frozen=True)
class Evaluation:
    links: Score
    out_of_school: OutOfSchool
    ghosts: Score
    duplicates: Score


def read_truth(folder: Path) -> dict[str, pa.Table]:
    """Read the tables of a truth (rows, out_of_school, ghosts, duplicates …) from truth_*.csv.

    Raises:
        FileNotFoundError: there is none in the folder.
    """
    paths = sorted(folder.glob("truth_*.csv"))
    if not paths:
        raise FileNotFoundError(f"no truth_*.csv in {folder}")
    return {path.stem.removeprefix("truth_"): _read_text(path) for path in paths}


def _read_text(path: Path) -> pa.Table:
    """Read every column as text: a person's number is not a number."""
    with pa.csv.open_csv(path) as reader:
        names = reader.schema.names
    options = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    return pa.csv.read_csv(path, convert_options=options)


def evaluate(answer: Mapping[str, pa.Table], truth: Mapping[str, pa.Table]) -> Evaluation:
    """Measure an answer: the tables links, out_of_school, ghosts, duplicates of a reconciliation.

    Raises:
        ValueError: the answer names rows that the truth does not know.
    """
    rows = truth["rows"]
    return Evaluation(
        links(answer["links"], rows),
        out_of_school(answer["out_of_school"], rows, truth["out_of_school"]),
        listed(answer["ghosts"], truth["ghosts"]),
        duplicates(answer["duplicates"], truth["duplicates"]),
    )


def links(
    given: pa.Table,
    rows: pa.Table,
    *,
    left: Collection[str] = RESIDENTS,
    right: Collection[str] = ROLL,
) -> Score:
    """Score links (first two columns: row ids) between two sides; other links are not looked at.

    Every pair of rows, one from each side, with one person behind both is expected.

    Raises:
        ValueError: a link names a row that the truth does not know.
    """
    _check_known(given, rows)
    [(right_ones, all_given)] = _ask(
        f"{_SIDES} select count(*) filter (same), count(*) from found",
        given=_two(given), rows=rows, left=left, right=right,
    )  # fmt: skip
    [(expected,)] = _ask(
        f"{_SIDES} select count(*) from expected", given=_two(given), rows=rows, left=left,
        right=right,
    )  # fmt: skip
    return Score(right_ones, all_given, expected)


def recall_by_fault(
    given: pa.Table, rows: pa.Table, faults: pa.Table
) -> dict[str, tuple[int, float]]:
    """Return for each kind of fault of a roll row how many links it concerns, and the share found.

    The kind "" stands for the rows without any fault.
    """
    found = _ask(
        f"""
        {_SIDES} select coalesce(fault, '') as kind, count(*), avg((found.l is not null)::int)
        from expected left join faults on faults.row_id = expected.r
        left join found on found.l = expected.l and found.r = expected.r
        group by kind order by kind
        """,
        given=_two(given), rows=rows, faults=faults, left=RESIDENTS, right=ROLL,
    )  # fmt: skip
    return {kind: (tried, share) for kind, tried, share in found}


def decided_rightly(review: pa.Table, rows: pa.Table) -> pa.Table:
    """Return what a clerk who makes no mistake decides of a review queue, as `--decisions` has it.

    Raises:
        ValueError: the queue names a row that the truth does not know.
    """
    _check_known(review, rows)
    with duckdb.connect() as connection:
        connection.register("given", _two(review))
        connection.register("rows", rows)
        return connection.sql(
            """
            select a as left_row_id, b as right_row_id, (l.person_id = r.person_id)::int as same
            from given join rows l on l.row_id = a join rows r on r.row_id = b order by a, b
            """
        ).to_arrow_table()


def share_in_review(review: pa.Table, rows: pa.Table) -> float:
    """Return the share of the rows of the school roll about which a clerk is asked."""
    [(share,)] = _ask(
        """
        select count(*) filter (row_id in (select b from given)) / greatest(1, count(*))
        from rows where list_contains($right, roster)
        """,
        given=_two(review), rows=rows, right=ROLL,
    )  # fmt: skip
    return float(share)


def out_of_school(given: pa.Table, rows: pa.Table, truth: pa.Table) -> OutOfSchool:
    """Score a list of rows (first column) against the children who are to be found.

    Raises:
        ValueError: the list names a row that the truth does not know.
    """
    _check_known(given, rows, columns=1)
    tables = {"given": _named(given, "row_id"), "rows": rows, "truth": truth}
    [(wrong,)] = _ask(
        "select count(distinct row_id) from given join rows using (row_id)"
        " where person_id not in (select person_id from truth)",
        **tables,
    )
    tiers = _ask(
        """
        select tier, count(*) filter (person_id in
            (select person_id from given join rows using (row_id))), count(*)
        from truth group by tier order by tier
        """,
        **tables,
    )
    found, expected = (sum(column) for column in list(zip(*tiers, strict=True))[1:] or ((), ()))
    of_tier = {tier: right / all_ for tier, right, all_ in tiers}
    return OutOfSchool(found, found + wrong, expected, of_tier)


def listed(given: pa.Table, truth: pa.Table) -> Score:
    """Score a list of rows (first column of both) as a set."""
    return _compared(_named(given, "a"), _named(truth, "a"))


def duplicates(given: pa.Table, truth: pa.Table) -> Score:
    """Score pairs of rows of one side (columns row_id_a and row_id_b of both)."""
    given, truth = (_two(table.select(["row_id_a", "row_id_b"])) for table in (given, truth))
    return _compared(given, truth, "least(a, b), greatest(a, b)")


def _compared(given: pa.Table, truth: pa.Table, key: str = "a") -> Score:
    """Score rows by what they are told apart by; the same twice counts once."""
    ones, others = (f"select distinct {key} from {table}" for table in ("given", "truth"))
    [(right, all_given, expected)] = _ask(
        f"select (select count(*) from ({ones} intersect {others})),"
        f" (select count(*) from ({ones})), (select count(*) from ({others}))",
        given=given, truth=truth,
    )  # fmt: skip
    return Score(right, all_given, expected)


# `found`: the links given between the sides, each once, whichever row came first.
_SIDES = """
    with ends as (
        select row_id, person_id, list_contains($left, roster) as is_left
        from rows where list_contains($left || $right, roster)
    ), either as (select a, b from given union select b, a from given),
    found as (
        select l.row_id as l, r.row_id as r, l.person_id = r.person_id as same
        from either join ends l on l.row_id = a and l.is_left
        join ends r on r.row_id = b and not r.is_left
    ), expected as (
        select l.row_id as l, r.row_id as r from ends l join ends r using (person_id)
        where l.is_left and not r.is_left
    )
"""


def _ask(sql: str, **given: pa.Table | Sequence[str]) -> list[Any]:  # Any: what the query asks
    """Query tables by their names; what is no table is a list that stands for itself."""
    parameters = {name: list(one) for name, one in given.items() if not isinstance(one, pa.Table)}
    with duckdb.connect() as connection:
        for name, one in given.items():
            if isinstance(one, pa.Table):
                connection.register(name, one)
        return connection.execute(sql, parameters).fetchall()


def _two(table: pa.Table) -> pa.Table:
    return _named(table, "a", "b")


def _named(table: pa.Table, *names: str) -> pa.Table:
    """Return the first columns of a table under other names."""
    return table.select(table.column_names[: len(names)]).rename_columns(list(names))


def _check_known(given: pa.Table, rows: pa.Table, columns: int = 2) -> None:
    ids = [given.column(at).combine_chunks() for at in range(columns)]
    told = pa.table({"row_id": pa.concat_arrays(ids)})
    [(unknown, first)] = _ask(
        "select count(distinct row_id), min(row_id) from told"
        " where row_id not in (select row_id from rows)",
        told=told, rows=rows,
    )  # fmt: skip
    if unknown:
        raise ValueError(f"the truth does not know {unknown} rows, {first} among them")
