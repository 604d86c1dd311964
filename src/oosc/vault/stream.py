"""AES-256-GCM over a stream, in chunks: a large file passes through without lying in memory.

Each chunk is sealed with its number, the label of the whole, and whether it is the last: none can
be changed, moved, left out or cut off unseen. A key seals one stream and no other, so that the
number will do as nonce.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oosc.vault.cipher import Tampered

CHUNK_BYTES = 1024 * 1024
TAG_BYTES = 16


class SealingWriter:
    """Seals what is written to it. `close` writes the last chunk, and leaves the file open."""

    def __init__(self, file: BinaryIO, key: bytes, label: str) -> None:
        self._file, self._cipher, self._label = file, AESGCM(key), label
        self._number, self._held = 0, bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        while len(self._held) > CHUNK_BYTES:
            self._put(bytes(self._held[:CHUNK_BYTES]), is_last=False)
            del self._held[:CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Nothing: a chunk is sealed when it is full."""

    def close(self) -> None:
        self._put(bytes(self._held), is_last=True)

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        place = _place(self._label, is_last)
        self._file.write(self._cipher.encrypt(_nonce(self._number), chunk, place))
        self._number += 1


def opened(file: BinaryIO, key: bytes, label: str) -> Iterator[tuple[bytes, bool]]:
    """Yield the chunks, and of each whether it is the last. Raises Tampered at a wrong one."""
    cipher = AESGCM(key)
    for number, (sealed, is_last) in enumerate(_pieces(file, CHUNK_BYTES + TAG_BYTES)):
        try:
            yield cipher.decrypt(_nonce(number), sealed, _place(label, is_last)), is_last
        except InvalidTag as error:
            raise Tampered(f"{label} is not what was stored.") from error


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _place(label: str, is_last: bool) -> bytes:
    return f"{label}\0{is_last:d}".encode()


def _pieces(source: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Cut a stream into full pieces, and say of each whether it is the last."""
    piece = _fill(source, size)
    while following := _fill(source, size):
        yield piece, False
        piece = following
    yield piece, True


def _fill(source: BinaryIO, size: int) -> bytes:
    """Read so many bytes, as long as there are any: a stream may hand out fewer at a time."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
