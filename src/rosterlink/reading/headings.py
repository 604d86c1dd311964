"""Which row holds the headings, and which column is which field."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from rosterlink.reading.answer import Unreadable
from rosterlink.reading.layouts import Layout

ROWS_LOOKED_AT = 30

# A heading below one of these is about somebody else than the child: 父亲 over 姓名.
_OTHER_PEOPLE = re.compile(r"父|母|监护|家长|联系人|户主|成员|照护|委托|班主任|负责人|责任人")
_FILLER = re.compile(r"(基本)?(信息|情况|资料)$")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
_IGNORED = re.compile(r"[\s*:：#★_\-]+")

# Two columns that both claim to be one of these are for a person to decide between.
_NEVER_CHOSEN_BETWEEN = frozenset(("name", "id_no", "birth_date", "cert_no"))


@dataclass(frozen=True)
class Headings:
    """The headings of one sheet. `row` counts from 0 and is the last of them; -1: there is none."""

    row: int
    labels: tuple[str, ...]  # one for each column, "" where there is none
    columns: Mapping[str, int]  # field to column
    twice: Mapping[str, tuple[str, ...]]  # field to the headings that both claim it
    passed_over: tuple[str, ...]  # headings that say the same as one that was taken

    def missing(self, layout: Layout) -> list[tuple[str, ...]]:
        """Return the needs that are not met: groups of fields of which one would do."""
        present = {*self.columns, *self.twice}
        return [group for group in layout.needs if not present.intersection(group)]

    def suits(self, layout: Layout) -> bool:
        return not self.twice and not self.missing(layout)


def comparable(heading: str) -> str:
    """Bring a heading to the form in which headings are compared."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", heading)).lower()


def find(
    rows: Sequence[Sequence[str]], layout: Layout, mapping: Mapping[str, str] | None = None
) -> Headings:
    """Find the headings among the first rows of a sheet: in one row, or in two over each other.

    Raises:
        Unreadable: the mapping names a heading that the sheet does not have.
    """
    asked = {field: comparable(heading) for field, heading in (mapping or {}).items()}
    alone = [_one_row(number, row, layout, asked) for number, row in enumerate(rows)]
    stacked = [
        _two_rows(n, above, below, layout, asked) for n, (above, below) in enumerate(pairwise(rows))
    ]
    # max takes the first of equals: one row before two, and a row further up before one below.
    best = max([*alone, *stacked], key=_score, default=Headings(-1, (), {}, {}, ()))
    if not _score(best):
        best = Headings(-1, _fullest(rows), {}, {}, ())
    _check_mapping(best, mapping or {})
    return best


def _check_mapping(found: Headings, mapping: Mapping[str, str]) -> None:
    for field, heading in mapping.items():
        if field not in found.columns:
            raise Unreadable(f"没有找到指定的表头“{heading}”，请按文件里的写法重新指定。")


def _score(found: Headings) -> int:
    return len(found.columns) + len(found.twice)


def _fullest(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the row that most looks like headings, to show to whoever has to map them."""
    return max((tuple(row) for row in rows), key=lambda row: sum(map(bool, row)), default=())


def _one_row(number: int, row: Sequence[str], layout: Layout, asked: Mapping[str, str]) -> Headings:
    labels = tuple(_label(cell) for cell in row)
    return _match(number, labels, [_forms(label) for label in labels], layout, asked)


def _two_rows(
    number: int,
    above: Sequence[str],
    below: Sequence[str],
    layout: Layout,
    asked: Mapping[str, str],
) -> Headings:
    """Read a row of groups (学生信息, 监护人) over a row of headings (姓名, 电话)."""
    labels, forms = [], []
    group = ""
    for over, under in zip(map(_label, above), map(_label, below), strict=True):
        # A merged group writes its name over its first column only.
        group = over or (group if under else "")
        if not under or under == over:
            labels.append(over)
            forms.append(_forms(over))
        else:
            labels.append(f"{group}{under}")
            forms.append(_forms_in_group(group, under))
    return _match(number + 1, tuple(labels), forms, layout, asked)


def _distinct(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Number a heading that comes again, so that it can be pointed at: 姓名, 姓名 (2)."""
    seen: dict[str, int] = {}
    distinct = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        distinct.append(f"{label} ({seen[label]})" if label and seen[label] > 1 else label)
    return tuple(distinct)


def _label(cell: str) -> str:
    return " ".join(cell.split())


def _forms(label: str) -> list[str]:
    """Return the ways to compare a heading, the exact one first: 社区(村) is also 社区."""
    whole = comparable(label)
    bare = comparable(_BRACKETS.sub("", unicodedata.normalize("NFKC", label)))
    return list(dict.fromkeys(form for form in (whole, bare) if form))


def _forms_in_group(group: str, under: str) -> list[str]:
    owner = _FILLER.sub("", comparable(group))
    forms = [owner + form for form in _forms(under)]
    return forms if _OTHER_PEOPLE.search(owner) else forms + _forms(under)


def _match(
    number: int,
    labels: tuple[str, ...],
    forms: list[list[str]],
    layout: Layout,
    asked: Mapping[str, str],
) -> Headings:
    labels = _distinct(labels)
    places = _aliases(layout)
    claims: dict[str, list[tuple[int, int]]] = {}  # field to (rank of the heading, column)
    for column, ways in enumerate(forms):
        hit = next((places[way] for way in ways if way in places), None)
        mapped = [
            field for field, heading in asked.items() if heading == comparable(labels[column])
        ]
        for field in mapped:
            claims.setdefault(field, []).append((-1, column))
        if hit and not mapped and hit[0] not in asked:
            claims.setdefault(hit[0], []).append((hit[1], column))
    return _settle(number, labels, claims)


def _settle(
    number: int, labels: tuple[str, ...], claims: Mapping[str, list[tuple[int, int]]]
) -> Headings:
    columns, twice, passed_over = {}, {}, []
    for field, claimed in claims.items():
        first, *others = [column for _, column in sorted(claimed)]
        if others and field in _NEVER_CHOSEN_BETWEEN:
            twice[field] = tuple(labels[column] for _, column in sorted(claimed))
        else:
            columns[field] = first
            passed_over += [labels[column] for column in others]
    return Headings(number, labels, columns, twice, tuple(passed_over))


@cache
def _aliases(layout: Layout) -> dict[str, tuple[str, int]]:
    """Return every heading the layout knows, in comparable form: its field and its rank there."""
    known: dict[str, tuple[str, int]] = {}
    for column in layout.columns:
        for rank, heading in enumerate((column.field, *column.headings)):
            known.setdefault(comparable(heading), (column.field, rank))
    return known
