"""The rosters of a run as they are compared, and single rows of them as they are needed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from oosc.kernel.refusal import Refused
from oosc.linkage.prints import SAID, row_print
from oosc.rosters import queries as rosters
from oosc.rosters.models import Roster
from oosc.rosters.states import State
from rosterlink.lists import GONE, OFF_ROLL

Row = Mapping[str, str]
PORTION = 5000


@dataclass
class Source:
    """One roster of a run. Its rows lie in columns; only what is asked for is made a row."""

    roster: Roster
    table: pa.Table

    @cached_property
    def prints(self) -> list[bytes]:
        """The print of every row, in order."""
        kind, sender = self.roster.kind, str(self.roster.sender_id)
        said = self.table.select([name for name in SAID if name in self.table.column_names])
        return [
            row_print(kind, sender, row)
            for batch in said.to_batches(max_chunksize=PORTION)
            for row in batch.to_pylist()
        ]

    def rows(self, places: Sequence[int]) -> list[dict[str, str]]:
        found = self.table.take(pa.array(places, pa.int64())).to_pylist()
        return [{name: str(value or "") for name, value in row.items()} for row in found]


@dataclass
class Sources:
    """The rosters of a run; within it a row is known as `roster:place:row id`.

    Two files may number their rows alike, and the place finds the row without a search.
    """

    all: list[Source] = field(default_factory=list)

    @classmethod
    def of(cls, given: Sequence[Roster]) -> Sources:
        """Read the rosters, in an order that depends on what they hold alone."""
        ordered = sorted(given, key=lambda roster: (roster.kind, roster.file_hash))
        return cls([_read(roster, number) for number, roster in enumerate(ordered)])

    @property
    def tables(self) -> dict[str, list[pa.Table]]:
        by_kind: dict[str, list[pa.Table]] = defaultdict(list)
        for source in self.all:
            by_kind[source.roster.kind].append(source.table)
        return by_kind

    def source(self, key: str) -> Source:
        return self.all[_place(key)[0]]

    def print_of(self, key: str) -> bytes:
        number, place = _place(key)
        return self.all[number].prints[place]

    def keys_by_print(self, wanted: Collection[bytes]) -> dict[bytes, list[str]]:
        keys: dict[bytes, list[str]] = defaultdict(list)
        for source in self.all:
            names = source.table["row_id"]
            for place, found in enumerate(source.prints):
                if found in wanted:
                    keys[found].append(names[place].as_py())
        return keys

    def rows(self, keys: Collection[str]) -> dict[str, Row]:
        """Return the rows of these keys, each roster asked once."""
        places: dict[int, dict[int, str]] = defaultdict(dict)
        for key in keys:
            number, place = _place(key)
            places[number][place] = key
        found: dict[str, Row] = {}
        for number, named in places.items():
            found |= zip(named.values(), self.all[number].rows(list(named)), strict=True)
        return found


def is_current(kind: str, row: Row) -> bool:
    """True unless the row says that the child has left: by the words the comparison goes by."""
    over = OFF_ROLL if kind in ("school_roll", "elsewhere_roll") else GONE
    return not re.search(over, row.get("state", ""))


def _read(roster: Roster, number: int) -> Source:
    if roster.state != State.RECEIVED:
        raise Refused(f"花名册“{roster}”已经撤回，请重新选择花名册再比对。")
    table = rosters.table(roster)
    names = table["row_id"].to_pylist()
    keys = pa.array([f"{number}:{place}:{name}" for place, name in enumerate(names)], pa.string())
    at = table.column_names.index("row_id")
    return Source(roster, table.set_column(at, "row_id", keys))


def _place(key: str) -> tuple[int, int]:
    number, place, _ = key.split(":", 2)
    return int(number), int(place)
