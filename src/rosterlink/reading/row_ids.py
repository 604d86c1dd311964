"""What each row is called: the sender's own id where it is one, else its place in the file."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink.reading.answer import Reading, Unreadable

GIVEN = ("given_row_id", "sequence_no")  # in the order in which they are trusted


def assign_row_ids(readings: Sequence[Reading]) -> list[Reading]:
    """Name the rows of all files of one call, so that no two have the same `row_id`.

    A file's `row_id` column is used where it is unique over the call; else its 序号, if that is
    unique over the call and not a mere count; else stem:row, or stem:sheet:row where several
    sheets were read. Source: design §5.1.

    Raises:
        Unreadable: two files have the same stem.
    """
    _refuse_equal_stems(readings)
    chosen = [_given(reading) for reading in readings]
    for number in _colliding(chosen):
        chosen[number] = None
    return [
        replace(reading, table=_named(reading, ids if ids is not None else _places(reading)))
        for reading, ids in zip(readings, chosen, strict=True)
    ]


def _refuse_equal_stems(readings: Sequence[Reading]) -> None:
    stems = [reading.stem for reading in readings]
    for stem in stems:
        if stems.count(stem) > 1:
            raise Unreadable(f"有两个文件都叫“{stem}”，行号无法区分，请改名后再试。")


def _given(reading: Reading) -> pa.ChunkedArray | None:
    """Return the ids the sender gave, if they are whole, distinct and no mere count."""
    for column in GIVEN:
        if column not in reading.table.column_names or not reading.rows:
            continue
        ids = reading.table.column(column)
        whole = not pc.any(pc.equal(ids, "")).as_py()
        if whole and _distinct(ids) and not (column == "sequence_no" and _is_count(ids)):
            return ids
    return None


def _distinct(ids: pa.ChunkedArray) -> bool:
    return bool(pc.count_distinct(ids).as_py() == len(ids))


def _is_count(ids: pa.ChunkedArray) -> bool:
    """Whether these only number the rows: 1, 2, 3 …, also with some rows since taken out."""
    if not pc.all(pc.match_substring_regex(ids, r"^\d{1,9}$")).as_py():
        return False
    numbers = ids.cast(pa.int64()).to_numpy()
    return bool(np.all(np.diff(numbers) == 1) or numbers.max() <= 2 * len(numbers))


def _colliding(chosen: Sequence[pa.ChunkedArray | None]) -> list[int]:
    """Return which files share an id with another; all of them fall back to their places."""
    given = [number for number, ids in enumerate(chosen) if ids is not None]
    together = [
        chunk for number in given for chunk in (chosen[number] or pa.chunked_array([])).chunks
    ]
    if len(given) < 2 or _distinct(pa.chunked_array(together, pa.string())):
        return []
    counts = pa.chunked_array(together, pa.string()).value_counts()
    often = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    return [number for number in given if pc.any(pc.is_in(chosen[number], often)).as_py()]


def _places(reading: Reading) -> pa.ChunkedArray:
    rows = reading.table.column("source_row").cast(pa.string())
    if len(reading.sheets) < 2:
        return pc.binary_join_element_wise(reading.stem, rows, ":")
    return pc.binary_join_element_wise(
        reading.stem, reading.table.column("source_sheet"), rows, ":"
    )


def _named(reading: Reading, ids: pa.ChunkedArray) -> pa.Table:
    at = reading.table.column_names.index("row_id")
    return reading.table.set_column(at, "row_id", ids)
