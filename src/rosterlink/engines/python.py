"""The answer key: the same rules in plain Python, one row and one pair after the other.

Slow, for small rosters: the tests hold the other engines to what it says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from math import log2
from typing import TYPE_CHECKING

from rosterlink import blocking, person, weights
from rosterlink.levels import COMPARISONS
from rosterlink.person import ROSTERS, Person, Side

if TYPE_CHECKING:
    import pyarrow as pa


class PythonEngine:
    def __init__(self) -> None:
        self.people: list[Person] = []

    def read(self, rosters: Mapping[str, Sequence[pa.Table]], on: date) -> pa.Table:
        import pyarrow as pa

        carried: dict[str, list[str]] = {column: [] for column in person.CARRIED}
        for roster in ROSTERS:
            for table in rosters.get(roster, ()):
                for row in table.to_pylist():
                    self.people.append(person.read(row, roster, on))
                    for column, values in carried.items():
                        values.append(row.get(column) or "")
        read = [column for column in person.KEPT if column in Person.__dataclass_fields__]
        columns = {column: [getattr(p, column) for p in self.people] for column in read}
        numbers = pa.array(range(len(self.people)), pa.int32())
        return pa.table({"n": numbers, **_typed(columns), **_typed(carried)})

    def pairs(self, keep: float) -> pa.Table:
        import pyarrow as pa

        rarity = self._rarity()
        prior = -log2(self._all_names())
        found = []
        for a, b in sorted(self._candidates(self._settled())):
            left, right = self.people[a], self.people[b]
            if left.number and left.number == right.number and left.name == right.name:
                continue
            levels = {c.code: c.level(left, right) for c in COMPARISONS}
            rare = min(rarity.get(left.name, 0.0), rarity.get(right.name, 0.0))
            weight = weights.total(levels, rare, prior)
            if weight >= keep:
                found.append({"a": a, "b": b, **levels, "weight": weight})
        found.sort(key=lambda pair: (-pair["weight"], pair["a"], pair["b"]))
        schema = pa.schema(
            [("a", pa.int32()), ("b", pa.int32())]
            + [(c.code, pa.uint8()) for c in COMPARISONS]
            + [("weight", pa.float64())]
        )
        return pa.Table.from_pylist(found, schema=schema)

    def _settled(self) -> set[int]:
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, one in enumerate(self.people):
            if one.number and one.name:
                groups[one.number, one.name].append(n)
        settled = set()
        for rows in groups.values():
            sides = {self.people[n].side for n in rows}
            for n in rows:
                if {Side.RESIDENTS, Side.ROLL} <= sides or (
                    self.people[n].side == Side.OTHER and sides & {Side.RESIDENTS, Side.ROLL}
                ):
                    settled.add(n)
        return settled

    def _candidates(self, settled: set[int]) -> set[tuple[int, int]]:
        pairs = set()
        for rule in blocking.RULES:
            blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
            for n, one in enumerate(self.people):
                for key in blocking.keys(rule, one, looking=n not in settled):
                    blocks[key].append(n)
            for rows in blocks.values():
                if rule.most and len(rows) > rule.most:
                    continue
                pairs |= {(a, b) for a in rows for b in rows if a < b and not {a, b} <= settled}
        return pairs

    def _bearers(self) -> Counter[str]:
        return Counter(name for name, _ in {(p.name, p.birth) for p in self.people if p.name})

    def _all_names(self) -> int:
        return max(weights.FEWEST_NAMES, sum(self._bearers().values()))

    def _rarity(self) -> dict[str, float]:
        everybody = self._all_names()
        return {
            name: min(weights.RARITY_MOST, max(weights.RARITY_LEAST, log2(everybody / count)))
            for name, count in self._bearers().items()
        }


def _typed(columns: Mapping[str, Sequence[object]]) -> dict[str, pa.Array]:
    import pyarrow as pa

    kinds = {"side": pa.uint8(), "own": pa.bool_()}
    return {
        name: pa.array(values, kinds.get(name, pa.string())) for name, values in columns.items()
    }
