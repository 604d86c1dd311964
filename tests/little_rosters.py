"""Little rosters written by hand, and the run over them."""

from datetime import date

import pyarrow as pa

from rosterlink.identity_number import check_digit
from rosterlink.reconcile import Reconciliation, reconcile

ON = date(2026, 9, 1)


def number(first_seventeen: str) -> str:
    return first_seventeen + check_digit(first_seventeen)


def table(*rows: dict[str, str]) -> pa.Table:
    columns = sorted({column for row in rows for column in row} | {"row_id"})
    return pa.table({c: pa.array([row.get(c, "") for row in rows], pa.string()) for c in columns})


def child(row_id: str, name: str, born: str, serial: str = "", **other: str) -> dict[str, str]:
    """A row; `serial`, three digits, gives it a sound number of its birth date."""
    id_no = number(f"110101{born.replace('-', '')}{serial}") if serial else ""
    return {"row_id": row_id, "name": name, "birth_date": born, "id_no": id_no, **other}


def run(*, decisions: pa.Table | None = None, engine: str = "duckdb", **rosters) -> Reconciliation:
    """Compare rosters given as lists of rows, by the names of the rosters."""
    tables = {roster: table(*rows) for roster, rows in rosters.items()}
    return reconcile(tables, on=ON, decisions=decisions, engine=engine)


def links(result: Reconciliation) -> set[tuple[str, str]]:
    pairs = result.links.select(["left_row_id", "right_row_id"]).to_pylist()
    return {(pair["left_row_id"], pair["right_row_id"]) for pair in pairs}


def listed(rows: pa.Table) -> list[str]:
    return rows.column("row_id").to_pylist()


def decided(*pairs: tuple[str, str, bool]) -> pa.Table:
    left, right, same = zip(*pairs, strict=True)
    return pa.table({"left_row_id": left, "right_row_id": right, "same": same})
