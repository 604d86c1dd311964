"""An encrypted archive: one file, sealed under a key that is derived from the ring and never in it.

A head in clear says which master key is needed, so that a wrong ring is told from a damaged file.
"""

from __future__ import annotations

import io
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from oosc.kernel.refusal import Refused
from oosc.vault import keys
from oosc.vault.stream import SealingWriter, opened

MAGIC = b"OOSC-ARCHIVE-1\n"
LONGEST_HEAD = 4096
NAME_BYTES, SALT_BYTES = 4, 16
NO_ARCHIVE = "这个文件不是本平台做的备份，请核对文件名。"


@dataclass(frozen=True)
class Head:
    """What stands in clear: the number and the name of the master key, and a salt."""

    key_id: int
    key_name: str
    salt: str
    made_at: str

    def as_line(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode() + b"\n"


@contextmanager
def written(path: Path, made_at: str) -> Iterator[SealingWriter]:
    """Write an archive; the file is there when all of it is on the disk, or not at all."""
    ring = keys.ring()
    salt = secrets.token_hex(SALT_BYTES)
    head = Head(ring.current, _name(ring.masters[ring.current]), salt, made_at)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(draft, "xb", opener=_private) as file:
            file.write(MAGIC + head.as_line())
            sealing = SealingWriter(file, _key(ring.masters[ring.current], salt), _label(head))
            yield sealing
            sealing.close()
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        keys.sync_folder(path.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


@contextmanager
def read(path: Path) -> Iterator[tuple[Head, BinaryIO]]:
    """Open an archive as a stream. Refused where it is none, or where the ring lacks its key.

    Reading raises Tampered where it was changed or cut.
    """
    with open(path, "rb") as file:
        head = _head(file)
        master = keys.ring().masters.get(head.key_id)
        if master is None or _name(master) != head.key_name:
            raise Refused(
                f"密钥不对：这个备份要用密钥 {head.key_name} 打开，$OOSC_DATA/keys 里没有这一把。"
                "请放回做备份时的 keys 文件夹再试。"
            )
        chunks = opened(file, _key(master, head.salt), _label(head))
        yield head, io.BufferedReader(_Chunks(chunk for chunk, _ in chunks))


def _head(file: BinaryIO) -> Head:
    if file.read(len(MAGIC)) != MAGIC:
        raise Refused(NO_ARCHIVE)
    try:
        head = Head(**json.loads(file.readline(LONGEST_HEAD)))
    # A head is in clear and may be anything: also lists in lists until Python gives up.
    except (ValueError, TypeError, RecursionError):
        raise Refused(NO_ARCHIVE) from None
    if not _is_ours(head):
        raise Refused(NO_ARCHIVE)
    return head


def _is_ours(head: Head) -> bool:
    """Whether each part is what `written` puts there. That none was changed the seals say."""
    texts = (head.key_name, NAME_BYTES), (head.salt, SALT_BYTES)
    return (
        type(head.key_id) is int
        and all(isinstance(text, str) and _is_hex(text, size) for text, size in texts)
        and isinstance(head.made_at, str)
        and _is_moment(head.made_at)
    )


def _is_hex(text: str, size: int) -> bool:
    return len(text) == 2 * size and set(text) <= set("0123456789abcdef")


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _key(master: bytes, salt: str) -> bytes:
    return keys.derive(master, f"oosc.vault.archive:{salt}")


def _name(master: bytes) -> str:
    """A name for a key by which it is known again, and that says nothing of it."""
    return keys.derive(master, "oosc.vault.archive.name")[:NAME_BYTES].hex()


def _label(head: Head) -> str:
    return f"vault.archive\0{head.as_line().decode()}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Chunks(io.RawIOBase):
    """Chunks as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._held = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as io calls it
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._held = chunk
        count = min(len(buffer), len(self._held))
        buffer[:count], self._held = self._held[:count], self._held[count:]
        return count
