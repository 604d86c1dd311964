"""Equal numbers have one index, however they are written; nobody without the key can make it."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from oosc.vault import keys
from oosc.vault.blind_index import blind_index, indexer


@pytest.mark.parametrize(
    ("purpose", "written", "same"),
    [
        ("id_no", "35058220160815002x", "35058220160815002X"),
        ("id_no", "３５０５８２２０１６０８１５００２Ｘ", "35058220160815002X"),
        ("id_no", " 350582 20160815 002X\u3000", "35058220160815002X"),
        ("phone", "138-0000-1234", "13800001234"),
        ("phone", "（0595）8500 1234", "059585001234"),
        ("phone", "+86 138 0000 1234", "13800001234"),
        ("phone", "008613800001234", "13800001234"),
        ("passport", "Ｅ 1234", "E1234"),
    ],
)
def test_one_number_has_one_index(purpose, written, same):
    assert blind_index(purpose, written) == blind_index(purpose, same)
    assert len(blind_index(purpose, written)) == 16


@pytest.mark.parametrize(
    ("purpose", "one", "other"),
    [
        ("id_no", "350582160815002", "350582201608150024"),
        ("id_no", "350582201608150024", "350582201608150032"),
        ("phone", "8613800001234", "8653800001234"),
        ("phone", "13800001234", "13800001235"),
    ],
)
def test_different_numbers_differ(purpose, one, other):
    assert blind_index(purpose, one) != blind_index(purpose, other)


def test_purposes_never_meet():
    value = "13800001234"
    indexes = [blind_index("id_no", value), blind_index("phone", value)]
    indexes += [blind_index("id_no", "1234", last=4), blind_index("id_no", "1234")]

    assert len(set(indexes)) == 4


def test_the_last_four():
    index = blind_index("id_no", "35058220160815002X", last=4)

    assert index == blind_index("id_no", "002x", last=4)
    assert index != blind_index("id_no", "0021", last=4)
    assert blind_index("id_no", "02X", last=4) == b""


@pytest.mark.parametrize("nothing", ["", " ", "\u3000"])
def test_no_value_has_no_index(nothing):
    assert blind_index("id_no", nothing) == b""
    assert blind_index("phone", nothing) == b""


def test_it_is_keyed(settings, tmp_path):
    here = blind_index("id_no", "35058220160815002X")
    settings.DATA_DIR = tmp_path / "another"

    assert here != blind_index("id_no", "35058220160815002X")
    assert here != hashlib.sha256(b"35058220160815002X").digest()[:16]


def test_an_index_is_the_hmac_of_the_number_under_the_key_of_its_purpose():
    index = indexer("id_no", last=4)
    key = keys.ring().index_key("id_no:last4")

    assert index("35058220160815002X") == hmac.digest(key, b"002X", "sha256")[:16]
    assert index("35058220160815002X") == blind_index("id_no", "002X", last=4)
