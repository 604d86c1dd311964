"""How families and regions differ: shares that are kept, names that are of the place."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from rosterlink import synthetic
from rosterlink.synthetic import names

ON = date(2026, 9, 1)
NONE = synthetic.Families(
    namesakes=0.0, moved_house=0.0, changed_phone=0.0, other_guardian=0.0, silent_schools=0.0
)


def made(families: synthetic.Families) -> synthetic.Made:
    return synthetic.make(2_000, seed=21, on=ON, faults={}, families=families)


def test_namesakes_are_children_of_one_community_with_one_name() -> None:
    def shared(made: synthetic.Made) -> int:
        rows = made.rosters["police_hukou"].to_pylist()
        return sum(n - 1 for n in Counter((r["community"], r["name"]) for r in rows).values())

    assert shared(made(replace(NONE, namesakes=0.2))) > shared(made(NONE)) + 100


def test_a_family_that_did_not_move_has_one_community_in_both_registers() -> None:
    addresses = {}
    for share in (0.0, 0.5):
        table = made(replace(NONE, moved_house=share)).rosters["school_roll"]
        addresses[share] = table["home_address"].to_pylist()
    same = sum(a == b for a, b in zip(*addresses.values(), strict=True)) / len(addresses[0.0])
    assert 0.4 < same < 0.6


def test_silent_schools_export_no_student_numbers() -> None:
    for share, expected in ((0.0, False), (1.0, True)):
        table = made(replace(NONE, silent_schools=share)).rosters["school_roll"]
        assert (set(table["student_no"].to_pylist()) == {""}) is expected


def test_hard_families_have_more_twins() -> None:
    def twins(families: synthetic.Families) -> int:
        rows = made(families).rosters["police_hukou"].to_pylist()
        born = Counter((r["household_no"], r["birth_date"]) for r in rows)
        return sum(n == 2 for n in born.values())

    assert twins(replace(NONE, twins=0.1)) > 2 * twins(replace(NONE, twins=0.02))


@pytest.mark.parametrize(
    ("tables", "surname", "ethnicity"),
    [
        (synthetic.SOUTH_COAST, "陈", "汉族"),
        (synthetic.NORTH, "王", "蒙古族"),
        (synthetic.SOUTHWEST, "李", "彝族"),
        (synthetic.NORTHWEST, "马", "维吾尔族"),
        (synthetic.NORTHEAST, "王", "朝鲜族"),
    ],
)
def test_a_region_has_its_names(tables: synthetic.NameTables, surname: str, ethnicity: str) -> None:
    rows = synthetic.make(3_000, seed=22, on=ON, faults={}, names=tables).truth["persons"]
    han = Counter(name[0] for name in rows["name"].to_pylist() if "·" not in name)
    assert surname in {s for s, _ in han.most_common(2)}
    table = synthetic.make(3_000, seed=22, on=ON, faults={}, names=tables).rosters["police_hukou"]
    assert ethnicity in table["ethnicity"].to_pylist()


def test_every_pair_of_look_alikes_is_two_characters() -> None:
    pairs = (*names.LOOK_ALIKES, *names.VARIANTS, *names.SURNAME_VARIANTS)
    assert all(len(pair) == len(set(pair)) == 2 for pair in pairs)
    assert all(len(three) == 3 for three in names.SPLIT)
