"""Weights estimated from a region's own rosters, without being told who is who.

Between rows of two children each level is met as often as between rows drawn at random. Between
rows of one child, as often as between those that share number and name, which are certain, and
those of the other pairs that are likely to be one child's: how likely is said by the weights, which
are estimated anew from that, and so on until they stand still (expectation maximisation).

What comes of it is set beside the same estimate for the made-up rosters that the shipped weights
were read against; by what the two differ the shipped weights are shifted, the less the fewer rows
speak for it. So what they know beside the counts (that guardian, phone and home say the same thing
over again) is kept, and a small town does not go wild. Pairs that a clerk has decided count as
decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from math import log, log2
from typing import TYPE_CHECKING

from rosterlink import person
from rosterlink.levels import COMPARISONS, Comparison
from rosterlink.person import ROSTERS, Person, Side
from rosterlink.weights import FEWEST_NAMES, RARITY, WEIGHTS, Thresholds, Weights, total
from rosterlink.weights_file import Counts, Trained, shipped

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from rosterlink.engines import Engine

FEWEST_CERTAIN = 200  # pairs; fewer say nothing about a town
CERTAIN_PAIRS = 4_000  # of which the levels are looked at; so many say enough
RANDOM_ROWS, RANDOM_PAIRS = 4_000, 30_000
SPREAD = 1.0  # bits, by which the weights of one region are thought to differ from another's
MOST_SHIFT = 3.0  # bits
STILL = 0.01  # bits
MOST_ROUNDS = 25
BITS_OF_A_LEVEL = 5


def train(
    rosters: Mapping[str, Sequence[pa.Table]],
    *,
    on: date,
    engine: Engine,
    decisions: pa.Table | None = None,
) -> Trained:
    """Estimate the weights of a region; same input, same weights, with whichever engine.

    `rosters` and `decisions` as for `rosterlink.reconcile`.

    Raises:
        ValueError: too few pairs are certain; the message is one Chinese sentence.
    """
    people = engine.read(rosters, on)
    found = _between_sides(engine.pairs(Thresholds().keep), people)
    certain = _certain(people)
    if len(certain) < FEWEST_CERTAIN:
        raise ValueError(
            f"常住名册与学籍名册中号码、姓名都一致的只有 {len(certain)} 对，"
            f"不足 {FEWEST_CERTAIN} 对，训练不出可靠的权重；请继续用自带的权重。"
        )
    decided = _decided(decisions, people)
    sample = _Sample(rosters, on, people, certain, found)
    prior = prior_of(people)
    reference, weights, rounds = shipped().measured, WEIGHTS, 0
    while True:
        bits = reweighed(found, weights, prior)
        measured = sample.measured(_likelihood(found, bits, decided))
        before, weights = weights, shifted(measured, reference)
        rounds += 1
        if rounds == MOST_ROUNDS or _farthest(before, weights) < STILL:
            break
    provenance = {
        "rows": {roster: sum(map(len, rosters.get(roster, ()))) for roster in ROSTERS},
        "pairs": {
            "certain": len(certain), "weighed": len(found), "random": sample.random_pairs,
            "decided": len(decided),
        },
        "iterations": rounds,
        "log_likelihood": _log_likelihood(bits),
    }  # fmt: skip
    return Trained(on.isoformat(), _version(), weights, measured, provenance)


def prior_of(people: pa.Table) -> float:
    """Return the bits that speak against any pair beforehand, as the engines reckon them."""
    import pyarrow.compute as pc

    named = people.filter(pc.not_equal(people.column("name"), ""))
    bearers = len(named.group_by(["name", "birth"]).aggregate([]))
    return -log2(max(FEWEST_NAMES, bearers))


def reweighed(found: pa.Table, weights: Weights, prior: float) -> npt.NDArray[np.float64]:
    """Return what pairs weigh by other weights than the shipped ones, by which they came.

    What the rarity of a name adds stays as it is.
    """
    import numpy as np

    if weights is WEIGHTS:
        return np.asarray(found.column("weight").to_numpy())
    packed = np.zeros(len(found), np.int64)
    for comparison in COMPARISONS:
        packed = packed << BITS_OF_A_LEVEL | found.column(comparison.code).to_numpy()
    combinations, which = np.unique(packed, return_inverse=True)
    more = [
        total(levels, 0.0, prior, weights) - total(levels, 0.0, prior)
        for levels in map(_unpacked, combinations.tolist())
    ]
    bits: npt.NDArray[np.float64] = found.column("weight").to_numpy() + np.array(more)[which]
    return bits


def _unpacked(packed: int) -> dict[str, int]:
    levels = {}
    for comparison in reversed(COMPARISONS):
        levels[comparison.code] = packed & (1 << BITS_OF_A_LEVEL) - 1
        packed >>= BITS_OF_A_LEVEL
    return levels


# ---- which pairs, and how likely they are one child's


def _between_sides(found: pa.Table, people: pa.Table) -> pa.Table:
    """Leave the pairs of a resident and a row of the roll."""
    import numpy as np
    import pyarrow as pa

    side = people.column("side").to_numpy()
    a, b = (side[found.column(end).to_numpy()] for end in ("a", "b"))
    return found.filter(pa.array(np.asarray((a == Side.RESIDENTS) & (b == Side.ROLL))))


def _certain(people: pa.Table) -> npt.NDArray[np.int64]:
    """Return the first resident and the first row of the roll for each number and name on both."""
    import numpy as np
    import pyarrow.compute as pc

    whole = pc.and_(
        pc.not_equal(people.column("number"), ""), pc.not_equal(people.column("name"), "")
    )
    firsts = [
        people.filter(pc.and_(whole, pc.equal(people.column("side"), int(side))))
        .group_by(["number", "name"])
        .aggregate([("n", "min")])
        for side in (Side.RESIDENTS, Side.ROLL)
    ]
    both = firsts[0].join(firsts[1], ["number", "name"], join_type="inner", right_suffix="_roll")
    pairs = np.column_stack([both.column(c).to_numpy() for c in ("n_min", "n_min_roll")])
    return np.asarray(pairs[np.argsort(pairs[:, 0])], np.int64)


def _decided(decisions: pa.Table | None, people: pa.Table) -> dict[tuple[int, int], bool]:
    if decisions is None:
        return {}
    number_of = {row_id: n for n, row_id in enumerate(people.column("row_id").to_pylist())}
    columns = (decisions.column(c).to_pylist() for c in ("left_row_id", "right_row_id", "same"))
    return {
        (min(pair), max(pair)): bool(same)
        for left, right, same in zip(*columns, strict=True)
        if left in number_of and right in number_of
        for pair in [(number_of[left], number_of[right])]
    }


def _likelihood(
    found: pa.Table, bits: npt.NDArray[np.float64], decided: Mapping[tuple[int, int], bool]
) -> npt.NDArray[np.float64]:
    """How likely each pair is one child's; one that is not the best of both its rows is none's."""
    import numpy as np

    ends = [found.column(end).to_numpy() for end in ("a", "b")]
    likely = 1 / (1 + np.exp2(-bits))
    for end in ends:
        best = np.full(int(end.max(initial=0)) + 1, -np.inf)
        np.maximum.at(best, end, bits)
        likely[bits < best[end]] = 0.0
    if decided:
        pairs = zip(*(end.tolist() for end in ends), strict=True)
        for i, pair in enumerate(pairs):
            likely[i] = decided.get(pair, likely[i])
    return np.asarray(likely)


def _log_likelihood(bits: npt.NDArray[np.float64]) -> float:
    """Natural log of how much likelier the pairs are than if none were one child's."""
    import numpy as np

    return round(float(np.logaddexp(0.0, bits * log(2)).sum()), 1)


class _Sample:
    """The levels of certain and of random pairs, looked at once, and those of the pairs found."""

    def __init__(
        self,
        rosters: Mapping[str, Sequence[pa.Table]],
        on: date,
        people: pa.Table,
        certain: npt.NDArray[np.int64],
        found: pa.Table,
    ) -> None:
        self.found = found
        looked_at = _evenly(certain, CERTAIN_PAIRS)
        drawn = _random_pairs(people, certain, found)
        self.random_pairs = len(drawn)
        self.certain_pairs = len(certain)
        rows = {n for pair in (*looked_at, *drawn) for n in pair}
        persons = _persons(rosters, on, rows)
        self._one = _counts(looked_at, persons)
        self._two = _counts(drawn, persons)
        self._each = len(certain) / max(1, len(looked_at))

    def measured(self, likely: npt.NDArray[np.float64]) -> Counts:
        import numpy as np

        counts = {}
        for c in COMPARISONS:
            levels = self.found.column(c.code).to_numpy()
            met = np.bincount(levels, likely, len(c.levels)).tolist()
            counts[c.code] = {
                level.code: (round(self._each * self._one[c.code][i] + met[i], 1),
                             float(self._two[c.code][i]))
                for i, level in enumerate(c.levels)
            }  # fmt: skip
        return counts


def _evenly(pairs: npt.NDArray[np.int64], most: int) -> list[tuple[int, int]]:
    import numpy as np

    chosen = np.unique(np.linspace(0, len(pairs) - 1, min(most, len(pairs))).astype(np.int64))
    return [(a, b) for a, b in pairs[chosen].tolist()]


def _random_pairs(
    people: pa.Table, certain: npt.NDArray[np.int64], found: pa.Table
) -> list[tuple[int, int]]:
    """Draw residents and rows of the roll; pairs that may be one child's are left out."""
    import numpy as np

    rng = np.random.default_rng(0)
    side = people.column("side").to_numpy()
    ends = []
    for one in (Side.RESIDENTS, Side.ROLL):
        rows = np.flatnonzero(side == one)
        some = rng.choice(rows, min(RANDOM_ROWS, len(rows)), replace=False)
        ends.append(rng.choice(some, RANDOM_PAIRS).tolist())
    likely = found.column("weight").to_numpy() > 0
    known = {(a, b) for a, b in certain.tolist()}
    known |= set(zip(*(found.column(e).to_numpy()[likely].tolist() for e in ("a", "b")),
                     strict=True))  # fmt: skip
    return [pair for pair in zip(*ends, strict=True) if pair not in known]


def _persons(
    rosters: Mapping[str, Sequence[pa.Table]], on: date, rows: set[int]
) -> dict[int, Person]:
    """Read some rows, by their numbers through all rosters."""
    import pyarrow as pa

    persons: dict[int, Person] = {}
    first = 0
    for roster in ROSTERS:
        for table in rosters.get(roster, ()):
            here = sorted(n for n in rows if first <= n < first + len(table))
            cells = table.take(pa.array([n - first for n in here], pa.int64())).to_pylist()
            persons |= {n: person.read(row, roster, on) for n, row in zip(here, cells, strict=True)}
            first += len(table)
    return persons


def _counts(
    pairs: Sequence[tuple[int, int]], persons: Mapping[int, Person]
) -> dict[str, list[int]]:
    counts = {c.code: [0] * len(c.levels) for c in COMPARISONS}
    for a, b in pairs:
        for c in COMPARISONS:
            counts[c.code][c.level(persons[a], persons[b])] += 1
    return counts


# ---- from counts to weights


def shifted(measured: Counts, reference: Counts) -> dict[str, dict[str, float]]:
    """Shift the shipped weights by what was measured here and not where they come from."""
    return {
        c.code: {
            level.code: round(
                WEIGHTS[c.code][level.code] + _shift(c, level.code, measured, reference), 3
            )
            for level in c.levels
        }
        for c in COMPARISONS
    }


def _shift(comparison: Comparison, level: str, measured: Counts, reference: Counts) -> float:
    if level == "missing":
        return 0.0
    here, there = measured[comparison.code], reference[comparison.code]
    one, two = (_Share.of(here, level, end).over(_Share.of(there, level, end)) for end in (0, 1))
    if comparison.code == "name" and level in RARITY:
        two = 0.0  # how often two children bear one name is asked of each name
    return max(-MOST_SHIFT, min(MOST_SHIFT, one - two))


@dataclass(frozen=True)
class _Share:
    met: float
    among: float

    @classmethod
    def of(cls, counts: Mapping[str, tuple[float, float]], level: str, end: int) -> _Share:
        """How often a level is met among all pairs of which both rows say something."""
        among = sum(count[end] for code, count in counts.items() if code != "missing")
        return cls(counts[level][end] + 0.5, among + 1.0)

    def over(self, other: _Share) -> float:
        """How many bits oftener it is met here than there, drawn to 0 where few rows say so."""
        bits = log2(self.met / self.among) - log2(other.met / other.among)
        variance = (1 / self.met + 1 / other.met) / log(2) ** 2
        return bits * SPREAD**2 / (SPREAD**2 + variance)


def _farthest(before: Weights, after: Weights) -> float:
    return max(
        abs(after[code][level] - bits) for code, of in before.items() for level, bits in of.items()
    )


def _version() -> str:
    try:
        return version("oosc")
    except PackageNotFoundError:
        return "unknown"
