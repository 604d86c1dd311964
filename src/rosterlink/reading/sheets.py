"""A sheet as it came: text in columns c0, c1 …, before anybody knows what they mean."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from rosterlink.reading import guard, prescan
from rosterlink.reading.limits import Limits


@dataclass(frozen=True)
class Sheet:
    """`labels` are headings that stand outside the rows, as in a .parquet.

    `first_column` counts from 0: a table may begin further right. `merged` lists cells merged over
    several rows of one column (column, first row, last row, from 0): only the first has the value.
    """

    name: str
    hidden: bool
    table: pa.Table
    labels: tuple[str, ...] | None = None
    first_column: int = 0
    merged: tuple[tuple[int, int, int], ...] = ()

    def top(self, rows: int) -> list[list[str]]:
        """Return the first rows, each as wide as the sheet."""
        columns = self.table.slice(0, rows).columns
        return [list(row) for row in zip(*(c.to_pylist() for c in columns), strict=True)]


def workbook(path: Path, limits: Limits) -> tuple[list[Sheet], prescan.Found]:
    """Read a .xlsx, .xls or .ods in the guarded child.

    Raises:
        Unreadable: it may not be opened, or cannot be.
    """
    found = prescan.admit(path, limits)
    with guard.child("child.py", path, limits) as (folder, verdict):
        sheets = [
            _sheet(folder / f"{number}.arrow", about)
            for number, about in enumerate(verdict["sheets"])
        ]
    return sheets, found


def _sheet(path: Path, about: dict[str, Any]) -> Sheet:  # Any: the verdict is JSON
    if not path.exists():
        return Sheet(about["name"], about["hidden"], pa.table({}))
    # The mapped file stays readable after its folder is gone, and costs no second copy.
    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    merged = tuple((column, top, bottom) for column, top, bottom in about["merged"])
    return Sheet(
        about["name"], about["hidden"], table, first_column=about["first_column"], merged=merged
    )
