"""The lists of a run: who is found, explained, suspected, and what else comes up."""

import pyarrow as pa
import pytest

import rosterlink
from little_rosters import ON, child, links, listed, run, table
from rosterlink.reconcile import reconcile

LIN = child("H1", "林小雨", "2015-03-04", "002", state="正常")
JOURNEY = child("B1", "林小雨", "2015-03-04", "002", exit_date="2026-01-02")
PUPIL = child("S1", "林小雨", "2015-03-04", "002", state="在读")


def test_a_child_on_the_roll_is_found():
    result = run(police_hukou=[LIN], school_roll=[PUPIL])

    assert listed(result.out_of_school) == []
    assert result.summary["counts"]["found"] == 1


def test_a_child_on_no_roll_is_listed_with_why():
    result = run(police_hukou=[LIN], school_roll=[])

    [row] = result.out_of_school.to_pylist()
    assert (row["row_id"], row["reason_code"]) == ("H1", "never_on_roll")
    assert "按年龄应读六年级" in row["reason"]
    assert row["nearest_reason"] == "学籍名册中没有相近的学生。"


@pytest.mark.parametrize(
    ("born", "school_age"),
    [("2011-08-31", False), ("2011-09-01", True), ("2020-08-31", True), ("2020-09-01", False)],
)
def test_school_age_is_decided_by_the_school_year(born, school_age):
    resident = child("H1", "林小雨", born, "002", state="正常")

    assert listed(run(police_hukou=[resident]).out_of_school) == ["H1"] * school_age


def test_a_child_is_not_put_out_of_age_by_a_cell_that_its_number_gainsays():
    resident = LIN | {"birth_date": "2005-03-04"}

    [row] = run(police_hukou=[resident]).out_of_school.to_pylist()

    assert (row["birth_date"], row["age_disputed"]) == ("2015-03-04", "1")


@pytest.mark.parametrize(
    ("explanation", "rosters"),
    [
        ("suspended", {"school_roll": [PUPIL | {"state": "休学"}]}),
        ("enrolled_elsewhere", {"elsewhere_roll": [PUPIL | {"row_id": "E1"}]}),
        ("deferred", {"deferral": [PUPIL | {"row_id": "D1", "until": "2027-08-31"}]}),
        ("deceased", {"deaths": [PUPIL | {"row_id": "X1", "death_date": "2026-01-02"}]}),
        (
            "abroad",
            {
                "border_exits": [
                    PUPIL
                    | {"row_id": "B1", "exit_date": "2025-01-02", "return_date": "2025-02-01"},
                    PUPIL | {"row_id": "B2", "exit_date": "2026-01-02", "return_date": ""},
                ]
            },
        ),
        ("moved_out", {"police_hukou": [LIN | {"state": "迁出"}]}),
        ("deceased", {"police_hukou": [LIN | {"state": "死亡注销"}]}),
    ],
)
def test_an_explanation_takes_the_child_off_the_list(explanation, rosters):
    result = run(**({"police_hukou": [LIN]} | rosters))

    assert listed(result.out_of_school) == []
    [row] = result.explained.to_pylist()
    assert (row["row_id"], row["explanation"]) == ("H1", explanation)
    assert row["reason"]


@pytest.mark.parametrize(
    "rosters",
    [
        {"school_roll": [PUPIL | {"state": "转出"}]},
        {"elsewhere_roll": [PUPIL | {"row_id": "E1", "state": "离校"}]},
        {"deferral": [PUPIL | {"row_id": "D1", "until": "2026-08-31"}]},
        {"border_exits": [JOURNEY | {"return_date": "2026-02-01"}]},
    ],
)
def test_what_is_over_explains_nothing(rosters):
    assert listed(run(police_hukou=[LIN], **rosters).out_of_school) == ["H1"]


def test_a_child_with_two_rows_is_listed_once_by_the_better_one():
    floating = LIN | {"row_id": "F1", "state": "在住", "reg_date": "2026-01-02"}

    result = run(police_floating=[floating], police_hukou=[LIN])

    assert listed(result.out_of_school) == ["H1"]
    assert result.duplicates.select(["row_id_a", "row_id_b", "side"]).to_pylist() == [
        {"row_id_a": "H1", "row_id_b": "F1", "side": "residents"}
    ]


def test_of_two_floating_rows_the_later_registration_speaks():
    old = LIN | {"row_id": "F1", "state": "在住", "reg_date": "2024-01-02"}
    new = LIN | {"row_id": "F2", "state": "在住", "reg_date": "2026-01-02"}

    assert listed(run(police_floating=[old, new]).out_of_school) == ["F2"]


@pytest.mark.parametrize(
    ("code", "residents"),
    [
        ("no_resident", []),
        ("moved_out", [LIN | {"state": "迁出"}]),
        ("deceased", [LIN | {"state": "死亡注销"}]),
    ],
)
def test_a_pupil_without_a_resident_is_told(code, residents):
    [row] = run(police_hukou=residents, school_roll=[PUPIL]).ghosts.to_pylist()

    assert (row["row_id"], row["reason_code"]) == ("S1", code)
    assert row["reason"].startswith("学籍在读")


@pytest.mark.parametrize("state", ["休学", "离校", "转出"])
def test_only_a_pupil_at_school_is_looked_for_among_residents(state):
    assert listed(run(school_roll=[PUPIL | {"state": state}]).ghosts) == []


def test_a_child_that_only_the_doctor_knows_is_unregistered():
    known = child("V1", "王思远", "2016-11-20", "015")

    result = run(police_hukou=[LIN], vaccination=[known, LIN | {"row_id": "V2"}])

    [row] = result.unregistered.to_pylist()
    assert (row["row_id"], row["reason_code"]) == ("V1", "only_vaccination")
    assert "预防接种" in row["reason"]


def test_the_parts_add_up_to_the_residents():
    made = rosterlink.make(400, seed=3, on=ON)

    counts = reconcile(made.rosters, on=ON).summary["counts"]

    explained = ("suspended", "enrolled_elsewhere", "deferred", "deceased", "abroad", "moved_out")
    assert counts["explained"] == sum(counts[code] for code in explained)
    assert counts["residents_of_school_age"] == (
        counts["found"] + counts["explained"] + counts["suspected"]
    )
    assert counts["suspected"] == counts["out_of_school"]


LISTS = (
    "links", "review", "out_of_school", "explained", "ghosts", "unregistered", "duplicates",
    "persons",
)  # fmt: skip


def test_the_engines_give_the_same_rows_in_the_same_order():
    made = rosterlink.make(250, seed=8, on=ON, faults=rosterlink.synthetic.WIDE)

    quick = reconcile(made.rosters, on=ON)
    plain = reconcile(made.rosters, on=ON, engine="python")

    for name in LISTS:
        assert getattr(quick, name).to_pylist() == getattr(plain, name).to_pylist(), name


def test_any_number_of_threads_gives_the_same_answer():
    made = rosterlink.make(600, seed=9, on=ON, faults=rosterlink.synthetic.HARD)

    one = reconcile(made.rosters, on=ON, threads=1)
    four = reconcile(made.rosters, on=ON, threads=4, memory="500MB")

    for name in LISTS:
        assert getattr(one, name).equals(getattr(four, name)), name


def test_the_tables_of_one_roster_may_come_in_pieces():
    other = child("H2", "王思远", "2016-11-20", "015", state="正常")
    pieces = [table(LIN), table(other)]

    result = reconcile({"police_hukou": pieces, "school_roll": table(PUPIL)}, on=ON)

    assert links(result) == {("H1", "S1")}
    assert listed(result.out_of_school) == ["H2"]


@pytest.mark.parametrize("rosters", [{}, {"police_hukou": []}])
def test_nothing_in_nothing_out(rosters):
    result = reconcile({name: [table(*rows)] for name, rows in rosters.items()}, on=ON)

    assert all(len(getattr(result, name)) == 0 for name in LISTS)


def test_a_column_full_of_nonsense_does_no_harm():
    nonsense = {"birth_date": "##", "phone": "%", "id_no": "'?", "sex": "无", "home_address": "__"}

    result = run(police_hukou=[LIN], school_roll=[PUPIL | nonsense])

    assert len(result.out_of_school) == 1


@pytest.mark.parametrize(
    ("rosters", "sentence"),
    [
        ({"school": table(PUPIL)}, "没有“school”这种名册"),
        ({"school_roll": pa.table({"name": ["林小雨"]})}, "缺少行号列"),
        ({"school_roll": table(PUPIL, PUPIL)}, "重复的行号"),
        ({"school_roll": table(PUPIL), "police_hukou": table(PUPIL)}, "重复的行号"),
    ],
)
def test_wrong_input_is_answered_in_a_sentence(rosters, sentence):
    with pytest.raises(ValueError, match=sentence):
        reconcile(rosters, on=ON)


def test_an_engine_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="没有“abacus”这种引擎"):
        reconcile({}, on=ON, engine="abacus")


def test_progress_is_told():
    told = []

    reconcile({}, on=ON, progress=lambda done, total, sentence: told.append((done, total)))

    assert told[0] == (0, 4)
    assert told[-1] == (4, 4)


def test_parameters_are_taken_and_told():
    given = {"sure": 90.0, "alone": 90.0, "entry_age": 7, "threads": 2}
    pupil = PUPIL | {"id_no": "", "birth_date": "2015-01-14"}

    result = reconcile(
        {"police_hukou": table(LIN), "school_roll": table(pupil)}, on=ON, parameters=given
    )

    assert links(result) == set()
    assert result.summary["parameters"]["entry_age"] == 7
