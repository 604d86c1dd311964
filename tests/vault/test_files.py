"""Encrypted files: kept once, read whole or in pieces, destroyed for ever."""

from __future__ import annotations

import hashlib
import io
import os
import tracemalloc
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from uuid6 import uuid7

from oosc.kernel.refusal import Refused
from oosc.vault import files, keys, stream
from oosc.vault.cipher import Tampered
from oosc.vault.models import StoredFile

LATER = datetime(2099, 1, 1, tzinfo=UTC)
LARGE = os.urandom(stream.CHUNK_BYTES) + os.urandom(stream.CHUNK_BYTES) + b"end"

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(data_dir):
    """The files that lie in the folder."""

    def list_files():
        return [path for path in (data_dir / "files").rglob("*") if path.is_file()]

    return list_files


@pytest.mark.parametrize("data", [b"", b"a short scan", LARGE, LARGE[: 2 * stream.CHUNK_BYTES]])
def test_a_file_comes_back(data, kept):
    key = files.store(data, media_type="image/jpeg")

    assert key == hashlib.sha256(data).hexdigest()
    assert files.read(key) == data
    row = StoredFile.objects.get()
    assert (row.size, row.media_type, row.holders) == (len(data), "image/jpeg", 1)
    assert str(row) == f"{key[:12]}（{len(data)} 字节）"
    [path] = kept()
    assert path.stat().st_mode & 0o077 == 0
    assert not data or data[:64] not in path.read_bytes()


def test_a_stream_that_hands_out_little_at_a_time():
    class Trickle(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 70_001))

    assert files.read(files.store(Trickle(LARGE))) == LARGE


def test_a_large_file_does_not_lie_in_memory():
    class Zeros:
        left = 100 * 1024 * 1024

        def read(self, size):
            size = min(size, self.left)
            self.left -= size
            return b"\0" * size

    tracemalloc.start()
    key = files.store(Zeros())
    read = sum(len(chunk) for chunk in files.chunks(key))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read == 100 * 1024 * 1024
    assert peak < 16 * 1024 * 1024


def test_the_same_content_is_kept_once_and_counted(kept):
    key = files.store(b"scan")
    assert files.store(io.BytesIO(b"scan")) == key
    assert (len(kept()), StoredFile.objects.get().holders) == (1, 2)

    files.destroy(key)
    assert files.read(key) == b"scan"
    files.destroy(key)
    with pytest.raises(Refused, match="已销毁"):
        files.read(key)


def test_a_destroyed_file_leaves_its_row_without_the_key(kept, django_capture_on_commit_callbacks):
    key = files.store(b"scan")

    with django_capture_on_commit_callbacks(execute=True):
        files.destroy(key)

    row = StoredFile.objects.get()
    assert (row.data_key, row.holders) == ("", 0)
    assert row.destroyed_at is not None
    assert kept() == []
    assert StoredFile.objects.live().count() == 0
    files.destroy(key)


def test_destroyed_content_can_be_stored_again():
    key = files.store(b"scan")
    files.destroy(key)

    assert files.store(b"scan") == key

    assert files.read(key) == b"scan"
    assert StoredFile.objects.count() == 2


def test_an_unknown_file_is_refused_before_the_first_piece():
    with pytest.raises(Refused, match="不存在"):
        files.chunks("0" * 64)


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _cut(path):
    path.write_bytes(path.read_bytes()[: stream.CHUNK_BYTES + stream.TAG_BYTES])


def _lengthen(path):
    path.write_bytes(path.read_bytes() + b"\0")


def _swap_pieces(path):
    data, size = path.read_bytes(), stream.CHUNK_BYTES + stream.TAG_BYTES
    path.write_bytes(data[size : 2 * size] + data[:size] + data[2 * size :])


def _remove(path):
    path.unlink()


@pytest.mark.parametrize("harm", [_flip, _cut, _lengthen, _swap_pieces, _remove])
def test_a_file_that_was_touched_is_refused(harm, kept):
    key = files.store(LARGE)

    harm(kept()[0])

    with pytest.raises(Tampered):
        files.read(key)


def test_files_put_in_each_others_place_are_refused(kept):
    keys = [files.store(b"one"), files.store(b"two")]
    one, two = kept()
    held = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(held)

    for key in keys:
        with pytest.raises(Tampered):
            files.read(key)


def test_a_row_that_names_another_content_is_refused(kept):
    key = files.store(b"one")
    [path] = kept()
    wrong = "f" * 64
    StoredFile.objects.filter(sha256=key).update(sha256=wrong)
    (path.parent.parent / "ff").mkdir()
    path.rename(path.parent.parent / "ff" / path.name.replace(key, wrong))

    with pytest.raises(Tampered, match="another content"):
        files.read(wrong)


def test_a_source_that_breaks_leaves_nothing(kept):
    class Broken:
        pieces = [b"x" * 10]

        def read(self, size):
            if self.pieces:
                return self.pieces.pop()
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        files.store(Broken())

    assert kept() == []
    assert not StoredFile.objects.exists()


def test_what_a_rolled_back_transaction_left_is_unreadable_and_swept(kept):
    with transaction.atomic():
        files.store(b"rolled back")
        transaction.set_rollback(True)
    assert len(kept()) == 1
    key = files.store(b"stays")

    assert files.sweep(before=datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert files.sweep(before=LATER) == 1

    assert len(kept()) == 1
    assert files.read(key) == b"stays"


def test_of_two_that_store_one_content_at_once_one_file_stays(kept, monkeypatch):
    held_already = files._held_already

    def overtaken(sha256):
        monkeypatch.setattr(files, "_held_already", held_already)
        files.store(b"scan")
        return False

    monkeypatch.setattr(files, "_held_already", overtaken)

    key = files.store(b"scan")

    assert len(kept()) == 1
    assert StoredFile.objects.get().holders == 2
    assert files.read(key) == b"scan"


def test_another_breach_of_the_table_is_not_hidden(kept):
    keys.ring()
    row = StoredFile(sha256="0" * 64, size=-1, data_key="x", stored_at=LATER, id=uuid7())
    draft = files._folder() / ".draft"
    draft.write_bytes(b"")

    with pytest.raises(IntegrityError):
        files._keep(row, draft)

    assert kept() == []
