"""From rosters to people: read, pair, weigh, and put together, with whichever engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rosterlink.clusters import Clusters, Pair, Row
from rosterlink.levels import COMPARISONS
from rosterlink.weights import Thresholds

if TYPE_CHECKING:
    import pyarrow as pa

    from rosterlink.engines import Engine

LEVEL_CODES = {c.code: [level.code for level in c.levels] for c in COMPARISONS}


@dataclass(frozen=True)
class Linked:
    """`people`: every row as it is compared, with its `person`, the number of the first row of that
    person. `pairs`: a, b, the levels, weight in bits, and the verdict of `Clusters`."""

    people: pa.Table
    pairs: pa.Table


def link(
    rosters: Mapping[str, Sequence[pa.Table]],
    on: date,
    engine: Engine,
    thresholds: Thresholds,
    decisions: pa.Table | None = None,
) -> Linked:
    """Say which rows of all rosters are one person.

    Raises:
        ValueError: two rows have one row_id, or a decision names a row that is not there.
    """
    import pyarrow as pa

    people = engine.read(rosters, on)
    number_of = _numbered(people)
    same, apart = _decided(decisions, number_of)
    found = engine.pairs(thresholds.keep)
    clusters = Clusters(_rows(people), thresholds, same, apart)
    pairs = _pairs(found)
    clusters.join_pairs(pairs)
    persons = pa.array(clusters.persons(), pa.int32())
    verdicts = pa.array([pair.verdict for pair in pairs], pa.string())
    weights = pa.array([pair.weight for pair in pairs], pa.float64())
    found = found.drop(["weight"]).append_column("weight", weights)
    return Linked(people.append_column("person", persons), found.append_column("verdict", verdicts))


def _numbered(people: pa.Table) -> dict[str, int]:
    ids = people.column("row_id").to_pylist()
    number_of = {row_id: n for n, row_id in enumerate(ids)}
    if len(number_of) < len(ids):
        raise ValueError(
            "名册中有重复的行号（row_id）：同一行号只能出现一次，请检查是否重复给了同一文件。"
        )
    return number_of


def _decided(
    decisions: pa.Table | None, number_of: dict[str, int]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Part the decisions into pairs that are one person and pairs that are not."""
    same: list[tuple[int, int]] = []
    apart: list[tuple[int, int]] = []
    if decisions is None:
        return same, apart
    columns = (decisions.column(c).to_pylist() for c in ("left_row_id", "right_row_id", "same"))
    for left, right, decided in zip(*columns, strict=True):
        if left not in number_of or right not in number_of:
            raise ValueError(f"人工判定中的行号 {left}、{right} 不在本次名册里，请核对。")
        kind = same if str(decided).strip() in ("1", "True", "true") else apart
        kind.append((number_of[left], number_of[right]))
    return same, apart


def _rows(people: pa.Table) -> list[Row]:
    names = ("roster", "name", "former", "number", "own", "first_number")
    columns = (people.column(c).to_pylist() for c in names)
    return [Row(*values) for values in zip(*columns, strict=True)]


def _pairs(found: pa.Table) -> list[Pair]:
    columns = (found.column(c).to_pylist() for c in ("a", "b", "weight", "name", "birth", "number"))
    names, births, numbers = (LEVEL_CODES[c] for c in ("name", "birth", "number"))
    return [
        Pair(a, b, weight, names[name], births[birth], numbers[number])
        for a, b, weight, name, birth, number in zip(*columns, strict=True)
    ]
