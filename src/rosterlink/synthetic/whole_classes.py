"""What goes wrong with a whole class at once, because a class is one sheet that somebody handled.

A column slides by a row, is sorted without the others, or stands under its neighbour's heading;
cells are merged. The rate of such a fault is a share of the classes.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from rosterlink.synthetic.columns import Numbers
from rosterlink.synthetic.rosters import Draft

Strike = Callable[[Draft, Numbers], None]


def strike(
    draft: Draft, rates: Mapping[str, float], rng: np.random.Generator
) -> list[tuple[Numbers, str]]:
    """Spoil some classes of the roll; a class has at most one such fault. Return which rows."""
    classes = np.unique(draft.group)
    chance = rng.random(len(classes))
    told, reached = [], 0.0
    for kind, do in KINDS.items():
        rate = rates.get(kind, 0.0)
        hit = classes[(chance >= reached) & (chance < reached + rate)]
        reached += rate
        rows = np.flatnonzero(np.isin(draft.group, hit))
        if len(rows):
            do(draft, rows)
            told.append((rows, kind))
    return told


def _numbers_down(draft: Draft, rows: Numbers) -> None:
    """The column of numbers has slid down by one row."""
    _slide(draft, rows, "id_no", down=True)


def _numbers_up(draft: Draft, rows: Numbers) -> None:
    _slide(draft, rows, "id_no", down=False)


def _dates_down(draft: Draft, rows: Numbers) -> None:
    _slide(draft, rows, "birth_date", down=True)


def _sorted_alone(draft: Draft, rows: Numbers) -> None:
    """The numbers were sorted, and the rest of the sheet was not."""
    values = _taken(draft, "id_no", rows)
    of_class = draft.group[rows].tolist()
    in_order = [value for _, value in sorted(zip(of_class, values, strict=True))]
    draft.replace("id_no", rows, in_order)


def _numbers_swapped(draft: Draft, rows: Numbers) -> None:
    """The child's number and the guardian's stand under each other's heading."""
    _swap(draft, rows, "id_no", "guardian_id")


def _names_swapped(draft: Draft, rows: Numbers) -> None:
    _swap(draft, rows, "name", "guardian_name")


def _merged(draft: Draft, rows: Numbers) -> None:
    """What is the same for the whole class stands in its first row only."""
    follows = rows[1:][draft.group[rows[1:]] == draft.group[rows[:-1]]]
    for column in ("school_code", "school_name", "grade", "class_no"):
        draft.replace(column, follows, [""] * len(follows))


KINDS: Mapping[str, Strike] = {
    "class_slid": _numbers_down,
    "class_slid_up": _numbers_up,
    "class_sorted": _sorted_alone,
    "columns_swapped": _numbers_swapped,
    "names_swapped": _names_swapped,
    "dates_slid": _dates_down,
    "cells_merged": _merged,
}


def _slide(draft: Draft, rows: Numbers, column: str, *, down: bool) -> None:
    values, of_class = _taken(draft, column, rows), draft.group[rows]
    step = -1 if down else 1
    slid = [
        values[i + step]
        if 0 <= i + step < len(values) and of_class[i] == of_class[i + step]
        else ""
        for i in range(len(values))
    ]
    draft.replace(column, rows, slid)


def _swap(draft: Draft, rows: Numbers, one: str, other: str) -> None:
    ones, others = _taken(draft, one, rows), _taken(draft, other, rows)
    draft.replace(one, rows, others)
    draft.replace(other, rows, ones)


def _taken(draft: Draft, column: str, rows: Numbers) -> list[str]:
    taken: list[str] = draft.columns[column].take(pa.array(rows)).to_pylist()
    return taken
