"""Installations in folders of their own, worked on by processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IS_POSTGRESQL = bool(os.environ.get("OOSC_DATABASE"))
_numbers = count(1)


@dataclass
class Installation:
    """A data folder, and on PostgreSQL a database; `manage` runs a command on them."""

    folder: Path
    database: str = ""  # address, on PostgreSQL
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        given = {k: v for k, v in os.environ.items() if k not in ("OOSC_DATABASE", "PORT")}
        places = [str(ROOT / "src"), str(ROOT / "tests"), *sys.path]
        given |= {"OOSC_DATA": str(self.folder), "PYTHONPATH": os.pathsep.join(places)}
        given |= {"DJANGO_SETTINGS_MODULE": "oosc.settings", "PYTHONUNBUFFERED": "1"}
        return given | ({"OOSC_DATABASE": self.database} if self.database else {}) | self.more

    def start(self, *command: str, **options: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
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


@pytest.fixture
def empty(tmp_path):
    """An installation that nothing was done in yet."""
    yield from _fresh(tmp_path / "empty")


@pytest.fixture(scope="session")
def _model(tmp_path_factory):
    """Migrated and filled once; every test gets a copy."""
    for made in _fresh(tmp_path_factory.mktemp("model") / "data"):
        made.manage("migrate", "--verbosity=0")
        made.run("fill")
        yield made


@pytest.fixture
def filled(_model, tmp_path):
    """An installation with a child, an encrypted file and a trail."""
    folder = tmp_path / "filled"
    shutil.copytree(_model.folder, folder)
    yield from _fresh(folder, _model)


def _fresh(folder: Path, model: Installation | None = None):
    folder.mkdir(parents=True, exist_ok=True)
    if not IS_POSTGRESQL:
        yield Installation(folder)
        return
    name = f"drill_{os.getpid()}_{next(_numbers)}"
    template = model.database.rpartition("/")[2] if model else "template0"
    server = os.environ["OOSC_DATABASE"].rpartition("/")[0]
    _on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield Installation(folder, f"{server}/{name}")
    _on_server(f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["OOSC_DATABASE"], autocommit=True) as connection:
        connection.execute(statement)
