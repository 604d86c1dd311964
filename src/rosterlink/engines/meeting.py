"""Rows that share a key, found in columns of whole numbers; for every engine alike.

Rows come as arrays of hashes, one for each part of a key; a part that is missing is 0. Keys are
sorted, so rows under one key stand side by side: nothing is done for each row in Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rosterlink.blocking import NAMED_AND_BORN, RULES, Key, Rule

Marks = npt.NDArray[Any]  # Any: whole numbers, flags, and the rarity of a name
Keys = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.signedinteger[Any]]  # Any: of whatever width
Flags = npt.NDArray[np.bool_]

PAIRS_AT_ONCE = 1 << 16  # so few that what is made of them is still near the processor
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


def hashed(text: str) -> str:
    """SQL for a part of a key: a whole number for a text, 0 for one that is missing."""
    return f"(case when {text} = '' then 0 else hash({text}) >> 32 end)::uinteger"


class People:
    """All rows by their marks: who is still looking for its like, and who is settled."""

    def __init__(self, marks: Mapping[str, Marks], touched: Flags | None = None) -> None:
        """`touched`: rows of which a pair shall hold one at least; without it any pair will do."""
        self.marks = marks
        self.looking = np.flatnonzero(~marks["settled"])
        self.settled = np.flatnonzero(marks["settled"])
        self.touched = touched

    def met(self, rule: Rule) -> Iterator[tuple[Rows, Rows]]:
        """Yield, some at a time, the pairs that share a key of a rule; one at least is looking.

        Pairs of one name and birth date are left to the rule that asks for these.
        """
        keys, rows = keyed(rule, self.marks, self.looking, more=True)
        settled, others = keyed(rule, self.marks, self.settled, more=False)
        asked = _among(settled, keys)
        looking = np.arange(len(keys) + np.count_nonzero(asked)) < len(keys)
        keys, rows = np.r_[keys, settled[asked]], np.r_[rows, others[asked]]
        if self.touched is not None:
            asked = _among(keys, keys[self.touched[rows]])
            keys, rows, looking = keys[asked], rows[asked], looking[asked]
        for a, b in meet(keys, rows, looking, rule.most):
            new = a != b if rule is RULES[0] else ~self._agree(a, b)
            if self.touched is not None:
                new &= self.touched[a] | self.touched[b]
            yield a[new], b[new]

    def _agree(self, a: Rows, b: Rows) -> Flags:
        """Whether rows are told by `NAMED_AND_BORN` alike; a row is like itself."""
        alike = a == b
        both = np.logical_and.reduce(
            [
                (self.marks[m][a] == self.marks[m][b]) & (self.marks[m][a] != 0)
                for m in NAMED_AND_BORN
            ]
        )
        return np.asarray(alike | both)


def crowded(marks: Mapping[str, Marks]) -> Keys:
    """Return for each row one number for the crowds it stands in: keys that too many rows have."""
    told = np.zeros(len(marks["n"]), np.uint64)
    for number, rule in enumerate(RULES):
        if rule.most:
            keys, rows = keyed(rule, marks, np.arange(len(told)), more=False)
            _, which, sizes = np.unique(keys, return_inverse=True, return_counts=True)
            many = sizes[which] > rule.most
            np.bitwise_xor.at(told, rows[many], keys[many] ^ np.uint64(number))
    return told


def keyed(rule: Rule, marks: Mapping[str, Marks], some: Rows, more: bool) -> tuple[Keys, Rows]:
    """Return the keys of some rows by a rule, each with the place of its row."""
    asked = (*rule.keys, *rule.more) if more else rule.keys
    taken = {part: marks[part][some] for key in asked for part in key}
    keys, rows = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for key in asked:
        mixed = _mixed(key, taken)
        there = np.flatnonzero(mixed)
        keys.append(mixed[there])
        rows.append(some[there])
    return np.concatenate(keys), np.concatenate(rows)


def _mixed(key: Key, marks: Mapping[str, Marks]) -> Keys:
    """Make one number of several parts; 0 where one is missing."""
    first, *others = key
    mixed = marks[first].astype(np.uint64) * _SPREAD
    for part in others:
        other = marks[part]
        mixed = (mixed ^ (mixed >> np.uint64(29)) ^ other) * _SPREAD * (mixed != 0) * (other != 0)
    return mixed


def _among(keys: Keys, wanted: Keys) -> Flags:
    """Whether a key may be one of the wanted; a few are let through by chance."""
    bits = (16 * len(wanted)).bit_length()
    shift = np.uint64(64 - bits)
    seen = np.zeros(1 << bits, bool)
    seen[wanted >> shift] = True
    return np.asarray(seen[keys >> shift])


def meet(keys: Keys, rows: Rows, looking: Flags, most: int = 0) -> Iterator[tuple[Rows, Rows]]:
    """Yield, some at a time, the pairs of rows under one key of which one at least is looking.

    A key that more than `most` rows have is passed over, unless that is 0.
    """
    # Keys, the settled behind the looking, and places are sorted as one number: what is cut off
    # a key would seldom have told it from another.
    place, bit = np.uint64(len(keys).bit_length()), np.uint64(1)
    packed = keys >> (place + bit) << bit | ~looking
    packed = np.sort(packed << place | np.arange(len(keys), dtype=np.uint64))
    rows = rows[(packed & ((bit << place) - bit)).view(np.int64)]
    looking = (packed >> place & bit) == 0
    keys = packed >> (place + bit)
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.empty(0, int)
    sizes = np.diff(np.r_[starts, len(keys)])
    # Who is looking stands first under a key, and meets all who stand behind it.
    behind = np.repeat(starts + sizes, sizes) - np.arange(len(keys)) - 1
    if most:
        behind[np.repeat(sizes > most, sizes)] = 0
    at = np.flatnonzero(looking & (behind > 0))
    ends = np.cumsum(behind[at])
    done = 0
    while done < len(at):
        before = ends[done - 1] if done else 0
        upto = max(done + 1, int(np.searchsorted(ends, before + PAIRS_AT_ONCE, "right")))
        one, counts = at[done:upto], behind[at[done:upto]]
        shift = np.repeat(one + 1 - (ends[done:upto] - counts - before), counts)
        a, b = rows[np.repeat(one, counts)], rows[np.arange(len(shift)) + shift]
        yield a, b
        done = upto
