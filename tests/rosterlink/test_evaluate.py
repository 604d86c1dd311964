"""Precision and recall on a handful of rows that can be counted on the fingers."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from rosterlink import evaluate, synthetic

# Three children: two stand on the roll, the third on none; S4 is nobody's.
ROWS = pa.table(
    {
        "roster": ["police_hukou", "police_floating", "police_floating", "police_hukou"]
        + ["school_roll"] * 4
        + ["vaccination"],
        "row_id": ["H1", "F1", "F2", "H3", "S1", "S2", "S3", "S4", "V1"],
        "person_id": ["p1", "p1", "p2", "p3", "p1", "p2", "p2", "p9", "p1"],
    }
)
OUT = pa.table({"person_id": ["p3"], "tier": ["core"], "reason": ["never"]})


def pairs(*ids: tuple[str, str]) -> pa.Table:
    left, right = zip(*ids, strict=True) if ids else ((), ())
    return pa.table(
        {
            "left_row_id": pa.array(left, pa.string()),
            "right_row_id": pa.array(right, pa.string()),
        }
    )


def listed(*ids: str) -> pa.Table:
    return pa.table({"row_id": pa.array(ids, pa.string())})


TRUE = (("H1", "S1"), ("F1", "S1"), ("F2", "S2"), ("F2", "S3"))


def true_links(rows: pa.Table) -> pa.Table:
    residents, roll = (
        rows.filter(pc.is_in(rows["roster"], pa.array(side)))
        for side in (evaluate.RESIDENTS, evaluate.ROLL)
    )
    both = residents.join(roll, "person_id", right_suffix="_r", join_type="inner")
    return both.select(["row_id", "row_id_r"])


def test_every_true_pair_is_expected() -> None:
    score = evaluate.links(pairs(*TRUE), ROWS)
    assert (score.right, score.given, score.expected) == (4, 4, 4)


def test_links_count_as_pairs_in_either_order() -> None:
    score = evaluate.links(pairs(("H1", "S1"), ("S1", "F1"), ("F2", "S2"), ("H3", "S4")), ROWS)
    assert (score.right, score.given, score.expected) == (3, 4, 4)
    assert score.precision == score.recall == score.f1 == 0.75


def test_a_link_named_twice_counts_once() -> None:
    assert evaluate.links(pairs(("H1", "S1"), ("S1", "H1")), ROWS).given == 1


def test_links_to_other_rosters_are_not_looked_at() -> None:
    assert evaluate.links(pairs(("H1", "V1"), ("H1", "F1")), ROWS).given == 0
    score = evaluate.links(pairs(("H1", "V1")), ROWS, right=("vaccination",))
    assert (score.right, score.expected) == (1, 2)


def test_a_row_the_truth_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="H9"):
        evaluate.links(pairs(("H9", "S1")), ROWS)
    with pytest.raises(ValueError, match="H9"):
        evaluate.out_of_school(listed("H9"), ROWS, OUT)


def test_nothing_given_where_nothing_is_wanted_is_perfect() -> None:
    assert evaluate.Score(0, 0, 0).f1 == 1.0
    assert evaluate.Score(0, 0, 5).f1 == 0.0
    assert evaluate.Score(0, 0, 5).precision == 0.0
    assert evaluate.Score(0, 5, 5).f1 == 0.0


def test_out_of_school_recall_is_over_children_and_precision_over_rows() -> None:
    score = evaluate.out_of_school(listed("H3", "H1", "F1"), ROWS, OUT)
    assert score.recall == 1.0
    assert score.recall_of_tier == {"core": 1.0}
    assert score.precision == pytest.approx(1 / 3)
    assert (score.missed, score.false_alarms) == (0, 2)


def test_a_missed_child_is_counted() -> None:
    score = evaluate.out_of_school(listed(), ROWS, OUT)
    assert (score.missed, score.recall, score.recall_of_tier) == (1, 0.0, {"core": 0.0})


def test_duplicates_count_in_either_order() -> None:
    given = pa.table({"row_id_a": ["F1", "H3"], "row_id_b": ["H1", "F2"], "reason": ["", ""]})
    truth = pa.table({"side": ["police"], "row_id_a": ["H1"], "row_id_b": ["F1"]})
    score = evaluate.duplicates(given, truth)
    assert (score.right, score.given, score.expected) == (1, 2, 1)


def test_recall_by_fault_names_the_rows_without_any() -> None:
    faults = pa.table({"row_id": ["S1", "S1", "S2"], "fault": ["id_typo", "name_near", "id_typo"]})
    found = evaluate.recall_by_fault(pairs(("H1", "S1"), ("F2", "S3")), ROWS, faults)
    assert found == {"": (1, 1.0), "id_typo": (3, pytest.approx(1 / 3)), "name_near": (2, 0.5)}


def test_a_clerk_who_decides_rightly_says_of_each_pair_whether_it_is_one_child() -> None:
    decided = evaluate.decided_rightly(pairs(("H3", "S4"), ("F2", "S3")), ROWS)
    assert decided.to_pylist() == [
        {"left_row_id": "F2", "right_row_id": "S3", "same": 1},
        {"left_row_id": "H3", "right_row_id": "S4", "same": 0},
    ]
    with pytest.raises(ValueError, match="H9"):
        evaluate.decided_rightly(pairs(("H9", "S1")), ROWS)


def test_the_rows_of_the_roll_in_review_count_once_and_no_others_do() -> None:
    review = pairs(("H1", "S1"), ("F1", "S1"), ("F2", "V1"))
    assert evaluate.share_in_review(review, ROWS) == 0.25
    assert evaluate.share_in_review(pairs(), ROWS) == 0.0


def test_the_truth_itself_scores_full_marks(tmp_path: Path) -> None:
    made = synthetic.make(300, seed=3, on=date(2026, 9, 1))
    synthetic.write(made, tmp_path, "csv")
    truth = evaluate.read_truth(tmp_path)
    out = truth["out_of_school"]["person_id"].to_pylist()
    residents = [
        row
        for roster, row, who in zip(*(c.to_pylist() for c in truth["rows"].columns), strict=True)
        if roster in evaluate.RESIDENTS and who in out
    ]
    answer = {
        "links": true_links(truth["rows"]),
        "out_of_school": listed(*residents),
        "ghosts": truth["ghosts"],
        "duplicates": truth["duplicates"],
    }
    result = evaluate.evaluate(answer, truth)
    assert result.links.f1 == result.ghosts.f1 == result.duplicates.f1 == 1.0
    assert result.out_of_school.precision == result.out_of_school.recall == 1.0


def test_a_folder_without_truth_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="truth_"):
        evaluate.read_truth(tmp_path)
