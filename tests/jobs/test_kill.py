"""Kill −9 in the middle of a job: begun again, it has exactly one effect."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from jobs.worker_process import PARTS, PLACES
from processes import KILLED, environment

# What another process is to see, and what it leaves, is in no transaction of the test.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def process(tmp_path, migrated):
    """Start a worker process on a database that outlives it: `process("work", "in_last")`."""
    given = environment(tmp_path, migrated)

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "jobs.worker_process", *arguments]
        return subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True)

    _finish(start("ask"))
    return start


def _finish(started: subprocess.Popen[str]) -> str:
    said, _ = started.communicate(timeout=120)
    assert started.returncode == 0
    return said


def test_killed_wherever_it_hurts_the_job_has_one_effect(process):
    for place in PLACES[1:]:
        worker = process("work", place)
        worker.communicate(timeout=120)
        assert worker.returncode == KILLED

    _finish(process("work"))
    _finish(process("work"))

    assert json.loads(_finish(process("report"))) == {
        "jobs": [["done", {"parts": PARTS}]],
        "parts": list(range(PARTS)),
        "effects": 1,
    }


def test_killed_from_outside_while_it_writes_it_leaves_nothing(process):
    worker = process("work", "in_last", "waits")
    assert worker.stdout.readline() == "here\n"
    worker.kill()
    worker.communicate(timeout=120)

    before = json.loads(_finish(process("report")))
    _finish(process("work"))
    after = json.loads(_finish(process("report")))

    assert (before["jobs"], before["effects"]) == ([["running", {}]], 0)
    assert (after["jobs"], after["effects"]) == ([["done", {"parts": PARTS}]], 1)
