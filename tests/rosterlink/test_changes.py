"""Two runs compared, on four children."""

import pyarrow as pa

from rosterlink import changes


def run(
    out_of_school: dict[str, str],
    residents: list[str],
    explained: dict[str, str] | None = None,
    links: dict[str, str] | None = None,
) -> dict[str, pa.Table]:
    text = pa.string()
    return {
        "out_of_school": pa.table(
            {
                "row_id": pa.array(out_of_school, text),
                "reason_code": pa.array(out_of_school.values(), text),
            }
        ),
        "residents": pa.table({"row_id": pa.array(residents, text)}),
        "explained": two("row_id", "by_row_id", explained or {}),
        "links": two("left_row_id", "right_row_id", links or {}),
    }


def two(key: str, value: str, pairs: dict[str, str]) -> pa.Table:
    columns = {key: list(pairs), value: list(pairs.values())}
    return pa.table(columns, schema=pa.schema([(key, pa.string()), (value, pa.string())]))


BEFORE = run({"H1": "no_match", "H2": "no_match", "H3": "left", "H4": "left"}, [])
AFTER = run(
    {"H1": "left", "H5": "no_match"},
    ["H1", "H2", "H3", "H5"],
    explained={"H2": "D1"},
    links={"H2": "V2", "H3": "S3"},
)


def test_each_row_of_either_run_has_its_change() -> None:
    found = {row["row_id"]: row for row in changes.compare(BEFORE, AFTER).to_pylist()}
    assert {row: found[row]["change"] for row in found} == {
        "H1": "still_open",
        "H2": "resolved",
        "H3": "resolved",
        "H4": "gone",
        "H5": "newly_missing",
    }
    assert found["H1"]["reason_before"] == "no_match"
    assert found["H1"]["reason_after"] == "left"


def test_what_resolved_a_row_is_named() -> None:
    by = {row["row_id"]: row["by_row_id"] for row in changes.compare(BEFORE, AFTER).to_pylist()}
    assert by == {"H1": "", "H2": "D1", "H3": "S3", "H4": "", "H5": ""}


def test_a_link_that_was_there_before_resolved_nothing() -> None:
    before = run({"H3": "left"}, [], links={"H3": "S3"})
    after = run({}, ["H3"], links={"H3": "S3"})
    assert changes.compare(before, after)["by_row_id"].to_pylist() == [""]


def test_the_new_ones_come_first() -> None:
    assert changes.compare(BEFORE, AFTER)["row_id"].to_pylist() == ["H5", "H1", "H2", "H3", "H4"]


def test_changes_are_counted_and_none_left_out() -> None:
    counts = changes.count(changes.compare(BEFORE, AFTER))
    assert counts == {"newly_missing": 1, "still_open": 1, "resolved": 2, "gone": 1}
    nothing = run({}, [])
    assert changes.count(changes.compare(nothing, nothing)) == dict.fromkeys(counts, 0)
