"""Kill −9 while a long list is made: begun again it is made once, and nothing is left in clear."""

from __future__ import annotations

import json

import pytest

from exports.export_process import CHILDREN
from processes import KILLED, starter

# What another process is to see, and what it leaves, is in no transaction of the test.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def process(tmp_path, migrated):
    """Start a process on a database that outlives it: `process("work", "rows")`."""
    start = starter("exports.export_process", tmp_path, migrated)
    assert start("make")[0] == 0
    return start


def test_killed_wherever_it_hurts_the_list_is_made_once(process):
    for place in ("rows", "last"):
        assert process("work", place)[0] == KILLED

    ended, words = process("again")

    assert ended == 0
    assert json.loads(words.splitlines()[-1]) == {
        "left_by_the_kill": [],
        "children": CHILDREN,
        "files": [1],
        "made": 1,
        "exported": 1,
    }
