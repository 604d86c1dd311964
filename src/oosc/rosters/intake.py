"""From a file to rows: read in the guarded child, corrected rows merged, written as Parquet.

Nothing here touches the database, so the command line can check a file without a trace. What
reads files and moves rows takes a second to load: only the functions that need it import this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from oosc.kernel.refusal import Refused
from rosterlink.reading import (
    LAYOUTS,
    Guess,
    HeadingsMissing,
    Problem,
    Reading,
    Unreadable,
    headings,
    look,
    read,
)

KEPT_PROBLEMS = 200_000  # more than that, and the file is wrong as a whole
AHEAD_BY = 0.05  # a guess is taken when the next best is so far behind


@dataclass(frozen=True)
class Intake:
    """What is kept of a file: its rows, its problems, and how it was understood."""

    table: pa.Table
    problems: Sequence[Problem]
    reading: Reading

    @property
    def rows_with_problems(self) -> int:
        return len({(problem.sheet, problem.row) for problem in self.problems})


def take_in(path: Path, kind: str, *, mapping: Mapping[str, str]) -> Intake:
    """Read one file as a roster of a kind. The name of the file goes into the ids of its rows.

    `mapping` is what the sender called its columns before; where this file has other headings,
    it is read as if nothing had been told.

    Raises:
        rosterlink.reading.Unreadable: with one sentence for the officer.
    """
    try:
        reading = read(path, LAYOUTS[kind], mapping=mapping, keep=KEPT_PROBLEMS)
    except HeadingsMissing:
        raise
    except Unreadable:
        if not mapping:
            raise
        reading = read(path, LAYOUTS[kind], keep=KEPT_PROBLEMS)
    return Intake(_with_own_ids(reading), reading.problems, reading)


def looks_like(path: Path, allowed: Sequence[str]) -> tuple[str | None, str | None]:
    """Guess which of the allowed kinds a file is, and which of all kinds; None where unsure.

    Raises:
        rosterlink.reading.Unreadable: with one sentence for the officer.
    """
    guesses = look(path).guesses
    mine = [guess for guess in guesses if guess.roster in allowed]
    return (mine[0].roster if len(mine) == 1 else _clearly(mine)), _clearly(guesses)


def _clearly(guesses: Sequence[Guess]) -> str | None:
    first, second = guesses[:2]
    is_clear = first.score > 0 and first.score - second.score >= AHEAD_BY
    return first.roster if is_clear else None


def matched(labels: Sequence[str], kind: str) -> dict[str, str]:
    """Say which of some headings stand for which field, as far as they are understood."""
    found = headings.find([labels], LAYOUTS[kind])
    return {field: found.labels[column] for field, column in found.columns.items()}


def _with_own_ids(reading: Reading) -> pa.Table:
    """Number the rows by this batch, sheet and row, whatever ids the sender gave them.

    Rosters of different senders meet in one run, and two of them may both count 1, 2, 3.
    """
    table = reading.table
    sheets = pa.array([sheet.name for sheet in reading.sheets], pa.string())
    number = pc.add(pc.index_in(table["source_sheet"], value_set=sheets), 1).cast(pa.string())
    row = table["source_row"].cast(pa.string())
    ids = pc.binary_join_element_wise(reading.stem, number, row, ":")
    return table.set_column(table.column_names.index("row_id"), "row_id", ids)


def merge(before: pa.Table, corrections: pa.Table) -> pa.Table:
    """Put corrected rows over the rows whose ids they name; return the whole.

    Raises:
        Refused: rows that name no row of the roster they correct.
    """
    if "given_row_id" not in corrections.column_names:
        raise Refused("没有找到“行号标识”一列。请在下载的“有问题的行”里改，不要删这一列。")
    given = corrections["given_row_id"]
    known = pc.is_in(given, value_set=before["row_id"].combine_chunks())
    unknown = corrections.num_rows - (pc.sum(known).as_py() or 0)
    if unknown:
        raise Refused(f"有 {unknown} 行的“行号标识”不在原花名册里。请在下载的“有问题的行”里改。")
    if pc.count_distinct(given).as_py() != corrections.num_rows:
        raise Refused("有两行用了同一个“行号标识”。每一行只更正一次。")
    corrected = _in_place_of(corrections, before)
    kept = before.filter(pc.invert(pc.is_in(before["row_id"], value_set=given.combine_chunks())))
    whole = pa.concat_tables([kept, corrected], promote_options="default")
    return _without_nulls(whole)


def _in_place_of(corrections: pa.Table, before: pa.Table) -> pa.Table:
    """Give corrected rows the place of those they replace, and only columns those had."""
    place = pc.index_in(
        corrections["given_row_id"], value_set=before["row_id"].combine_chunks()
    ).combine_chunks()
    for name in ("row_id", "source_sheet", "source_row"):
        corrections = corrections.set_column(
            corrections.schema.get_field_index(name), name, before[name].take(place)
        )
    return corrections.select(
        [name for name in before.column_names if name in corrections.column_names]
    )


def _without_nulls(table: pa.Table) -> pa.Table:
    for number, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and table[field.name].null_count:
            table = table.set_column(number, field.name, pc.fill_null(table[field.name], ""))
    return table


def replaced(
    problems: Sequence[Problem], now: Sequence[Problem], corrections: pa.Table, whole: pa.Table
) -> list[Problem]:
    """Return the problems after a correction: of rows not corrected, and those still wrong.

    What is still wrong is placed where the row stands in the roster that was corrected.
    """
    place = {
        (sheet, row): row_id
        for sheet, row, row_id in zip(
            corrections["source_sheet"].to_pylist(),
            corrections["source_row"].to_pylist(),
            corrections["given_row_id"].to_pylist(),
            strict=True,
        )
    }
    corrected = set(place.values())
    stands = {
        row_id: (sheet, row)
        for row_id, sheet, row in zip(
            whole["row_id"].to_pylist(),
            whole["source_sheet"].to_pylist(),
            whole["source_row"].to_pylist(),
            strict=True,
        )
        if row_id in corrected
    }
    gone = set(stands.values())
    still = [
        replace(problem, sheet=stands[row_id][0], row=stands[row_id][1])
        for problem in now
        if (row_id := place.get((problem.sheet, problem.row)))
    ]
    return [p for p in problems if (p.sheet, p.row) not in gone] + still


def to_parquet(table: pa.Table) -> BytesIO:
    out = BytesIO()
    pq.write_table(table, out, compression="zstd")
    out.seek(0)
    return out


def from_parquet(data: bytes) -> pa.Table:
    return pq.read_table(BytesIO(data))
