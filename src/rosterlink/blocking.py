"""Which pairs of rows are worth comparing: those that share a key.

A rule gives a row some keys; two rows with one key in common, of one rule, are compared. The
rules cover each other: whichever one field of a row is wrong, another rule still brings the pair
together. Stated twice like the levels: `keys` in Python, `sql` for the engines, which compare
hashes: whole numbers are found faster than texts, and two keys that share one by chance would
only bring one more pair to be weighed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rosterlink.person import Person

MOST_IN_ONE_HOME = 40  # rows; a phone, number or home that more rows give is no family's


@dataclass(frozen=True)
class Rule:
    name: str
    keys: Callable[[Person], Iterable[str]]
    sql: tuple[str, ...]  # each over the columns of one row; null is no key
    most: int | None = None  # a key that more rows have says nothing
    # What only a row that is still looking for its like has beside these.
    more: Callable[[Person], Iterable[str]] = lambda person: ()
    more_sql: tuple[str, ...] = ()


def _joined(*parts: str) -> str:
    """One key of several parts; none where a part is missing."""
    return "|".join(parts) if all(parts) else ""


def _sql(*parts: str, where: str = "") -> str:
    given = " and ".join([f"{part} <> ''" for part in parts] + ([where] if where else []))
    return f"case when {given} then hash({', '.join(parts)}) end"


_YEAR_MONTH = "left(birth, 6)"
_MONTH_DAY = "right(birth, 4)"
_YEAR_DAY = ("left(birth, 4)", "right(birth, 2)")
_SORTED = ("left(birth, 4)", "least(birth[5:6], birth[7:8])", "greatest(birth[5:6], birth[7:8])")


def _year_day(p: Person) -> str:
    return p.birth and f"{p.birth[:4]}-{p.birth[6:]}"


def _sorted_date(p: Person) -> str:
    return p.birth and p.birth[:4] + "".join(sorted((p.birth[4:6], p.birth[6:])))


def _one_left_out(p: Person, birth: str) -> list[str]:
    """The name with each of its first four characters left out, and whole."""
    name = p.name
    return [_joined(birth, name), *(_joined(birth, name[:i] + name[i + 1 :]) for i in range(4))]


def _one_left_out_of_many(p: Person, birth: str) -> list[str]:
    """The same for a longer name; a short one stands whole, for it may be what is left of one."""
    return _one_left_out(p, birth) if len(p.name) > 2 else [_joined(birth, p.name)]


def _heard(p: Person) -> str:
    """How a name sounds; the name itself in a script whose sounds are not known."""
    return p.letters or p.name


def _adults(p: Person) -> tuple[str, str, str]:
    return p.father, p.mother, p.guardian


def _long(number: str, *parts: slice) -> str:
    """Some parts of a number that has most of its digits."""
    return "|".join(number[part] for part in parts) if len(number) >= 15 else ""


def _head(p: Person) -> str:
    """The first fifteen digits, which a spreadsheet keeps."""
    head = (p.pattern or p.typed or p.number)[:15]
    return head if len(head) == 15 and not set("_%") & set(head) else ""


def _masked(number: str) -> str:
    """What is mostly left of a number whose middle is masked."""
    return number[:6] + number[-4:] if len(number) == 18 else ""


_HEARD = "(case when letters <> '' then letters else name end)"
_NEARLY_HEARD = f"(case when near <> '' then near else {_HEARD} end)"
# The adults of a family; one who stands in two columns makes one key.
_ADULTS = (
    ("father", "true"),
    ("mother", "mother <> father"),
    ("guardian", "guardian not in (father, mother)"),
)
_ID = "(case when typed <> '' then typed else number end)"
_HEAD = "left(case when pattern <> '' then pattern when typed <> '' then typed else number end, 15)"
_IS_LONG = f"length({_ID}) >= 15"
_SHORT_NAME, _LONG_NAME = "length(name) <= 2", "length(name) > 2"
_MOST_FAMILY_IDS = 5  # of father, mother, guardian, head of the household, and a number not its own


def _left_out(birth: str, where: str) -> list[str]:
    return [
        _sql(birth, f"left(name, {i}) || substr(name, {i + 2})", where=f"{where} and {longer}")
        for i, longer in enumerate(f"length(name) > {i}" for i in range(4))
    ]


def _left_out_of_many(birth: str) -> list[str]:
    return [_sql(birth, "name"), *_left_out(birth, _LONG_NAME)]


RULES = (
    Rule(
        "number",
        lambda p: (p.number, p.first_number),
        (_sql("number"), _sql("first_number")),
    ),
    Rule(
        "name, birth in either calendar or by the number",
        lambda p: (_joined(p.name, p.birth),),
        (_sql("name", "birth"),),
        more=lambda p: (_joined(p.name, p.lunar), _joined(p.name, p.number_birth)),
        more_sql=(_sql("name", "lunar"), _sql("name", "number_birth")),
    ),
    Rule(
        "former name, birth",
        lambda p: (_joined(p.name, p.birth), _joined(p.former, p.birth)),
        (_sql("name", "birth"), _sql("former", "birth")),
        more=lambda p: (
            _joined(p.name, p.lunar),
            _joined(p.former, p.lunar),
            _joined(p.name, _sorted_date(p)),
            _joined(p.former, _sorted_date(p)),
        ),
        more_sql=(
            _sql("name", "lunar"),
            _sql("former", "lunar"),
            _sql("name", *_SORTED),
            _sql("former", *_SORTED),
        ),
    ),
    Rule(
        "birth, short name but for one character",
        lambda p: _one_left_out(p, p.birth) if len(p.name) <= 2 else (),
        (_sql("birth", "name", where=_SHORT_NAME), *_left_out("birth", _SHORT_NAME)),
    ),
    Rule(
        "birth in either calendar or by the number, name but for one character",
        lambda p: _one_left_out_of_many(p, p.birth),
        tuple(_left_out_of_many("birth")),
        more=lambda p: (
            *_one_left_out_of_many(p, p.lunar),
            *_one_left_out_of_many(p, p.number_birth),
        ),
        more_sql=(*_left_out_of_many("lunar"), *_left_out_of_many("number_birth")),
    ),
    Rule(
        "sound, two parts of the birth date",
        lambda p: (
            _joined(_heard(p), p.birth[:6]),
            _joined(_heard(p), p.birth[4:]),
            _joined(_heard(p), _year_day(p)),
            _joined(_heard(p), _sorted_date(p)),
        ),
        (
            _sql(_HEARD, _YEAR_MONTH),
            _sql(_HEARD, _MONTH_DAY),
            _sql(_HEARD, *_YEAR_DAY),
            _sql(_HEARD, *_SORTED),
        ),
    ),
    Rule(
        "parts of the number",
        lambda p: (
            _long(p.typed or p.number, slice(6), slice(-6, None)),
            _long(p.typed or p.number, slice(6, None)),
            _joined(_long(p.typed or p.number, slice(12)), p.given),
            _head(p),
            _joined(_masked(p.typed or p.number), p.surname),
        ),
        (
            _sql(f"left({_ID}, 6)", f"right({_ID}, 6)", where=_IS_LONG),
            _sql(f"substr({_ID}, 7)", where=_IS_LONG),
            _sql(f"left({_ID}, 12)", "given", where=_IS_LONG),
            _sql(_HEAD, where=f"length({_HEAD}) = 15 and translate({_HEAD}, '_%', '') = {_HEAD}"),
            _sql(f"left({_ID}, 6)", f"right({_ID}, 4)", "surname", where=f"length({_ID}) = 18"),
        ),
    ),
    Rule(
        "birth, sound",
        lambda p: (_joined(p.birth, p.letters), _joined(p.number_birth, p.letters)),
        (_sql("birth", "letters"), _sql("number_birth", "letters")),
    ),
    Rule("birth, near sound", lambda p: (_joined(p.birth, p.near),), (_sql("birth", "near"),)),
    Rule(
        "birth, name turned",
        lambda p: (_joined(p.birth, p.turned),),
        (_sql("birth", "turned"),),
    ),
    Rule("birth, given name", lambda p: (_joined(p.birth, p.given),), (_sql("birth", "given"),)),
    Rule(
        "birth, one of the family",
        lambda p: [_joined(p.birth, adult) for adult in _adults(p)],
        tuple(_sql("birth", adult, where=once) for adult, once in _ADULTS),
    ),
    Rule(
        "sound, one of the family",
        lambda p: [_joined(_heard(p), adult) for adult in _adults(p)],
        tuple(_sql(_HEARD, adult, where=once) for adult, once in _ADULTS),
    ),
    Rule(
        "year of birth, sound",
        lambda p: (),
        (),
        more=lambda p: (_joined(p.letters, p.birth[:4]),),
        more_sql=(_sql("letters", "left(birth, 4)"),),
    ),
    Rule(
        "year of birth, surname, a character of the given name",
        lambda p: (),
        (),
        more=lambda p: [_joined(p.surname, c, p.birth[:4]) for c in p.given[:3] if not p.latin],
        more_sql=tuple(
            _sql("surname", f"given[{i}]", "left(birth, 4)", where="not latin") for i in (1, 2, 3)
        ),
    ),
    Rule(
        "birth, a character of the given name",
        lambda p: (),
        (),
        more=lambda p: [
            _joined(c, birth)
            for c in p.given[:2]
            for birth in (p.birth, p.lunar, p.number_birth)
            if not p.latin
        ],
        more_sql=tuple(
            _sql(f"given[{i}]", birth, where="not latin")
            for i in (1, 2)
            for birth in ("birth", "lunar", "number_birth")
        ),
    ),
    Rule(
        "a character of the given name, one of the family",
        lambda p: [_joined(c, adult) for c in p.given[:2] for adult in _adults(p) if not p.latin],
        tuple(
            _sql(f"given[{i}]", adult, where=f"not latin and {once}")
            for i in (1, 2)
            for adult, once in _ADULTS
        ),
    ),
    Rule("phone", lambda p: (p.phone,), (_sql("phone"),), MOST_IN_ONE_HOME),
    Rule(
        "number of one of the family",
        lambda p: p.family_ids,
        tuple(_sql(f"coalesce(family_ids[{i + 1}], '')") for i in range(_MOST_FAMILY_IDS)),
        MOST_IN_ONE_HOME,
    ),
    Rule(
        "near sound, home",
        lambda p: (_joined(p.near or _heard(p), p.door), _joined(p.near or _heard(p), p.street)),
        (_sql(_NEARLY_HEARD, "door"), _sql(_NEARLY_HEARD, "street")),
    ),
    Rule(
        "home",
        lambda p: (_joined(p.street, p.door),),
        (_sql("street", "door"),),
        MOST_IN_ONE_HOME,
    ),
    Rule("birth, door", lambda p: (_joined(p.birth, p.door),), (_sql("birth", "door"),)),
    Rule(
        "sound, community",
        lambda p: (_joined(_heard(p), p.community),),
        (_sql(_HEARD, "community"),),
    ),
    Rule(
        "given name, month or day of birth, community",
        lambda p: (
            _joined(p.given, p.birth[:6], p.community),
            _joined(p.given, p.birth[4:], p.community),
        ),
        (_sql("given", _YEAR_MONTH, "community"), _sql("given", _MONTH_DAY, "community")),
    ),
    Rule(
        "birth, surname, community",
        lambda p: (_joined(p.birth, p.surname, p.community),),
        (_sql("birth", "surname", "community"),),
    ),
)
