"""How much each level of agreement says, in bits: log2 of how much likelier it is between two
rows of one child than between rows of two children of one town.

Dated 2026-09-01. Set by hand from how such faults arise (rates of slips in typed rosters; chance
agreement between two children: a birth date 1 in 5,500, a sex 1 in 2, a common given name 1 in
1,000, members of one family for all that a family shares), and read against made-up rosters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rosterlink.levels import CHILD, COMPARISONS, FAMILY, Comparison

Weights = Mapping[str, Mapping[str, float]]  # bits by comparison and level

WEIGHTS: Weights = {
    # "same" and what sounds the same say more the rarer the name: see `RARITY`.
    "name": {
        "missing": 0.0,
        "same": 0.0,
        "former": 10.0,
        "sound": -3.0,
        "pinyin": -2.0,
        "turned": 9.0,
        "unknown": 6.0,
        "near": 5.5,
        "parents_surname": 6.5,
        "near_surname": 5.0,
        "one_character": 4.0,
        "given": 2.5,
        "nickname": 3.0,
        "shared_character": 0.0,
        "surname": -3.5,
        "unlike": -9.0,
    },
    "birth": {
        "missing": 0.0,
        "same": 12.0,
        "by_number": 9.0,
        "other_by_number": -7.0,
        "lunar": 6.0,
        "swapped": 5.5,
        "no_day": 7.0,
        "first_of_january": 3.0,
        "one_digit": 1.5,
        "few_days": 2.0,
        "other_year": 0.5,
        "same_month": -3.0,
        "same_season": -5.0,
        "unlike": -8.0,
    },
    "number": {
        "same": 18.0,
        "first": 18.0,
        "same_not_own": 8.0,
        "missing": 0.0,
        "fits": 9.0,
        "fits_15": 8.0,
        "one_slip": 11.0,
        "fits_some": 1.5,
        "two_slips": 6.0,
        "not_own": 0.0,
        "two_numbers": -7.5,
        "unlike": -3.0,
    },
    "sex": {"missing": 0.0, "same": 0.9, "unlike": -4.0},
    "ethnicity": {"missing": 0.0, "same_rare": 5.0, "same": 0.1, "unlike": -4.0},
    "guardian_id": {"same": 12.0, "missing": 0.0, "unlike": -2.0},
    "guardian": {"same": 9.0, "missing": 0.0, "other_parents": -4.0, "unlike": -0.5},
    "phone": {"missing": 0.0, "same": 12.0, "unlike": -0.5},
    "home": {
        "same": 12.0,
        "door_and_community": 12.0,
        "door": 7.0,
        "street": 4.0,
        "community": 3.0,
        "missing": 0.0,
        "unlike": -2.0,
    },
}
RARITY = ("same", "sound", "pinyin")  # levels of the name to which its rarity in bits is added
RARITY_LEAST, RARITY_MOST = 6.0, 14.0
FEWEST_NAMES = 20_000  # in a smaller roster one bearer says little about how rare a name is
# A birth date that disagrees is excused where the number, which holds it too, agrees.
EXCUSED_BIRTH = 2.0  # at least; and at most where it agrees only with the number itself
EXCUSING = ("same", "first", "fits", "fits_15", "one_slip", "two_slips")
# A number that contradicts its own row's birth date may be a brother's or sister's; where it leads
# to the same name, it is the child's after all, and the date is wrong.
OWN_AFTER_ALL = 6.0  # more than "same_not_own" says otherwise
NAMED = (
    "same", "former", "sound", "pinyin", "turned", "unknown", "near", "parents_surname",
    "near_surname",
)  # fmt: skip
FAMILY_MOST = 14.0  # bits; what a family shares counts for no more between two of its children
ALIKE = ("nickname", "one_character", "given")  # so does this, if the dates are no two siblings'


@dataclass(frozen=True)
class Thresholds:
    """In bits above an even chance, unless said otherwise."""

    link: float = 0.0  # below it a pair is no match, unless both rows are left without another
    sure: float = 3.0  # from here on no clerk is asked, where nothing rivals
    alone: float = -6.0  # the same for a resident and a place that have only each other
    served: float = -2.0  # for a resident and a row of a service that have only each other
    doubt: float = 3.0  # so far below what is asked a clerk is still asked
    margin: float = 4.0  # by how much a link must be ahead of its best rival
    twice: float = 3.0  # more that is asked of a second row of one person on one side
    placed: float = 7.0  # so much less weighs a rival who has such a row already
    keep: float = -9.0  # weaker pairs are forgotten, but for the nearest of each row


def weight_of(comparison: Comparison, level: int, weights: Weights = WEIGHTS) -> float:
    return weights[comparison.code][comparison.levels[level].code]


def total(levels: dict[str, int], rarity: float, prior: float, by: Weights = WEIGHTS) -> float:
    """Add up a pair: `rarity` of its name and `prior` in bits."""
    weights = {c.code: weight_of(c, levels[c.code], by) for c in COMPARISONS}
    name = COMPARISONS[0].levels[levels["name"]].code
    number = _code("number", levels)
    if name in RARITY:
        weights["name"] += rarity
    alike = name in ALIKE and _code("birth", levels) != "unlike"
    own_after_all = number == "same_not_own" and (name in NAMED or alike)
    if own_after_all:
        weights["number"] += OWN_AFTER_ALL
    if number in EXCUSING or own_after_all:
        by_number = _code("birth", levels) == "by_number"
        weights["birth"] = EXCUSED_BIRTH if by_number else max(weights["birth"], EXCUSED_BIRTH)
    # That two rows are of one family can at most undo how unlikely two rows of a town are the
    # same child: brothers and sisters share all of it.
    family = min(-prior, sum(weights[c.code] for c in FAMILY))
    return prior + family + sum(weights[c.code] for c in CHILD)


def _code(comparison: str, levels: dict[str, int]) -> str:
    found = next(c for c in COMPARISONS if c.code == comparison)
    return found.levels[levels[comparison]].code


def total_sql() -> str:
    """The same over columns named like the comparisons, `rarity` and `prior`."""
    rare = ", ".join(str(_index(COMPARISONS[0], code)) for code in RARITY)
    number = next(c for c in CHILD if c.code == "number")
    excusing = ", ".join(str(_index(number, code)) for code in EXCUSING)
    parts = {c.code: _case(c) for c in COMPARISONS}
    parts["name"] = f"({parts['name']} + case when name in ({rare}) then rarity else 0 end)"
    birth = parts["birth"]
    by_number = _index(next(c for c in CHILD if c.code == "birth"), "by_number")
    named = ", ".join(str(_index(COMPARISONS[0], code)) for code in NAMED)
    alike = ", ".join(str(_index(COMPARISONS[0], code)) for code in ALIKE)
    unlike = _index(next(c for c in CHILD if c.code == "birth"), "unlike")
    own = (
        f"number = {_index(number, 'same_not_own')}"
        f" and (name in ({named}) or (name in ({alike}) and birth <> {unlike}))"
    )
    parts["number"] = f"({parts['number']} + case when {own} then {OWN_AFTER_ALL} else 0 end)"
    at_least = f"greatest({birth}, {EXCUSED_BIRTH})"
    excused = f"case when birth = {by_number} then {EXCUSED_BIRTH} else {at_least} end"
    parts["birth"] = f"case when number in ({excusing}) or {own} then {excused} else {birth} end"
    family = " + ".join(parts[c.code] for c in FAMILY)
    child = " + ".join(parts[c.code] for c in CHILD)
    return f"prior + least(-prior, {family}) + {child}"


def weighed_sql(keep: float) -> str:
    """The pairs of the table `leveled` that weigh `keep` bits or more, with levels and weight."""
    levels = ", ".join(c.code for c in COMPARISONS)
    return f"""
        select a, b, {levels}, weight
        from (select *, {total_sql()} as weight from leveled) where weight >= {keep}
    """


def _index(comparison: Comparison, code: str) -> int:
    return [level.code for level in comparison.levels].index(code)


def _case(comparison: Comparison) -> str:
    values = ", ".join(f"{weight_of(comparison, i)}" for i in range(len(comparison.levels)))
    return f"([{values}]::double[])[{comparison.code} + 1]"
