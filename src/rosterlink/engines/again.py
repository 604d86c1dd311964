"""The engine for one machine, once more after a small change: what did not change is taken over.

Whether two rows are compared, and what their levels are, rests on the two rows alone, but for two
things: whether a row is settled, and which of its keys are crowds. A row is the same as in the
earlier run when all of this is; the pairs of two such rows are taken over with their levels. Every
other row is touched: it is looked for among all rows, as in a whole run. Weights are made anew for
all pairs, for the frequencies of names have changed.

Pairs are kept down to a little under the weight that is asked, for with the frequencies a weight
can rise. How far it may have risen since counts against that; a row whose name became so much rarer
that this would not do is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rosterlink import kept, person, weights
from rosterlink.engines import meeting, rows
from rosterlink.engines.duckdb import DuckDBEngine
from rosterlink.engines.rows import COMPARED
from rosterlink.levels import COMPARISONS
from rosterlink.person import ROSTERS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Numbers = npt.NDArray[np.int32]

SPARE = 0.5  # bits; how much lighter pairs are kept than are asked for
RISE = 0.1  # bits; what a weight may rise from one run to the next, but for touched rows
MOST_TOUCHED = 0.4  # of the rows; where more are touched a whole run is quicker
LEVELS = ", ".join(c.code for c in COMPARISONS)
# What is kept of a row, beside where it stands.
FORM = tuple(dict.fromkeys((*COMPARED, *person.CARRIED)))


@dataclass(frozen=True)
class Part:
    """The rows of one table, and the number of the first of them."""

    roster: str
    table: pa.Table
    first: int

    @property
    def is_read(self) -> bool:
        """Whether the rows are in the form that is compared, taken over from an earlier run."""
        return kept.SOURCE in (self.table.schema.metadata or {})

    def numbers(self) -> Numbers:
        import numpy as np

        return np.arange(self.first, self.first + len(self.table), dtype=np.int32)


class KeepingEngine(DuckDBEngine):
    def __init__(
        self, shelf: kept.Shelf, threads: int | None = None, memory: str | None = None
    ) -> None:
        super().__init__(threads, memory)
        self.shelf = shelf
        self.parts: list[Part] = []

    def _read_people(self, rosters: Mapping[str, Sequence[pa.Table]], on: date) -> None:
        self.parts = list(_parts(rosters))
        super()._read_people(rosters, on)
        self._take_over_rows()
        for part in self.parts:
            if kept.SECRET in (part.table.schema.metadata or {}):
                self.shelf.keep_file(part.table, self._form(part))

    def pairs(self, keep: float) -> pa.Table:
        import pyarrow.compute as pc

        rows.settle(self.connection)
        prior = rows.count_names(self.connection)
        marks = rows.marks(self.connection)
        self._sign(marks)
        touched, floor = self._compare_rows(keep, prior) or (None, keep - SPARE)
        met = self.met(keep - SPARE, prior, marks, touched)
        self.connection.register("compared", met)
        found = self.weigh(keep - SPARE, prior)
        if touched is not None:
            found = self._together(found, keep - SPARE, prior)
        signed = self.connection.sql("select * from signed order by n").to_arrow_table()
        self.shelf.keep_pairs(signed, found.drop(["weight"]), floor, prior)
        return found.filter(pc.greater_equal(found.column("weight"), keep))

    # ---- the rows

    def _load(self, rosters: Mapping[str, Sequence[pa.Table]]) -> None:
        """Load the rows that are still to be read, each under its number among all rows."""
        import numpy as np
        import pyarrow as pa

        fresh = [part for part in self.parts if not part.is_read]
        tables, numbers = [*rows.uniform({})], [np.empty(0, np.int32)]
        for part in fresh:
            tables += rows.uniform({part.roster: [part.table]})
            numbers.append(part.numbers())
        cells = pa.concat_tables(tables).add_column(0, "n", pa.array(np.concatenate(numbers)))
        self.connection.register("cells", cells)

    def _take_over_rows(self) -> None:
        import pyarrow as pa

        arrived = [
            part.table.select(["row_id", *FORM])
            .append_column("n", pa.array(part.numbers()))
            .append_column("roster", pa.repeat(pa.scalar(part.roster), len(part.table)))
            .append_column("settled", pa.repeat(pa.scalar(False), len(part.table)))
            for part in self.parts
            if part.is_read
        ]
        if arrived:
            self.connection.register("taken_over", pa.concat_tables(arrived))
            rows.add_people(self.connection, "taken_over")
            self.connection.unregister("taken_over")

    def _form(self, part: Part) -> pa.Table:
        if part.is_read:
            return part.table
        return self.connection.sql(
            f"select {', '.join(FORM)} from people"
            f" where n >= {part.first} and n < {part.first + len(part.table)} order by n"
        ).to_arrow_table()

    def _sign(self, marks: Mapping[str, meeting.Marks]) -> None:
        """Give each row a hash of all that decides with whom it is compared, and how."""
        import pyarrow as pa

        crowds = pa.table({"n": marks["n"], "crowds": meeting.crowded(marks)})
        self.connection.register("crowded", crowds)
        compared = ", ".join(f"people.{column}" for column in COMPARED)
        self.connection.execute(
            f"""
            create table signed as
            select n, hash({compared}, settled, crowds) as sign, names.rarity
            from people join crowded using (n) left join names on names.name = people.name
            """
        )

    def _compare_rows(self, keep: float, prior: float) -> tuple[Numbers, float] | None:
        """Find which rows are the same as before.

        Return the others, and the weight under which pairs may now be missing; None where there is
        nothing to take over.
        """
        earlier = self.shelf.earlier
        if earlier is None:
            return None
        self.connection.register("rows_before", earlier.rows)
        twins = "row_number() over (partition by sign order by n) as twin"
        self.connection.execute(
            f"""
            create table same as
            select old.n as before, new.n as now,
                coalesce(greatest(new.rarity - old.rarity, 0), 0) as rise
            from (select *, {twins} from rows_before) old
            join (select *, {twins} from signed) new using (sign, twin)
            """
        )
        rise = max(0.0, prior - earlier.prior)
        self.connection.execute(f"delete from same where rise + {rise} > {RISE}")
        [(highest, same, everybody)] = self.connection.execute(
            "select coalesce(max(rise), 0), count(*), (select count(*) from people) from same"
        ).fetchall()
        floor = earlier.floor + rise + float(highest)
        if floor > keep - RISE or same < (1 - MOST_TOUCHED) * everybody:
            return None
        touched = self.connection.execute(
            "select n from people where n not in (select now from same)"
        ).fetchnumpy()
        return touched["n"], floor

    # ---- the pairs

    def _together(self, found: pa.Table, keep: float, prior: float) -> pa.Table:
        """Add the pairs that are taken over, weighed by the frequencies of today."""
        import pyarrow as pa

        earlier = self.shelf.earlier
        assert earlier is not None
        self.connection.register("pairs_before", earlier.pairs)
        again = self.connection.sql(
            f"""
            with taken as (
                select least(l.now, r.now) as a, greatest(l.now, r.now) as b, {LEVELS}
                from pairs_before join same l on l.before = a join same r on r.before = b
            ), leveled as (
                select taken.*, coalesce(least(sl.rarity, sr.rarity), 0) as rarity,
                    {prior!r}::double as prior
                from taken join signed sl on sl.n = a join signed sr on sr.n = b
            )
            {weights.weighed_sql(keep)}
            """
        ).to_arrow_table()
        self.shelf.taken_over["pairs"] = len(again)
        order = [("weight", "descending"), ("a", "ascending"), ("b", "ascending")]
        return pa.concat_tables([found, again]).sort_by(order)


def _parts(rosters: Mapping[str, Sequence[pa.Table]]) -> Iterator[Part]:
    first = 0
    for roster in ROSTERS:
        for table in rosters.get(roster, ()):
            yield Part(roster, table, first)
            first += len(table)
