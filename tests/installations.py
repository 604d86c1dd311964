"""Installations in folders of their own, worked on by processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
IS_POSTGRESQL = bool(os.environ.get("OOSC_DATABASE"))
_numbers = count(1)


@dataclass
class Installation:
    """A data folder, and on PostgreSQL a database; `manage` runs a command on them."""

    folder: Path
    database: str = ""  # address, on PostgreSQL
    more: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Where its database lies on SQLite."""
        return self.folder / "oosc.sqlite3"

    @property
    def database_name(self) -> str:
        return self.database.rpartition("/")[2]

    @property
    def environment(self) -> dict[str, str]:
        given = {k: v for k, v in os.environ.items() if k not in ("OOSC_DATABASE", "PORT")}
        places = [str(ROOT / "src"), str(ROOT / "tests"), *sys.path]
        given |= {"OOSC_DATA": str(self.folder), "PYTHONPATH": os.pathsep.join(places)}
        given |= {"DJANGO_SETTINGS_MODULE": "oosc.settings", "PYTHONUNBUFFERED": "1"}
        return given | ({"OOSC_DATABASE": self.database} if self.database else {}) | self.more

    def start(
        self, *command: str, stderr: int | None = subprocess.STDOUT, **options: object
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            **options,
        )

    def manage(self, *arguments: str, fails: bool = False, **options: object) -> str:
        """Run a command of Django and return what it said."""
        return self._finish(self.start("django", *arguments, **options), fails)

    def run(self, what: str, fails: bool = False) -> str:
        """Run a part of `portal/installation_process.py`."""
        return self._finish(self.start("portal.installation_process", what), fails)

    def _finish(self, process: subprocess.Popen[str], fails: bool) -> str:
        said, _ = process.communicate(timeout=300)
        assert (process.returncode != 0) == fails, said
        return said


@contextmanager
def installed(folder: Path, model: Installation | None = None) -> Iterator[Installation]:
    """An installation in which nothing was done yet, or a copy of another one."""
    if model:
        shutil.copytree(model.folder, folder)
    else:
        folder.mkdir(parents=True, exist_ok=True)
    if not IS_POSTGRESQL:
        yield Installation(folder)
        return
    name = f"drill_{os.getpid()}_{next(_numbers)}"
    create_database(name, model.database_name if model else "template0")
    yield Installation(folder, address(name))
    _on_server(f"DROP DATABASE {name} WITH (FORCE)")


def made_once(common: Path, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first process of a run makes, and that the others find made."""
    folder, done = common / name, common / f"{name}.done"
    with FileLock(common / f"{name}.lock"):
        if not done.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            done.touch()
    return folder


def address(name: str) -> str:
    """Where a database of this name lies on the server of the tests."""
    return f"{os.environ['OOSC_DATABASE'].rpartition('/')[0]}/{name}"


def create_database(name: str, template: str = "template0") -> None:
    """In place of what an earlier run may have left under this name."""
    _on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _on_server(f"CREATE DATABASE {name} TEMPLATE {template}")


def _on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["OOSC_DATABASE"], autocommit=True) as connection:
        connection.execute(statement)
