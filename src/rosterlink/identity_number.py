"""公民身份号码 (GB 11643) and what stands in its place: clean, name the kind, read, explain.

A lost or doubtful digit is never guessed: a faulty number keeps its text and gets its sentence.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
EARLIEST_BIRTH_YEAR = 1900
LATEST_BIRTH_YEAR = 2099
HMT_REGIONS = ("810000", "820000", "830000")


class Kind(StrEnum):
    """What a cell of an identity column holds."""

    MISSING = "missing"
    RESIDENT = "resident"  # 公民身份号码, sound
    HMT_PERMIT = "hmt_permit"  # 港澳台居民居住证, sound
    FOREIGNER_PERMIT = "foreigner_permit"  # 外国人永久居留身份证: 9…, or the old 15
    TRAVEL_PERMIT = "travel_permit"  # 回乡证, 台胞证
    PASSPORT = "passport"
    BIRTH_CERTIFICATE = "birth_certificate"  # 出生医学证明
    PLACEHOLDER = "placeholder"
    MASKED = "masked"  # 350503********0791
    SCIENTIFIC = "scientific"
    ZEROED_TAIL = "zeroed_tail"
    FIFTEEN_DIGITS = "fifteen_digits"
    CUT_SHORT = "cut_short"
    TOO_LONG = "too_long"
    WRONG_BIRTH_DATE = "wrong_birth_date"
    WRONG_REGION = "wrong_region"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    LOOKALIKE_LETTERS = "lookalike_letters"
    MALFORMED = "malformed"


# Of 18 characters each: the birth date is possible and the check digit agrees.
CHECKED = frozenset({Kind.RESIDENT, Kind.HMT_PERMIT, Kind.FOREIGNER_PERMIT})

PROBLEMS = {
    Kind.PLACEHOLDER: "证件号是占位内容（如全零、连号、“无”），请补填真实号码。",
    Kind.MASKED: "证件号被星号遮去一段，无法用于比对，请提供完整的号码。",
    Kind.SCIENTIFIC: "证件号成了科学计数，后几位已丢失且无法恢复，请把该列设为文本后按原件重填。",
    Kind.ZEROED_TAIL: "证件号末三位为 000，疑被表格软件按数值存储而丢失，请按原件核对后重填。",
    Kind.FIFTEEN_DIGITS: "证件号只有 15 位，适龄儿童没有 15 位的身份证，请按原件填 18 位。",
    Kind.CUT_SHORT: "证件号位数不足，请按原件补全。",
    Kind.TOO_LONG: "证件号位数过多，请按原件核对。",
    Kind.WRONG_BIRTH_DATE: "证件号第 7 至 14 位不是一个可能的出生日期，请按原件核对。",
    Kind.WRONG_REGION: "证件号开头两位不是省份代码，请按原件核对。",
    Kind.WRONG_CHECK_DIGIT: "证件号校验位不符，至少有一位写错，请按原件核对。",
    Kind.LOOKALIKE_LETTERS: "证件号里有形似数字的字母（O、I、B 等），请按原件核对。",
    Kind.MALFORMED: "证件号格式无法识别，请按原件核对。",
}

RUNS = ("123456789012345678", "123456789123456789", "012345678901234567")

_TYPED: dict[int, str | None] = {ord(mark): None for mark in "'`´‘’ʼ"}
# Signs that input methods offer for X: Greek, Cyrillic, the times sign and its heavier kin.
_TYPED |= {ord(mark): "X" for mark in "\u03a7\u0425×╳✕✖⨯"}
_LOOKALIKES = str.maketrans("OQDILBSZ", "00011852")

_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
# What clerks type where there is no number. Runs such as 000…0 are found by their shape.
_PLACEHOLDER = re.compile(
    r"暂?无|没有|未知|不详|不清楚|未办理?|未办证|未上户|待[补查]|空|[/*.—-]+"
    r"|N/?A|NONE|NULL|NAN|TRUE|FALSE|#N/A|#(NAME|VALUE|REF)[?!]"
)
_PLAIN = re.compile(r"[0-9A-Z]+")
_MASKED = re.compile(r"(?=.*\d)(?=.*\*)[\dX*]{8,18}")
_SCIENTIFIC = re.compile(r"\d(\.\d*)?E\+?\d{1,3}")
_DECIMAL_TAIL = re.compile(r"(\d+)\.0*")
_RESIDENT_SHAPE = re.compile(r"\d{17}[\dX]")
_LOOKALIKE_SHAPE = re.compile(r"[0-9OQDILBSZ]{17}[0-9XOQDILBSZ]")
_OLD_FOREIGNER = re.compile(r"[A-Z]{3}\d{12}")
_TRAVEL_PERMIT = re.compile(r"[HM]\d{8}(\d{2})?|0\d{7}")
_BIRTH_CERTIFICATE = re.compile(r"[A-Z]\d{9}")
_PASSPORT = re.compile(r"(?=.*\d)[A-Z][A-Z0-9]{4,14}")


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A cell of an identity column, read.

    `birth_date` is what digits 7 to 14 say, where they are whole and a possible day; in a faulty
    number it is a hint, no proof. `sex` is "男" or "女", known of a checked number of a resident;
    in a foreigner's the 17th digit is not known to tell it (domain §5.1).
    """

    text: str
    kind: Kind
    birth_date: date | None = None
    sex: str = ""

    @property
    def checked(self) -> bool:
        """Whether the number is whole and its check digit agrees."""
        return self.kind in CHECKED and len(self.text) == 18

    @property
    def problem(self) -> str:
        """The sentence for the officer; empty where nothing is wrong."""
        return PROBLEMS.get(self.kind, "")


def clean(value: str) -> str:
    """Take away what typing and spreadsheets add: spaces, unseen marks, full width, x for X."""
    if value.isascii() and value.isalnum():
        return value.upper()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).upper())
    text = "".join(c for c in text if unicodedata.category(c)[0] not in "CMZ")
    text = text.translate(_TYPED)
    decimal = _DECIMAL_TAIL.fullmatch(text)
    return decimal[1] if decimal else text


def check_digit(first_seventeen: str) -> str:
    """Return the 18th character (ISO 7064 MOD 11-2) for 17 digits."""
    total = sum(map(mul, WEIGHTS, map(int, first_seventeen)))
    return CHECK_DIGITS[total % 11]


def read(value: str, on: date | None = None) -> IdentityNumber:
    """Clean and judge one cell; a birth date after `on`, where that is given, is impossible."""
    text = clean(value)
    if not text:
        return IdentityNumber("", Kind.MISSING)
    if _RESIDENT_SHAPE.fullmatch(text):
        return _eighteen(text, on)
    return _other(text)


def classify(value: str) -> Kind:
    return read(value).kind


def parse(value: str) -> str:
    """Return the cleaned number; an empty cell stays empty.

    Raises:
        ValueError: with the sentence that says what is wrong.
    """
    number = read(value)
    if number.problem:
        raise ValueError(number.problem)
    return number.text


def is_valid(value: str) -> bool:
    """Whether this is a whole 18-character number whose check digit agrees."""
    return read(value).checked


def birth_date(value: str) -> date | None:
    """Return the birth date of a number that is checked; of any other, None."""
    number = read(value)
    return number.birth_date if number.checked else None


def sex(value: str) -> str:
    return read(value).sex


def upgrade(fifteen: str) -> str | None:
    """Return the 18 characters of an adult's old 15 digits, or None where it is no such number.

    Only for adults: first-generation cards ended in 2013 and were issued to people born in the
    1900s, so "19" is certain for them and would be a guess for a child. Mark what comes of it as
    inferred (推断). Source: domain §5.1.
    """
    text = clean(fifteen)
    if read(text).kind is not Kind.FIFTEEN_DIGITS:
        return None
    whole = text[:6] + "19" + text[6:]
    return whole + check_digit(whole)


def shortened(eighteen: str) -> str:
    """Return the 15 digits that an 18-character number has without century and check digit."""
    return eighteen[:6] + eighteen[8:17]


def suggestion(value: str) -> str | None:
    """Return the number that was meant where letters stand for digits (O for 0), if it is sound.

    To show to a clerk, not to use: nobody has seen the card yet.
    """
    text = clean(value)
    if not _LOOKALIKE_SHAPE.fullmatch(text):
        return None
    meant = text.translate(_LOOKALIKES)
    return meant if meant != text and is_valid(meant) else None


def _eighteen(text: str, on: date | None) -> IdentityNumber:
    if _is_run(text):
        return IdentityNumber(text, Kind.PLACEHOLDER)
    birth = _day(text[6:14], on)
    if text.endswith("000"):
        # About one in eleven such numbers is right by chance; the clerk looks at all of them.
        return IdentityNumber(text, Kind.ZEROED_TAIL, birth)
    if check_digit(text[:17]) != text[17]:
        kind = Kind.WRONG_CHECK_DIGIT if birth else Kind.WRONG_BIRTH_DATE
        return IdentityNumber(text, kind, birth)
    if birth is None:
        return IdentityNumber(text, Kind.WRONG_BIRTH_DATE)
    if text[0] == "9":
        return IdentityNumber(text, Kind.FOREIGNER_PERMIT, birth)
    if not _PROVINCE.match(text):
        return IdentityNumber(text, Kind.WRONG_REGION, birth)
    kind = Kind.HMT_PERMIT if text.startswith(HMT_REGIONS) else Kind.RESIDENT
    return IdentityNumber(text, kind, birth, "男" if int(text[16]) % 2 else "女")


def _other(text: str) -> IdentityNumber:
    if _MASKED.fullmatch(text):
        return IdentityNumber(text, Kind.MASKED, _day(text[6:14], None))
    if _PLACEHOLDER.fullmatch(text) or _is_run(text):
        return IdentityNumber(text, Kind.PLACEHOLDER)
    if _SCIENTIFIC.fullmatch(text):
        # 3.50503201612277E+17 still shows the birth date; 3.50503E+17 shows nothing.
        shown = text.partition("E")[0].replace(".", "")
        return IdentityNumber(text, Kind.SCIENTIFIC, _day(shown[6:14], None))
    if text.isdigit() and text.isascii():
        return _digits(text)
    if not _PLAIN.fullmatch(text):
        return IdentityNumber(text, Kind.MALFORMED)
    return IdentityNumber(text, _lettered(text))


def _digits(text: str) -> IdentityNumber:
    """Judge a run of digits that is not 18 long."""
    if _TRAVEL_PERMIT.fullmatch(text):
        return IdentityNumber(text, Kind.TRAVEL_PERMIT)
    if len(text) > 18:
        return IdentityNumber(text, Kind.TOO_LONG, _day(text[6:14], None))
    # 20100901… may be the head of 18 digits as well as 20 October 1909: the longer reading wins.
    whole_date = _day(text[6:14], None)
    if len(text) == 15 and whole_date is None and _day("19" + text[6:12], None):
        return IdentityNumber(text, Kind.FIFTEEN_DIGITS)
    return IdentityNumber(text, Kind.CUT_SHORT, whole_date)


def _lettered(text: str) -> Kind:
    for shape, kind in (
        (_OLD_FOREIGNER, Kind.FOREIGNER_PERMIT),
        (_TRAVEL_PERMIT, Kind.TRAVEL_PERMIT),
        (_BIRTH_CERTIFICATE, Kind.BIRTH_CERTIFICATE),
        (_LOOKALIKE_SHAPE, Kind.LOOKALIKE_LETTERS),
        (_PASSPORT, Kind.PASSPORT),
    ):
        if shape.fullmatch(text):
            return kind
    if text[:-1].isdigit() and text[-1] == "X":
        return Kind.CUT_SHORT if len(text) < 18 else Kind.TOO_LONG
    return Kind.MALFORMED


def _is_run(text: str) -> bool:
    """Whether one character is repeated, all but the last few are, or the digits just count up."""
    body = text.rstrip("X")
    if len(text) >= 3 and len(set(body)) <= 1:
        return True
    if len(text) >= 15 and len(set(text[6:14])) == 1:
        return True
    return len(text) >= 6 and any(run.startswith(text) for run in RUNS)


def _day(digits: str, on: date | None) -> date | None:
    if len(digits) != 8:
        return None
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    last = on or date(LATEST_BIRTH_YEAR, 12, 31)
    return day if day.year >= EARLIEST_BIRTH_YEAR and day <= last else None
