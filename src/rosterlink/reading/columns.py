"""Cells by the column: each kind of cell read once for each distinct text, sound ones in bulk.

A roster has hundreds of thousands of rows, so nothing here makes an object for each of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink.identity_number import WEIGHTS
from rosterlink.reading import cells

Rows = npt.NDArray[np.int64]

# A text of one of these shapes is its own reading. Each agrees with the function in cells.py
# that it stands in for; tests/rosterlink/reading/test_cells.py holds the two together.
_SOUND: dict[Callable[[str], str], str] = {
    cells.name: r"^[\p{Han}]{2,8}$",
    cells.phone: r"^1[3-9]\d{9}$",
    cells.words: r"^[\p{Han}a-zA-Z0-9]{2,80}$",
    cells.code: r"^[0-9A-Z]{1,40}$",
    cells.student_no: r"^[0-9A-Z]{1,40}$",
    cells.school_code: r"^\d{10}$",
}
_NOTHING = r"^(暂?无|没有|不详|未知|NULL|null|Null)$"
# A province or the 9 of foreigners, a day that every year has, no tail of zeros: what the check
# digit then leaves open is nothing. All other numbers are read one by one.
_IDENTITY_SHAPE = (
    r"^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9\d)\d{4}"
    r"(19|20)\d{2}((0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])(29|30)|(0[13578]|1[02])31)"
    r"\d{3}[\dX]$"
)


@dataclass(frozen=True)
class Fault:
    """One sentence, and the positions in the column that it is about."""

    problem: str
    rows: Rows


def read(column: pa.Array, function: Callable[[str], str]) -> tuple[pa.Array, list[Fault]]:
    """Return a column of text as its kind of cell reads it, and what was wrong where."""
    sound = _sound(column, function)
    left = np.flatnonzero(~sound)
    if not len(left):
        return column, []
    encoded = column.take(pa.array(left)).dictionary_encode()
    kept, problems = _read_each(encoded.dictionary.to_pylist(), function)
    codes = encoded.indices.to_numpy()
    answer = pc.replace_with_mask(column, pa.array(~sound), pa.array(kept, pa.string()).take(codes))
    return answer, _faults(problems, codes, left)


def _read_each(
    texts: list[str], function: Callable[[str], str]
) -> tuple[list[str], dict[str, list[int]]]:
    kept = []
    problems: dict[str, list[int]] = {}
    for code, text in enumerate(texts):
        try:
            kept.append(function(text))
        except cells.Bad as bad:
            kept.append(bad.kept)
            problems.setdefault(str(bad), []).append(code)
    return kept, problems


def _faults(problems: dict[str, list[int]], codes: Rows, positions: Rows) -> list[Fault]:
    return [
        Fault(problem, positions[np.isin(codes, np.array(which))])
        for problem, which in problems.items()
    ]


def _sound(column: pa.Array, function: Callable[[str], str]) -> npt.NDArray[np.bool_]:
    if function in (cells.child_identity, cells.adult_identity):
        return sound_numbers(column)
    shape = _SOUND.get(function)
    if shape is None:
        return np.zeros(len(column), dtype=bool)
    fits = pc.match_substring_regex(column, shape)
    return flags(pc.and_not(fits, pc.match_substring_regex(column, _NOTHING)))


def flags(column: pa.Array) -> npt.NDArray[np.bool_]:
    flat: npt.NDArray[np.bool_] = column.to_numpy(zero_copy_only=False)
    return flat


def sound_numbers(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Mark the texts that are whole identity numbers with the right check digit (GB 11643).

    Some sound numbers are left out (born on 29 February); no faulty one is let in.
    """
    sound = flags(pc.match_substring_regex(column, _IDENTITY_SHAPE))
    numbers = column.filter(pa.array(sound))
    if not len(numbers):
        return sound
    letters = np.frombuffer("".join(numbers.to_pylist()).encode(), dtype=np.uint8).reshape(-1, 18)
    total = (letters[:, :17].astype(np.int32) - ord("0")) @ np.array(WEIGHTS, dtype=np.int32)
    expected = np.frombuffer(b"10X98765432", dtype=np.uint8)[total % 11]
    zeroed = (letters[:, 15:] == ord("0")).all(axis=1)
    sound[sound] = (expected == letters[:, 17]) & ~zeroed
    return sound
