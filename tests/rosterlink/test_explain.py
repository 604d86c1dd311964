"""Sentences for the officer: each says why, none holds what only the row may show."""

import re

import rosterlink
from little_rosters import ON, child, run
from rosterlink import explain
from rosterlink.levels import COMPARISONS
from rosterlink.reconcile import reconcile

LIN = child("H1", "林小雨", "2015-03-04", "002", state="正常", phone="13800001234")


def reason_of(table):
    [row] = table.to_pylist()
    return row["reason_code"], row["reason"]


def test_a_certain_link():
    result = run(police_hukou=[LIN], school_roll=[LIN | {"row_id": "S1", "state": "在读"}])

    assert reason_of(result.links) == ("number_same.name_same", "证件号码与姓名都一致。")


def test_a_link_says_what_agrees_before_what_does_not():
    pupil = LIN | {"row_id": "S1", "name": "林晓雨", "birth_date": "2015-04-03", "state": "在读"}

    result = run(police_hukou=[LIN], school_roll=[pupil])

    assert reason_of(result.links) == (
        "number_same.name_sound",
        "出生日期与证件号码内的一致、证件号码一致、联系电话一致；姓名同音。",
    )


def test_a_child_is_told_from_its_nearest_by_one_reason():
    sister = child("S1", "林小雪", "2015-03-04", "004", state="在读", phone="13800001234")

    [row] = run(police_hukou=[LIN], school_roll=[sister]).out_of_school.to_pylist()

    assert (row["nearest_row_id"], row["nearest_code"]) == ("S1", "two_numbers")
    assert "两个证件号码都有效且姓名不同，是两个人" in row["nearest_reason"]


def test_a_child_whose_place_ended_is_shown_that_place():
    left = LIN | {"row_id": "S1", "state": "离校"}

    [row] = run(police_hukou=[LIN], school_roll=[left]).out_of_school.to_pylist()

    assert (row["reason_code"], row["nearest_row_id"]) == ("left_roll", "S1")


def test_a_clerk_is_shown_each_field():
    two = child("H2", "林小雨", "2015-03-04", "008", state="正常", phone="13800001234")
    pupil = LIN | {"row_id": "S1", "id_no": "", "state": "在读"}

    review = run(police_hukou=[LIN, two], school_roll=[pupil]).review

    assert set(review.column("name_verdict").to_pylist()) == {"姓名一致"}
    assert {f"{c.code}_verdict" for c in COMPARISONS} < set(review.column_names)


def test_a_child_is_laid_beside_its_nearest_field_by_field():
    sister = child("S1", "林小雪", "2015-03-04", "004", state="在读", phone="13800001234")

    result = run(police_hukou=[LIN], school_roll=[sister])

    for table in (result.out_of_school, result.ghosts):
        [row] = table.to_pylist()
        assert row["phone_verdict"] == "联系电话一致"
        assert row["name_verdict"] == "姓名差一个字"


def test_who_has_nobody_near_is_laid_beside_nobody():
    [row] = run(police_hukou=[LIN]).out_of_school.to_pylist()

    assert {row[f"{c.code}_verdict"] for c in COMPARISONS} == {""}


def test_a_link_says_which_cells_to_look_at_again():
    pupil = LIN | {"row_id": "S1", "name": "林晓雨", "state": "在读"}

    assert next_of(run(police_hukou=[LIN], school_roll=[pupil]).links) == (
        "请名册来源单位按原件核对姓名。"
    )
    assert next_of(run(police_hukou=[LIN], school_roll=[LIN | {"row_id": "S1"}]).links) == (
        "无需处理。"
    )


def test_where_a_pair_waits_for_a_clerk_the_visit_waits_too():
    two = child("H2", "林小雨", "2015-03-04", "008", state="正常", phone="13800001234")
    pupil = LIN | {"row_id": "S1", "id_no": "", "state": "在读"}

    result = run(police_hukou=[LIN, two], school_roll=[pupil])

    for told in result.out_of_school.column("next").to_pylist():
        assert told.startswith("先判定与最相近的一条是否同一人")
    assert next_of(result.ghosts).startswith("先判定与最相近的一条是否同一人")
    assert set(result.review.column("next").to_pylist()) == {explain.DECIDE["rival"]}


def next_of(table):
    [row] = table.to_pylist()
    return row["next"]


def test_every_code_has_its_next_step():
    assert explain.VISIT.keys() == explain.SUSPECTED.keys()
    assert explain.AFTER.keys() == explain.EXPLAINED.keys()
    assert explain.LOOK_FOR.keys() == explain.GHOSTS.keys()
    assert explain.DECIDE.keys() < explain.VERDICTS.keys()


def test_every_row_has_its_reason_and_no_sentence_holds_a_name_or_number():
    made = rosterlink.make(500, seed=4, on=ON, faults=rosterlink.synthetic.WIDE)
    result = reconcile(made.rosters, on=ON)
    names = {n for table in made.rosters.values() for n in table.column("name").to_pylist()}

    for table in (
        result.links, result.review, result.out_of_school, result.explained, result.ghosts,
        result.unregistered, result.duplicates,
    ):  # fmt: skip
        sentences = {*table.column("reason").to_pylist(), *table.column("next").to_pylist()}
        if "nearest_reason" in table.column_names:
            sentences |= set(table.column("nearest_reason").to_pylist())
        assert all(sentence.endswith("。") for sentence in sentences)
        assert not any(re.search(r"\d{6}", sentence) for sentence in sentences)
        assert not any(n in sentence for n in names if len(n) > 2 for sentence in sentences)


def test_reasons_are_counted_of_every_list():
    made = rosterlink.make(500, seed=4, on=ON, faults=rosterlink.synthetic.WIDE)
    result = reconcile(made.rosters, on=ON)

    for name, counted in result.summary["reasons"].items():
        assert sum(counted.values()) == len(getattr(result, name))
    assert result.summary["reasons"].keys() > {"explained", "duplicates", "unregistered"}


def test_what_speaks_most_against_a_pair_is_the_reason():
    levels = {c.code: len(c.levels) - 1 for c in COMPARISONS}

    assert explain.failure("weak", levels)[0] == "name_unlike"
    assert explain.failure("taken", levels)[0] == "taken"
