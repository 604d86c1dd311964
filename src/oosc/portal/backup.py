"""One file with the database and the encrypted files, taken together while officers work on.

The keys are never in it. A file that is destroyed while it is taken could be missing although the
database knows it: then it is taken once more.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from filelock import FileLock, Timeout

from oosc.audit import chain, trail
from oosc.audit.models import Seal
from oosc.kernel.refusal import Refused
from oosc.portal import postgresql
from oosc.vault import archive
from oosc.vault.stream import SealingWriter

MANIFEST = "manifest.json"
SQLITE, POSTGRESQL = "oosc.sqlite3", "oosc.pgdump"
FILES = "files"
TRIES = 3
LIGHT_PACKING = 1  # most of it is encrypted already, and does not get smaller


@dataclass(frozen=True)
class Manifest:
    """What is in a backup."""

    made_at: str
    database: str  # the member that holds it
    migrations: list[str]
    files: int
    seals: int


def back_up(target: Path, at: datetime) -> Manifest:
    """Write a backup. The file is there whole, or not at all."""
    if target.exists():
        raise Refused(f"{target} 已经存在，没有覆盖。请换一个文件名。")
    if not target.parent.is_dir():
        raise Refused(f"没有 {target.parent} 这个文件夹，请先建好或核对路径。")
    if "django_migrations" not in connection.introspection.table_names():
        raise Refused("这里还没有数据，没有可备份的。请核对 OOSC_DATA。")
    with _own_folder() as folder:
        _seal_all()
        manifest = _take(folder, at)
        with archive.written(target, manifest.made_at) as out:
            _pack(folder, manifest, out)
    trail.record("backup.made", by=None, files=manifest.files, bytes=target.stat().st_size)
    return manifest


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Where things are gathered: beside the files, so that linking them costs nothing."""
    folder: Path = settings.DATA_DIR / ".backing-up"
    lock = FileLock(f"{folder}.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Refused("另一个备份正在进行，请等它完成。") from None
    try:
        shutil.rmtree(folder, ignore_errors=True)  # what a kill has left
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _seal_all() -> None:
    """Close the chain over what has come in, so that a backup carries its own proof."""
    if Seal._meta.db_table in connection.introspection.table_names():
        while chain.seal_waiting():
            pass


def _take(folder: Path, at: datetime) -> Manifest:
    for _ in range(TRIES):
        _link_files(folder)
        manifest, names = _copy_database(folder, at)
        _link_files(folder)
        if all((folder / FILES / name).exists() for name in names):
            return manifest
        (folder / manifest.database).unlink()
    raise Refused("备份时一直有文件被销毁，或有文件已经丢失。请先执行 verify_data，再备份。")


def _link_files(folder: Path) -> None:
    source = settings.DATA_DIR / FILES
    for path in source.rglob("*"):
        held = folder / FILES / path.relative_to(source)
        if path.name.startswith(".") or held.exists() or path.is_dir():
            continue
        held.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # destroyed in this moment
            os.link(path, held)


def _copy_database(folder: Path, at: datetime) -> tuple[Manifest, list[str]]:
    """Copy the database as it is at one moment; also return the files that it knows."""
    if connection.vendor == "postgresql":
        return _dump_postgresql(folder / POSTGRESQL, at)
    connection.ensure_connection()
    copy = sqlite3.connect(folder / SQLITE)
    try:
        # In one step: in several it would begin again at each write of others.
        connection.connection.backup(copy, pages=-1)
        return _described(SQLITE, at, lambda sql: copy.execute(sql).fetchall())
    finally:
        copy.close()


def _dump_postgresql(target: Path, at: datetime) -> tuple[Manifest, list[str]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        postgresql.run(
            "pg_dump",
            *("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"),
            f"--file={target}",
        )

        def ask(sql: str) -> list[Any]:  # Any: rows of mixed columns
            cursor.execute(sql)
            return list(cursor.fetchall())

        return _described(POSTGRESQL, at, ask)


def _described(
    database: str, at: datetime, ask: Callable[[str], list[Any]]
) -> tuple[Manifest, list[str]]:
    applied = ask("SELECT app, name FROM django_migrations ORDER BY id")
    names, seals = [], 0
    if ("vault", "0001_initial") in applied:
        live = ask("SELECT sha256, id FROM vault_storedfile WHERE destroyed_at IS NULL")
        names = [f"{sha256[:2]}/{sha256}.{UUID(str(row_id))}" for sha256, row_id in live]
    if ("audit", "0001_initial") in applied:
        [(seals,)] = ask("SELECT count(*) FROM audit_seal")
    migrations = [f"{app}.{name}" for app, name in applied]
    return Manifest(at.isoformat(), database, migrations, len(names), seals), names


def _pack(folder: Path, manifest: Manifest, out: SealingWriter) -> None:
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=LIGHT_PACKING, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        words = json.dumps(asdict(manifest), ensure_ascii=False).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(words)
        tar.addfile(entry, io.BytesIO(words))
        tar.add(folder / manifest.database, manifest.database)
        if (folder / FILES).exists():
            tar.add(folder / FILES, FILES)
