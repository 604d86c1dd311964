"""A comparison killed in the middle: begun again, it is as if it had not begun (decision 0006)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

SOURCES = [str(Path(__file__).parents[2] / "src"), str(Path(__file__).parents[1])]
KILLED = -signal.SIGKILL
# The first part says that it runs; then come the children, the other lists, the statuses.
PLACES = [("work", "1", "after"), ("work", "3", "inside"), ("work", "9", "after"), ("last",)]

# What another process is to see, and what it leaves, is in no transaction of the test.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def process(tmp_path):
    """Start a process on a database that outlives it: `process("work", "3", "inside")`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*SOURCES, *sys.path])}
    if connection.vendor == "postgresql":
        environment["OOSC_DATABASE"] = _address_of_the_test_database()
    environment["OOSC_DATA"] = str(tmp_path)
    (tmp_path / "incoming").mkdir()

    def start(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "linkage.run_process", *arguments]
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, timeout=300, check=False
        )
        return done.returncode, done.stdout

    assert start("make", "no" if connection.vendor == "sqlite" else "yes")[0] == 0
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


def _address_of_the_test_database() -> str:
    settings = connection.settings_dict
    user = f"{quote(settings['USER'])}:{quote(settings['PASSWORD'])}"
    return f"postgresql://{user}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
