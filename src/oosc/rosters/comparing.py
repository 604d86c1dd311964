"""What has changed since the last roster of the same sender and kind: how much, and in which rows.

Rows are paired by what identifies a child in a roster of that kind: a number where there is
one, else name, birth date and parents. A row that has no partner is new, or gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from oosc.rosters.states import Which

WIDE = "\u3000"  # the space of a Chinese keyboard
# The first of these that a row has is what it is known by.
NUMBERS = ("id_no", "cert_no", "passport", "student_no", "child_code")
WITHOUT_NUMBER = ("name", "birth_date", "guardian_name", "mother_name", "household_no")
# A child can leave the country twice: each journey is a row of its own.
BESIDES = ("exit_date",)
# Where a row stands in its file says nothing about the child.
PLACE_IN_FILE = frozenset({"row_id", "source_sheet", "source_row", "given_row_id", "sequence_no"})


@dataclass(frozen=True)
class Changes:
    new: int
    changed: int = 0
    unchanged: int = 0
    gone: int = 0


def compare(now: pa.Table, before: pa.Table | None) -> Changes:
    """Count what is new, changed, unchanged and gone in `now` against `before`."""
    if before is None:
        return Changes(new=now.num_rows)
    counts = _asked(now, before, ", ".join(f"count(*) filter ({_IS[one]})" for one in Which))
    return Changes(*(counts[name][0].as_py() for name in counts.column_names))


def rows(now: pa.Table, before: pa.Table | None, which: Which) -> pa.Table:
    """Return the rows that one figure counts, of `now` in its order; those gone are of `before`.

    The column `differs` names what is not as it was, one field after the other.
    """
    if before is None:
        before = now.slice(0, 0)
    narrowed = f"where {_IS[which]} order by all"
    found = _asked(now, before, "now.place, before.place", narrowed)
    places = [found[number].combine_chunks() for number in range(2)]
    taken = (before if which is Which.GONE else now).take(places[which is Which.GONE])
    differs: list[list[str]] = [[]] * taken.num_rows
    if which is Which.CHANGED:
        differs = _differences(taken, before.take(places[1]))
    return taken.append_column("differs", pa.array(differs, pa.list_(pa.string())))


def _differences(now: pa.Table, before: pa.Table) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(now.num_rows)]
    for name in _shared(now, before):
        texts = (_without_spaces(table[name]) for table in (now, before))
        for row in pc.indices_nonzero(pc.not_equal(*texts)).to_pylist():
            found[row].append(name)
    return found


def _without_spaces(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(
        pc.fill_null(column.cast(pa.string()), ""), pattern=f"[ {WIDE}]", replacement=""
    )


def _asked(now: pa.Table, before: pa.Table, columns: str, narrowed: str = "") -> pa.Table:
    shared = _shared(now, before)
    with duckdb.connect() as engine:
        for name, table in (("rows_now", now), ("rows_before", before)):
            place = pa.array(range(table.num_rows), pa.int64())
            engine.register(name, table.append_column("place of the row", place))
        facts = {"key": _key(shared), "content": _content(shared)}
        query = _QUERY.format(**facts, columns=columns, narrowed=narrowed)
        return engine.sql(query).to_arrow_table()


def _shared(now: pa.Table, before: pa.Table) -> list[str]:
    return [
        name
        for name in now.column_names
        if name in before.column_names and name not in PLACE_IN_FILE
    ]


_IS = {
    Which.NEW: "before.key is null",
    Which.CHANGED: "now.content <> before.content",
    Which.UNCHANGED: "now.content = before.content",
    Which.GONE: "now.key is null",
}
# Two rows under one key (twice on the list) are told apart by their order.
_ROWS = """
    select key, content, place, row_number() over (partition by key order by content, place) as nth
    from (select {key} as key, {content} as content, "place of the row" as place from {table})
"""
_QUERY = f"""
    with now as ({_ROWS.replace("{table}", "rows_now")}),
         before as ({_ROWS.replace("{table}", "rows_before")})
    select {{columns}}
    from now full join before on now.key = before.key and now.nth = before.nth
    {{narrowed}}
"""


def _key(columns: list[str]) -> str:
    numbers = [f"nullif({_name(c)}, '')" for c in NUMBERS if c in columns]
    person = _joined([c for c in WITHOUT_NUMBER if c in columns])
    besides = _joined([c for c in BESIDES if c in columns])
    return f"coalesce({', '.join([*numbers, person])}) || {besides}"


def _content(columns: list[str]) -> str:
    return f"md5({_joined(columns)})"


def _joined(columns: list[str]) -> str:
    """Spaces, half as wide as a character or as wide, tell no difference: 桑 夏 至 is 桑夏至."""
    texts = [f"translate(coalesce({_name(c)}::varchar, ''), ' {WIDE}', '')" for c in columns]
    return "concat_ws(chr(31), '', " + ", ".join([*texts, "''"]) + ")"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
