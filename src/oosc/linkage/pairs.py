"""Two rows side by side: each field, what both say, and in words whether it agrees.

Of a number only the characters that differ are shown; the verdict says the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from oosc.children.rules import same_name
from oosc.kernel.privacy import mask_phone
from rosterlink import identity_number

# Of two numbers that differ more than that nothing is shown: they would be read off whole.
MOST_SHOWN = 3
GREEN, AMBER, GREY = "green", "amber", "grey"
NOTHING = "不记"
Row = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One field of both rows, with its verdict."""

    label: str
    left: SafeString
    right: SafeString
    colour: str
    verdict: str


def compare(left: Row, right: Row) -> list[Line]:
    """Return the lines of the table, the telling ones first."""
    return [
        _name(left.get("name", ""), right.get("name", "")),
        _number(left.get("id_no", ""), right.get("id_no", "")),
        _words("出生日期", left.get("birth_date", ""), right.get("birth_date", "")),
        _words("性别", left.get("sex", ""), right.get("sex", "")),
        _words("监护人", left.get("guardian", ""), right.get("guardian", "")),
        _phone(left.get("phone", ""), right.get("phone", "")),
        _address(left, right),
        _words("就读", left.get("school", ""), right.get("school", ""), compared=False),
    ]


def tally(lines: list[Line]) -> str:
    """6 项相符，2 项不符，1 项不比."""
    counted = [sum(line.colour == colour for line in lines) for colour in (GREEN, AMBER, GREY)]
    return f"{counted[0]} 项相符，{counted[1]} 项不符，{counted[2]} 项不比"


def _words(label: str, left: str, right: str, *, compared: bool = True) -> Line:
    if not left or not right or not compared:
        return Line(label, _shown(left), _shown(right), GREY, _not_compared(left, right))
    if left == right:
        return Line(label, _shown(left), _shown(right), GREEN, "一致")
    return Line(label, _marked(left, right), _marked(right, left), AMBER, _how(left, right))


def _not_compared(left: str, right: str) -> str:
    if left and right:
        return "不比较"
    return "一侧没有记" if left or right else "两侧都没有记"


def _name(left: str, right: str) -> Line:
    """Equal as names are compared: 啓 and 启 part none, and both are shown as they stand."""
    if left and right and left != right and same_name(left, right):
        return Line("姓名", _shown(left), _shown(right), GREEN, "一致，写法不同")
    return _words("姓名", left, right)


def _number(left: str, right: str) -> Line:
    if not left or not right:
        return Line("证件号", _masked(left), _masked(right), GREY, _not_compared(left, right))
    if left == right:
        return Line("证件号", _masked(left), _masked(right), GREEN, _checked(left, "一致"))
    if len(left) != len(right):
        return Line(
            "证件号", _masked(left), _masked(right), AMBER, "位数不同" + _faults(left, right)
        )
    differing = [n for n, pair in enumerate(zip(left, right, strict=True)) if pair[0] != pair[1]]
    verdict = _how_numbers(left, right, differing) + _faults(left, right)
    shown = differing if len(differing) <= MOST_SHOWN else []
    here, there = _masked(left, shown), _masked(right, shown)
    return Line("证件号", here, there, AMBER, verdict)


def _how_numbers(left: str, right: str, differing: list[int]) -> str:
    first, last = differing[0], differing[-1]
    swapped = len(differing) == 2 and last == first + 1 and left[first] == right[last]
    if swapped and left[last] == right[first]:
        return f"第 {first + 1}、{last + 1} 位互换"
    if len(differing) <= MOST_SHOWN:
        places = "、".join(str(n + 1) for n in differing)
        return f"第 {places} 位不同"
    return f"{len(differing)} 位不同"


def _faults(left: str, right: str) -> str:
    bad = [
        side
        for side, number in (("左侧", left), ("右侧", right))
        if not identity_number.is_valid(number)
    ]
    return f"，{'、'.join(bad)}校验不通过" if bad else "，两侧校验都通过"


def _checked(number: str, words: str) -> str:
    return words if identity_number.is_valid(number) else words + "，但校验不通过"


def _phone(left: str, right: str) -> Line:
    here, there = (_shown("、".join(map(mask_phone, _phones(said)))) for said in (left, right))
    if not left or not right:
        return Line("联系电话", here, there, GREY, _not_compared(left, right))
    if set(_phones(left)) & set(_phones(right)):
        return Line("联系电话", here, there, GREEN, "一致")
    return Line("联系电话", here, there, AMBER, "不同，电话常换")


def _phones(said: str) -> list[str]:
    return [number for number in said.split(";") if number]


def _address(left: Row, right: Row) -> Line:
    colour, words = _how_addresses(left.get("address", ""), right.get("address", ""))
    here, there = left.get("community", ""), right.get("community", "")
    if colour == GREY and here and there:
        colour, words = (GREEN, "同一社区") if here == there else (AMBER, "社区不同")
    return Line("住址", _place(left), _place(right), colour, words)


def _place(row: Row) -> SafeString:
    """The community; of the address itself only that there is one."""
    return _shown(row.get("community", "") or ("详址已遮" if row.get("address") else ""))


def _how_addresses(left: str, right: str) -> tuple[str, str]:
    if not left or not right:
        return GREY, "一侧没有住址"
    if left == right:
        return GREEN, "详址一致"
    if left.endswith(right[-6:]) or right.endswith(left[-6:]):
        return GREEN, "楼栋门牌一致"
    return AMBER, "详址不同"


def _how(left: str, right: str) -> str:
    if len(left) == len(right):
        count = sum(a != b for a, b in zip(left, right, strict=True))
        return f"{count} 处不同"
    return "不同"


def _shown(text: str) -> SafeString:
    if text:
        return mark_safe(escape(text))  # escaped in the same breath
    return format_html('<span class="bx-3">{}</span>', NOTHING)


def _marked(text: str, other: str) -> SafeString:
    """The text with the characters that differ marked, where both are of one length."""
    if len(text) != len(other):
        return format_html("<mark>{}</mark>", text)
    pieces = [
        format_html("<mark>{}</mark>", a) if a != b else escape(a)
        for a, b in zip(text, other, strict=True)
    ]
    return mark_safe("".join(pieces))  # each piece is escaped


def _masked(number: str, open_at: list[int] | None = None) -> SafeString:
    """The first six characters, stars, and only those that differ."""
    if not number:
        return _shown("")
    opened = set(open_at or ())
    pieces = [
        format_html("<mark>{}</mark>", c) if n in opened else c if n < 6 and c.isalnum() else "*"
        for n, c in enumerate(number)
    ]
    return format_html('<span class="bx-id">{}</span>', mark_safe("".join(pieces)))  # as above
