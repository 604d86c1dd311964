"""A workbook that opens with a password alone, as Excel and WPS lock one themselves."""

from __future__ import annotations

import secrets
from io import BytesIO

# Without what is mistaken for something else when it is read from a screen: 0 o, 1 l i.
CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, OF_A_GROUP = 4, 4  # 79 bits


def new_password() -> str:
    letters = [secrets.choice(CHARACTERS) for _ in range(GROUPS * OF_A_GROUP)]
    cut = range(0, len(letters), OF_A_GROUP)
    return "-".join("".join(letters[start : start + OF_A_GROUP]) for start in cut)


def lock(workbook: bytes, password: str) -> BytesIO:
    """ECMA-376 agile encryption: AES-256, its key by 100,000 rounds of SHA-512."""
    # Every process knows this room; few ever lock a file.
    from msoffcrypto.format.ooxml import OOXMLFile

    out = BytesIO()
    OOXMLFile(BytesIO(workbook)).encrypt(password, out)
    out.seek(0)
    return out
