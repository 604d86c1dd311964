"""The engine for one machine: what is done per row or per pair is SQL, or whole columns."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

from rosterlink import blocking, person, weights
from rosterlink.engines import bounds, meeting, rows
from rosterlink.levels import COMPARISONS

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa


def connect(
    owner: object, threads: int | None = None, memory: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database in memory; what does not fit is spilt to disk, for nobody else to read.

    The folder of what is spilt goes with its owner.
    """
    import duckdb

    connection: duckdb.DuckDBPyConnection = duckdb.connect()
    spilt = tempfile.mkdtemp(prefix="rosterlink.")
    weakref.finalize(owner, shutil.rmtree, spilt, ignore_errors=True)
    connection.execute("set temp_directory = ?", [spilt])
    if threads:
        connection.execute(f"set threads = {int(threads)}")
    if memory:
        connection.execute("set memory_limit = ?", [memory])
    return connection


class DuckDBEngine:
    def __init__(self, threads: int | None = None, memory: str | None = None) -> None:
        self.connection = connect(self, threads, memory)
        self.threads = threads or os.cpu_count() or 1

    def read(self, rosters: Mapping[str, Sequence[pa.Table]], on: date) -> pa.Table:
        self._read_people(rosters, on)
        kept = ", ".join(person.KEPT)
        return self.connection.sql(f"select {kept} from people order by n").to_arrow_table()

    def pairs(self, keep: float) -> pa.Table:
        rows.settle(self.connection)
        prior = rows.count_names(self.connection)
        self.connection.register("compared", self.met(keep, prior, rows.marks(self.connection)))
        return self.weigh(keep, prior)

    def _read_people(self, rosters: Mapping[str, Sequence[pa.Table]], on: date) -> None:
        self._load(rosters)
        rows.read_people(self.connection, on)
        self.connection.unregister("cells")

    def _load(self, rosters: Mapping[str, Sequence[pa.Table]]) -> None:
        """Put the rows of all rosters under each other, numbered, with every column there."""
        import numpy as np
        import pyarrow as pa

        cells = pa.concat_tables(rows.uniform(rosters))
        numbers = pa.array(np.arange(len(cells), dtype="int32"))
        self.connection.register("cells", cells.add_column(0, "n", numbers))

    def met(
        self,
        keep: float,
        prior: float,
        marks: Mapping[str, meeting.Marks],
        touched: npt.NDArray[np.int32] | None = None,
    ) -> pa.Table:
        """Return the pairs of rows that share a key and may weigh enough, each once.

        `touched`: the numbers of some rows, of which a pair then holds one at least.
        """
        import numpy as np
        import pyarrow as pa

        bound = bounds.Bound(marks, prior)
        people = meeting.People(marks, None if touched is None else np.isin(marks["n"], touched))

        def of_rule(rule: blocking.Rule) -> list[meeting.Rows]:
            found = []
            for a, b in people.met(rule):
                passed = bound.passes(a, b, keep)
                one, other = marks["n"][a[passed]], marks["n"][b[passed]]
                ends = np.minimum(one, other).astype(np.int64), np.maximum(one, other)
                found.append(ends[0] << 32 | ends[1])
            return found

        with ThreadPoolExecutor(self.threads) as pool:
            found = [some for found in pool.map(of_rule, blocking.RULES) for some in found]
        both = np.sort(np.concatenate([np.empty(0, np.int64), *found]))
        both = both[np.r_[True, both[1:] != both[:-1]][: len(both)]]
        a, b = both >> 32, both & 0xFFFFFFFF
        return pa.table({"a": pa.array(a, pa.int32()), "b": pa.array(b, pa.int32())})

    def weigh(self, keep: float, prior: float) -> pa.Table:
        columns = ", ".join(f"l.{c} as {c}_l, r.{c} as {c}_r" for c in rows.COMPARED)
        levels = ", ".join(f"{c.sql} as {c.code}" for c in COMPARISONS)
        return self.connection.sql(
            f"""
            with sides as (
                select {columns}, a, b, coalesce(least(rl.rarity, rr.rarity), 0) as rarity,
                    {prior!r}::double as prior
                from compared join people l on l.n = a join people r on r.n = b
                left join names rl on rl.name = l.name left join names rr on rr.name = r.name
                where not (l.number <> '' and l.number = r.number and l.name = r.name)
            ), leveled as (select a, b, rarity, prior, {levels} from sides)
            {weights.weighed_sql(keep)} order by weight desc, a, b
            """
        ).to_arrow_table()
