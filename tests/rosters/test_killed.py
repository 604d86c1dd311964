"""A receipt killed in the middle: nothing half-stored, and finished it is there once."""

from __future__ import annotations

import json

import pytest

from processes import KILLED, starter
from rosters.run_process import ROWS

NOTHING = {"states": [], "rows": 0, "files": 0, "handed_in": 0, "received": 0, "in_clear": 0}

# What another process is to see, and what it leaves, is in no transaction of the test.
pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_wherever_it_hurts_a_roster_is_received_once(tmp_path, migrated):
    process = starter("rosters.run_process", tmp_path, migrated)

    def left() -> dict[str, object]:
        ended, words = process("look")
        assert ended == 0
        return json.loads(words.splitlines()[-1])

    assert process("make")[0] == 0
    assert process("hand_in")[0] == KILLED
    assert left() == NOTHING

    for how in ("reading", "inside", "last"):
        assert process("check", how)[0] == KILLED
    assert left() == NOTHING | {"states": ["checking"], "files": 1, "handed_in": 1}

    assert process("finish")[0] == 0
    checked = left()
    assert checked == NOTHING | {"states": ["checked"], "rows": ROWS, "files": 3, "handed_in": 1}

    assert process("receive")[0] == KILLED
    assert left() == checked

    assert process("finish", "receive")[0] == 0
    assert left() == checked | {"states": ["received"], "received": 1}
