"""Which pairs of rows are worth comparing: those that share a key.

A rule gives a row some keys, each made of parts of the row; two rows with one key in common, of
one rule, are compared. The rules cover each other: whichever one field of a row is wrong, another
rule still brings the pair together. A part is stated twice like the levels: `of` in Python, `sql`
for the engines, which compare hashes: whole numbers are found faster than texts, and two keys that
share one by chance would only bring one more pair to be weighed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rosterlink.person import Person

MOST_IN_ONE_HOME = 40  # rows; a phone, number or home that more rows give is no family's
MOST_FAMILY_IDS = 5  # of father, mother, guardian, head of the household, and a number not its own

Key = tuple[str, ...]  # the names of its parts; a row that lacks one of them has no such key


@dataclass(frozen=True)
class Part:
    of: Callable[[Person], str]  # "" where the row does not say
    sql: str  # the same, over the columns of one row


@dataclass(frozen=True)
class Rule:
    name: str
    keys: tuple[Key, ...]
    more: tuple[Key, ...] = ()  # what only a row that is still looking for its like has beside
    most: int = 0  # a key that more rows have says nothing; 0: however many


def keys(rule: Rule, person: Person, looking: bool) -> set[tuple[str, ...]]:
    """Return the keys of a row by a rule, as the texts of their parts."""
    asked = (*rule.keys, *rule.more) if looking else rule.keys
    made = (tuple(PARTS[part].of(person) for part in key) for key in asked)
    return {key for key in made if all(key)}


def _without(name: str, at: int) -> str:
    return name[:at] + name[at + 1 :] if len(name) > at else ""


def _without_sql(at: int, where: str) -> str:
    left_out = f"left(name, {at}) || substr(name, {at + 2})"
    return f"case when {where} and length(name) > {at} then {left_out} else '' end"


def _heard(p: Person) -> str:
    """How a name sounds; the name itself in a script whose sounds are not known."""
    return p.letters or p.name


def _sorted_date(p: Person) -> str:
    return p.birth and p.birth[:4] + "".join(sorted((p.birth[4:6], p.birth[6:])))


def _id(p: Person) -> str:
    return p.typed or p.number


def _head(p: Person) -> str:
    """The first fifteen digits, which a spreadsheet keeps."""
    head = (p.pattern or p.typed or p.number)[:15]
    return head if len(head) == 15 and not set("_%") & set(head) else ""


_ID = "(case when typed <> '' then typed else number end)"
_HEAD = "left(case when pattern <> '' then pattern when typed <> '' then typed else number end, 15)"
_HEARD = "(case when letters <> '' then letters else name end)"


def _of_long(sql: str) -> str:
    """Some of the digits of a number that has most of them."""
    return f"case when length({_ID}) >= 15 then {sql} else '' end"


def _column(name: str) -> Part:
    return Part(lambda p: str(getattr(p, name)), name)


def _short_without(at: int) -> Part:
    return Part(
        lambda p: _without(p.name, at) if len(p.name) <= 2 else "",
        _without_sql(at, "length(name) <= 2"),
    )


def _long_without(at: int) -> Part:
    return Part(
        lambda p: _without(p.name, at) if len(p.name) > 2 else "",
        _without_sql(at, "length(name) > 2"),
    )


def _given(at: int) -> Part:
    return Part(
        lambda p: "" if p.latin else p.given[at : at + 1],
        f"case when latin then '' else given[{at + 1}] end",
    )


def _family_id(at: int) -> Part:
    return Part(
        lambda p: p.family_ids[at] if len(p.family_ids) > at else "",
        f"coalesce(family_ids[{at + 1}], '')",
    )


PARTS_OF_NAME = {
    **{c: _column(c) for c in ("name", "turned", "letters", "near", "surname", "given")},
    "heard": Part(_heard, _HEARD),
    "nearly_heard": Part(
        lambda p: p.near or _heard(p), f"case when near <> '' then near else {_HEARD} end"
    ),
    "short_name": Part(
        lambda p: p.name if len(p.name) <= 2 else "",
        "case when length(name) <= 2 then name else '' end",
    ),
    **{f"short_name_without_{at}": _short_without(at) for at in range(2)},
    **{f"name_without_{at}": _long_without(at) for at in range(4)},
    **{f"given_{at}": _given(at) for at in range(3)},
}
PARTS_OF_BIRTH = {
    "birth": _column("birth"),
    "lunar": _column("lunar"),
    "year": Part(lambda p: p.birth[:4], "left(birth, 4)"),
    "year_month": Part(lambda p: p.birth[:6], "left(birth, 6)"),
    "month_day": Part(lambda p: p.birth[4:], "right(birth, 4)"),
    "year_day": Part(
        lambda p: p.birth and f"{p.birth[:4]}-{p.birth[6:]}",
        "case when birth = '' then '' else left(birth, 4) || '-' || right(birth, 2) end",
    ),
    "sorted_date": Part(
        _sorted_date,
        "left(birth, 4) || least(birth[5:6], birth[7:8]) || greatest(birth[5:6], birth[7:8])",
    ),
}
PARTS_OF_ROW = {
    **{
        c: _column(c)
        for c in (
            "former", "number_birth", "number", "first_number", "father", "mother", "guardian",
            "phone", "street", "door", "community",
        )
    },
    "ends_of_number": Part(
        lambda p: f"{_id(p)[:6]}|{_id(p)[-6:]}" if len(_id(p)) >= 15 else "",
        _of_long(f"left({_ID}, 6) || '|' || right({_ID}, 6)"),
    ),
    "number_without_place": Part(
        lambda p: _id(p)[6:] if len(_id(p)) >= 15 else "", _of_long(f"substr({_ID}, 7)")
    ),
    "place_and_half_date": Part(
        lambda p: _id(p)[:12] if len(_id(p)) >= 15 else "", _of_long(f"left({_ID}, 12)")
    ),
    "head_of_number": Part(
        _head,
        f"case when length({_HEAD}) = 15 and translate({_HEAD}, '_%', '') = {_HEAD}"
        f" then {_HEAD} else '' end",
    ),
    # What is mostly left of a number whose middle is masked.
    "unmasked": Part(
        lambda p: _id(p)[:6] + _id(p)[-4:] if len(_id(p)) == 18 else "",
        f"case when length({_ID}) = 18 then left({_ID}, 6) || right({_ID}, 4) else '' end",
    ),
    **{f"family_id_{at}": _family_id(at) for at in range(MOST_FAMILY_IDS)},
}  # fmt: skip
PARTS = {**PARTS_OF_NAME, **PARTS_OF_BIRTH, **PARTS_OF_ROW}

_DATES = ("birth", "lunar", "number_birth")
_ADULTS = ("father", "mother", "guardian")


def _but_for_one(birth: str) -> tuple[Key, ...]:
    """The name with each of its first four characters left out, and whole.

    A short name stands whole, for it may be what is left of a longer one.
    """
    return ((birth, "name"), *((birth, f"name_without_{at}") for at in range(4)))


NAMED_AND_BORN: Key = ("name", "birth")
RULES = (
    # Most that is found at all is found by this one; the others may pass over what it finds.
    Rule(
        "name, birth in either calendar or by the number",
        (NAMED_AND_BORN,),
        more=(("name", "lunar"), ("name", "number_birth")),
    ),
    Rule("number", (("number",), ("first_number",))),
    Rule(
        "former name, birth",
        (("name", "birth"), ("former", "birth")),
        more=tuple((name, day) for name in ("name", "former") for day in ("lunar", "sorted_date")),
    ),
    Rule(
        "birth, short name but for one character",
        (("birth", "short_name"), *(("birth", f"short_name_without_{at}") for at in range(2))),
    ),
    Rule(
        "birth in either calendar or by the number, name but for one character",
        _but_for_one("birth"),
        more=(*_but_for_one("lunar"), *_but_for_one("number_birth")),
    ),
    Rule(
        "sound, two parts of the birth date",
        tuple(("heard", part) for part in ("year_month", "month_day", "year_day", "sorted_date")),
    ),
    Rule(
        "parts of the number",
        (
            ("ends_of_number",),
            ("number_without_place",),
            ("place_and_half_date", "given"),
            ("head_of_number",),
            ("unmasked", "surname"),
        ),
    ),
    Rule("birth, sound", (("birth", "letters"), ("number_birth", "letters"))),
    Rule("birth, near sound", (("birth", "near"),)),
    Rule("birth, name turned", (("birth", "turned"),)),
    Rule("birth, given name", (("birth", "given"),)),
    Rule("birth, one of the family", tuple(("birth", adult) for adult in _ADULTS)),
    Rule("sound, one of the family", tuple(("heard", adult) for adult in _ADULTS)),
    Rule("year of birth, sound", (), more=(("letters", "year"),)),
    Rule(
        "year of birth, surname, a character of the given name",
        (),
        more=tuple(("surname", f"given_{at}", "year") for at in range(3)),
    ),
    Rule(
        "birth, a character of the given name",
        (),
        more=tuple((f"given_{at}", day) for at in range(2) for day in _DATES),
    ),
    Rule(
        "a character of the given name, one of the family",
        tuple((f"given_{at}", adult) for at in range(2) for adult in _ADULTS),
    ),
    Rule("phone", (("phone",),), most=MOST_IN_ONE_HOME),
    Rule(
        "number of one of the family",
        tuple((f"family_id_{at}",) for at in range(MOST_FAMILY_IDS)),
        most=MOST_IN_ONE_HOME,
    ),
    Rule("near sound, home", (("nearly_heard", "door"), ("nearly_heard", "street"))),
    Rule("home", (("street", "door"),), most=MOST_IN_ONE_HOME),
    Rule("birth, door", (("birth", "door"),)),
    Rule("sound, community", (("heard", "community"),)),
    Rule(
        "given name, month or day of birth, community",
        (("given", "year_month", "community"), ("given", "month_day", "community")),
    ),
    Rule("birth, surname, community", (("birth", "surname", "community"),)),
)
