"""Putting a backup back: unpacked and proved in a folder of its own, then put in place at once.

Until everything was proved, nothing of what is here is touched. Then a mark is set, and the parts
are moved; a kill between two moves is made good by `finish` at the next start.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from oosc.audit import chain, trail
from oosc.kernel.refusal import Refused
from oosc.portal import postgresql
from oosc.portal.backup import FILES, MANIFEST, POSTGRESQL, SQLITE, Manifest
from oosc.vault import archive, keys
from oosc.vault.cipher import Tampered

DAMAGED = "备份文件已损坏或被改动过，没有恢复。请换另一份备份。"


@contextmanager
def proved(file: Path, say: Callable[[str], None]) -> Iterator[Manifest]:
    """Unpack a backup beside the data, bring it to this version, and verify it."""
    if not (settings.DATA_DIR / "keys" / "ring.json").exists():
        raise Refused(f"请先把做备份时的 keys 文件夹放到 {settings.DATA_DIR}，再恢复。")
    staging = _staging()
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        manifest = _unpack(file, staging)
        _check_version(manifest)
        (staging / "keys").symlink_to(settings.DATA_DIR / "keys")
        _prove(staging, manifest, say)
        yield manifest
    finally:
        if not _mark().exists():
            _drop_scratch()
            shutil.rmtree(staging, ignore_errors=True)


def put_in_place(manifest: Manifest, at: datetime) -> Path:
    """Put what was proved where the data lie. Returns the folder that holds what was there."""
    replaced = settings.DATA_DIR / f"replaced-{at:%Y%m%d-%H%M%S}"
    words = {"replaced": replaced.name, "made_at": manifest.made_at}
    draft = _mark().with_suffix(".draft")
    draft.write_text(json.dumps(words), "utf-8")
    os.replace(draft, _mark())
    keys.sync_folder(settings.DATA_DIR)
    try:
        finish()
    except Refused:
        _mark().unlink()
        raise
    return replaced


def discard(replaced: Path) -> None:
    """Remove what was put aside: for an installation in which nobody had begun."""
    shutil.rmtree(replaced, ignore_errors=True)
    if connection.vendor == "postgresql":
        postgresql.drop(f"{postgresql.name()}_{replaced.name}")


def finish() -> None:
    """Do what is left of putting a backup in place; nothing where there is no mark."""
    if not _mark().exists():
        return
    words = json.loads(_mark().read_text("utf-8"))
    connection.close()
    _rename_database(words["replaced"])
    _move(settings.DATA_DIR / words["replaced"])
    trail.record("backup.restored", by=None, made_at=words["made_at"])
    while chain.seal_waiting():
        pass
    _mark().unlink()
    shutil.rmtree(_staging(), ignore_errors=True)


def _staging() -> Path:
    folder: Path = settings.DATA_DIR / ".restoring"
    return folder


def _mark() -> Path:
    mark: Path = settings.DATA_DIR / "restoring.json"
    return mark


def _unpack(file: Path, staging: Path) -> Manifest:
    try:
        with archive.read(file) as (_, stream):
            return _extract(stream, staging)
    except FileNotFoundError:
        raise Refused(f"没有 {file} 这个文件，请核对文件名。") from None
    except (Tampered, tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Refused(DAMAGED) from error


def _extract(stream: BinaryIO, staging: Path) -> Manifest:
    with gzip.GzipFile(fileobj=stream) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        first = tar.next()
        words = tar.extractfile(first) if first and first.name == MANIFEST else None
        if words is None:
            raise Refused(DAMAGED)
        manifest = Manifest(**json.loads(words.read()))
        (staging / FILES).mkdir(mode=0o700)
        while member := tar.next():
            _put(tar, member, staging)
        while packed.read(1 << 20):  # to the end, so that the last chunk is checked too
            pass
    return manifest


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, staging: Path) -> None:
    """Folders and files alone, inside the folder: tarfile's own filter came after Debian 12."""
    to = (staging / member.name).resolve()
    content = tar.extractfile(member) if member.isfile() else None
    if not to.is_relative_to(staging.resolve()) or not (content or member.isdir()):
        raise Refused(DAMAGED)
    if content is None:
        to.mkdir(mode=0o700, exist_ok=True)
        return
    with to.open("wb") as out:
        shutil.copyfileobj(content, out)
    to.chmod(0o600)


def _check_version(manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if not set(manifest.migrations) <= known:
        raise Refused("这个备份是更新的版本做的。请先把程序升级到那个版本，再恢复。")
    wanted = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    if manifest.database != wanted:
        kinds = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}
        raise Refused(
            f"这个备份是 {kinds[manifest.database]} 的，这里用的是 {kinds[wanted]}。"
            "请按做备份时的 OOSC_DATABASE 恢复。"
        )


def _prove(staging: Path, manifest: Manifest, say: Callable[[str], None]) -> None:
    """Open what was unpacked as an installation of its own, in processes of its own."""
    environment = {**os.environ, "OOSC_DATA": str(staging)}
    if manifest.database == POSTGRESQL:
        environment["OOSC_DATABASE"] = _into_scratch(staging)
    _django(environment, "migrate", "--verbosity=0", "--no-input")
    for line in _django(environment, "verify_data", f"--as-of={manifest.made_at}").splitlines():
        say(line)
    if manifest.database == SQLITE:
        _into_one_file(staging / SQLITE)


def _django(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        env={**environment, "DJANGO_SETTINGS_MODULE": "oosc.settings"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["没有说明原因"]
        raise Refused(f"备份没有通过核对，没有恢复。{words[-1].removeprefix('CommandError: ')}")
    return done.stdout


def _into_one_file(database: Path) -> None:
    """Fold the write-ahead log in, so that the file alone is the database."""
    opened = sqlite3.connect(database)
    opened.execute("PRAGMA journal_mode=DELETE")
    opened.close()


def _move(replaced: Path) -> None:
    """Move the old parts out and the new ones in. Done twice, it does nothing more."""
    staging = _staging()
    replaced.mkdir(mode=0o700, exist_ok=True)
    if (staging / SQLITE).exists():
        # The log of the old database goes with it, and never beside the new one.
        for name in (f"{SQLITE}-wal", f"{SQLITE}-shm"):
            _put_aside(name, replaced)
    for name in (SQLITE, FILES):
        if (staging / name).exists():
            _put_aside(name, replaced)
            os.replace(staging / name, settings.DATA_DIR / name)
    keys.sync_folder(settings.DATA_DIR)
    if not any(replaced.iterdir()):
        replaced.rmdir()


def _put_aside(name: str, replaced: Path) -> None:
    here = settings.DATA_DIR / name
    if here.exists() and not (replaced / name).exists():
        os.replace(here, replaced / name)


def _into_scratch(staging: Path) -> str:
    """Unpack into a database of its own beside the one in use; return its address."""
    scratch = postgresql.scratch()
    postgresql.make(scratch)
    postgresql.run(
        "pg_restore",
        *("--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={scratch}"),
        str(staging / POSTGRESQL),
    )
    return postgresql.address(scratch)


def _drop_scratch() -> None:
    if connection.vendor == "postgresql":
        postgresql.drop(postgresql.scratch())


def _rename_database(replaced: str) -> None:
    if connection.vendor == "postgresql":
        postgresql.put_in_place(postgresql.scratch(), replaced)
