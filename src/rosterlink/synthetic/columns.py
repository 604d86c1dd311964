"""Columns of text made all at once: Arrow where there are strings, numpy where there are numbers.

Nothing here runs once per row in Python; a million rows of a column take a second or less.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers: TypeAlias = npt.NDArray[np.int64]
Factors: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Text: TypeAlias = pa.Array

EPOCH = np.datetime64("1970-01-01")


def pick(table: Sequence[str], index: Numbers) -> Text:
    """Return table[index], as a column."""
    return pa.array(table, pa.string()).take(pa.array(index))


def join(*parts: Text | str) -> Text:
    """Write columns (or fixed words) one after the other."""
    arrays = [pa.scalar(p, pa.string()) if isinstance(p, str) else p for p in parts]
    return pc.binary_join_element_wise(*arrays, pa.scalar("", pa.string()))


def constant(word: str, rows: int) -> Text:
    return pa.repeat(pa.scalar(word, pa.string()), rows)


def where(mask: Mask, yes: Text | str, no: Text | str) -> Text:
    yes, no = (pa.scalar(x, pa.string()) if isinstance(x, str) else x for x in (yes, no))
    return pc.if_else(pa.array(mask), yes, no)


def number(values: Numbers, width: int = 1) -> Text:
    """Write numbers, with zeros in front up to a width."""
    text = pc.cast(pa.array(values), pa.string())
    return pc.utf8_lpad(text, width, "0") if width > 1 else text


def day(days: Numbers) -> Text:
    """Write days counted from 1970-01-01 as YYYY-MM-DD."""
    return pc.cast(pa.array(days.astype("int32"), pa.date32()), pa.string())


def mixed(which: Numbers, ways: Sequence[Callable[[Numbers], Text]]) -> Text:
    """Write each row in one of several ways; a way is given the places of the rows it is to write.

    So no row is written more than once, however many ways there are.
    """
    places = [np.flatnonzero(which == i) for i in range(len(ways))]
    written = [way(rows) for way, rows in zip(ways, places, strict=True)]
    back = np.empty(len(which), np.int64)
    back[np.concatenate(places)] = np.arange(len(which))
    return pa.concat_arrays(written).take(pa.array(back))


def fixed_width(characters: npt.NDArray[np.uint8]) -> Text:
    """Make a column of rows of ASCII codes, all of one width."""
    rows, width = characters.shape
    offsets = np.arange(0, rows * width + 1, width, dtype=np.int32)
    data = np.ascontiguousarray(characters)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))


def days_of(year: int, month: int, day_of_month: int) -> int:
    wanted = np.datetime64(f"{year:04d}-{month:02d}-{day_of_month:02d}")
    return int((wanted - EPOCH).astype(int))


def frequent(size: int, rows: int, rng: np.random.Generator, flatness: float = 6.0) -> Numbers:
    """Draw indices of a table in order of frequency, about as names are distributed (Zipf)."""
    weights = 1.0 / (np.arange(size) + flatness)
    bounds = np.cumsum(weights / weights.sum())
    index: Numbers = np.searchsorted(bounds, rng.random(rows) * bounds[-1]).astype(np.int64)
    return index


def choose(shares: Sequence[float], rows: int, rng: np.random.Generator) -> Numbers:
    """Draw indices by shares that sum to about one; what is left over falls to the first."""
    bounds = np.cumsum(shares[1:])
    index = np.searchsorted(bounds, rng.random(rows), side="right") + 1
    return np.where(index == len(shares), 0, index).astype(np.int64)
