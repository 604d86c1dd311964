"""A keyed index over what is encrypted, so that a number can be found without being read.

The key is needed: all numbers of one 区划 can be guessed in seconds (reliability §C4), and an
unkeyed hash of one is as good as the number.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable

from oosc.vault import keys

INDEX_BYTES = 16


def _spaceless(value: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", value))


def _id_no(value: str) -> str:
    # A number of 15 digits stays one: which century it means would be a guess.
    return _spaceless(value).upper()


def _phone(value: str) -> str:
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", value))
    return re.sub(r"^(00)?86(?=1\d{10}$)", "", digits)  # the country's own prefix before a mobile


NORMAL: dict[str, Callable[[str], str]] = {"id_no": _id_no, "phone": _phone}


def blind_index(purpose: str, value: str, last: int | None = None) -> bytes:
    """Return 16 bytes that are equal for equal values of one purpose, or b"" for no value.

    `last` takes only so many characters from the end; a value shorter than that has no index.
    A purpose without a form of its own is compared without spaces and widths.
    """
    normal = NORMAL.get(purpose, _spaceless)(value)
    if not normal or (last and len(normal) < last):
        return b""
    if last:
        purpose, normal = f"{purpose}:last{last}", normal[-last:]
    key = keys.ring().index_key(purpose)
    return hmac.digest(key, normal.encode(), "sha256")[:INDEX_BYTES]
