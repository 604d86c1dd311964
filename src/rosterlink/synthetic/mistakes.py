"""How one cell goes wrong: a function for each kind, from what should stand there to what does.

A mistake that cannot be made here (no former name, no character that looks alike …) leaves the
value as it is, and is then not counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from rosterlink import birth_dates
from rosterlink.synthetic import names


@dataclass(frozen=True)
class Row:
    """The value of the cell, and what is known of the child behind the row."""

    value: str
    birth: date
    id_no: str = ""
    old_id: str = ""
    former_name: str = ""
    neighbour_id: str = ""
    neighbour_birth: date = date(1970, 1, 1)
    sibling_id: str = ""
    sibling_name: str = ""
    parent_ids: tuple[str, str] = ("", "")
    surnames: tuple[str, str] = ("", "")


# ---- numbers


def id_typo(row: Row, random: Random) -> str:
    at = random.randrange(6, len(row.value)) if len(row.value) > 7 else 0
    digit = random.choice([d for d in "0123456789" if d != row.value[at]])
    return row.value[:at] + digit + row.value[at + 1 :]


def id_missing(row: Row, random: Random) -> str:
    return ""


def id_transpose(row: Row, random: Random) -> str:
    places = [i for i in range(len(row.value) - 1) if row.value[i] != row.value[i + 1]]
    if not places:
        return row.value
    at = random.choice(places)
    return row.value[:at] + row.value[at + 1] + row.value[at] + row.value[at + 2 :]


def id_sci(row: Row, random: Random) -> str:
    """A spreadsheet keeps fifteen digits, or shows six."""
    if not row.value.isdigit():
        return row.value
    return row.value[:15] + "000" if random.random() < 0.5 else f"{float(row.value):.5E}"


def id_trunc(row: Row, random: Random) -> str:
    return row.value[: -random.randint(1, 4)]


def id_15(row: Row, random: Random) -> str:
    """Written as numbers were before 1999: no century, no check digit."""
    return row.value[:6] + row.value[8:17] if len(row.value) == 18 else row.value


def id_extra(row: Row, random: Random) -> str:
    at = random.randrange(len(row.value))
    return row.value[:at] + row.value[at] + row.value[at:]


def id_guardian(row: Row, random: Random) -> str:
    return random.choice(row.parent_ids) or row.value


def id_shared(row: Row, random: Random) -> str:
    return row.neighbour_id or row.value


def id_reissued(row: Row, random: Random) -> str:
    return row.old_id or row.value


def id_placeholder(row: Row, random: Random) -> str:
    return random.choice(
        ("000000000000000000", "无", "111111111111111111", "待补", "0", "暂无", "/")
    )


def id_wrong_valid(row: Row, random: Random) -> str:
    from stdnum.cn import ric

    if len(row.value) != 18:
        return row.value
    other = f"{row.value[:14]}{random.randrange(1000):03d}"
    return other + str(ric.calc_check_digit(other + "0"))


def id_letters(row: Row, random: Random) -> str:
    """Letters for the digits they look like, as scanned or typed without looking."""
    letters = {"0": "O", "1": "l", "5": "S", "8": "B", "2": "Z"}
    return "".join(letters.get(c, c) if random.random() < 0.4 else c for c in row.value)


def id_scanned(row: Row, random: Random) -> str:
    """Digits that a scanner takes for one another."""
    alike = {"3": "8", "8": "3", "6": "5", "5": "6", "1": "7", "7": "1", "0": "6", "9": "4"}
    places = [i for i, c in enumerate(row.value) if c in alike]
    read = row.value
    for at in random.sample(places, min(len(places), random.randint(1, 2))):
        read = _set(read, at, alike[read[at]])
    return read


def id_masked(row: Row, random: Random) -> str:
    """Part of it starred, as each system prints it: the birth date, all but the ends …"""
    if len(row.value) != 18:
        return row.value
    first, last = random.choice(((6, 4), (6, 4), (3, 4), (0, 4), (10, 0), (14, 0)))
    return row.value[:first] + "*" * (18 - first - last) + row.value[18 - last :]


def id_zeros(row: Row, random: Random) -> str:
    """A spreadsheet that rounds, or a clerk who does not know them: the last digits are zeros."""
    zeros = random.randint(2, 6)
    return row.value[:-zeros] + "0" * zeros if len(row.value) > zeros else row.value


def id_x(row: Row, random: Random) -> str:
    """A machine that takes digits only: the X at the end becomes something else, or nothing."""
    if not row.value.endswith("X"):
        return row.value
    return row.value[:-1] + random.choice(("×", "*", "10", "0", "", "K"))


def id_note(row: Row, random: Random) -> str:
    return row.value + random.choice(("（待核）", "(新)", "（户口本）", "★", "（临）", "?"))


def id_two(row: Row, random: Random) -> str:
    """The guardian's number in the same cell."""
    parent = random.choice(row.parent_ids)
    return f"{row.value}/{parent}" if parent else row.value


def id_student_no(row: Row, random: Random) -> str:
    """The student number in the column of identity numbers."""
    return f"G{row.value}" if len(row.value) == 18 else row.value


def id_hyphen(row: Row, random: Random) -> str:
    parts = row.value[:6], row.value[6:14], row.value[14:]
    return random.choice("-－—.").join(parts) if len(row.value) == 18 else row.value


def id_sibling(row: Row, random: Random) -> str:
    return row.sibling_id or row.value


# ---- names


def name_homophone(row: Row, random: Random) -> str:
    return _other_character(row, random, names.same_sound)


def name_near(row: Row, random: Random) -> str:
    return _other_character(row, random, names.near_sound)


def name_shape(row: Row, random: Random) -> str:
    return _other_character(row, random, names.look_alikes)


def name_trad(row: Row, random: Random) -> str:
    return names.traditional(row.value)


def name_surname(row: Row, random: Random) -> str:
    """The other parent's surname."""
    father, mother = row.surnames
    for one, other in ((father, mother), (mother, father)):
        if row.value.startswith(one) and " " not in row.value:
            return other + row.value[len(one) :]
    return row.value


def name_surname_variant(row: Row, random: Random) -> str:
    for pair in names.SURNAME_VARIANTS:
        if row.value[0] in pair:
            return pair.replace(row.value[0], "") + row.value[1:]
    return row.value


def name_nick(row: Row, random: Random) -> str:
    """What the family calls the child."""
    if len(row.value) > 4 or not row.value.isalpha():
        return row.value
    last = row.value[-1]
    return random.choice(
        (row.value[0] + last * 2, "小" + last, "阿" + last, row.value[0] + "小" + last)
    )


def name_drop(row: Row, random: Random) -> str:
    if len(row.value) < 3:
        return row.value
    at = random.randrange(1, len(row.value))
    return row.value[:at] + row.value[at + 1 :]


def name_add(row: Row, random: Random) -> str:
    at = random.randrange(1, len(row.value) + 1)
    return row.value[:at] + random.choice(names.GIRL_SECOND + names.BOY_SECOND) + row.value[at:]


def name_pinyin(row: Row, random: Random) -> str:
    return names.sound_of(row.value)


def name_former(row: Row, random: Random) -> str:
    return row.former_name or row.value


def name_dot(row: Row, random: Random) -> str:
    return row.value.replace("·", random.choice(("", ".", "•", " ")))


def name_order(row: Row, random: Random) -> str:
    for separator in ("·", " "):
        if separator in row.value:
            return separator.join(reversed(row.value.split(separator)))
    return row.value


def name_rare(row: Row, random: Random) -> str:
    """A machine without the character prints a question mark, or somebody writes how it sounds."""
    if len(row.value) < 2 or " " in row.value:
        return row.value
    at = random.randrange(1, len(row.value))
    return _set(row.value, at, random.choice(("?", names.sound_of(row.value[at]))))


def name_note(row: Row, random: Random) -> str:
    return row.value + random.choice(
        ("（转学）", "(已转出)", "（双胞胎）", "★", "（随迁）", "(休学)", "1", "（新生）")
    )


def name_translit(row: Row, random: Random) -> str:
    name = row.value
    for pair in names.TRANSLITERATIONS:
        usual, other = pair.split("/")
        name = name.replace(usual, other)
    return name


def name_masked(row: Row, random: Random) -> str:
    return row.value[0] + "*" + row.value[2:] if len(row.value) > 1 else row.value


def name_variant(row: Row, random: Random) -> str:
    """The other form of a character (异体字)."""
    return _other_character(row, random, names.variants)


def name_spoken(row: Row, random: Random) -> str:
    """Two characters heard, and both written wrongly."""
    once = name_homophone(row, random)
    at = next((i for i, c in enumerate(once) if c != row.value[i]), None)
    places = [i for i in range(1, len(once)) if i != at and names.same_sound(once[i])]
    if at is None or not places:
        return once
    other = random.choice(places)
    return _set(once, other, random.choice(names.same_sound(once[other])))


def name_split(row: Row, random: Random) -> str:
    """A scanner reads a wide character as two: 明 as 日月."""
    places = [i for i, c in enumerate(row.value) if c in names.halves()]
    if not places:
        return row.value
    at = random.choice(places)
    return _set(row.value, at, names.halves()[row.value[at]])


def name_cut(row: Row, random: Random) -> str:
    """A form with room for four characters."""
    return row.value[:4]


def name_two(row: Row, random: Random) -> str:
    """The former name beside the name."""
    if not row.former_name:
        return row.value
    return random.choice(("{}（曾用名{}）", "{}/{}", "{}（原名：{}）")).format(
        row.value, row.former_name
    )


def name_sibling(row: Row, random: Random) -> str:
    return row.sibling_name or row.value


def name_pinyin_words(row: Row, random: Random) -> str:
    """As on a passport or a school's card: words, and at times the given name first."""
    if len(row.value) < 2 or " " in row.value or "·" in row.value:
        return row.value
    surname, given = names.sound_of(row.value[0]), names.sound_of(row.value[1:])
    return random.choice((f"{surname} {given}", f"{given.title()} {surname.title()}"))


def name_garbled(row: Row, random: Random) -> str:
    """Read in another encoding than it was written in."""
    return random.choice(("锟斤拷", "���", "????", "烫烫烫"))


# ---- birth dates: each is put back into the style the cell was written in


def dob_digit(row: Row, random: Random) -> str:
    days = random.choice((1, -1, 2, -2, 10, -10, 20, -20))
    return _like(row.value, row.birth + timedelta(days=days))


def dob_swap(row: Row, random: Random) -> str:
    if row.birth.day > 12:
        return row.value
    return _like(row.value, row.birth.replace(month=row.birth.day, day=row.birth.month))


def dob_lunar(row: Row, random: Random) -> str:
    """The day by the lunar calendar, about a month earlier, written as if it were solar.

    It may be a day that the solar calendar has not, such as 30 February.
    """
    lunar = birth_dates.lunar(f"{row.birth:%Y%m%d}")
    if not lunar:
        return row.value
    return _written_like(row.value, int(lunar[:4]), int(lunar[4:6]), int(lunar[6:]))


def dob_year(row: Row, random: Random) -> str:
    year = row.birth.year + random.choice((-1, 1, -2, 10))
    return _like(row.value, row.birth.replace(year=year, day=min(row.birth.day, 28)))


def dob_0101(row: Row, random: Random) -> str:
    return _like(row.value, row.birth.replace(month=1, day=1))


def dob_missing(row: Row, random: Random) -> str:
    return ""


def dob_written(row: Row, random: Random) -> str:
    """二〇一五年三月四日"""
    year = "".join("〇一二三四五六七八九"[int(c)] for c in str(row.birth.year))
    return f"{year}年{_in_words(row.birth.month)}月{_in_words(row.birth.day)}日"


def dob_republican(row: Row, random: Random) -> str:
    return f"民国{row.birth.year - 1911}年{row.birth.month}月{row.birth.day}日"


def dob_serial(row: Row, random: Random) -> str:
    """What a spreadsheet holds behind a date: days since 1899-12-30."""
    return str((row.birth - date(1899, 12, 30)).days)


def dob_short(row: Row, random: Random) -> str:
    """15.3.4"""
    mark = random.choice(".-/")
    return f"{row.birth:%y}{mark}{row.birth.month}{mark}{row.birth.day}"


def dob_month_first(row: Row, random: Random) -> str:
    """3/4/2015, as a spreadsheet set to another country shows it."""
    return f"{row.birth.month}/{row.birth.day}/{row.birth.year}"


def dob_time(row: Row, random: Random) -> str:
    return f"{row.birth} 00:00:00"


def dob_month(row: Row, random: Random) -> str:
    """Without the day."""
    return random.choice((f"{row.birth:%Y-%m}", f"{row.birth.year}年{row.birth.month}月"))


def dob_1904(row: Row, random: Random) -> str:
    """Pasted between workbooks that count days from 1900 and from 1904."""
    return _like(row.value, row.birth - timedelta(days=1462))


def dob_lunar_written(row: Row, random: Random) -> str:
    """农历二〇一五年正月十四"""
    lunar = birth_dates.lunar(f"{row.birth:%Y%m%d}")
    if not lunar:
        return row.value
    year = "".join("〇一二三四五六七八九"[int(c)] for c in lunar[:4])
    months = ("正", *(_in_words(m) for m in range(2, 11)), "冬", "腊")
    day = _in_words(int(lunar[6:]))
    first_ten = "初" if int(lunar[6:]) <= 10 else ""
    return f"农历{year}年{months[int(lunar[4:6]) - 1]}月{first_ten}{day}"


def dob_registered(row: Row, random: Random) -> str:
    """The day on which the birth was registered."""
    return _like(row.value, row.birth + timedelta(days=random.randint(5, 90)))


def dob_neighbour(row: Row, random: Random) -> str:
    return _like(row.value, row.neighbour_birth)


def sex_missing(row: Row, random: Random) -> str:
    return ""


def sex_code(row: Row, random: Random) -> str:
    """By code or letter, as other systems export it."""
    return random.choice(("1", "M", "男性") if row.value == "男" else ("2", "F", "女性"))


# ---- what else a row says

phone_missing = address_missing = student_missing = id_missing
phone_typo = student_typo = guardian_typo = id_typo


def phone_parents(row: Row, random: Random) -> str:
    """Two numbers in the cell, of which the second is somebody's office."""
    return f"{row.value}/0990-{random.randrange(10**7):07d}"


def address_turned(row: Row, random: Random) -> str:
    """Two digits of house, building or room turned."""
    places = [
        i for i in range(len(row.value) - 1)
        if row.value[i : i + 2].isdigit() and row.value[i] != row.value[i + 1]
    ]  # fmt: skip
    if not places:
        return row.value
    at = random.choice(places)
    return row.value[:at] + row.value[at + 1] + row.value[at] + row.value[at + 2 :]


def student_twice(row: Row, random: Random) -> str:
    """The number of the row above, copied down."""
    return f"G{row.neighbour_id}" if row.neighbour_id else row.value


def student_hyphen(row: Row, random: Random) -> str:
    return f"{row.value[:1]}-{row.value[1:]}"


def student_bare(row: Row, random: Random) -> str:
    """Without the letter in front."""
    return row.value.removeprefix("G")


def sex_flip(row: Row, random: Random) -> str:
    return "女" if row.value == "男" else "男"


# ---- what typing and copying leave behind

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
ID_DRESS: tuple[Callable[[str], str], ...] = (
    lambda text: text.lower(),
    lambda text: text.translate(_FULL_WIDTH),
    lambda text: f" {text}",
    lambda text: f"{text} ",
    lambda text: f"'{text}",
    lambda text: f"{text}\t",
    lambda text: f"\xa0{text}",
    lambda text: f"{text[:6]} {text[6:14]} {text[14:]}",
)
NAME_DRESS: tuple[Callable[[str], str], ...] = (
    lambda text: f"{text} ",
    lambda text: f" {text}",
    lambda text: f"{text[0]} {text[1:]}" if len(text) == 2 else f"{text}　",
    lambda text: f"\xa0{text}",
)


def _other_character(row: Row, random: Random, like: Callable[[str], list[str]]) -> str:
    """Change one character of the given name; where that cannot be, one of the surname."""
    places = [i for i in range(len(row.value)) if like(row.value[i])]
    places = [i for i in places if i] or places
    if not places:
        return row.value
    at = random.choice(places)
    return _set(row.value, at, random.choice(like(row.value[at])))


def _set(text: str, at: int, piece: str) -> str:
    return text[:at] + piece + text[at + 1 :]


def _like(written: str, day: date) -> str:
    """Write a day in the style of another."""
    return _written_like(written, day.year, day.month, day.day)


def _written_like(written: str, year: int, month: int, day: int) -> str:
    if "年" in written:
        return f"{year}年{month}月{day}日"
    if "/" in written:
        return f"{year}/{month}/{day}"
    dash = "-" if "-" in written else ""
    return f"{year}{dash}{month:02d}{dash}{day:02d}"


def _in_words(number: int) -> str:
    digits = "〇一二三四五六七八九十"
    if number <= 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
