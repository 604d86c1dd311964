"""Whatever is done to a ciphertext, it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oosc.vault import keys
from oosc.vault.cipher import Tampered, decrypt, encrypt

LABELS = ["children.Child.id_no", "children.Child.phone", "children.Guardian.id_no"]
PLACES = st.tuples(st.sampled_from(LABELS), st.uuids())


@given(plain=st.binary(max_size=200), place=PLACES)
def test_what_was_stored_comes_back(plain, place):
    assert decrypt(encrypt(plain, *place), *place) == plain
    assert encrypt(plain, *place) != encrypt(plain, *place)


@given(plain=st.binary(max_size=60), place=PLACES, byte=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused(plain, place, byte, bit):
    sealed = bytearray(encrypt(plain, *place))
    sealed[byte % len(sealed)] ^= 1 << bit

    with pytest.raises(Tampered):
        decrypt(bytes(sealed), *place)


def test_every_single_byte_counts():
    place = (LABELS[0], "key")
    sealed = encrypt(b"350582201503042311", *place)

    for position in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[position] ^= 0xFF
        with pytest.raises(Tampered):
            decrypt(bytes(flipped), *place)


@given(plain=st.binary(max_size=60), place=PLACES, first=st.integers(0), last=st.integers(0))
def test_a_cut_is_refused(plain, place, first, last):
    sealed = encrypt(plain, *place)
    first, last = sorted((first % (len(sealed) + 1), last % (len(sealed) + 1)))
    if last - first == len(sealed):
        return

    with pytest.raises(Tampered):
        decrypt(sealed[first:last], *place)


@given(plain=st.binary(max_size=60), here=PLACES, there=PLACES)
def test_a_moved_one_is_refused(plain, here, there):
    if here == there:
        return

    with pytest.raises(Tampered):
        decrypt(encrypt(plain, *here), *there)


@given(plain=st.binary(max_size=60), place=PLACES, other=st.binary(max_size=120))
def test_a_headless_or_foreign_one_is_refused(plain, place, other):
    sealed = encrypt(plain, *place)

    for wrong in (sealed[1:], sealed[2:], b"\x02" + sealed[1:], other, sealed + b"\0"):
        with pytest.raises(Tampered):
            decrypt(wrong, *place)


def test_the_key_is_named_in_the_first_byte_and_old_ones_still_open():
    place = (LABELS[0], "key")
    old = encrypt(b"350582", *place)

    keys.add_key()

    assert (old[0], encrypt(b"350582", *place)[0]) == (1, 2)
    assert decrypt(old, *place) == b"350582"


def test_under_a_forgotten_key_nothing_opens():
    place = (LABELS[0], "key")
    old = encrypt(b"350582", *place)
    keys.add_key()

    keys.forget_old_keys()

    with pytest.raises(Tampered, match="not what was stored"):
        decrypt(old, *place)
