"""From rosters to people: read, pair, weigh, and put together, with whichever engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rosterlink.clusters import Clusters, Pair, Row
from rosterlink.levels import COMPARISONS, FAMILY
from rosterlink.person import Side
from rosterlink.weights import FAMILY_MOST, WEIGHTS, Thresholds, Weights, weight_of

if TYPE_CHECKING:
    import numpy as np
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
    weights: Weights = WEIGHTS,
) -> Linked:
    """Say which rows of all rosters are one person.

    An engine weighs pairs by the shipped weights, and by these forgets those that are too weak;
    what it found is then weighed by the weights given.

    Raises:
        ValueError: two rows have one row_id, or a decision names a row that is not there.
    """
    import pyarrow as pa

    people = engine.read(rosters, on)
    same, apart = _decided(decisions, _numbered(people, decisions))
    found = _weighed(engine.pairs(thresholds.keep), people, weights, thresholds.keep)
    pairs = _pairs(found, weights)
    certain = _certain(people)
    busy = _busy(certain, found, [*same, *apart])
    rows = _rows(people, busy)
    clusters = Clusters(rows, _known(people, rows), thresholds, same, apart)
    clusters.join_pairs(pairs)
    for n, first in clusters.persons().items():
        certain[n] = first
    verdicts = pa.array([pair.verdict for pair in pairs], pa.string())
    bits = pa.array([pair.weight for pair in pairs], pa.float64())
    found = found.drop(["weight"]).append_column("weight", bits)
    return Linked(
        people.append_column("person", pa.array(certain)), found.append_column("verdict", verdicts)
    )


def _numbered(people: pa.Table, decisions: pa.Table | None) -> dict[str, int]:
    """Return the number of each row id, if decisions ask for it; no id may stand there twice."""
    import pyarrow.compute as pc

    ids = people.column("row_id")
    if pc.count_distinct(ids).as_py() < len(ids):
        raise ValueError(
            "名册中有重复的行号（row_id）：同一行号只能出现一次，请检查是否重复给了同一文件。"
        )
    return {} if decisions is None else {row_id: n for n, row_id in enumerate(ids.to_pylist())}


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


def _certain(people: pa.Table) -> np.ndarray:
    """Return for each row the first row with its sound number and name; itself without either."""
    import numpy as np
    import pyarrow.compute as pc

    number, name = people.column("number"), people.column("name")
    alone = pc.or_(pc.equal(number, ""), pc.equal(name, ""))
    key = pc.if_else(alone, people.column("row_id"), pc.binary_join_element_wise(number, name, " "))
    codes = key.combine_chunks().dictionary_encode().indices.to_numpy()
    first = np.full(len(codes), len(codes), np.int32)
    np.minimum.at(first, codes, np.arange(len(codes), dtype=np.int32))
    certain: np.ndarray = first[codes]
    return certain


def _busy(certain: np.ndarray, found: pa.Table, decided: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return the rows that stand in a pair or a decision, with their certain copies."""
    import numpy as np

    ends = [found.column(end).to_numpy() for end in ("a", "b")]
    ends.append(np.array([n for pair in decided for n in pair], np.int32))
    touched = np.zeros(len(certain), bool)
    touched[certain[np.concatenate(ends)]] = True
    return np.flatnonzero(touched[certain])


def _rows(people: pa.Table, busy: np.ndarray) -> dict[int, Row]:
    names = ("roster", "name", "former", "birth", "number", "own", "first_number")
    taken = people.select(list(names)).take(busy)
    columns = (taken.column(c).to_pylist() for c in names)
    return {int(n): Row(*values) for n, *values in zip(busy, *columns, strict=True)}


def _known(people: pa.Table, rows: Mapping[int, Row]) -> set[str]:
    """Return which numbers of these rows a resident bears."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array(sorted({row.number for row in rows.values() if row.number}), pa.string())
    residents = people.filter(pc.equal(people.column("side"), int(Side.RESIDENTS)))
    found = numbers.filter(pc.is_in(numbers, residents.column("number").combine_chunks()))
    return set(found.to_pylist())


def _weighed(found: pa.Table, people: pa.Table, weights: Weights, keep: float) -> pa.Table:
    if weights is WEIGHTS:
        return found
    import pyarrow as pa
    import pyarrow.compute as pc

    from rosterlink.training import prior_of, reweighed

    bits = pa.array(reweighed(found, weights, prior_of(people)))
    found = found.drop(["weight"]).append_column("weight", bits)
    kept = found.filter(pc.greater_equal(found.column("weight"), keep))
    return kept.sort_by([("weight", "descending"), ("a", "ascending"), ("b", "ascending")])


def _pairs(found: pa.Table, weights: Weights) -> list[Pair]:
    columns = (found.column(c).to_pylist() for c in ("a", "b", "weight", "name", "birth", "number"))
    names, births, numbers = (LEVEL_CODES[c] for c in ("name", "birth", "number"))
    return [
        Pair(a, b, weight, names[name], births[birth], numbers[number], family)
        for a, b, weight, name, birth, number, family in zip(
            *columns, _family(found, weights), strict=True
        )
    ]


def _family(found: pa.Table, weights: Weights) -> list[float]:
    """Return what of each pair's weight guardians, phone and home say."""
    import numpy as np

    total = np.zeros(len(found))
    for comparison in FAMILY:
        bits = np.array([weight_of(comparison, i, weights) for i in range(len(comparison.levels))])
        total += bits[found.column(comparison.code).to_numpy()]
    family: list[float] = np.minimum(total, FAMILY_MOST).tolist()
    return family
