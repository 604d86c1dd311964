"""Which characters our fonts can draw, so that a rare name never comes out as a box.

Typst takes a missing character silently and prints a box. So before a text is handed to it,
what no font covers is written as its code point in brackets, 〔U+30EDD〕: an officer can see
which character it is and write it in by hand.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from oosc.kernel.refusal import Refused

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# In the order in which the layouts name them; the first is required.
FILES = ("NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc", "DejaVuSans.ttf")
# Joiners, variation selectors and marks that have no picture of their own.
UNSEEN = frozenset(map(chr, [0x200B, 0x200C, 0x200D, 0xFEFF, *range(0xFE00, 0xFE10)]))
NO_FONT = "本机没有装打印用的字体。请安装 fonts-noto-cjk（Noto Serif CJK SC）后再出文书。"


def drawable(text: str) -> str:
    """Return the text with what no font covers written as its code point."""
    if text.isascii():
        return text
    covered = coverage()
    return "".join(
        character
        if ord(character) in covered or character in "\n\t"
        else f"〔U+{ord(character):04X}〕"
        for character in text
        if character not in UNSEEN
    )


@lru_cache(maxsize=1)
def coverage() -> frozenset[int]:
    """Return every code point that one of our fonts can draw."""
    found = [_find(name) for name in FILES]
    if found[0] is None:
        raise Refused(NO_FONT)
    return frozenset(code for path in found if path for code in _code_points(path))


def _find(name: str) -> Path | None:
    return next((path for folder in FOLDERS for path in sorted(folder.rglob(name))), None)


def _code_points(path: Path) -> Iterator[int]:
    """Read the character map of a font file, or of the first font of a collection (OpenType)."""
    data = path.read_bytes()
    font = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", data, font + 4)[0]
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, font + 12 + 16 * number)
        if tag == b"cmap":
            yield from _full_map(data, offset)


def _full_map(data: bytes, cmap: int) -> Iterator[int]:
    """Read the subtable of format 12, the one that reaches beyond the basic plane."""
    for number in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        _, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        start = cmap + offset
        if struct.unpack_from(">H", data, start)[0] == 12:
            groups = struct.unpack_from(">I", data, start + 12)[0]
            for first, last, _ in struct.iter_unpack(
                ">III", data[start + 16 : start + 16 + 12 * groups]
            ):
                yield from range(first, last + 1)
            return
