"""An archive opens with its key and as it was written, or not at all."""

from __future__ import annotations

import json
import os
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oosc.kernel.refusal import Refused
from oosc.vault import archive, keys, stream
from oosc.vault.cipher import Tampered

MADE_AT = "2026-09-21T08:00:00+08:00"
CHUNK = stream.CHUNK_BYTES
SEALED = CHUNK + stream.TAG_BYTES
LARGE = os.urandom(2 * CHUNK) + b"end"


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "backup.oosc"


def write(path, data: bytes) -> None:
    with archive.written(path, MADE_AT) as out:
        out.write(data)


def read(path) -> bytes:
    with archive.read(path) as (_, file):
        return file.read()


def parts(path) -> tuple[bytes, bytes]:
    """The head in clear, and what is sealed behind it."""
    whole = path.read_bytes()
    end = whole.index(b"\n", len(archive.MAGIC)) + 1
    return whole[:end], whole[end:]


@pytest.mark.parametrize("data", [b"", b"a register", LARGE, LARGE[: 2 * CHUNK]])
def test_an_archive_comes_back(path, data):
    write(path, data)

    assert read(path) == data
    assert path.stat().st_mode & 0o077 == 0
    assert not data or data[:64] not in path.read_bytes()
    assert list(path.parent.iterdir()) == [path]


def test_its_head_names_the_key_and_does_not_hold_it(path):
    write(path, b"a register")

    with archive.read(path) as (head, _):
        assert (head.key_id, head.made_at) == (1, MADE_AT)
    master = keys.ring().masters[1]
    assert master not in path.read_bytes()
    assert master[:4].hex() != head.key_name


def test_two_archives_of_the_same_are_sealed_under_two_keys(path):
    other = path.with_name("other.oosc")
    write(path, b"a register")
    write(other, b"a register")

    assert parts(path)[1] != parts(other)[1]


def test_it_is_written_and_read_a_little_at_a_time(path):
    with archive.written(path, MADE_AT) as out:
        for start in range(0, len(LARGE), 70_001):
            out.write(LARGE[start : start + 70_001])
            out.flush()

    with archive.read(path) as (_, file):
        assert b"".join(iter(lambda: file.read(300_007), b"")) == LARGE


def test_a_large_archive_does_not_lie_in_memory(path):
    tracemalloc.start()
    with archive.written(path, MADE_AT) as out:
        for _ in range(40):
            out.write(bytes(CHUNK))
    with archive.read(path) as (_, file):
        size = sum(len(piece) for piece in iter(lambda: file.read(CHUNK), b""))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 40 * CHUNK
    assert peak < 16 * CHUNK


def test_one_that_was_not_finished_is_not_there(path):
    with pytest.raises(ZeroDivisionError), archive.written(path, MADE_AT) as out:
        out.write(LARGE[: 1 // 0])

    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 a workbook",
        archive.MAGIC,
        archive.MAGIC + b"{}\n",
        archive.MAGIC + b"[1, 2]\n",
        archive.MAGIC + b"\xff\xfe\n",
        archive.MAGIC + b'{"key_id": 1' + b" " * archive.LONGEST_HEAD + b"}\n",
    ],
)
def test_another_file_is_no_archive(path, content):
    path.write_bytes(content)

    with pytest.raises(Refused, match="不是本平台做的备份"):
        read(path)


def test_no_bit_of_it_can_be_flipped(path):
    write(path, b"a register")
    whole = path.read_bytes()

    for place in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        with pytest.raises((Refused, Tampered)):
            read(path)


def test_it_can_be_cut_nowhere(path):
    write(path, b"a register")
    whole = path.read_bytes()

    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises((Refused, Tampered)):
            read(path)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda sealed: sealed[: 2 * SEALED], id="last chunk cut off"),
        pytest.param(lambda sealed: sealed[SEALED:], id="first chunk left out"),
        pytest.param(lambda sealed: sealed[:SEALED] + sealed, id="first chunk twice"),
        pytest.param(
            lambda sealed: sealed[SEALED : 2 * SEALED] + sealed[:SEALED] + sealed[2 * SEALED :],
            id="chunks changed places",
        ),
        pytest.param(lambda sealed: sealed + b"\0", id="lengthened"),
    ],
)
def test_chunks_stay_whole_and_in_order(path, harm):
    write(path, LARGE)
    head, sealed = parts(path)
    path.write_bytes(head + harm(sealed))

    with pytest.raises(Tampered):
        read(path)


def test_a_head_before_the_content_of_another_is_found(path):
    other = path.with_name("other.oosc")
    write(path, b"a register")
    write(other, b"another one")
    path.write_bytes(parts(path)[0] + parts(other)[1])

    with pytest.raises(Tampered):
        read(path)


def test_an_archive_outlives_a_rotation_for_as_long_as_its_key_stays(path):
    write(path, b"a register")

    keys.add_key()
    assert read(path) == b"a register"

    keys.forget_old_keys()
    with pytest.raises(Refused, match="密钥不对"):
        read(path)


def test_another_ring_is_told_from_a_damaged_file(path, settings, tmp_path):
    write(path, b"a register")
    with archive.read(path) as (head, _):
        pass

    settings.DATA_DIR = tmp_path / "another"  # its first key has the same number

    with pytest.raises(Refused, match=f"要用密钥 {head.key_name} 打开"):
        read(path)


# --- heads that somebody else wrote ---------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def forge(path, line: bytes) -> None:
    """The archive with another head before what is sealed."""
    write(path, b"a register")
    path.write_bytes(archive.MAGIC + line + b"\n" + parts(path)[1])


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 4000,
        b"{" * 4000,
        b'{"a":' * 600 + b"1" + b"}" * 600,
        b"\xff\xfe",
        b"1" * 4000,
        b"null",
        b"[]",
        b"{}",
        b"",
    ],
)
def test_a_head_that_is_none_is_refused(path, line):
    forge(path, line)

    with pytest.raises(Refused, match="不是本平台做的备份"):
        read(path)


@pytest.mark.parametrize("name", ["key_id", "key_name", "salt", "made_at"])
@pytest.mark.parametrize(
    "value", [[1], {}, None, True, 1.0, "1", "\ud800", "0" * 32 + "\n", ["0" * 32], -1]
)
def test_a_head_with_one_part_forged_is_refused_or_found_out(path, name, value):
    write(path, b"a register")
    head = json.loads(parts(path)[0].removeprefix(archive.MAGIC))
    forge(path, json.dumps(head | {name: value}).encode())

    with pytest.raises((Refused, Tampered)):
        read(path)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["key_id", "key_name", "salt", "made_at"]), ANYTHING))
def test_no_head_whatever_ends_in_anything_else(path, changes):
    write(path, b"a register")
    head = json.loads(parts(path)[0].removeprefix(archive.MAGIC))
    forge(path, json.dumps(head | changes).encode())

    if changes and any(head[name] != value for name, value in changes.items()):
        with pytest.raises((Refused, Tampered)):
            read(path)


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_no_bytes_whatever_end_in_anything_else(path, data):
    path.write_bytes(archive.MAGIC + data)

    with pytest.raises((Refused, Tampered)):
        read(path)
