"""What has changed since the last roster of the same sender and kind: counts, and nobody's name.

Rows are paired by what identifies a child in a roster of that kind: a number where there is
one, else name, birth date and parents. A row that has no partner is new, or gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

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
    shared = [
        name
        for name in now.column_names
        if name in before.column_names and name not in PLACE_IN_FILE
    ]
    with duckdb.connect() as engine:
        engine.register("rows_now", now)
        engine.register("rows_before", before)
        found = engine.execute(_QUERY.format(key=_key(shared), content=_content(shared)))
        counts = found.fetchone() or (0, 0, 0, 0)
    return Changes(*counts)


# Two rows under one key (twice on the list) are told apart by their order.
_ROWS = """
    select key, content, row_number() over (partition by key order by content) as nth
    from (select {key} as key, {content} as content from {table})
"""
_QUERY = f"""
    with now as ({_ROWS.replace("{table}", "rows_now")}),
         before as ({_ROWS.replace("{table}", "rows_before")})
    select
        count(*) filter (before.key is null),
        count(*) filter (now.content <> before.content),
        count(*) filter (now.content = before.content),
        count(*) filter (now.key is null)
    from now full join before on now.key = before.key and now.nth = before.nth
"""


def _key(columns: list[str]) -> str:
    numbers = [f"nullif({_name(c)}, '')" for c in NUMBERS if c in columns]
    person = _joined([c for c in WITHOUT_NUMBER if c in columns])
    besides = _joined([c for c in BESIDES if c in columns])
    return f"coalesce({', '.join([*numbers, person])}) || {besides}"


def _content(columns: list[str]) -> str:
    return f"md5({_joined(columns)})"


def _joined(columns: list[str]) -> str:
    texts = [f"coalesce({_name(c)}::varchar, '')" for c in columns]
    return "concat_ws(chr(31), '', " + ", ".join([*texts, "''"]) + ")"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
