"""What has changed between two runs: who is newly missing, resolved, still open, gone."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

import pyarrow as pa


class Change(StrEnum):
    """What became of a row that one of the two runs lists as out of school."""

    NEWLY_MISSING = "newly_missing"
    STILL_OPEN = "still_open"
    RESOLVED = "resolved"  # in the input still, and no longer on the list
    GONE = "gone"  # no longer in the input


SCHEMA = pa.schema(
    [
        ("row_id", pa.string()),
        ("change", pa.string()),
        ("reason_before", pa.string()),
        ("reason_after", pa.string()),
        ("by_row_id", pa.string()),
    ]
)


def compare(before: Mapping[str, pa.Table], after: Mapping[str, pa.Table]) -> pa.Table:
    """Compare the lists of two runs, row by row of the residents.

    Both are tables by name: `out_of_school` and `links`, of the second also `residents` and
    `explained`. A row is the same when its row id is: rosters without ids of their own are
    compared by file and line. `by_row_id` names the row that resolved it: one that explains it,
    or one that it was not linked to before. Newly missing come first, then what is still open,
    resolved, gone.
    """
    was, now = (_reasons(run["out_of_school"]) for run in (before, after))
    present = set(after["residents"]["row_id"].to_pylist())
    by = _resolved_by(before, after, was.keys())
    rows = []
    for row in sorted(was.keys() | now.keys()):
        change = _change(row in was, row in now, row in present)
        resolved_by = by.get(row, "") if change is Change.RESOLVED else ""
        rows.append((row, change, was.get(row, ""), now.get(row, ""), resolved_by))
    order = list(Change)
    rows.sort(key=lambda row: order.index(row[1]))
    return pa.Table.from_pylist(
        [dict(zip(SCHEMA.names, map(str, row), strict=True)) for row in rows], schema=SCHEMA
    )


def count(table: pa.Table) -> dict[str, int]:
    """Return how many rows underwent each change, none left out."""
    found: list[str] = table["change"].to_pylist()
    return {change.value: found.count(change.value) for change in Change}


def _change(was: bool, now: bool, present: bool) -> Change:
    if now:
        return Change.STILL_OPEN if was else Change.NEWLY_MISSING
    return Change.RESOLVED if present else Change.GONE


def _reasons(table: pa.Table) -> dict[str, str]:
    return dict(_two(table, "row_id", "reason_code"))


def _resolved_by(
    before: Mapping[str, pa.Table], after: Mapping[str, pa.Table], of: Collection[str]
) -> dict[str, str]:
    earlier = set(_two(before["links"], "left_row_id", "right_row_id"))
    new = {
        row: other
        for row, other in _two(after["links"], "left_row_id", "right_row_id")
        if row in of and (row, other) not in earlier
    }
    return new | dict(_two(after["explained"], "row_id", "by_row_id"))


def _two(table: pa.Table, key: str, value: str) -> Iterable[tuple[str, str]]:
    return zip(table[key].to_pylist(), table[value].to_pylist(), strict=True)
