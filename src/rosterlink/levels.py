"""Levels of agreement between two people, each from a row of a roster.

A level is stated twice: `holds` says what it means, `sql` is what the engines run. The tests put
the same pairs to both, so the two cannot drift apart. Every level is the same both ways round.
Of a comparison the first level that holds counts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rosterlink.birth_dates import as_date
from rosterlink.person import FEW_DAYS, Person, distance

BETWEEN_SIBLINGS = 200  # days; two children of one mother who are no twins are further apart


@dataclass(frozen=True)
class Level:
    code: str
    words: str  # for the officer
    holds: Callable[[Person, Person], bool]
    sql: str  # plain SQL; _l and _r are the two sides


@dataclass(frozen=True)
class Comparison:
    """What is compared, with its levels from the strongest down; the last one always holds."""

    code: str
    words: str
    levels: tuple[Level, ...]

    def level(self, left: Person, right: Person) -> int:
        return next(i for i, level in enumerate(self.levels) if level.holds(left, right))

    @property
    def sql(self) -> str:
        cases = " ".join(f"when {level.sql} then {i}" for i, level in enumerate(self.levels))
        return f"(case {cases} end)::utinyint"


def _always(left: Person, right: Person) -> bool:
    return True


def _like(text: str, pattern: str) -> bool:
    """SQL LIKE, for patterns of "_" and "%"."""
    parts = (".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text) is not None


# --- name ------------------------------------------------------------------------------------


def _name_missing(a: Person, b: Person) -> bool:
    return not a.name or not b.name


def _former(a: Person, b: Person) -> bool:
    return bool(
        (a.former and a.former == b.name)
        or (b.former and b.former == a.name)
        or (a.former and a.former == b.former)
    )


def _letters_rotated(a: str, b: str) -> bool:
    return len(a) == len(b) and len(a) > 1 and b in a + a


def _turned(a: Person, b: Person) -> bool:
    return a.turned == b.turned or sorted(a.name) == sorted(b.name)


def _unknown_character(a: Person, b: Person) -> bool:
    if "?" not in a.name + b.name:
        return False
    return _like(b.name, a.name.replace("?", "_")) or _like(a.name, b.name.replace("?", "_"))


def _one_character(a: Person, b: Person) -> bool:
    """Whether one character of a Chinese name is another, or one too many; two slips in Latin."""
    longer, shorter = sorted((a.name, b.name), key=len, reverse=True)
    if a.latin or b.latin:
        return a.latin and b.latin and len(longer) >= 8 and distance(longer, shorter) <= 2
    if len(longer) == len(shorter):
        other = sum(x != y for x, y in zip(longer, shorter, strict=True))
        return len(longer) >= 3 and other == 1
    return len(longer) >= 3 and any(
        longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))
    )


def _parents_surname(a: Person, b: Person) -> bool:
    """Whether one bears the surname of a parent of the other, who bears the other parent's."""
    if a.given != b.given or not a.given:
        return False
    return a.surname in map(_first, _parents(b)) or b.surname in map(_first, _parents(a))


def _parents(a: Person) -> tuple[str, str, str]:
    return a.father, a.mother, a.guardian


def _first(name: str) -> str:
    return name[:1]


def _same_given(a: Person, b: Person) -> bool:
    return a.given == b.given and len(a.given) >= 2


def _near_surname(a: Person, b: Person) -> bool:
    return a.given == b.given and a.given != "" and a.near[:2] == b.near[:2] and a.near != ""


def _is_nickname(nick: Person, other: Person) -> bool:
    """Whether 小雨, 阿雨 or 雨雨, with or without its surname, stands for a name with 雨."""
    short = nick.name if len(nick.name) == 2 else nick.given
    return (
        len(short) == 2
        and (short[0] in "小阿大老" or short[0] == short[1])
        and short[1] in other.given
    )


def _nickname(a: Person, b: Person) -> bool:
    return _is_nickname(a, b) or _is_nickname(b, a)


def _shared_character(a: Person, b: Person) -> bool:
    return a.surname == b.surname and bool(set(a.given) & set(b.given))


_LIKE_UNKNOWN = "name_l like replace(name_r, '?', '_') or name_r like replace(name_l, '?', '_')"
_SHORT = "(case when length(name_{0}) = 2 then name_{0} else given_{0} end)"
_NICK = (
    f"length({_SHORT}) = 2 and (left({_SHORT}, 1) in ('小', '阿', '大', '老')"
    f" or left({_SHORT}, 1) = right({_SHORT}, 1))"
    f" and contains(given_{{1}}, right({_SHORT}, 1))"
)
# DuckDB's edit distances count bytes, of which a Chinese character has three.
_SIGNS = "string_split(name_{}, '')"
_ONE_OTHER = (
    f"len(list_filter(list_zip({_SIGNS.format('l')}, {_SIGNS.format('r')}),"
    " lambda z: z[1] <> z[2])) = 1"
)
_ONE_MORE = (
    "list_contains(list_transform(range(length(name_{0})),"
    " lambda i: left(name_{0}, i) || substr(name_{0}, i + 2)), name_{1})"
)
_PARENTS = "[left(father_{0}, 1), left(mother_{0}, 1), left(guardian_{0}, 1)]"

NAME = Comparison(
    "name",
    "姓名",
    (
        Level("missing", "姓名缺失", _name_missing, "name_l = '' or name_r = ''"),
        Level("same", "姓名一致", lambda a, b: a.name == b.name, "name_l = name_r"),
        Level(
            "former",
            "与曾用名一致",
            _former,
            "(former_l <> '' and former_l = name_r) or (former_r <> '' and former_r = name_l)"
            " or (former_l <> '' and former_l = former_r)",
        ),
        Level(
            "sound",
            "姓名同音",
            lambda a, b: a.sound != "" and a.sound == b.sound,
            "sound_l <> '' and sound_l = sound_r",
        ),
        Level(
            "pinyin",
            "姓名与拼音一致",
            lambda a, b: (
                a.latin != b.latin
                and (a.letters == b.letters or _letters_rotated(a.letters, b.letters))
            ),
            "latin_l <> latin_r and (letters_l = letters_r or (length(letters_l) ="
            " length(letters_r) and contains(letters_l || letters_l, letters_r)))",
        ),
        Level(
            "turned",
            "姓名前后颠倒",
            _turned,
            "turned_l = turned_r"
            f" or list_sort({_SIGNS.format('l')}) = list_sort({_SIGNS.format('r')})",
        ),
        Level(
            "unknown",
            "姓名除缺字外一致",
            _unknown_character,
            f"(contains(name_l, '?') or contains(name_r, '?')) and ({_LIKE_UNKNOWN})",
        ),
        Level(
            "near",
            "姓名近音",
            lambda a, b: a.near != "" and a.near == b.near,
            "near_l <> '' and near_l = near_r",
        ),
        Level(
            "parents_surname",
            "名相同、姓随另一方家长",
            _parents_surname,
            "given_l = given_r and given_l <> ''"
            f" and (list_contains({_PARENTS.format('l')}, surname_r)"
            f" or list_contains({_PARENTS.format('r')}, surname_l))",
        ),
        Level(
            "near_surname",
            "名相同、姓音近",
            _near_surname,
            "given_l = given_r and given_l <> '' and near_l <> ''"
            " and left(near_l, 2) = left(near_r, 2)",
        ),
        Level(
            "nickname",
            "姓名似为小名",
            _nickname,
            f"({_NICK.format('l', 'r')}) or ({_NICK.format('r', 'l')})",
        ),
        Level(
            "one_character",
            "姓名差一个字",
            _one_character,
            "case when greatest(length(name_l), length(name_r)) < 3 then false"
            " when latin_l or latin_r then latin_l and latin_r"
            " and greatest(length(name_l), length(name_r)) >= 8"
            " and damerau_levenshtein(name_l, name_r) <= 2"
            f" when length(name_l) = length(name_r) then {_ONE_OTHER}"
            f" when length(name_l) = length(name_r) + 1 then {_ONE_MORE.format('l', 'r')}"
            f" when length(name_r) = length(name_l) + 1 then {_ONE_MORE.format('r', 'l')}"
            " else false end",
        ),
        Level(
            "given",
            "名相同、姓不同",
            _same_given,
            "given_l = given_r and length(given_l) >= 2",
        ),
        Level(
            "shared_character",
            "同姓、名有一字相同",
            _shared_character,
            "surname_l = surname_r and list_has_any(string_split(given_l, ''),"
            " string_split(given_r, ''))",
        ),
        Level(
            "surname",
            "仅姓相同",
            lambda a, b: a.surname == b.surname,
            "surname_l = surname_r",
        ),
        Level("unlike", "姓名不同", _always, "true"),
    ),
)

# --- birth date ------------------------------------------------------------------------------


def _same_by_number(a: Person, b: Person) -> bool:
    return (a.number_birth != "" and a.number_birth in (b.birth, b.number_birth)) or (
        b.number_birth != "" and b.number_birth == a.birth
    )


def _other_by_number(a: Person, b: Person) -> bool:
    """Whether a number says of the one without a birth date that it was born at another time.

    Where both bear one given name it is likelier to be a brother's or sister's number.
    """
    one, other = a.birth or a.number_birth, b.birth or b.number_birth
    first, second = as_date(one), as_date(other)
    if (a.birth and b.birth) or first is None or second is None or a.given == b.given:
        return False
    slip = one[4:] == other[4:] or "0101" in (one[4:], other[4:]) or distance(one, other) <= 1
    return abs((first - second).days) > BETWEEN_SIBLINGS and not slip


def _swapped(a: Person, b: Person) -> bool:
    return (
        a.birth[:4] == b.birth[:4] and a.birth[4:6] == b.birth[6:] and a.birth[6:] == b.birth[4:6]
    )


def _first_of_january(a: Person, b: Person) -> bool:
    same_year = a.birth[:4] == b.birth[:4]
    return same_year and (a.birth[4:] in ("0101", "0000") or b.birth[4:] in ("0101", "0000"))


def _no_day(a: Person, b: Person) -> bool:
    return a.birth[:6] == b.birth[:6] and (a.birth[6:] == "00" or b.birth[6:] == "00")


def _days_apart(a: Person, b: Person, most: int) -> bool:
    one, other = as_date(a.birth), as_date(b.birth)
    return one is not None and other is not None and abs((one - other).days) <= most


def _days_apart_sql(most: int) -> str:
    return f"abs({_days('birth_l', 'birth_r')}) <= {most}"


def _days(one: str, other: str) -> str:
    return f"(try_strptime({one}, '%Y%m%d')::date - try_strptime({other}, '%Y%m%d')::date)"


_BORN = "(case when birth_{0} <> '' then birth_{0} else number_birth_{0} end)"
_OTHER_BY_NUMBER = (
    "(birth_l = '' or birth_r = '') and given_l <> given_r"
    " and abs({days}) > {most} and right({one}, 4) <> right({other}, 4)"
    " and right({one}, 4) <> '0101' and right({other}, 4) <> '0101'"
    " and damerau_levenshtein({one}, {other}) > 1"
).format(
    one=_BORN.format("l"),
    other=_BORN.format("r"),
    days=_days(_BORN.format("l"), _BORN.format("r")),
    most=BETWEEN_SIBLINGS,
)

BIRTH = Comparison(
    "birth",
    "出生日期",
    (
        Level(
            "same",
            "出生日期一致",
            lambda a, b: a.birth != "" and a.birth == b.birth,
            "birth_l <> '' and birth_l = birth_r",
        ),
        Level(
            "by_number",
            "出生日期与证件号码内的一致",
            _same_by_number,
            "(number_birth_l <> '' and number_birth_l in (birth_r, number_birth_r))"
            " or (number_birth_r <> '' and number_birth_r = birth_l)",
        ),
        Level(
            "other_by_number",
            "出生日期与证件号码内的不符",
            _other_by_number,
            _OTHER_BY_NUMBER,
        ),
        Level(
            "missing",
            "出生日期缺失",
            lambda a, b: not a.birth or not b.birth,
            "birth_l = '' or birth_r = ''",
        ),
        Level(
            "lunar",
            "一方按农历填写",
            lambda a, b: a.birth == b.lunar or a.lunar == b.birth,
            "birth_l = lunar_r or lunar_l = birth_r",
        ),
        Level(
            "swapped",
            "出生月日互换",
            _swapped,
            "left(birth_l, 4) = left(birth_r, 4) and birth_l[5:6] = birth_r[7:8]"
            " and birth_l[7:8] = birth_r[5:6]",
        ),
        Level(
            "no_day",
            "出生年月一致、缺日",
            _no_day,
            "left(birth_l, 6) = left(birth_r, 6)"
            " and (right(birth_l, 2) = '00' or right(birth_r, 2) = '00')",
        ),
        Level(
            "first_of_january",
            "出生年一致、一方填元旦",
            _first_of_january,
            "left(birth_l, 4) = left(birth_r, 4) and (right(birth_l, 4) in ('0101', '0000')"
            " or right(birth_r, 4) in ('0101', '0000'))",
        ),
        Level(
            "one_digit",
            "出生日期差一位",
            lambda a, b: distance(a.birth, b.birth) == 1,
            "damerau_levenshtein(birth_l, birth_r) = 1",
        ),
        Level(
            "few_days",
            "出生日期差一两天",
            lambda a, b: _days_apart(a, b, FEW_DAYS),
            _days_apart_sql(FEW_DAYS),
        ),
        Level(
            "other_year",
            "出生月日一致、年不同",
            lambda a, b: a.birth[4:] == b.birth[4:],
            "right(birth_l, 4) = right(birth_r, 4)",
        ),
        Level(
            "same_month",
            "出生年月一致、日不同",
            lambda a, b: a.birth[:6] == b.birth[:6],
            "left(birth_l, 6) = left(birth_r, 6)",
        ),
        Level(
            "same_season",
            "出生日期相差数月",
            lambda a, b: _days_apart(a, b, BETWEEN_SIBLINGS),
            _days_apart_sql(BETWEEN_SIBLINGS),
        ),
        Level("unlike", "出生日期不同", _always, "true"),
    ),
)

# --- number ----------------------------------------------------------------------------------


def _same_number(a: Person, b: Person) -> bool:
    return a.number != "" and a.number == b.number


def _first_number(a: Person, b: Person) -> bool:
    return (a.first_number != "" and b.own and a.first_number in (b.number, b.first_number)) or (
        b.first_number != "" and a.own and b.first_number == a.number
    )


def _fits(a: Person, b: Person, least: int) -> bool:
    """Whether an incomplete number of the one with at least so many known signs fits the other."""
    return _fits_one_way(a, b, least) or _fits_one_way(b, a, least)


def _fits_one_way(a: Person, b: Person, least: int) -> bool:
    known = a.pattern.replace("_", "").replace("%", "")
    return len(known) >= least and b.number != "" and _like(b.number, a.pattern)


def _typed_apart(a: Person, b: Person, most: int) -> bool:
    """Whether a number typed wrong is at most so many slips away from the other's."""
    if a.typed and b.typed and len(a.typed) >= 15 and len(b.typed) >= 15:
        return distance(a.typed, b.typed) <= most
    typed, number = (a.typed, b.number) if a.typed else (b.typed, a.number)
    return len(typed) >= 15 and len(number) == 18 and distance(typed, number) <= most


def _typed_apart_sql(most: int) -> str:
    """The same, said once for each of the three ways in which it can be so."""
    within = f"<= {most}"
    return (
        "case when length(typed_l) >= 15 and length(typed_r) >= 15"
        f" then damerau_levenshtein(typed_l, typed_r) {within}"
        " when length(typed_l) >= 15 and length(number_r) = 18"
        f" then damerau_levenshtein(typed_l, number_r) {within}"
        " when length(typed_r) >= 15 and length(number_l) = 18 and typed_l = ''"
        f" then damerau_levenshtein(typed_r, number_l) {within} else false end"
    )


def _fits_sql(least: int) -> str:
    one_way = (
        "length(translate(pattern_{0}, '_%', '')) >= " + str(least) + " and number_{1} <> ''"
        " and number_{1} like pattern_{0}"
    )
    return f"({one_way.format('l', 'r')}) or ({one_way.format('r', 'l')})"


def _not_own(a: Person, b: Person) -> bool:
    """Whether one of two numbers is not to be trusted, going by the birth dates."""
    if not a.number or not b.number:
        return False
    return not (a.own and b.own) or (
        a.birth == b.birth != "" and not {a.number_birth, b.number_birth} <= {"", a.birth}
    )


def _number_missing(a: Person, b: Person) -> bool:
    return not (a.number or a.typed) or not (b.number or b.typed)


NUMBER = Comparison(
    "number",
    "证件号码",
    (
        Level(
            "same",
            "证件号码一致",
            lambda a, b: _same_number(a, b) and a.own and b.own,
            "number_l <> '' and number_l = number_r and own_l and own_r",
        ),
        Level(
            "first",
            "与学籍号内的证件号码一致",
            _first_number,
            "(first_number_l <> '' and own_r and (first_number_l = number_r or first_number_l ="
            " first_number_r)) or (first_number_r <> '' and own_l and first_number_r = number_l)",
        ),
        Level(
            "same_not_own",
            "证件号码一致、但与本行出生日期不符",
            _same_number,
            "number_l <> '' and number_l = number_r",
        ),
        Level(
            "missing",
            "证件号码缺失",
            _number_missing,
            "(number_l = '' and typed_l = '') or (number_r = '' and typed_r = '')",
        ),
        Level(
            "fits",
            "残缺的证件号码相符",
            lambda a, b: _fits(a, b, 16),
            _fits_sql(16),
        ),
        Level("fits_15", "证件号码前15位相符", lambda a, b: _fits(a, b, 15), _fits_sql(15)),
        Level(
            "one_slip", "证件号码差一位", lambda a, b: _typed_apart(a, b, 1), _typed_apart_sql(1)
        ),
        Level("fits_some", "残缺的证件号码不矛盾", lambda a, b: _fits(a, b, 1), _fits_sql(1)),
        Level(
            "two_slips", "证件号码差两位", lambda a, b: _typed_apart(a, b, 2), _typed_apart_sql(2)
        ),
        Level(
            "not_own",
            "证件号码不同、但有一个与出生日期不符",
            _not_own,
            "number_l <> '' and number_r <> '' and (not own_l or not own_r or (birth_l <> ''"
            " and birth_l = birth_r and (number_birth_l not in ('', birth_l)"
            " or number_birth_r not in ('', birth_l))))",
        ),
        Level(
            "two_numbers",
            "证件号码不同且都有效",
            lambda a, b: a.number != "" and b.number != "" and a.own and b.own,
            "number_l <> '' and number_r <> '' and own_l and own_r",
        ),
        Level("unlike", "证件号码不同", _always, "true"),
    ),
)

# --- what else is known of a child -----------------------------------------------------------

SEX = Comparison(
    "sex",
    "性别",
    (
        Level(
            "missing", "性别缺失", lambda a, b: not a.sex or not b.sex, "sex_l = '' or sex_r = ''"
        ),
        Level("same", "性别一致", lambda a, b: a.sex == b.sex, "sex_l = sex_r"),
        Level("unlike", "性别不同", _always, "true"),
    ),
)
ETHNICITY = Comparison(
    "ethnicity",
    "民族",
    (
        Level(
            "missing",
            "民族缺失",
            lambda a, b: not a.ethnicity or not b.ethnicity,
            "ethnicity_l = '' or ethnicity_r = ''",
        ),
        Level(
            "same_rare",
            "少数民族一致",
            lambda a, b: a.ethnicity == b.ethnicity and a.ethnicity != "汉",
            "ethnicity_l = ethnicity_r and ethnicity_l <> '汉'",
        ),
        Level(
            "same", "民族一致", lambda a, b: a.ethnicity == b.ethnicity, "ethnicity_l = ethnicity_r"
        ),
        Level("unlike", "民族不同", _always, "true"),
    ),
)

# --- family and home -------------------------------------------------------------------------


def _adults(a: Person) -> set[str]:
    return {name for name in (a.father, a.mother, a.guardian) if name}


def _other_parents(a: Person, b: Person) -> bool:
    mothers = a.mother != "" and b.mother != "" and a.mother != b.mother
    fathers = a.father != "" and b.father != "" and a.father != b.father
    return mothers or fathers


_ADULTS = "list_filter([father_{0}, mother_{0}, guardian_{0}], lambda x: x <> '')"

GUARDIAN_ID = Comparison(
    "guardian_id",
    "监护人证件号码",
    (
        Level(
            "same",
            "监护人证件号码一致",
            lambda a, b: bool(set(a.family_ids) & set(b.family_ids)),
            "list_has_any(family_ids_l, family_ids_r)",
        ),
        Level(
            "missing",
            "监护人证件号码缺失",
            lambda a, b: not a.family_ids or not b.family_ids,
            "len(family_ids_l) = 0 or len(family_ids_r) = 0",
        ),
        Level("unlike", "监护人证件号码不同", _always, "true"),
    ),
)
GUARDIAN = Comparison(
    "guardian",
    "监护人姓名",
    (
        Level(
            "same",
            "监护人姓名一致",
            lambda a, b: bool(_adults(a) & _adults(b)),
            f"list_has_any({_ADULTS.format('l')}, {_ADULTS.format('r')})",
        ),
        Level(
            "missing",
            "监护人姓名缺失",
            lambda a, b: not _adults(a) or not _adults(b),
            f"len({_ADULTS.format('l')}) = 0 or len({_ADULTS.format('r')}) = 0",
        ),
        Level(
            "other_parents",
            "父亲或母亲不同",
            _other_parents,
            "(mother_l <> '' and mother_r <> '' and mother_l <> mother_r)"
            " or (father_l <> '' and father_r <> '' and father_l <> father_r)",
        ),
        Level("unlike", "监护人姓名不同", _always, "true"),
    ),
)
PHONE = Comparison(
    "phone",
    "联系电话",
    (
        Level(
            "missing",
            "电话缺失",
            lambda a, b: not a.phone or not b.phone,
            "phone_l = '' or phone_r = ''",
        ),
        Level("same", "联系电话一致", lambda a, b: a.phone == b.phone, "phone_l = phone_r"),
        Level("unlike", "联系电话不同", _always, "true"),
    ),
)


def _has_home(a: Person) -> bool:
    return bool(a.street or a.door or a.community)


HOME = Comparison(
    "home",
    "住址",
    (
        Level(
            "same",
            "住址一致",
            lambda a, b: (
                a.door != "" and a.door == b.door and a.street != "" and a.street == b.street
            ),
            "door_l <> '' and door_l = door_r and street_l <> '' and street_l = street_r",
        ),
        Level(
            "door_and_community",
            "社区与门牌一致",
            lambda a, b: a.door != "" and a.door == b.door and a.community == b.community != "",
            "door_l <> '' and door_l = door_r and community_l = community_r and community_l <> ''",
        ),
        Level(
            "door",
            "楼栋房号一致",
            lambda a, b: a.door != "" and a.door == b.door,
            "door_l <> '' and door_l = door_r",
        ),
        Level(
            "street",
            "路名门牌一致",
            lambda a, b: a.street != "" and a.street == b.street,
            "street_l <> '' and street_l = street_r",
        ),
        Level(
            "community",
            "同一社区",
            lambda a, b: a.community != "" and a.community == b.community,
            "community_l <> '' and community_l = community_r",
        ),
        Level(
            "missing",
            "住址缺失",
            lambda a, b: not _has_home(a) or not _has_home(b),
            "(street_l = '' and door_l = '' and community_l = '')"
            " or (street_r = '' and door_r = '' and community_r = '')",
        ),
        Level("unlike", "住址不同", _always, "true"),
    ),
)

CHILD = (NAME, BIRTH, NUMBER, SEX, ETHNICITY)
FAMILY = (GUARDIAN_ID, GUARDIAN, PHONE, HOME)
COMPARISONS = CHILD + FAMILY
