"""How good a comparison is, against a truth: made-up rosters, or pairs judged by people.

Links and duplicates count as pairs, whichever row is named first. Out of school, what counts for
recall are children (one that is missed is nobody's to visit), and for precision the rows listed
(one too many is a wasted afternoon).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

RESIDENTS = ("police_hukou", "police_floating")
ROLL = ("school_roll",)

Pair = tuple[str, str]


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
    person, side = _behind(rows, left, right)
    pairs = {
        (a, b) if side[a] == "left" else (b, a)
        for a, b in _pairs(given, person)
        if {side.get(a), side.get(b)} == {"left", "right"}
    }
    true = sum(person[a] == person[b] for a, b in pairs)
    return Score(true, len(pairs), len(expected_links(rows, left=left, right=right)))


def expected_links(
    rows: pa.Table, *, left: Collection[str] = RESIDENTS, right: Collection[str] = ROLL
) -> set[Pair]:
    """Return every true pair of a row of the left side and one of the right."""
    person, side = _behind(rows, left, right)
    at: dict[str, dict[str, list[str]]] = {"left": defaultdict(list), "right": defaultdict(list)}
    for row, which in side.items():
        at[which][person[row]].append(row)
    return {(a, b) for who, ones in at["left"].items() for a in ones for b in at["right"][who]}


def link_recall_by_fault(
    given: pa.Table, rows: pa.Table, faults: pa.Table
) -> dict[str, tuple[int, float]]:
    """Return for each kind of fault of a roll row how many links it concerns, and the share found.

    The kind "" stands for the rows without any fault.
    """
    person, side = _behind(rows, RESIDENTS, ROLL)
    found = {(a, b) if side.get(a) == "left" else (b, a) for a, b in _pairs(given, person)}
    kinds = defaultdict(list)
    for row, kind in zip(*_columns(faults), strict=True):
        kinds[row].append(kind)
    tried: dict[str, list[bool]] = defaultdict(list)
    for pair in expected_links(rows):
        for kind in kinds.get(pair[1], [""]):
            tried[kind].append(pair in found)
    return {kind: (len(hits), sum(hits) / len(hits)) for kind, hits in sorted(tried.items())}


def out_of_school(given: pa.Table, rows: pa.Table, truth: pa.Table) -> OutOfSchool:
    """Score a list of rows (first column) against the children who are to be found.

    Raises:
        ValueError: the list names a row that the truth does not know.
    """
    person = dict(zip(rows["row_id"].to_pylist(), rows["person_id"].to_pylist(), strict=True))
    tier = dict(zip(truth["person_id"].to_pylist(), truth["tier"].to_pylist(), strict=True))
    ids = set(given.column(0).to_pylist())
    _check_known(ids, person)
    found = {person[row] for row in ids} & set(tier)
    wrong = sum(person[row] not in tier for row in ids)
    of_tier = {
        name: sum(tier[who] == name for who in found) / sum(t == name for t in tier.values())
        for name in sorted(set(tier.values()))
    }
    return OutOfSchool(len(found), len(found) + wrong, len(tier), of_tier)


def listed(given: pa.Table, truth: pa.Table) -> Score:
    """Score a list of rows (first column of both) as a set."""
    ids, expected = (set(table.column(0).to_pylist()) for table in (given, truth))
    return Score(len(ids & expected), len(ids), len(expected))


def duplicates(given: pa.Table, truth: pa.Table) -> Score:
    """Score pairs of rows of one side (columns row_id_a and row_id_b of both)."""
    pairs, expected = (
        {
            (min(a, b), max(a, b))
            for a, b in zip(*_columns(table.select(["row_id_a", "row_id_b"])), strict=True)
        }
        for table in (given, truth)
    )
    return Score(len(pairs & expected), len(pairs), len(expected))


def _behind(
    rows: pa.Table, left: Collection[str], right: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the person behind each row, and the side of each row that has one."""
    person, side = {}, {}
    for roster, row, who in zip(
        *_columns(rows.select(["roster", "row_id", "person_id"])), strict=True
    ):
        person[row] = who
        if roster in left or roster in right:
            side[row] = "left" if roster in left else "right"
    return person, side


def _pairs(given: pa.Table, known: Mapping[str, str]) -> set[Pair]:
    ones, others = _columns(given)[:2]
    _check_known({*ones, *others}, known)
    return set(zip(ones, others, strict=True))


def _check_known(ids: set[str], known: Mapping[str, str]) -> None:
    if unknown := ids - set(known):
        raise ValueError(f"the truth does not know {len(unknown)} rows, {min(unknown)} among them")


def _columns(table: pa.Table) -> list[list[str]]:
    return [column.to_pylist() for column in table.columns]
