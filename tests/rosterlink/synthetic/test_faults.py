"""Mistakes put into made-up rosters: each kind can be put in, and is told where it stands."""

import re
from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest

from rosterlink import synthetic
from rosterlink.synthetic import whole_classes

ON = date(2026, 9, 1)


def roll(made: synthetic.Made) -> list[dict[str, str]]:
    return made.rosters["school_roll"].to_pylist()


def together(kind: str) -> str:
    """Return with which other kinds a kind can be put in: too many, and the last find no row."""
    prefix = kind.partition("_")[0]
    return "class" if kind in whole_classes.KINDS else prefix if prefix in CELLS else "other"


CELLS = ("id", "name", "dob")


@pytest.mark.parametrize("group", [*CELLS, "class", "other"])
def test_every_kind_of_fault_can_be_put_in(group: str) -> None:
    kinds = {kind for kind in synthetic.KINDS if together(kind) == group}
    rates = dict.fromkeys(kinds, 0.8 / len(kinds))
    made = synthetic.make(3_000, seed=5, on=ON, faults=rates)
    assert set(made.truth["faults"]["fault"].to_pylist()) == kinds


def test_usual_and_rarer_rates_name_every_kind() -> None:
    assert set(synthetic.WIDE) == set(synthetic.WIDE_HARD) == synthetic.KINDS
    assert set(synthetic.USUAL) < synthetic.KINDS


def test_a_rate_is_the_share_of_the_rows() -> None:
    made = synthetic.make(20_000, seed=6, on=ON, faults={"id_typo": 0.05})
    told = [r for r in made.truth["faults"]["row_id"].to_pylist() if r[0] == "S"]
    share = len(told) / made.rosters["school_roll"].num_rows
    assert 0.03 < share < 0.075  # offices differ, and a large one can weigh


def test_a_fault_is_told_only_where_the_cell_is_wrong() -> None:
    made = synthetic.make(500, seed=5, on=ON, faults={"id_missing": 0.2})
    told = {row["row_id"] for row in made.truth["faults"].to_pylist() if row["row_id"][0] == "S"}
    empty = {row["row_id"] for row in roll(made) if not row["id_no"]}
    assert told == empty
    assert told


def test_a_class_that_slid_has_its_neighbours_numbers() -> None:
    made = synthetic.make(500, seed=5, on=ON, faults={"class_slid": 1.0})
    numbers = {row["person_id"]: row["id_no"] for row in made.truth["persons"].to_pylist()}
    behind = {row["row_id"]: row["person_id"] for row in made.truth["rows"].to_pylist()}
    plain = [
        (above, row) for above, row in pairwise(roll(made))
        if above["class_no"] == row["class_no"] and above["grade"] == row["grade"]
        and re.fullmatch(r"[0-9]{17}[0-9X]", row["id_no"])
    ]  # fmt: skip
    assert plain
    assert all(row["id_no"] == numbers[behind[above["row_id"]]] for above, row in plain)


def test_an_unknown_kind_of_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="id_magic"):
        synthetic.make(200, seed=1, on=ON, faults={"id_magic": 0.1})


def test_scaled_rates_are_the_same_mixture() -> None:
    assert synthetic.scaled({"id_typo": 0.01}, 3) == {"id_typo": 0.03}


@pytest.mark.parametrize(("kind", "moved"), [("class_slid", 1), ("class_slid_up", -1)])
def test_a_column_slides_down_or_up(kind: str, moved: int) -> None:
    numbers = of_classes(synthetic.make(500, seed=5, on=ON, faults={}), "id_no")
    slid = of_classes(synthetic.make(500, seed=5, on=ON, faults={kind: 1.0}), "id_no")
    for place, were in numbers.items():
        kept = slid[place][1:] if moved == 1 else slid[place][:-1]
        assert kept == (were[:-1] if moved == 1 else were[1:])


def test_a_column_that_was_sorted_alone_has_the_numbers_of_its_class() -> None:
    before = of_classes(synthetic.make(500, seed=5, on=ON, faults={}), "id_no")
    after = of_classes(synthetic.make(500, seed=5, on=ON, faults={"class_sorted": 1.0}), "id_no")
    assert after == {place: sorted(numbers) for place, numbers in before.items()}


def test_merged_cells_leave_all_but_the_first_row_of_a_class_blank() -> None:
    made = synthetic.make(500, seed=5, on=ON, faults={"cells_merged": 1.0})
    filled = [row for row in roll(made) if row["class_no"]]
    assert 0 < len(filled) < made.rosters["school_roll"].num_rows / 3
    assert all(row["grade"] and row["school_code"] for row in filled)


def test_a_class_has_one_fault_of_a_whole_class_at_most() -> None:
    made = synthetic.make(2_000, seed=5, on=ON, faults={"class_slid": 0.5, "names_swapped": 0.5})
    faults = defaultdict(set)
    for row in made.truth["faults"].to_pylist():
        faults[row["row_id"]].add(row["fault"])
    assert set(map(len, faults.values())) == {1}


def test_harmless_dressing_does_not_hide_from_the_reader_which_class() -> None:
    made = synthetic.make(500, seed=5, on=ON, faults={})
    assert all(re.fullmatch(r"\d+", row["class_no"]) for row in roll(made))


def of_classes(made: synthetic.Made, column: str) -> dict[tuple[str, str, str], list[str]]:
    """Return a column class by class, without what typing and copying leave around a cell."""
    found = defaultdict(list)
    for row in roll(made):
        clean = re.sub(r"[^0-9A-Z]", "", row[column].upper().translate(FULL_WIDTH))
        found[row["school_code"], row["grade"], row["class_no"]].append(clean)
    return dict(found)


FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
