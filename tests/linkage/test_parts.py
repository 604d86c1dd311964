"""A comparison killed in the middle: begun again, it is as if it had not begun (decision 0006)."""

from __future__ import annotations

import json

import pytest

from processes import KILLED, starter

# The first part says that it runs; then come the children, the other lists, the statuses.
PLACES = [("work", "1", "after"), ("work", "3", "inside"), ("work", "9", "after"), ("last",)]

# What another process is to see, and what it leaves, is in no transaction of the test.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def process(tmp_path, migrated):
    """Start a process on a database that outlives it: `process("work", "3", "inside")`."""
    start = starter("linkage.run_process", tmp_path, migrated)
    assert start("make")[0] == 0
    return start


def test_killed_wherever_it_hurts_a_run_is_written_once(process):
    for place in PLACES:
        assert process(*place)[0] == KILLED

    ended, words = process("again")
    told = json.loads(words.splitlines()[-1])

    assert (ended, told["done"], told["events"]) == (0, "done", 2)
    first, second = told["first"], told["second"]
    assert first["rows"] == second["rows"]
    assert len(first["rows"]) == first["tallied"] > 200
    residents = [row for row in first["rows"] if row[0] in ("found", "explained", "suspected")]
    assert len(residents) == told["counts"]["residents_of_school_age"]
    assert len({row[3] for row in residents}) == len(residents)
    # The second run found every child, place, guardian and status as the first had left it.
    assert first["kept"] == second["kept"]
    assert first["kept"]["SchoolYearStatus"] == first["kept"]["StatusChange"] == len(residents)
