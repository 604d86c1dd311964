"""AES-256-GCM for what lies in a column.

Stored is: key id (1 byte), suite (1), nonce (12), ciphertext and tag. The associated data are
the head, the fixed label of the field and the primary key of the row, so that a ciphertext is
worth nothing in another row, another column or another table.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag

from oosc.vault import keys

AES_256_GCM = 1
HEAD_BYTES = 2
NONCE_BYTES = 12


class Tampered(Exception):
    """A ciphertext was moved, changed or cut, or its key is not on the ring."""


def encrypt(plain: bytes, label: str, pk: object) -> bytes:
    return encrypter(label)(plain, pk)


def encrypter(label: str) -> Callable[[bytes, object], bytes]:
    """What encrypts many values of one field: the ring is asked once for all of them."""
    ring = keys.ring()
    aead, head = ring.aead(ring.current), bytes((ring.current, AES_256_GCM))

    def encrypt(plain: bytes, pk: object) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + aead.encrypt(nonce, plain, _place(head, label, pk))

    return encrypt


def decrypt(sealed: bytes, label: str, pk: object) -> bytes:
    head, nonce, rest = (
        sealed[:HEAD_BYTES],
        sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES],
        sealed[HEAD_BYTES + NONCE_BYTES :],
    )
    try:
        # The suite is not looked at: it is in the associated data, and there is only one.
        return keys.ring().aead(head[0]).decrypt(nonce, rest, _place(head, label, pk))
    except (InvalidTag, ValueError, KeyError, IndexError) as error:
        raise Tampered(f"{label} of {pk} is not what was stored there.") from error


def _place(head: bytes, label: str, pk: object) -> bytes:
    return head + f"{label}\0{pk}".encode()
