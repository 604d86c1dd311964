"""Made-up rosters: the same for a seed, of nobody, and true to what they say of themselves."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stdnum.iso7064 import mod_11_2

from rosterlink import school_age, synthetic
from rosterlink.synthetic.rosters import LETTERS

ON = date(2026, 9, 1)


@pytest.fixture(scope="module")
def made() -> synthetic.Made:
    return synthetic.make(1_000, seed=11, on=ON, region=synthetic.example_region())


@pytest.fixture(scope="module")
def faultless() -> synthetic.Made:
    return synthetic.make(1_000, seed=12, on=ON, faults={})


def rows(table: pa.Table) -> Iterator[dict[str, str]]:
    yield from table.to_pylist()


def test_the_same_call_gives_the_same_rosters(made: synthetic.Made) -> None:
    again = synthetic.make(1_000, seed=11, on=ON, region=synthetic.example_region())
    assert all(again.rosters[name].equals(table) for name, table in made.rosters.items())
    assert all(again.truth[name].equals(table) for name, table in made.truth.items())


def test_another_seed_gives_other_people(made: synthetic.Made) -> None:
    other = synthetic.make(1_000, seed=13, on=ON, region=synthetic.example_region())
    assert other.rosters["police_hukou"]["name"] != made.rosters["police_hukou"]["name"]


def test_there_are_twelve_rosters_of_text_without_nulls(made: synthetic.Made) -> None:
    assert list(made.rosters) == list(LETTERS)
    for table in made.rosters.values():
        assert {field.type for field in table.schema} == {pa.string()}
        assert sum(column.null_count for column in table.columns) == 0


def test_row_ids_are_unique_and_tell_their_roster(made: synthetic.Made) -> None:
    ids = [row["row_id"] for table in made.rosters.values() for row in rows(table)]
    assert len(set(ids)) == len(ids)
    for name, table in made.rosters.items():
        assert {row["row_id"][0] for row in rows(table)} <= {LETTERS[name]}


def test_numbers_are_valid_and_of_no_place_that_exists(faultless: synthetic.Made) -> None:
    people = [row for row in rows(faultless.truth["persons"]) if row["kind"] != "foreign"]
    assert len({row["id_no"] for row in people}) == len(people)
    for row in people:
        assert mod_11_2.is_valid(row["id_no"])
        assert re.match("9900|8[123]9900", row["id_no"])
        assert row["id_no"][6:14] == row["birth_date"].replace("-", "")
        assert ("女", "男")[int(row["id_no"][16]) % 2] == row["sex"]


def test_phones_say_that_they_are_made_up(made: synthetic.Made) -> None:
    phones = {row["phone"] for row in rows(made.rosters["school_roll"])} - {""}
    assert all(re.fullmatch(r"1[3-9]00\d{7}", phone) for phone in phones)


def test_twins_have_neighbouring_numbers_and_other_names(faultless: synthetic.Made) -> None:
    people = {row["person_id"]: row for row in rows(faultless.truth["persons"])}
    behind = {row["row_id"]: row["person_id"] for row in rows(faultless.truth["rows"])}
    families: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows(faultless.rosters["police_hukou"]):
        key = (row["household_no"], row["birth_date"])
        families.setdefault(key, []).append(people[behind[row["row_id"]]])
    twins = [family for family in families.values() if len(family) == 2]
    assert twins
    for one, other in twins:
        assert abs(int(one["id_no"][14:17]) - int(other["id_no"][14:17])) <= 3
        assert one["name"] != other["name"]


def test_the_region_given_is_the_region_used(made: synthetic.Made) -> None:
    region = synthetic.example_region()
    communities = {row["community"] for row in rows(made.rosters["police_hukou"])}
    schools = {
        (row["school_code"], row["school_name"]) for row in rows(made.rosters["school_roll"])
    }
    assert communities == {c.name for c in region.communities}
    assert schools == {(s.code, s.name) for s in region.schools}
    assert all(re.fullmatch(r"990001001\d{3}", c.code) for c in region.communities)
    assert all(re.fullmatch(r"\d{10}", s.code) for s in region.schools)


def test_a_region_needs_a_school_for_every_grade() -> None:
    region = synthetic.example_region()
    primary = tuple(s for s in region.schools if s.stage is synthetic.Stage.PRIMARY)
    with pytest.raises(ValueError, match="grades 1 to 9"):
        synthetic.Region("无初中街道", region.communities, primary)


def test_without_a_senior_school_the_roll_ends_at_grade_nine() -> None:
    region = synthetic.example_region()
    schools = tuple(s for s in region.schools if s.stage is not synthetic.Stage.SENIOR)
    made = synthetic.make(
        500, seed=1, on=ON, region=synthetic.Region("x", region.communities, schools)
    )
    assert max(int(row["grade"]) for row in rows(made.rosters["school_roll"])) == 9


def test_the_roll_lies_class_by_class(faultless: synthetic.Made) -> None:
    places = [
        (row["school_code"], int(row["grade"]), int(row["class_no"]))
        for row in rows(faultless.rosters["school_roll"])
    ]
    assert places == sorted(places)
    assert max(Counter(places).values()) <= 45


def test_compulsory_age_is_what_school_age_says(made: synthetic.Made) -> None:
    for row in rows(made.truth["persons"]):
        of_age = school_age.is_school_age(date.fromisoformat(row["birth_date"]), ON)
        assert (row["compulsory_age"] == "true") == of_age


def test_out_of_school_follows_from_the_rosters(faultless: synthetic.Made) -> None:
    behind = {row["row_id"]: row["person_id"] for row in rows(faultless.truth["rows"])}
    by_roster = {
        name: [(behind[row["row_id"]], row) for row in rows(table)]
        for name, table in faultless.rosters.items()
    }
    residents = {p for n in ("police_hukou", "police_floating") for p, row in by_roster[n]
                 if row["state"] in ("正常", "在住")}  # fmt: skip
    placed = {p for n in ("school_roll", "elsewhere_roll") for p, row in by_roster[n]
              if row["state"] in ("在读", "休学")}  # fmt: skip
    explained = {p for n in ("deferral", "deaths") for p, _ in by_roster[n]}
    explained |= {p for p, row in by_roster["border_exits"] if not row["return_date"]}
    of_age = {r["person_id"] for r in rows(faultless.truth["persons"])
              if r["compulsory_age"] == "true"}  # fmt: skip
    expected = (residents & of_age) - placed - explained
    assert {row["person_id"] for row in rows(faultless.truth["out_of_school"])} == expected
    assert expected
    ghosts = {row["row_id"] for p, row in by_roster["school_roll"]
              if row["state"] == "在读" and p not in residents}  # fmt: skip
    assert {row["row_id"] for row in rows(faultless.truth["ghosts"])} == ghosts


def test_duplicates_are_two_rows_of_one_person_on_one_side(made: synthetic.Made) -> None:
    behind = {row["row_id"]: row["person_id"] for row in rows(made.truth["rows"])}
    assert made.truth["duplicates"].num_rows
    for row in rows(made.truth["duplicates"]):
        a, b = row["row_id_a"], row["row_id_b"]
        assert a < b
        assert behind[a] == behind[b]
        assert {a[0], b[0]} <= ({"S"} if row["side"] == "roll" else {"H", "F"})


def test_without_faults_none_is_told(faultless: synthetic.Made) -> None:
    assert faultless.truth["faults"].num_rows == 0


def test_too_few_children_are_refused() -> None:
    with pytest.raises(ValueError, match="100"):
        synthetic.make(10, seed=1, on=ON)


@pytest.mark.parametrize("format", ["xlsx", "csv", "parquet"])
def test_files_hold_what_was_made(made: synthetic.Made, tmp_path: Path, format: str) -> None:
    paths = synthetic.write(made, tmp_path, format)
    assert [p.name for p in paths] == [f"{name}.{format}" for name in made.rosters]
    assert (tmp_path / "truth_out_of_school.csv").exists()
    if format == "parquet":
        assert pq.read_table(tmp_path / "deaths.parquet").equals(made.rosters["deaths"])
    if format == "xlsx":
        sheet = openpyxl.load_workbook(tmp_path / "deaths.xlsx").worksheets[0]
        heading = [cell.value for cell in sheet[1]]
        assert heading == ["序号", "姓名", "性别", "出生日期", "身份证件号", "死亡日期"]
        assert sheet.max_row == made.rosters["deaths"].num_rows + 1


def test_an_unknown_format_is_refused(made: synthetic.Made, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="xlsx, csv, parquet"):
        synthetic.write(made, tmp_path, "doc")


def test_an_ugly_workbook_looks_like_an_offices_own(made: synthetic.Made, tmp_path: Path) -> None:
    path = synthetic.ugly(made, "police_hukou", tmp_path / "户籍.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert "A1" in {str(merged).split(":")[0] for merged in sheet.merged_cells.ranges}
    assert [cell.value for cell in sheet[3]][:2] == ["序号", "姓  名"]
    texts = [sheet.cell(row, 1).value for row in range(4, sheet.max_row + 1)]
    assert "合计" in texts
    assert str(texts[-1]).startswith("注：")
    styles = {type(sheet.cell(row, 4).value).__name__ for row in range(4, 60)}
    assert styles == {"datetime", "str"}
