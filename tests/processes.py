"""Processes of their own over one database, so that a test can kill one and look what is left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from installations import Installation

SOURCES = [str(Path(__file__).parents[1] / "src"), str(Path(__file__).parent)]
KILLED = -signal.SIGKILL

Start = Callable[..., tuple[int, str]]  # how it ended, and what it said


def starter(module: str, folder: Path, migrated: Installation) -> Start:
    """Return `start("work", "3")`: `-m module work 3` in `environment`."""
    given = environment(folder, migrated)

    def start(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(
            command, env=given, stdout=subprocess.PIPE, text=True, timeout=300, check=False
        )
        return done.returncode, done.stdout

    return start


def environment(folder: Path, migrated: Installation) -> dict[str, str]:
    """What a process is told, so that it works on a database that outlives it.

    On SQLite it lies in `folder`, a copy of the migrated one; on PostgreSQL it is the database of
    the test, whose transaction then must not hide what the processes are to see.
    """
    shutil.copytree(migrated.folder, folder, dirs_exist_ok=True)
    given = {**os.environ, "PYTHONPATH": os.pathsep.join([*SOURCES, *sys.path])}
    if connection.vendor == "postgresql":
        given["OOSC_DATABASE"] = _address_of_the_test_database()
    return given | {"OOSC_DATA": str(folder)}


def _address_of_the_test_database() -> str:
    settings = connection.settings_dict
    user = f"{quote(settings['USER'])}:{quote(settings['PASSWORD'])}"
    return f"postgresql://{user}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
