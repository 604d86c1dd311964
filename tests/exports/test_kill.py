"""Kill −9 while a long list is made: begun again it is made once, and nothing is left in clear."""

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

from exports.export_process import CHILDREN

SOURCES = [str(Path(__file__).parents[2] / "src"), str(Path(__file__).parents[1])]

# What another process is to see, and what it leaves, is in no transaction of the test.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def process(tmp_path):
    """Start a process on a database that outlives it: `process("work", "rows")`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*SOURCES, *sys.path])}
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        who = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}"
        environment["OOSC_DATABASE"] = f"postgresql://{who}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    environment["OOSC_DATA"] = str(tmp_path)

    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "exports.export_process", *arguments]
        return subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, timeout=240
        )

    assert start("make", "yes" if connection.vendor == "sqlite" else "no").returncode == 0
    return start


def test_killed_wherever_it_hurts_the_list_is_made_once(process):
    for place in ("rows", "last"):
        assert process("work", place).returncode == -signal.SIGKILL

    done = process("again")

    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "left_by_the_kill": [],
        "children": CHILDREN,
        "files": [1],
        "made": 1,
        "exported": 1,
    }
