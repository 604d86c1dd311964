"""The programs that come with PostgreSQL, on the database of the settings."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

from django.conf import settings
from django.db import connection

from oosc.kernel.refusal import Refused

MAINTENANCE = "template1"  # where one stands to make, drop and rename the others
_VARIABLES = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}


def run(program: str, *arguments: str, database: str = "") -> None:
    """Run one of them. Refused where it is missing or fails, with its first words."""
    if shutil.which(program) is None:
        raise Refused(f"本机没有 {program}，请先安装 postgresql-client。")
    done = subprocess.run(
        [program, *arguments], env=_environment(database), capture_output=True, text=True
    )
    if done.returncode:
        raise Refused(f"{program} 没有完成：{done.stderr.strip()[:300]}")


def name() -> str:
    return str(_settings()["NAME"])


def address(database: str) -> str:
    """The OOSC_DATABASE of another database on the same server."""
    return os.environ["OOSC_DATABASE"].rpartition("/")[0] + f"/{database}"


def scratch() -> str:
    """The name of the database in which a backup is proved."""
    return f"{name()}_restoring"


def make(database: str) -> None:
    """Make an empty database. template0 has the collation with which the server was set up."""
    drop(database)
    run("createdb", "--template=template0", "--encoding=UTF8", database, database=MAINTENANCE)


def drop(database: str) -> None:
    run("dropdb", "--if-exists", database, database=MAINTENANCE)


def put_in_place(database: str, suffix: str) -> None:
    """Give a proved database the name of the one in use, which keeps its own with a suffix."""
    if not _exists(database):
        return
    old, new = _quoted(f"{name()}_{suffix}"), _quoted(name())
    run(
        "psql",
        *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"),
        f"--command=ALTER DATABASE {new} RENAME TO {old}",
        f"--command=ALTER DATABASE {_quoted(database)} RENAME TO {new}",
        database=MAINTENANCE,
    )


def _exists(database: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        found = cursor.fetchone() is not None
    connection.close()  # a database in use cannot be renamed
    return found


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _environment(database: str) -> dict[str, str]:
    given = {variable: str(_settings()[key]) for key, variable in _VARIABLES.items()}
    chosen = {variable: value for variable, value in given.items() if value}
    return {**os.environ, **chosen, "PGDATABASE": database or name()}


def _settings() -> dict[str, Any]:  # Any: Django's own
    return settings.DATABASES["default"]
