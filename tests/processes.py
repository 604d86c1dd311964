"""Processes of their own over one database, so that a test can kill one and look what is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.db import connection

SOURCES = [str(Path(__file__).parents[1] / "src"), str(Path(__file__).parent)]
KILLED = -signal.SIGKILL

Start = Callable[..., tuple[int, str]]  # how it ended, and what it said


def starter(module: str, folder: Path) -> Start:
    """Return `start("make", "yes")`: `-m module make yes` on a database that outlives it.

    On SQLite it lies in `folder`, without tables yet; on PostgreSQL it is the database of the
    test, whose transaction then must not hide what the processes are to see.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*SOURCES, *sys.path])}
    if connection.vendor == "postgresql":
        environment["OOSC_DATABASE"] = _address_of_the_test_database()
    environment["OOSC_DATA"] = str(folder)
    (folder / "incoming").mkdir()

    def start(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, timeout=300, check=False
        )
        return done.returncode, done.stdout

    return start


def has_tables() -> str:
    """Whether the database of the processes is there already, as they are told it."""
    return "no" if connection.vendor == "sqlite" else "yes"


def _address_of_the_test_database() -> str:
    settings = connection.settings_dict
    user = f"{quote(settings['USER'])}:{quote(settings['PASSWORD'])}"
    return f"postgresql://{user}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
