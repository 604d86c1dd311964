"""From pairs to people: which rows are one person.

Pairs are taken from the strongest down. A pair joins two groups of rows unless something speaks
against it: two sound numbers with two names; a second row of one person on one side, for which
more is asked; a rival that is nearly as good, for which a clerk is asked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from rosterlink.person import ROSTERS, Side
from rosterlink.weights import Thresholds


@dataclass(slots=True)
class Row:
    """What is needed of a row to put it with others."""

    roster: str
    name: str
    former: str
    number: str
    own: bool

    @property
    def side(self) -> Side:
        return ROSTERS[self.roster]


@dataclass(slots=True)
class Pair:
    a: int
    b: int
    weight: float
    name: str  # codes of the levels
    birth: str
    number: str
    verdict: str = ""  # "joined", or why not


@dataclass(slots=True)
class Group:
    """Rows held to be one person; `sides` counts what was joined, certain copies only once."""

    rows: list[int]
    sides: set[str]
    numbers: dict[str, set[str]] = field(default_factory=dict)  # sound number: the names with it
    apart: set[int] = field(default_factory=set)  # rows of which a person decided: not the same


class Clusters:
    def __init__(
        self,
        rows: Sequence[Row],
        thresholds: Thresholds,
        same: Sequence[tuple[int, int]] = (),
        apart: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Start from what people decided (`same`, `apart`), then from what is certain."""
        self.rows = rows
        self.thresholds = thresholds
        self.group_of: list[Group] = [_single(n, row) for n, row in enumerate(rows)]
        for a, b in apart:
            self.group_of[a].apart.add(b)
            self.group_of[b].apart.add(a)
        for a, b in same:
            self.join(a, b)
        self._join_certain()

    def persons(self) -> list[int]:
        """Return for each row the number of the first row of the same person."""
        first = {id(group): min(group.rows) for group in self.group_of}
        return [first[id(group)] for group in self.group_of]

    def _join_certain(self) -> None:
        """One sound number and one name are one person."""
        first: dict[tuple[str, str], int] = {}
        for n, row in enumerate(self.rows):
            if row.number and row.name:
                known = first.setdefault((row.number, row.name), n)
                if not _decided_apart(self.group_of[known], self.group_of[n]):
                    self.join(known, n)

    def join(self, a: int, b: int) -> None:
        kept, gone = self.group_of[a], self.group_of[b]
        if kept is gone:
            return
        if len(kept.rows) < len(gone.rows):
            kept, gone = gone, kept
        kept.rows.extend(gone.rows)
        kept.sides |= gone.sides
        kept.apart |= gone.apart
        for number, names in gone.numbers.items():
            kept.numbers.setdefault(number, set()).update(names)
        for n in gone.rows:
            self.group_of[n] = kept

    def join_pairs(self, pairs: Sequence[Pair]) -> None:
        """Decide each of the pairs, which come strongest first; says so in its `verdict`."""
        at: dict[int, list[Pair]] = defaultdict(list)
        for pair in pairs:
            at[pair.a].append(pair)
            at[pair.b].append(pair)
        _give_back_borrowed_numbers(pairs, at)
        for pair in sorted(pairs, key=lambda p: (-p.weight, p.a, p.b)):
            pair.verdict = self._verdict(pair, at)
            if pair.verdict in ("joined", "known"):
                self.join(pair.a, pair.b)

    def _verdict(self, pair: Pair, at: dict[int, list[Pair]]) -> str:
        left, right = self.group_of[pair.a], self.group_of[pair.b]
        if left is right:
            return "known"
        if _decided_apart(left, right):
            return "apart"
        if pair.weight < self.thresholds.link:
            return "weak"
        if _two_numbers_two_names(left, right):
            return "two_numbers"
        if pair.weight < self.thresholds.link + self._asked_for_twice(left, right):
            return "taken"
        rival = self._rival(pair, at)
        if rival > pair.weight - self.thresholds.margin:
            return "rival"
        return "joined" if pair.weight >= self.thresholds.sure else "doubtful"

    def _asked_for_twice(self, left: Group, right: Group) -> float:
        both = left.sides & right.sides
        if "police_hukou" in both:
            return 3 * self.thresholds.twice  # the household register knows a child once
        return self.thresholds.twice if both else 0.0

    def _rival(self, pair: Pair, at: dict[int, list[Pair]]) -> float:
        """Return the weight of the best other row that could be meant, on either end."""
        return max(self._best_other(pair.a, pair.b, at), self._best_other(pair.b, pair.a, at))

    def _best_other(self, n: int, chosen: int, at: dict[int, list[Pair]]) -> float:
        own, taken = self.group_of[n], self.group_of[chosen]
        roster = self.rows[chosen].roster
        best = float("-inf")
        for pair in at[n]:
            other = pair.b if pair.a == n else pair.a
            group = self.group_of[other]
            if group is taken or group is own or self.rows[other].roster != roster:
                continue
            weight = pair.weight - self._asked_for_twice(own, group)
            if weight > best and not _two_numbers_two_names(own, group):
                best = weight
        return best


def _single(n: int, row: Row) -> Group:
    numbers = {}
    if row.number and row.own:
        numbers[row.number] = {row.name, row.former} - {""}
    sides = {row.roster} if row.side is not Side.OTHER else set()
    return Group([n], sides, numbers)


def _decided_apart(left: Group, right: Group) -> bool:
    return not left.apart.isdisjoint(right.rows) or not right.apart.isdisjoint(left.rows)


def _two_numbers_two_names(left: Group, right: Group) -> bool:
    """Whether the groups bear sound numbers that differ, and no name in common with them."""
    if not left.numbers or not right.numbers or left.numbers.keys() & right.numbers.keys():
        return False
    names = set().union(*left.numbers.values())
    return names.isdisjoint(set().union(*right.numbers.values()))


BORROWED = 20.0  # bits; what a number says less that another child of the same name is known for


def _give_back_borrowed_numbers(pairs: Sequence[Pair], at: dict[int, list[Pair]]) -> None:
    """A number with another child's name says little where the named child is found by itself."""
    for pair in pairs:
        if (
            pair.number in ("same", "first")
            and pair.name not in ("same", "former", "sound", "pinyin")
            and _is_named_elsewhere(pair, at)
        ):
            pair.weight -= BORROWED


def _is_named_elsewhere(pair: Pair, at: dict[int, list[Pair]]) -> bool:
    return any(
        other.name == "same"
        and other.birth == "same"
        and other.number != "same"
        and other.weight > 0
        for n in (pair.a, pair.b)
        for other in at[n]
    )
