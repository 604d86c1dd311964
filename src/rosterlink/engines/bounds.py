"""What a pair of rows can weigh at most, told from a few numbers that stand for its cells.

Rows that share a key are mostly two children. To compare them field by field takes microseconds;
to see that they can never weigh enough takes a tenth of one. A mark is a number that is equal
where the cells are; that it may be equal where they are not only lets a pair through. The bound
speaks of the levels by name: one that is added later counts among the rest of its comparison.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from rosterlink.blocking import PARTS_OF_BIRTH, PARTS_OF_NAME, PARTS_OF_ROW
from rosterlink.engines.meeting import Flags, Marks, Rows, hashed
from rosterlink.weights import EXCUSED_BIRTH, OWN_AFTER_ALL, RARITY_MOST, WEIGHTS

TOLERANCE = 1e-3  # bits; the sums are made of short floats

Bits = npt.NDArray[np.float32]

_SHORT = "(case when length(name) = 2 then name when length(given) = 2 then given else '' end)"
# The marks of a row by name: SQL over what is told by its name, by its birth date, and by the row.
OF_NAME = {
    **{part: hashed(stated.sql) for part, stated in PARTS_OF_NAME.items()},
    "characters": "coalesce(characters, 0)",
    "rarity": "coalesce(rarity, 0)::float",
    "length": "length(name)::usmallint",
    "nickname": f"{_SHORT} <> '' and (left({_SHORT}, 1) in ('小', '阿', '大', '老')"
    f" or left({_SHORT}, 1) = right({_SHORT}, 1))",
    "latin": "latin",
    "unknown": "contains(name, '?')",
}
OF_BIRTH = {
    **{part: hashed(stated.sql) for part, stated in PARTS_OF_BIRTH.items()},
    "vague_date": "right(birth, 2) = '00' or right(birth, 4) = '0101'",
}
OF_ROW = {
    **{part: hashed(stated.sql) for part, stated in PARTS_OF_ROW.items()},
    "sex": hashed("sex"),
    "ethnicity": hashed("ethnicity"),
    "incomplete": "typed <> '' or pattern <> ''",
    "trusted": "own and number_birth in ('', birth)",
    "family_ids": "coalesce(list_bit_or(list_transform(family_ids,"
    " lambda t: (1::ubigint << (hash(t) % 64)::integer))), 0)::ubigint",
}
ASKED = (
    "name", "characters", "rarity", "former", "letters", "near", "given", "surname", "length",
    "nickname", "latin", "unknown", "birth", "year", "sorted_date", "vague_date", "lunar",
    "number_birth", "number", "first_number", "incomplete", "trusted", "sex", "ethnicity",
    "family_ids", "father", "mother", "guardian", "phone", "street", "door", "community",
)  # fmt: skip
CHARACTERS = "(hash(list_sort(string_split(name, ''))) % 4294967295 + 1)::uinteger"


class Bound:
    """Tells which pairs may weigh enough; `marks` by name, each a value for every row."""

    def __init__(self, marks: Mapping[str, Marks], prior: float) -> None:
        self.marks = marks
        self.prior = np.float32(prior)

    def passes(self, a: Rows, b: Rows, keep: float) -> Flags:
        """Whether pairs of rows may weigh `keep` bits or more; those that may not never do."""
        pairs = _Pairs(self.marks, a, b)
        family = _guardian_id(pairs) + _guardian(pairs) + _simple(pairs, "phone") + _home(pairs)
        number = _number(pairs)
        total = self.prior + np.minimum(-self.prior, family) + number + _simple(pairs, "sex")
        likely = np.flatnonzero(total + MOST_BIRTH + MOST_NAME >= keep - TOLERANCE)
        pairs = _Pairs(self.marks, a[likely], b[likely])
        more = total[likely] + _ethnicity(pairs) + _birth(pairs) + _name(pairs)
        passed = np.zeros(len(a), bool)
        passed[likely[more >= keep - TOLERANCE]] = True
        return passed


class _Pairs:
    """The marks of both ends of some pairs, each taken when it is asked for."""

    def __init__(self, marks: Mapping[str, Marks], a: Rows, b: Rows) -> None:
        self._marks, self._a, self._b = marks, a, b
        self._taken: dict[str, tuple[Marks, Marks]] = {}

    def of(self, mark: str) -> tuple[Marks, Marks]:
        if mark not in self._taken:
            values = self._marks[mark]
            self._taken[mark] = values[self._a], values[self._b]
        return self._taken[mark]

    def same(self, *marks: str) -> Flags:
        """Whether both ends have these marks, and the same."""
        both: Flags = np.logical_and.reduce([left == right for left, right in map(self.of, marks)])
        for mark in marks:
            both &= self.of(mark)[0] != 0
        return both

    def crosswise(self, mark: str, *others: str) -> Flags:
        """Whether a mark of one end is one of these marks of the other."""
        left, right = self.of(mark)
        found: Flags = np.zeros(len(left), bool)
        for other_left, other_right in map(self.of, others):
            found |= ((left == other_right) & (left != 0)) | ((right == other_left) & (right != 0))
        return found

    def missing(self, *marks: str) -> Flags:
        """Whether one end or the other has none of these marks."""
        left, right = (
            np.logical_and.reduce([self.of(mark)[end] == 0 for mark in marks]) for end in (0, 1)
        )
        return np.asarray(left | right)

    def differ(self, mark: str) -> Flags:
        left, right = self.of(mark)
        return np.asarray((left != right) & (left != 0) & (right != 0))

    def either(self, mark: str) -> Flags:
        left, right = self.of(mark)
        return np.asarray(left | right)

    def both(self, mark: str) -> Flags:
        left, right = self.of(mark)
        return np.asarray(left & right)


def _rest(comparison: str, *told: str) -> float:
    """The most that a level says beside those that the marks tell."""
    return max(w for code, w in WEIGHTS[comparison].items() if code not in told)


def _first(*cases: tuple[Flags, float], otherwise: float) -> Bits:
    """The value of the first case that holds."""
    bits = np.full(len(cases[0][0]), otherwise, np.float32)
    for holds, value in reversed(cases):
        bits[holds] = value
    return bits


MOST_BIRTH = max(EXCUSED_BIRTH, *WEIGHTS["birth"].values()) + max(WEIGHTS["ethnicity"].values())
MOST_NAME = max(WEIGHTS["name"].values()) + RARITY_MOST


def _name(pairs: _Pairs) -> Bits:
    w = WEIGHTS["name"]
    told = ("missing", "same", "former", "sound", "pinyin", "turned", "unknown", "near",
            "parents_surname", "near_surname", "given")  # fmt: skip
    heard = max(w["sound"], w["pinyin"]) + RARITY_MOST
    left, right = pairs.of("latin")
    cases = [
        (pairs.crosswise("former", "name", "former"), w["former"]),
        (pairs.same("letters") | (left != right), heard),
        (pairs.same("characters"), w["turned"]),
        (pairs.either("unknown"), w["unknown"]),
        (pairs.same("near"), w["near"]),
        (pairs.same("given"), max(w["parents_surname"], w["near_surname"], w["given"])),
    ]
    # Where surname and given name are others, and the length the same, more than one character is.
    other_surname = pairs.differ("surname") & ~pairs.differ("length") & ~(left | right)
    by_surname = ("one_character", "shared_character", "surname")
    bits = _first(
        (other_surname & ~pairs.either("nickname"), _rest("name", *told, *by_surname, "nickname")),
        (other_surname, _rest("name", *told, *by_surname)),
        otherwise=_rest("name", *told),
    )
    for holds, value in cases:  # whichever of them it is, the highest is asked
        np.maximum(bits, np.where(holds, np.float32(value), bits), out=bits)
    rarity = np.minimum(*pairs.of("rarity"))
    bits = np.where(pairs.same("name"), np.float32(w["same"]) + rarity, bits)
    return np.where(pairs.missing("name"), np.float32(w["missing"]), bits)


def _birth(pairs: _Pairs) -> Bits:
    w = WEIGHTS["birth"]
    told = ("missing", "same", "by_number", "lunar")
    of_one_year = _rest("birth", *told)
    rest = _rest("birth", *told, "swapped", "no_day", "first_of_january")
    bits = _first(
        (pairs.same("birth"), w["same"]),
        (pairs.crosswise("number_birth", "birth", "number_birth"), w["by_number"]),
        (pairs.missing("birth"), w["missing"]),
        (pairs.crosswise("lunar", "birth"), max(w["lunar"], of_one_year)),
        (pairs.same("year") & (pairs.same("sorted_date") | pairs.either("vague_date")),
         of_one_year),
        otherwise=rest,
    )  # fmt: skip
    return np.maximum(bits, np.float32(EXCUSED_BIRTH))


def _number(pairs: _Pairs) -> Bits:
    w = WEIGHTS["number"]
    same = max(w["same"], w["first"], w["same_not_own"] + OWN_AFTER_ALL)
    return _first(
        (pairs.same("number") | pairs.crosswise("first_number", "number", "first_number"), same),
        (pairs.either("incomplete"),
         _rest("number", "same", "first", "same_not_own", "two_numbers")),
        (pairs.missing("number"), w["missing"]),
        (pairs.both("trusted"), w["two_numbers"]),
        otherwise=max(w["not_own"], w["two_numbers"], w["unlike"]),
    )  # fmt: skip


def _simple(pairs: _Pairs, comparison: str) -> Bits:
    w = WEIGHTS[comparison]
    return _first(
        (pairs.missing(comparison), w["missing"]),
        (pairs.same(comparison), w["same"]),
        otherwise=w["unlike"],
    )


def _ethnicity(pairs: _Pairs) -> Bits:
    w = WEIGHTS["ethnicity"]
    return _first(
        (pairs.missing("ethnicity"), w["missing"]),
        (pairs.same("ethnicity"), max(w["same"], w["same_rare"])),
        otherwise=w["unlike"],
    )


def _guardian_id(pairs: _Pairs) -> Bits:
    w = WEIGHTS["guardian_id"]
    left, right = pairs.of("family_ids")
    return _first(
        (np.asarray((left & right) != 0), w["same"]),
        (pairs.missing("family_ids"), w["missing"]),
        otherwise=w["unlike"],
    )


def _guardian(pairs: _Pairs) -> Bits:
    w = WEIGHTS["guardian"]
    adults = ("father", "mother", "guardian")
    return _first(
        (np.logical_or.reduce([pairs.crosswise(adult, *adults) for adult in adults]), w["same"]),
        (pairs.missing(*adults), w["missing"]),
        (pairs.differ("mother") | pairs.differ("father"), w["other_parents"]),
        otherwise=w["unlike"],
    )


def _home(pairs: _Pairs) -> Bits:
    w = WEIGHTS["home"]
    return _first(
        (pairs.same("door", "street"), w["same"]),
        (pairs.same("door", "community"), w["door_and_community"]),
        (pairs.same("door"), w["door"]),
        (pairs.same("street"), w["street"]),
        (pairs.same("community"), w["community"]),
        (pairs.missing("street", "door", "community"), w["missing"]),
        otherwise=w["unlike"],
    )
