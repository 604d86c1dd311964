"""From pairs to people: which rows are one person.

Pairs are taken from the strongest down. A pair joins two groups of rows unless something speaks
against it: two sound numbers with two names; a second row of one person on one side, for which
more is asked; a rival that is nearly as good, for which a clerk is asked.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from rosterlink.levels import NAME
from rosterlink.person import ROSTERS, Side
from rosterlink.weights import Thresholds


@dataclass(slots=True)
class Row:
    """What is needed of a row to put it with others."""

    roster: str
    name: str
    former: str
    birth: str
    number: str
    own: bool
    first_number: str = ""

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

    def names(self) -> set[str]:
        return set().union(*self.numbers.values())


class Clusters:
    def __init__(
        self,
        rows: Mapping[int, Row],
        known: Set[str],
        thresholds: Thresholds,
        same: Sequence[tuple[int, int]] = (),
        apart: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Start from what people decided (`same`, `apart`), then from what is certain.

        `rows` by their number: at least all that stand in a pair or a decision, and those that
        share number and name with one of them. `known`: the numbers that the police know.
        """
        self.rows = rows
        self.thresholds = thresholds
        self.group_of: dict[int, Group] = {n: _single(n, row) for n, row in rows.items()}
        self._close: set[frozenset[str]] = set()  # names that no two of one family bear
        self._near: set[frozenset[str]] = set()  # and those that are merely alike
        self._known = known
        for a, b in apart:
            self.group_of[a].apart.add(b)
            self.group_of[b].apart.add(a)
        for a, b in same:
            self.join(a, b)
        self._join_certain()

    def persons(self) -> dict[int, int]:
        """Return for each row the number of the first row of the same person."""
        first = {id(group): min(group.rows) for group in self.group_of.values()}
        return {n: first[id(group)] for n, group in self.group_of.items()}

    def _join_certain(self) -> None:
        """One sound number and one name are one person."""
        first: dict[tuple[str, str], int] = {}
        for n, row in self.rows.items():
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
            if pair.name in NEAR:
                self._near.add(_names(self.rows[pair.a].name, self.rows[pair.b].name))
            if pair.name in CLOSE:
                self._close.add(_names(self.rows[pair.a].name, self.rows[pair.b].name))
        self._give_back_borrowed_numbers(pairs, at)
        waiting = sorted(pairs, key=lambda p: (-p.weight, p.a, p.b))
        while self._join_once(waiting, at):
            waiting = [pair for pair in waiting if pair.verdict in ("rival", "taken")]

    def _join_once(self, pairs: Sequence[Pair], at: dict[int, list[Pair]]) -> bool:
        """Go through the pairs, and say whether any was joined: a rival may be gone after that."""
        joined = False
        for pair in pairs:
            pair.verdict = self._verdict(pair, at)
            if pair.verdict == "joined":
                self.join(pair.a, pair.b)
                joined = True
        return joined

    def _verdict(self, pair: Pair, at: dict[int, list[Pair]]) -> str:
        left, right = self.group_of[pair.a], self.group_of[pair.b]
        if left is right:
            return "known"
        if _decided_apart(left, right):
            return "apart"
        asked = self._asked(pair, left, right)
        if pair.weight < min(asked, self.thresholds.link) - self.thresholds.doubt:
            return "weak"
        if self._two_people(left, right):
            return "two_numbers"
        if not self._may_stand_twice(pair, left, right, at):
            return "taken"
        if self._is_rivalled(pair, at) or self._is_better_named(pair, at):
            return "rival"
        if self._may_be_twins(left, right):
            asked = max(asked, self.thresholds.sure)
        return "joined" if pair.weight >= asked else "doubtful"

    def _asked(self, pair: Pair, left: Group, right: Group) -> float:
        """Return the weight from which on no clerk is asked.

        Less is asked where a resident without a place and a row of a roll without a resident are
        each other's only candidates: chance seldom leaves just two such rows over.
        """
        if pair.birth == "unlike" and pair.name not in ("same", "former"):
            return self.thresholds.sure  # a brother or sister, most likely
        free = _wait_for_each_other(left, right) or _wait_for_each_other(right, left)
        return self.thresholds.alone if free else self.thresholds.sure

    def _may_stand_twice(
        self, pair: Pair, left: Group, right: Group, at: dict[int, list[Pair]]
    ) -> bool:
        """Whether no side would get a second row, or all speaks for one person with two."""
        asked = self._asked_for_twice(left, right)
        if not asked:
            return True
        if pair.birth in ("unlike", "same_month"):
            return False
        if pair.birth not in SAME_BIRTH and pair.number not in SAME_NUMBER:
            asked += self.thresholds.twice
        one_person = (
            pair.name in CLOSE - {"sound"}
            or (pair.name == "sound" and not self._has_namesake(pair, at))
            or (pair.number in SAME_NUMBER and pair.name in NEAR)
            or (pair.number == "same" and pair.birth in SAME_BIRTH)
            or (pair.birth == "lunar" and pair.name in NEAR)  # twins share the day
        )
        return one_person and pair.weight >= self.thresholds.link + asked

    def _has_namesake(self, pair: Pair, at: dict[int, list[Pair]]) -> bool:
        """Whether one of the two is spelt just like a third: then sound alone says little."""
        joined = (self.group_of[pair.a], self.group_of[pair.b])
        return any(
            self.group_of[other.a] not in joined or self.group_of[other.b] not in joined
            for n in (pair.a, pair.b)
            for other in at[n]
            if other.name == "same" and other.birth in SAME_BIRTH and other.weight > 0
        )

    def _asked_for_twice(self, left: Group, right: Group) -> float:
        both = left.sides & right.sides
        if "police_hukou" in both:
            return float("inf")  # two households that claim one child are for the police to sort
        return self.thresholds.twice if both else 0.0

    def _placed(self, own: Group, rival: Group) -> float:
        """Return how much less a rival is worth that has what it would get by this pair."""
        seated = own.sides & SEATS and rival.sides & SEATS
        return self.thresholds.placed if seated or own.sides & rival.sides else 0.0

    def _is_rivalled(self, pair: Pair, at: dict[int, list[Pair]]) -> bool:
        """Whether on either end another row could be meant nearly as well."""
        return any(
            rival.weight - self._placed(self.group_of[n], self.group_of[other])
            > pair.weight - self._margin(pair, rival)
            for n, chosen in ((pair.a, pair.b), (pair.b, pair.a))
            for rival, other in self._others(n, chosen, at)
        )

    def _is_better_named(self, pair: Pair, at: dict[int, list[Pair]]) -> bool:
        """Whether a name that is merely alike stands against a third row that bears it exactly."""
        alike = pair.name not in CLOSE - {"sound"} and pair.number not in SAME_NUMBER
        return alike and self._has_namesake(pair, at)

    def _margin(self, pair: Pair, rival: Pair) -> float:
        """A name that is quite the same needs less of a lead over one that is merely like it."""
        exact = pair.name == "same" and rival.name != "same"
        return self.thresholds.margin / 2 if exact else self.thresholds.margin

    def _others(self, n: int, chosen: int, at: dict[int, list[Pair]]) -> Iterator[tuple[Pair, int]]:
        """Yield the pairs of a row with others of the chosen one's roster that may be meant."""
        own, taken = self.group_of[n], self.group_of[chosen]
        roster = self.rows[chosen].roster
        copies = {
            pair.b if pair.a == chosen else pair.a
            for pair in at[chosen]
            if pair.name == "same"
            and pair.number != "two_numbers"
            and pair.weight >= self.thresholds.sure
        }
        for pair in at[n]:
            other = pair.b if pair.a == n else pair.a
            group = self.group_of[other]
            if group is taken or group is own or self.rows[other].roster != roster:
                continue
            if other not in copies and not self._two_people(own, group):
                yield pair, other

    def _two_people(self, left: Group, right: Group) -> bool:
        """Whether the groups bear two sound numbers that cannot be one person's.

        They can where a name is the same; and, if no resident is known for both numbers and the
        numbers are no neighbours' (twins are registered one after the other), where the names are
        at least alike.
        """
        if not self._numbers_differ(left, right):
            return False
        mine, theirs = left.names(), right.names()
        if not mine.isdisjoint(theirs):
            return False
        if self._is_known(left) and self._is_known(right):
            return True
        if any(_are_neighbours(x, y) for x in left.numbers for y in right.numbers):
            return True
        return not any(_names(a, b) in self._near or _one_apart(a, b) for a in mine for b in theirs)

    def _may_be_twins(self, left: Group, right: Group) -> bool:
        """Two sound numbers, and names that are only alike: always for a person to decide."""
        if not self._numbers_differ(left, right):
            return False
        mine, theirs = left.names(), right.names()
        return not any(a == b or _names(a, b) in self._close for a in mine for b in theirs)

    def _numbers_differ(self, left: Group, right: Group) -> bool:
        return bool(left.numbers and right.numbers) and left.numbers.keys().isdisjoint(
            right.numbers
        )

    def _is_known(self, group: Group) -> bool:
        """Whether the police know somebody by a number of the group."""
        return not self._known.isdisjoint(group.numbers)

    def _give_back_borrowed_numbers(self, pairs: Sequence[Pair], at: dict[int, list[Pair]]) -> None:
        """A row under another child's number loses it where the child it names is found by itself.

        So it is with the number of a brother or sister, copied from the line above.
        """
        borrowers = {n for pair in pairs for n in self._borrowers(pair, at)}
        borrowers |= {n for pair in pairs for n in self._registered_otherwise(pair)}
        borrowers |= {n for pair in pairs for n in self._dated_otherwise(pair)}
        for n in borrowers:
            self.group_of[n].numbers.pop(self.rows[n].number, None)
        for pair in pairs:
            if pair.a not in borrowers and pair.b not in borrowers:
                continue
            if pair.number in ("same", "first", "same_not_own") and pair.name not in CLOSE:
                pair.weight -= BORROWED
            elif pair.number == "two_numbers":
                pair.weight += GIVEN_BACK

    def _borrowers(self, pair: Pair, at: dict[int, list[Pair]]) -> list[int]:
        if pair.number != "same" or pair.name in CLOSE:
            return []
        return [n for n in (pair.a, pair.b) if self._is_named_elsewhere(n, pair, at)]

    def _registered_otherwise(self, pair: Pair) -> list[int]:
        """Rows whose number is not the one they were registered under, which fits by name too."""
        if pair.number != "first" or pair.name not in NEAR:
            return []
        left, right = self.rows[pair.a].number, self.rows[pair.b].number
        if left == right or not self.rows[pair.a].number or not self.rows[pair.b].number:
            return []
        return [
            n
            for n in (pair.a, pair.b)
            if self.rows[n].first_number not in ("", self.rows[n].number)
        ]

    def _dated_otherwise(self, pair: Pair) -> list[int]:
        """Rows whose number is not of their birth date, on which a row with another one agrees."""
        agreed = pair.number == "not_own" and pair.birth == "same" and pair.name in NEAR
        if not agreed or pair.weight <= self.thresholds.sure:
            return []
        return [n for n in (pair.a, pair.b) if self.rows[n].number[6:14] != self.rows[n].birth]

    def _is_named_elsewhere(self, n: int, borrowed: Pair, at: dict[int, list[Pair]]) -> bool:
        """Whether a row with another number is nearer by name than the one with the same."""
        sides = self.group_of[n].sides
        if (sides & RESIDENTS and sides & PLACES) or "police_hukou" in sides:
            return False  # two offices, or the one that gives out numbers, stand by this one
        rank = NAME_RANK[borrowed.name]
        alike = borrowed.name in NEAR and borrowed.birth in SAME_BIRTH
        return any(
            pair.birth not in ("unlike", "same_month")
            and pair.number in ("two_numbers", "unlike")
            and pair.name in NEAR
            and NAME_RANK[pair.name] < rank
            and (pair.name == "same" or pair.weight > self.thresholds.sure)
            and (not alike or self.rows[pair.b if pair.a == n else pair.a].number in self._known)
            for pair in at[n]
        )


# Levels of the name that no two children of one family share, and those that are merely alike.
CLOSE = frozenset(
    ("same", "former", "sound", "pinyin", "turned", "parents_surname", "near_surname", "given")
)
NEAR = CLOSE | {"unknown", "near", "one_character", "nickname"}
NAME_RANK = {level.code: rank for rank, level in enumerate(NAME.levels)}
SAME_BIRTH = frozenset(("same", "by_number"))
SAME_NUMBER = frozenset(("same", "first", "fits", "one_slip"))
RESIDENTS = frozenset(r for r, side in ROSTERS.items() if side is Side.RESIDENTS)
# Rosters that say where a child is: a row of each belongs to one resident.
PLACES = frozenset(("school_roll", "elsewhere_roll", "deferral", "deaths", "border_exits"))
SEATS = frozenset(("school_roll", "elsewhere_roll", "deferral"))  # of these a child has but one
EXITS = frozenset(("border_exits",))
NEIGHBOURS = 6  # of 1,000 numbers of a place and day
# Bits: what a number says less that belongs to another child, and what its difference says less.
BORROWED = 20.0
GIVEN_BACK = 7.0


def _single(n: int, row: Row) -> Group:
    numbers = {}
    if row.number and row.own:
        numbers[row.number] = {row.name, row.former} - {""}
    # Who travels often stands in the register of exits often.
    sides = {row.roster} - EXITS
    return Group([n], sides, numbers)


def _wait_for_each_other(resident: Group, place: Group) -> bool:
    """Whether the one is a resident without such a place, the other a place without a resident."""
    places = (place.sides or EXITS) & PLACES
    return (
        bool(places and resident.sides & RESIDENTS)
        and place.sides.isdisjoint(RESIDENTS)
        and resident.sides.isdisjoint(places | SEATS if places & SEATS else places)
    )


def _decided_apart(left: Group, right: Group) -> bool:
    return not left.apart.isdisjoint(right.rows) or not right.apart.isdisjoint(left.rows)


def _names(a: str, b: str) -> frozenset[str]:
    return frozenset((a, b))


def _are_neighbours(x: str, y: str) -> bool:
    """Whether two numbers of one place and day were given out one soon after the other."""
    if len(x) < 18 or len(y) < 18 or x[:14] != y[:14]:
        return False
    return abs(int(x[14:17]) - int(y[14:17])) <= NEIGHBOURS


def _one_apart(a: str, b: str) -> bool:
    """Whether two names of one length differ in one character, or one has one more."""
    longer, shorter = sorted((a, b), key=len, reverse=True)
    if len(longer) == len(shorter):
        return sum(x != y for x, y in zip(longer, shorter, strict=True)) == 1
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
