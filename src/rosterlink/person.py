"""The one form to which every row of every roster is brought before rows are compared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from rapidfuzz.distance import DamerauLevenshtein

from rosterlink import addresses, birth_dates, names
from rosterlink.identity_number import check_digit


class Side(IntEnum):
    RESIDENTS = 0
    ROLL = 1
    OTHER = 2


# The rosters in the order in which their rows are numbered; the police come first.
ROSTERS: dict[str, Side] = {
    "police_hukou": Side.RESIDENTS,
    "police_floating": Side.RESIDENTS,
    "school_roll": Side.ROLL,
    "elsewhere_roll": Side.OTHER,
    "deferral": Side.OTHER,
    "deaths": Side.OTHER,
    "border_exits": Side.OTHER,
    "disabled_cert": Side.OTHER,
    "poverty": Side.OTHER,
    "left_behind": Side.OTHER,
    "vaccination": Side.OTHER,
    "kindergarten_leavers": Side.OTHER,
}
# Every column that is read; a roster without one has it empty.
COLUMNS = (
    "row_id", "name", "name_pinyin", "former_name", "sex", "birth_date", "id_no", "cert_no",
    "passport", "student_no", "ethnicity", "household_no", "community", "address", "home_address",
    "father_name", "father_id", "mother_name", "mother_id", "guardian_name", "guardian_relation",
    "guardian_id", "household_head", "household_head_id", "phone", "state", "reg_date",
    "school_code", "school_name", "grade", "class_no", "until", "death_date", "exit_date",
    "return_date",
)  # fmt: skip
# What the lists need of a row beside what is compared; carried along as it came.
CARRIED = (
    "state", "reg_date", "school_name", "grade", "class_no", "until", "exit_date", "return_date",
)  # fmt: skip
# What is still needed of a row once pairs are weighed.
KEPT = (
    "n", "row_id", "roster", "side", "name", "former", "birth", "number", "own", "first_number",
    *CARRIED,
)  # fmt: skip
ADULT_AGE = 20  # years; whoever bears a number that old is a guardian, not a pupil

LUNAR_LEAST, LUNAR_MOST = 15, 55  # days
FEW_DAYS = 3  # a date miscounted or misread by so much is a slip

FULL_WIDTH = "０１２３４５６７８９ＸｘＥｅ．＋－＊　×"
HALF_WIDTH = "0123456789XXEE.+-* X"
LOOKALIKES = ("OQDILBSZ", "00011852")
SHAPE = r"^[1-9]\d{16}[0-9X]$"
DOCUMENT = r"^[A-Z]{1,3}\d{6,12}$|^\d{8}$|^\d{10}$"  # passports and travel permits
SCIENTIFIC = r"^\d(\.\d*)?E\+?\d{1,3}$"
MASKED = r"^\d{3,}[0-9X*]*\*[0-9X*]*$"
PLACEHOLDER = "|".join(f"{digit}{{8,}}" for digit in range(10)) + "|12345678"
MOBILE = r"1[3-9]\d{9}"
SEXES = {
    **dict.fromkeys(("男", "男性", "1", "M"), "男"),
    **dict.fromkeys(("女", "女性", "2", "F"), "女"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A row in the form that is compared. Text that is missing is ""; dates are eight digits.

    `number` is a sound number that can be the row's own; `own` says that it agrees with the row's
    birth date, but for a slip of the pen (or that there is none to disagree). `number_birth` is
    the birth date within the number, sound or not, where it can be the row's own. `typed` is a
    number that is not sound, `pattern` what an incomplete one leaves open (SQL LIKE).
    `first_number` is the one inside the student number, as first registered; it stands for the
    number where that is not sound.
    """

    row_id: str = ""
    roster: str = ""
    side: int = 0
    name: str = ""
    turned: str = ""
    sound: str = ""
    near: str = ""
    letters: str = ""
    surname: str = ""
    given: str = ""
    latin: bool = False
    former: str = ""
    sex: str = ""
    birth: str = ""
    lunar: str = ""
    number_birth: str = ""
    number: str = ""
    own: bool = True
    first_number: str = ""
    typed: str = ""
    pattern: str = ""
    father: str = ""
    mother: str = ""
    guardian: str = ""
    family_ids: tuple[str, ...] = ()
    phone: str = ""
    street: str = ""
    door: str = ""
    community: str = ""
    ethnicity: str = ""


def read(row: Mapping[str, str], roster: str, on: date) -> Person:
    """Bring one row, a mapping of column names to text, to the form that is compared."""
    cell = {column: row.get(column) or "" for column in COLUMNS}
    name = names.read(cell["name"] or cell["name_pinyin"])
    birth = birth_dates.comparable_birth_date(cell["birth_date"])
    documents = (cell["id_no"], cell["cert_no"][:18], cell["passport"])
    text = next(filter(None, map(document, documents)), "")
    sound = text if is_sound(text) else ""
    first_number = _first_number(cell["student_no"])
    number = "" if is_adult(sound, on) else sound or first_number
    place = addresses.read(cell["address"] or cell["home_address"])
    relation = cell["guardian_relation"][:1]
    guardian = names.plain(cell["guardian_name"] or cell["household_head"])
    return Person(
        row_id=cell["row_id"],
        roster=roster,
        side=ROSTERS[roster],
        name=name.plain,
        turned=name.turned,
        sound=name.sound,
        near=name.near,
        letters=name.letters,
        surname=name.surname,
        given=name.given,
        latin=name.latin,
        former=names.plain(cell["former_name"]),
        sex=SEXES.get(cell["sex"].strip().upper(), ""),
        birth=birth,
        lunar=birth_dates.lunar(birth),
        number_birth=_birth_within(number or text, birth, on),
        number=number,
        own=len(number) < 18 or not birth or is_slip(number[6:14], birth),
        first_number=first_number,
        typed="" if sound else text,
        pattern="" if sound else pattern(text, birth),
        father=names.plain(cell["father_name"]) or (guardian if relation == "父" else ""),
        mother=names.plain(cell["mother_name"]) or (guardian if relation == "母" else ""),
        guardian=guardian,
        family_ids=_family_ids(cell, sound if is_adult(sound, on) else ""),
        phone=phone(cell["phone"]),
        street=place.street,
        door=place.door,
        community=addresses.community(cell["community"]) or place.community,
        ethnicity=cell["ethnicity"].strip().removesuffix("族"),
    )


def distance(left: str, right: str) -> int:
    return DamerauLevenshtein.distance(left, right)


def is_slip(true: str, written: str) -> bool:
    """Whether one birth date may have come of the other: equal, or by one slip of the pen.

    A digit, a day or two, month and day swapped, another year, 1 January, or the date of the
    farmers' calendar, which is some 17 to 50 days behind. The number of a brother or sister is
    further off.
    """
    if distance(true, written) <= 1 or true[4:] == written[4:]:
        return True
    if true[:4] == written[:4] and (
        written[4:] in ("0101", "0000") or written[4:6] + written[6:] == true[6:] + true[4:6]
    ):
        return True
    behind, ahead = birth_dates.as_date(written), birth_dates.as_date(true)
    if behind is None or ahead is None:
        return False
    days = (ahead - behind).days
    return abs(days) <= FEW_DAYS or LUNAR_LEAST <= days <= LUNAR_MOST


def document(text: str) -> str:
    """Clean the number of a document: width, case, blanks, letters that look like digits."""
    value = text.translate(str.maketrans(FULL_WIDTH, HALF_WIDTH)).upper()
    value = re.sub(r"[^0-9A-Z.+*]", "", re.sub(r"\.0*$", "", value))
    if re.search(PLACEHOLDER, value):
        return ""
    if len(value) == 18 and not re.search(SHAPE, value):
        meant = value[:17].translate(str.maketrans(*LOOKALIKES)) + value[17]
        return meant if re.search(SHAPE, meant) else value
    return value


def is_sound(text: str) -> bool:
    """Whether this is a whole resident number, or looks like a passport or permit.

    A number that ends in 000 has most likely lost its tail in a spreadsheet (15 digits are kept).
    """
    if re.search(DOCUMENT, text):
        return True
    return (
        re.search(SHAPE, text) is not None
        and not text.endswith("000")
        and birth_dates.as_date(text[6:14]) is not None
        and check_digit(text[:17]) == text[17]
    )


def is_adult(number: str, on: date) -> bool:
    return len(number) == 18 and number[6:14] <= adult_birth(on)


def adult_birth(on: date) -> str:
    return f"{on.year - ADULT_AGE:04d}{on.month:02d}{on.day:02d}"


def pattern(text: str, birth: str) -> str:
    """Return what an incomplete number leaves open, as SQL LIKE: "_" one character, "%" any.

    3.50503E+17 keeps its mantissa, 350503201509290000 its first 15 digits, 350503150929123 gets
    its century back where the six digits of its date are those of the birth date, a number cut
    short is a beginning, and the stars of a masked one stand for one character each.
    """
    if re.search(SCIENTIFIC, text):
        return text.partition("E")[0].replace(".", "") + "%"
    if re.search(MASKED, text):
        stars = text.replace("*", "_")
        return stars if len(stars) == 18 else re.sub("_+", "%", stars)
    if re.search(SHAPE, text) and text.endswith("000"):
        return text[:15] + "___" if not text.endswith("000000") else ""
    if not text.isdigit():
        return ""
    if len(text) == 15 and birth and text[6:12] == birth[2:8]:
        return text[:6] + birth[:2] + text[6:] + "_"
    return text + "%" if 10 <= len(text) < 18 else ""


def phone(text: str) -> str:
    """Return the first mobile number of a cell, or else its digits where there are 7 to 12."""
    value = re.sub(r"[\s\-]", "", text.translate(str.maketrans(FULL_WIDTH, HALF_WIDTH)))
    mobile = re.search(MOBILE, value)
    digits = re.sub(r"\D", "", value)
    return mobile[0] if mobile else digits if 7 <= len(digits) <= 12 else ""


def _birth_within(number: str, birth: str, on: date) -> str:
    """Return the birth date inside a number, sound or nearly, where it can be the row's own."""
    inside = number[6:14]
    born = birth_dates.as_date(inside) if len(number) >= 14 and inside.isdigit() else None
    if not born or not adult_birth(on) < inside <= f"{on:%Y%m%d}":
        return ""
    return inside if not birth or is_slip(inside, birth) else ""


def _first_number(student_no: str) -> str:
    text = document(student_no)
    return text[1:] if text.startswith("G") and is_sound(text[1:]) else ""


def _family_ids(cell: Mapping[str, str], adult: str) -> tuple[str, ...]:
    columns = ("father_id", "mother_id", "guardian_id", "household_head_id")
    numbers = {document(cell[column]) for column in columns} | {adult}
    return tuple(sorted(number for number in numbers if len(number) >= 8))
