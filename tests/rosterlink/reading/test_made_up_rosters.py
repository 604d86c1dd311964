"""All twelve rosters, made up and written as offices send them, are read whole."""

from datetime import date
from pathlib import Path

import pytest

from rosterlink import synthetic
from rosterlink.reading import LAYOUTS, assign_row_ids, guess, read

ON = date(2026, 9, 1)


@pytest.fixture(scope="module")
def made() -> synthetic.Made:
    return synthetic.make(400, seed=7, on=ON, faults=synthetic.faults.WIDE)


@pytest.mark.parametrize("roster", LAYOUTS)
def test_an_ugly_workbook_loses_no_child(made: synthetic.Made, tmp_path: Path, roster: str) -> None:
    path = synthetic.ugly(made, roster, tmp_path / f"{LAYOUTS[roster].name}.xlsx")
    reading = read(path, LAYOUTS[roster])
    assert reading.rows == made.rosters[roster].num_rows
    assert "name" in reading.mapping
    assert not any("盖章" in heading for heading in reading.headings)


@pytest.mark.parametrize("format_", ["csv", "xlsx", "parquet"])
def test_every_format_gives_the_same(made: synthetic.Made, tmp_path: Path, format_: str) -> None:
    paths = [path for path in synthetic.write(made, tmp_path, format_) if path.stem in LAYOUTS]
    readings = assign_row_ids([read(path, LAYOUTS[path.stem]) for path in paths])
    for reading in readings:
        wanted = made.rosters[reading.roster]
        assert reading.table.column("row_id").to_pylist() == wanted.column("row_id").to_pylist()
        assert guess(reading.path) == reading.roster
        missing = set(wanted.column_names) - set(reading.table.column_names)
        assert not missing
