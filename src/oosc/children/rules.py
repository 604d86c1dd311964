"""The rules of the register, on plain values: no database, no clock."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import lru_cache

from rosterlink import identity_number, names, school_age

SHOWN_OF_NUMBER = 6  # the birth date has its own column: with the last four all would be known
SUBDISTRICT_DIGITS = 9
MAX_INITIALS = 30
MAX_PINYIN = 120

_LAST_FOUR = re.compile(r"[0-9]{3}[0-9X]")
_NUMBER = re.compile(r"(?=.*[0-9]{4})[A-Z0-9]{5,}")
_LETTERS = re.compile(r"[A-Z]+")
_MIDDLE_DOTS = re.compile(r"[•‧・.。∙⋅●᛫˙]")


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


@lru_cache(maxsize=20_000)
def spelling(name: str) -> tuple[str, str]:
    """Return the initials and the pinyin of a name, in capitals: 林小雨 → LXY, LINXIAOYU."""
    read = names.read(name)
    syllables = read.sound.split() or [read.letters]
    initials = "".join(syllable[:1] for syllable in syllables).upper()
    return initials[:MAX_INITIALS], read.letters[:MAX_PINYIN]


def masked_number(head: str) -> str:
    """The first six characters and as many marks as an ID number has more."""
    return head + "*" * 12 if head else ""


def problem_of_number(number: str, birth_date: date | None, sex: str) -> str:
    """Return what is wrong with the number of an identity card, in a sentence, or nothing."""
    read = identity_number.read(number)
    if not read.checked:
        return read.problem or "这不是公民身份号码。若是其他证件，请改选证件类型。"
    if birth_date and read.birth_date and birth_date != read.birth_date:
        return "证件号里的出生日期与所填的不一致，请按原件核对两处。"
    if sex and read.sex and sex != read.sex:
        return "证件号表示的性别与所填的不一致，请按原件核对两处。"
    return ""


def is_sure_number(number: str) -> bool:
    """True when a number is whole and its check digit agrees: only such a one may join records."""
    return bool(number) and identity_number.is_valid(number)


def same_name(left: str, right: str) -> bool:
    """Equal as they are compared: variants of a character and middle dots do not part a name."""
    return names.read(left).plain == names.read(right).plain


_RELATIONS = {
    "父亲": "父", "爸爸": "父", "母亲": "母", "妈妈": "母", "爷爷": "祖父", "奶奶": "祖母",
    "外公": "外祖父", "外婆": "外祖母", "姥爷": "外祖父", "姥姥": "外祖母", "哥哥": "兄",
    "姐姐": "姐",
}  # fmt: skip


def relation(text: str) -> str:
    """How a guardian stands to a child, as `Relation` writes it; what is unknown stays."""
    return _RELATIONS.get(text.strip(), text.strip())


def class_name(grade: int | None, number: str) -> str:
    """A class as a teacher's post names it: grade 3, number 1 → 三年级1班."""
    if grade and number.isdecimal():
        return f"{school_age.grade_name(grade)}{number}班"
    return number


def clean_number(text: str) -> str:
    """A number as it is kept: without spaces and widths, x as X."""
    return identity_number.clean(text)


def clean_name(text: str) -> str:
    """A name as it is kept: one kind of middle dot, no spaces around or between characters."""
    plain = _MIDDLE_DOTS.sub("·", unicodedata.normalize("NFKC", text)).strip()
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", plain)
