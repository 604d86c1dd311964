"""The mistakes that offices make, each with a name, put into a share of the rows.

A rate is the share of the rows of the school roll that carry the fault; other rosters take it times
their own care (`CARE`), and within a roster some offices are several times as careless as others. A
row can carry several faults, of one column only one. Every fault put in is told.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink.synthetic import mistakes, names, whole_classes
from rosterlink.synthetic.columns import Factors, Mask, Numbers
from rosterlink.synthetic.mistakes import Row
from rosterlink.synthetic.people import Children, Households
from rosterlink.synthetic.rosters import Draft

Told: TypeAlias = tuple[Numbers, str]  # these rows of a roster (by place) carry this fault

# The kinds in the example data, at about its rates.
USUAL: Mapping[str, float] = {
    "id_typo": 0.0060, "id_missing": 0.0070, "id_transpose": 0.0034, "id_sci": 0.0032,
    "id_trunc": 0.0016, "id_15": 0.0008, "id_extra": 0.0007, "id_guardian": 0.0025,
    "id_shared": 0.0020, "id_reissued": 0.0018, "id_placeholder": 0.0010, "id_wrong_valid": 0.0007,
    "name_homophone": 0.0100, "name_shape": 0.0060, "name_trad": 0.0038, "name_surname": 0.0025,
    "name_near": 0.0021, "name_nick": 0.0020, "name_drop": 0.0016, "name_add": 0.0009,
    "name_pinyin": 0.0007, "name_former": 0.0006, "name_surname_variant": 0.0008,
    "name_dot": 0.0010, "name_order": 0.0003, "name_rare": 0.0006,
    "dob_digit": 0.0047, "dob_lunar": 0.0046, "dob_missing": 0.0019, "dob_year": 0.0019,
    "dob_0101": 0.0017, "dob_swap": 0.0012,
    "sex_flip": 0.0057, "guardian_missing": 0.0074, "phone_missing": 0.0060,
}  # fmt: skip

# Kinds that other offices send, besides: scanned sheets, masked columns, other calendars …
RARER: Mapping[str, float] = {
    "id_letters": 0.0020, "id_scanned": 0.0015, "id_masked": 0.0010, "id_zeros": 0.0010,
    "id_x": 0.0010, "id_note": 0.0008, "id_student_no": 0.0008, "id_hyphen": 0.0005,
    "id_two": 0.0004, "id_sibling": 0.0005,
    "name_note": 0.0020, "name_translit": 0.0020, "name_masked": 0.0005, "name_variant": 0.0010,
    "name_spoken": 0.0006, "name_split": 0.0005, "name_cut": 0.0005, "name_two": 0.0004,
    "name_pinyin_words": 0.0004, "name_sibling": 0.0003, "name_garbled": 0.0002,
    "dob_written": 0.0010, "dob_republican": 0.0005, "dob_serial": 0.0020, "dob_time": 0.0010,
    "dob_short": 0.0010, "dob_month": 0.0008, "dob_month_first": 0.0005, "dob_registered": 0.0005,
    "dob_lunar_written": 0.0005, "dob_neighbour": 0.0005, "dob_1904": 0.0003,
    "sex_missing": 0.0020, "sex_code": 0.0020, "guardian_typo": 0.0020,
    "phone_typo": 0.0020, "phone_parents": 0.0010, "address_missing": 0.0030,
    "address_turned": 0.0010, "student_missing": 0.0020, "student_typo": 0.0008,
    "student_hyphen": 0.0008, "student_twice": 0.0008, "student_bare": 0.0005,
    "class_slid": 0.0015, "columns_swapped": 0.0015, "class_slid_up": 0.0005,
    "class_sorted": 0.0005, "names_swapped": 0.0005, "dates_slid": 0.0005, "cells_merged": 0.0050,
}  # fmt: skip


def scaled(rates: Mapping[str, float], factor: float) -> dict[str, float]:
    """Return the same mixture, so many times as frequent."""
    return {kind: rate * factor for kind, rate in rates.items()}


HARD: Mapping[str, float] = scaled(USUAL, 2.8)
WIDE: Mapping[str, float] = {**USUAL, **RARER}
WIDE_HARD: Mapping[str, float] = scaled(WIDE, 2.8)

CARE = {
    "police_hukou": 0.06,
    "police_floating": 0.7,
    "deaths": 0.2,
    "deferral": 0.2,
    "border_exits": 0.5,
    "elsewhere_roll": 0.8,
    "disabled_cert": 0.6,
}

# What does no harm to a careful reader: full-width digits, spaces, an apostrophe in front …
COSMETIC_IDS = 0.07
COSMETIC_NAMES = 0.03

# Which column a kind of fault spoils; at most one fault a row in each.
_COLUMN = {
    "id": ("cert_no", "id_no"),
    "name": ("name",),
    "dob": ("birth_date",),
    "sex": ("sex",),
    "guardian": ("guardian_id",),
    "phone": ("phone",),
    "address": ("home_address", "address"),
    "student": ("student_no",),
}
_GUARDIAN = ("guardian_name", "guardian_relation", "guardian_id")
KINDS = frozenset((*USUAL, *RARER))
_SPOIL: Mapping[str, Callable[[Row, Random], str]] = {
    kind: getattr(mistakes, kind)
    for kind in KINDS
    if kind not in whole_classes.KINDS and kind != "guardian_missing"
}


def put_in(
    draft: Draft,
    rates: Mapping[str, float],
    children: Children,
    households: Households,
    rng: np.random.Generator,
) -> list[Told]:
    """Spoil some rows of a roster; return which rows (by place) carry which fault.

    Raises:
        ValueError: a kind of fault that there is not.
    """
    if unknown := set(rates) - KINDS:
        raise ValueError(f"unknown kinds of fault: {', '.join(sorted(unknown))}")
    told: list[Told] = []
    careless = _carelessness(draft, rng) * CARE.get(draft.name, 1.0)
    for prefix, columns in _COLUMN.items():
        column = next((c for c in columns if c in draft.columns), None)
        kinds = {k: r for k, r in rates.items() if k in _SPOIL and k.startswith(prefix + "_")}
        if column and kinds:
            told += _spoil(draft, column, kinds, careless, children, households, rng)
    told += _without_guardian(draft, rates.get("guardian_missing", 0.0) * careless, rng)
    if draft.name == "school_roll":
        told += whole_classes.strike(draft, rates, rng)
    _dress(draft, rng)
    return told


def _carelessness(draft: Draft, rng: np.random.Generator) -> Factors:
    """Return a factor for each row, one and the same within an office; 1 on average."""
    office = draft.group // 1300 if draft.name == "school_roll" else draft.group
    count = int(office.max()) + 1 if len(office) else 1
    factor = rng.lognormal(-0.32, 0.8, count)
    per_row: Factors = factor[office]
    return per_row


def _spoil(
    draft: Draft, column: str, kinds: Mapping[str, float], careless: Factors, children: Children,
    households: Households, rng: np.random.Generator,
) -> list[Told]:  # fmt: skip
    which = list(kinds)
    drawn = _draw(draft, column, kinds, careless, children, rng)
    rows = np.flatnonzero(drawn < len(which))
    behind = _behind(draft, column, rows, children, households)
    random = Random(int(rng.integers(2**62)))
    values = draft.columns[column].take(pa.array(rows)).to_pylist()
    spoilt = []
    for i, value in enumerate(values):
        wrong = _SPOIL[which[drawn[rows[i]]]](behind[i], random) if value else value
        if column == "cert_no" and wrong and wrong != behind[i].value:
            wrong += value[-2:]
        spoilt.append(value if wrong == behind[i].value else wrong)
    changed = np.array([a != b for a, b in zip(values, spoilt, strict=True)], np.bool_)
    draft.replace(column, rows, spoilt)
    kind_of = drawn[rows[changed]]
    return [(rows[changed][kind_of == i], name) for i, name in enumerate(which)]


def _draw(
    draft: Draft, column: str, kinds: Mapping[str, float], careless: Factors, children: Children,
    rng: np.random.Generator,
) -> Numbers:  # fmt: skip
    """Return for each row which kind (by place in `kinds`) it carries; their number for none."""
    able = {kind: _able(draft, column, kind, children) for kind in kinds}
    everywhere = [rate if able[kind] is None else 0.0 for kind, rate in kinds.items()]
    chance = rng.random(len(draft)) / np.maximum(careless, 1e-9)
    drawn: Numbers = np.searchsorted(np.cumsum(everywhere), chance, side="right")
    for i, (kind, rate) in enumerate(kinds.items()):
        mask = able[kind]
        if mask is not None and mask.any():
            # The few rows that can carry it carry it so much the more often.
            often = min(0.5, rate / mask.mean())
            drawn[mask & (rng.random(len(draft)) < often * careless)] = i
    return drawn


def _able(draft: Draft, column: str, kind: str, children: Children) -> Mask | None:
    """Return which rows can carry a fault that needs something few have; None for all others."""
    own = {
        "id_reissued": children.old_id_no,
        "name_former": children.former_name,
        "name_two": children.former_name,
    }
    patterns = {
        "name_dot": "·",
        "name_order": "[· ]",
        "name_translit": "|".join(pair.split("/")[0] for pair in names.TRANSLITERATIONS),
        "name_surname_variant": f"^[{''.join(names.SURNAME_VARIANTS)}]",
        "name_variant": f"[{''.join(names.VARIANTS)}]",
        "name_split": f"[{''.join(names.halves())}]",
        "name_cut": ".{5}",
        "id_x": "X$",
    }
    if kind.endswith("_sibling"):
        return _sibling(children)[draft.person] >= 0
    if kind in own:
        mask = pc.not_equal(own[kind].take(pa.array(draft.person)), "")
    elif kind in patterns:
        mask = pc.match_substring_regex(draft.columns[column], patterns[kind])
    else:
        return None
    able: Mask = mask.to_numpy(zero_copy_only=False)
    return able


def _behind(
    draft: Draft, column: str, rows: Numbers, children: Children, households: Households
) -> list[Row]:
    """Gather what the mistakes of these rows need to know: the child, the family, the neighbour."""
    person = draft.person[rows]
    household = children.household[person]
    neighbour = np.roll(draft.person, 1)[rows]

    def of(text: pa.Array, index: Numbers) -> list[str]:
        # -1, for nobody, stands for the last: what is taken for it is not looked at.
        taken: list[str] = text.take(pa.array(index % len(text))).to_pylist()
        return taken

    sibling = _sibling(children)[person]
    parents = [of(a.id_no, household) for a in (households.father, households.mother)]
    surnames = [of(a.surname, household) for a in (households.father, households.mother)]
    return [
        Row(
            value=value[:18] if column == "cert_no" else value,
            birth=_date(born),
            id_no=id_no,
            old_id=old,
            former_name=former,
            neighbour_id=next_id,
            neighbour_birth=_date(next_born),
            sibling_id=sibling_id if has_sibling else "",
            sibling_name=sibling_name if has_sibling else "",
            parent_ids=(father, mother),
            surnames=(one, other),
        )
        for (
            value, born, id_no, old, former, next_id, next_born, has_sibling, sibling_id,
            sibling_name, father, mother, one, other,
        ) in zip(
            of(draft.columns[column], rows), children.birth[person], of(children.id_no, person),
            of(children.old_id_no, person), of(children.former_name, person),
            of(children.id_no, neighbour), children.birth[neighbour], sibling >= 0,
            of(children.id_no, sibling), of(children.name, sibling), *parents, *surnames,
            strict=True,
        )
    ]  # fmt: skip


def _sibling(children: Children) -> Numbers:
    """Return for each child the next or the last of the same household, -1 for an only child."""
    household = children.household
    before = np.r_[False, household[1:] == household[:-1]]
    after = np.r_[household[1:] == household[:-1], False]
    places = np.arange(len(household))
    return np.where(after, places + 1, np.where(before, places - 1, -1))


def _date(days: int) -> date:
    return date(1970, 1, 1) + timedelta(days=int(days))


def _without_guardian(draft: Draft, rate: Factors, rng: np.random.Generator) -> list[Told]:
    rows = np.flatnonzero(rng.random(len(draft)) < rate)
    present = [c for c in _GUARDIAN if c in draft.columns]
    for column in present:
        draft.replace(column, rows, [""] * len(rows))
    return [(rows, "guardian_missing")] if present else []


def _dress(draft: Draft, rng: np.random.Generator) -> None:
    """Write some numbers and names with what typing and copying leave behind."""
    for column, share, ways in (
        ("id_no", COSMETIC_IDS, mistakes.ID_DRESS),
        ("name", COSMETIC_NAMES, mistakes.NAME_DRESS),
    ):
        if column not in draft.columns:
            continue
        rows = np.flatnonzero(rng.random(len(draft)) < share)
        which = rng.integers(0, len(ways), len(rows))
        values = draft.columns[column].take(pa.array(rows)).to_pylist()
        dressed = [ways[w](v) if v else v for w, v in zip(which, values, strict=True)]
        draft.replace(column, rows, dressed)
