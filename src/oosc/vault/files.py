"""Encrypted files outside the database, found by the SHA-256 of their content.

Each file has a key of its own, kept encrypted in its row. So a file is destroyed when its row
forgets the key, in the same transaction; a rotation touches rows only; and what a rolled-back
transaction leaves on the disk can never be read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from uuid6 import uuid7

from oosc.kernel.refusal import Refused
from oosc.vault.cipher import Tampered
from oosc.vault.keys import ring, sync_folder
from oosc.vault.models import StoredFile
from oosc.vault.stream import CHUNK_BYTES, SealingWriter, opened

GONE = "这个文件已销毁或不存在，不能打开。"


def store(data: bytes | BinaryIO, media_type: str = "application/octet-stream") -> str:
    """Keep a file and return its key, the SHA-256 of its content in hexadecimal.

    The same content is kept once and counted: each `store` needs its own `destroy`.
    """
    ring()  # made before the first file: later a missing one would be a lost one
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    row_id, data_key = uuid7(), AESGCM.generate_key(256)
    draft = _folder() / f".{row_id}"
    try:
        sha256, size = _write(source, draft, data_key, row_id)
        row = StoredFile(
            id=row_id,
            sha256=sha256,
            size=size,
            media_type=media_type,
            data_key=base64.b64encode(data_key).decode(),
            stored_at=timezone.now(),
        )
        _keep(row, draft)
    finally:
        draft.unlink(missing_ok=True)
    return sha256


def read(key: str) -> bytes:
    """Return a whole file. Refused where it was destroyed; Tampered where it was touched."""
    return b"".join(chunks(key))


def chunks(key: str) -> Iterator[bytes]:
    """Yield a file piece by piece; the last piece comes only after the whole was checked."""
    row = StoredFile.objects.live().filter(sha256=key).first()
    if row is None:
        raise Refused(GONE)
    return _read(row)


def destroy(key: str) -> None:
    """Make a file unreadable for ever, unless it was stored more than once and is still held."""
    with transaction.atomic():
        row = StoredFile.objects.live().select_for_update().filter(sha256=key).first()
        if row is None:
            return
        row.holders -= 1
        if not row.holders:
            row.data_key, row.destroyed_at = "", timezone.now()
            transaction.on_commit(lambda: path_of(row.sha256, row.pk).unlink(missing_ok=True))
        row.save()


def sweep(before: datetime) -> int:
    """Remove what no row has a key for, older than `before`; return how many."""
    live = {path_of(row.sha256, row.pk) for row in StoredFile.objects.live().only("id", "sha256")}
    left = [
        path
        for path in _folder().rglob("*")
        if path.is_file() and path not in live and path.stat().st_mtime < before.timestamp()
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _keep(row: StoredFile, draft: Path) -> None:
    """Put the file in place, then its row: a row without a file is never seen."""
    held = _held_already(row.sha256)
    if held:
        return
    path = path_of(row.sha256, row.pk)
    path.parent.mkdir(exist_ok=True)
    os.replace(draft, path)
    sync_folder(path.parent)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Another process stored the same content in this moment; ours is not needed.
        path.unlink()
        if not _held_already(row.sha256):
            raise


def _held_already(sha256: str) -> bool:
    with transaction.atomic():
        row = StoredFile.objects.live().select_for_update().filter(sha256=sha256).first()
        if row is None:
            return False
        row.holders += 1
        row.save()
        return True


def _write(source: BinaryIO, draft: Path, data_key: bytes, row_id: UUID) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with open(draft, "xb", opener=_private) as file:
        sealing = SealingWriter(file, data_key, _label(row_id))
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            size += sealing.write(chunk)
        sealing.close()
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def _read(row: StoredFile) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        with open(path_of(row.sha256, row.pk), "rb") as file:
            for chunk, is_last in opened(file, base64.b64decode(row.data_key), _label(row.pk)):
                digest.update(chunk)
                if is_last and not hmac.compare_digest(digest.hexdigest(), row.sha256):
                    raise Tampered(f"File {row.sha256} has another content.")
                yield chunk
    except FileNotFoundError as error:
        raise Tampered(f"File {row.sha256} is gone.") from error


def _label(row_id: UUID) -> str:
    return f"vault.file\0{row_id}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _folder() -> Path:
    folder: Path = settings.DATA_DIR / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def path_of(sha256: str, row_id: object) -> Path:
    """Where the file of a row lies."""
    return _folder() / sha256[:2] / f"{sha256}.{row_id}"
