"""The rules of the register, on plain values: no database, no clock."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from rosterlink import names

SHOWN_OF_NUMBER = 6  # the birth date has its own column: with the last four all would be known
SUBDISTRICT_DIGITS = 9
MAX_INITIALS = 30
MAX_PINYIN = 120

_LAST_FOUR = re.compile(r"[0-9]{3}[0-9X]")
_NUMBER = re.compile(r"(?=.*[0-9]{4})[A-Z0-9]{5,}")
_LETTERS = re.compile(r"[A-Z]+")


class Asked(Enum):
    """What somebody who typed into the search field is looking for."""

    NAME = auto()
    LETTERS = auto()  # pinyin: the initials, or written out
    LAST_FOUR = auto()
    NUMBER = auto()  # the whole of an ID number, a student number or a phone


@dataclass(frozen=True)
class Search:
    kind: Asked
    text: str


def read_search(words: str) -> Search:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", words))
    upper = plain.upper()
    if _LAST_FOUR.fullmatch(upper):
        return Search(Asked.LAST_FOUR, upper)
    if _NUMBER.fullmatch(upper):
        return Search(Asked.NUMBER, upper)
    if _LETTERS.fullmatch(upper):
        return Search(Asked.LETTERS, upper)
    return Search(Asked.NAME, plain)


def spelling(name: str) -> tuple[str, str]:
    """Return the initials and the pinyin of a name, in capitals: 林小雨 → LXY, LINXIAOYU."""
    read = names.read(name)
    syllables = read.sound.split() or [read.letters]
    initials = "".join(syllable[:1] for syllable in syllables).upper()
    return initials[:MAX_INITIALS], read.letters[:MAX_PINYIN]
