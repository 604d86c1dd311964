"""The tables of an answer: the lists of a run, each row with its code, its sentence and what to do.

What is said of a pair rests on its levels alone, so it is put into words once for each combination
of levels that occurs, never once a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from rosterlink import explain
from rosterlink.birth_dates import as_date
from rosterlink.levels import COMPARISONS
from rosterlink.person import Side
from rosterlink.school_age import EntryRule, expected_grade

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from rosterlink.lists import Lists

LEVELS = tuple(c.code for c in COMPARISONS)
VERDICTS = tuple(f"{code}_verdict" for code in LEVELS)
BITS_OF_A_LEVEL = 5
MISSING = (1 << BITS_OF_A_LEVEL) - 1  # the level of a pair that was never weighed
CERTAIN = 0.9999  # the probability of what was settled by number and name, without weighing

Levels = dict[str, int]
Near = tuple[str, str, str, Levels | None]  # row id, code, sentence, levels


def tell(lists: Lists, on: date, rule: EntryRule) -> dict[str, pa.Table]:
    """Return every list that is named in `docs/rosterlink.md`, and `standing`."""
    return {
        "links": _links(lists.links()),
        "review": _review(lists.review()),
        "out_of_school": _out_of_school(lists.out_of_school(), on, rule),
        "explained": _explained(lists.explained()),
        "ghosts": _ghosts(lists.ghosts()),
        "unregistered": _unregistered(lists.unregistered()),
        "duplicates": _duplicates(lists.duplicates()),
        "standing": lists.standing(),
    }


def reasons(tables: Mapping[str, pa.Table]) -> dict[str, dict[str, int]]:
    """Count the coded reasons of each list."""
    names = ("links", "review", "out_of_school", "explained", "ghosts", "unregistered",
             "duplicates")  # fmt: skip
    counted: dict[str, dict[str, int]] = {}
    for name in names:
        column = "explanation" if name == "explained" else "reason_code"
        values = tables[name].column(column).value_counts().to_pylist()
        counted[name] = {
            v["values"]: v["counts"] for v in sorted(values, key=lambda v: v["values"])
        }
    return counted


def _links(found: pa.Table) -> pa.Table:
    import pyarrow as pa

    told = _of_pairs(found, _of_link)
    return pa.table(
        {
            "left_row_id": found.column("left_row_id"),
            "right_row_id": found.column("right_row_id"),
            "probability": _probabilities(found),
            "certainty": pa.repeat(pa.scalar("sure"), len(found)),
            "reason": told[1],
            "reason_code": told[0],
            "next": told[2],
            "person": found.column("person"),
        }
    )


def _review(found: pa.Table) -> pa.Table:
    import pyarrow as pa

    agreed = _of_pairs(found, lambda levels, certain: (explain.agreement(levels or {}),))
    verdicts = _each(found.column("verdict"), explain.VERDICTS.__getitem__)
    words = _of_pairs(found, lambda levels, certain: tuple(explain.words(levels or {}).values()))
    return pa.table(
        {
            "left_row_id": found.column("left_row_id"),
            "right_row_id": found.column("right_row_id"),
            "probability": _probabilities(found),
            "certainty": pa.repeat(pa.scalar("review"), len(found)),
            "reason": pa.array(
                [v + a for v, a in zip(verdicts.to_pylist(), agreed[0].to_pylist(), strict=True)],
                pa.string(),
            ),
            "reason_code": found.column("verdict"),
            "next": _each(found.column("verdict"), explain.DECIDE.__getitem__),
            **dict(zip(VERDICTS, words, strict=True)),
        }
    )


def _out_of_school(found: pa.Table, on: date, rule: EntryRule) -> pa.Table:
    rows = found.to_pylist()
    told = [
        explain.suspicion(r["born"], r["roll_state"], _grade(r["born"], on, rule)) for r in rows
    ]
    near = [_near_child(row) for row in rows]
    return _table(
        row_id=[row["row_id"] for row in rows],
        reason_code=[code for code, _ in told],
        reason=[sentence for _, sentence in told],
        next=[
            explain.visit(code, near_code)
            for (code, _), (_, near_code, _, _) in zip(told, near, strict=True)
        ],
        **_nearest(near),
        birth_date=[_iso(row["born"]) for row in rows],
        age_disputed=["1" if row["disputed"] else "" for row in rows],
        person=[row["person"] for row in rows],
    )


def _explained(found: pa.Table) -> pa.Table:
    import pyarrow as pa

    explanation = found.column("explanation")
    return pa.table(
        {
            "row_id": found.column("row_id"),
            "explanation": explanation,
            "by_row_id": found.column("by_row_id"),
            "reason": _each(explanation, explain.EXPLAINED.__getitem__),
            "next": _each(explanation, explain.AFTER.__getitem__),
            "person": found.column("person"),
        }
    )


def _ghosts(found: pa.Table) -> pa.Table:
    rows = found.to_pylist()
    near = [_near(row["nearest_pair"], explain.NOBODY_NEAR_RESIDENT) for row in rows]
    return _table(
        row_id=[row["row_id"] for row in rows],
        reason=[explain.GHOSTS[row["reason_code"]] for row in rows],
        reason_code=[row["reason_code"] for row in rows],
        next=[explain.look_for(r["reason_code"], n[1]) for r, n in zip(rows, near, strict=True)],
        **_nearest(near),
        person=[row["person"] for row in rows],
    )


def _unregistered(found: pa.Table) -> pa.Table:
    rows = found.to_pylist()
    return _table(
        row_id=[row["row_id"] for row in rows],
        reason=[explain.only_known_to(row["rosters"]) for row in rows],
        reason_code=["only_" + "+".join(row["rosters"]) for row in rows],
        next=[explain.FIND] * len(rows),
        birth_date=[_iso(row["born"]) for row in rows],
        person=[row["person"] for row in rows],
    )


def _duplicates(found: pa.Table) -> pa.Table:
    import pyarrow as pa

    told = _of_pairs(found, _of_link)
    sides = {int(Side.RESIDENTS): "residents", int(Side.ROLL): "roll"}
    side = found.column("side")
    return pa.table(
        {
            "row_id_a": found.column("row_id_a"),
            "row_id_b": found.column("row_id_b"),
            "reason": told[1],
            "reason_code": told[0],
            "next": _each(side, lambda side: explain.MERGE[sides[side]]),
            "side": _each(side, sides.__getitem__),
            "person": found.column("person"),
        }
    )


# ---- in words, once for each combination


def _of_link(levels: Levels | None, certain: bool) -> tuple[str, str, str]:
    """Return code and sentence of two rows that are one person, and what to do about them."""
    if certain:
        return "number_same.name_same", explain.CERTAIN, explain.NOTHING_TO_DO
    if levels is None:
        return "through_others", explain.THROUGH_OTHERS, explain.NOTHING_TO_DO
    return explain.link_code(levels), explain.agreement(levels), explain.correction(levels)


def _of_pairs(
    found: pa.Table, say: Callable[[Levels | None, bool], tuple[str, ...]]
) -> list[pa.Array]:
    """Return what `say` says of each pair, as columns of text."""
    import pyarrow as pa

    key, certain = _combinations(found)
    seen, inverse = np.unique(key << 1 | certain, return_inverse=True)
    said = [say(_levels_of(int(one) >> 1), bool(one & 1)) for one in seen]
    said = said or [say(dict.fromkeys(LEVELS, 0), False)]  # nothing to say it of, but the columns
    columns = zip(*said, strict=True)
    return [pa.array(texts, pa.string()).take(pa.array(inverse)) for texts in columns]


def _combinations(found: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the levels of each pair as one number, and whether it is certain without them."""
    key = np.zeros(len(found), np.int64)
    for code in LEVELS:
        level = found.column(code).fill_null(MISSING).to_numpy().astype(np.int64)
        key = key << BITS_OF_A_LEVEL | level
    return key, _is_certain(found).astype(np.int64)


def _is_certain(found: pa.Table) -> npt.NDArray[np.bool_]:
    if "certain" not in found.column_names:
        return np.zeros(len(found), bool)
    certain: npt.NDArray[np.bool_] = found.column("certain").to_numpy().astype(bool)
    return certain


def _levels_of(key: int) -> Levels | None:
    levels = {}
    for code in reversed(LEVELS):
        levels[code] = key & MISSING
        key >>= BITS_OF_A_LEVEL
    return None if MISSING in levels.values() else {code: levels[code] for code in LEVELS}


def _each(column: pa.ChunkedArray, say: Callable[[Any], str]) -> pa.Array:  # Any: a cell
    """Return what `say` says of each value, asked once for each distinct one."""
    import pyarrow as pa

    encoded = column.combine_chunks().dictionary_encode()
    said = pa.array([say(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return said.take(encoded.indices)


def _probabilities(found: pa.Table) -> pa.Array:
    """Turn bits into probabilities; a certain link was not weighed."""
    import pyarrow as pa

    weight = found.column("weight").to_numpy()
    with np.errstate(over="ignore"):
        probability = np.round(1 / (1 + np.exp2(-weight)), 6)
    return pa.array(np.where(np.isnan(weight) | _is_certain(found), CERTAIN, probability))


# ---- the nearest of the other side


def _near_child(row: Mapping[str, Any]) -> Near:  # Any: a row of Lists.out_of_school
    """Return the nearest roll row; the child's own, where it has left it."""
    near = _near(row["nearest_pair"], explain.NOBODY_NEAR)
    own = row["roll_row_id"]
    return (own, "left", explain.LEFT, near[3] if own == near[0] else None) if own else near


def _near(near: Mapping[str, Any] | None, nobody: tuple[str, str]) -> Near:  # Any: a struct
    """Return the nearest row with the single reason why it is not the one."""
    if near is None:
        return "", *nobody, None
    pair = near["pair"]
    return near["row_id"], *explain.failure(pair["verdict"], pair), {c: pair[c] for c in LEVELS}


def _nearest(near: Sequence[Near]) -> dict[str, list[str]]:
    """Return the columns about the nearest row: which it is, why not, and field by field."""
    empty = dict.fromkeys(LEVELS, "")
    words = [explain.words(levels) if levels else empty for _, _, _, levels in near]
    return {
        "nearest_row_id": [row_id for row_id, _, _, _ in near],
        "nearest_code": [code for _, code, _, _ in near],
        "nearest_reason": [sentence for _, _, sentence, _ in near],
        **{f"{code}_verdict": [one[code] for one in words] for code in LEVELS},
    }


def _grade(born: str | None, on: date, rule: EntryRule) -> int | None:
    day = as_date(born or "")
    return expected_grade(day, on, rule) if day else None


def _iso(born: str | None) -> str:
    return f"{born[:4]}-{born[4:6]}-{born[6:]}" if born else ""


def _table(*, person: list[int], **columns: list[str]) -> pa.Table:
    import pyarrow as pa

    texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table({**texts, "person": pa.array(person, pa.int32())})
