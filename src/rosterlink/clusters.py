"""From pairs to people: which rows are one person.

Pairs are taken from the strongest down. A pair joins two groups of rows unless something speaks
against it: two sound numbers with two names; a second row of one person on one side, for which
more is asked; a rival that is nearly as good, for which a clerk is asked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from math import log2

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
    family: float = 0.0  # of the weight what guardians, phone and home say
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
        self._believe_reissued_numbers(pairs)
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
        if self._two_people(left, right) or self._are_namesakes(pair, left, right):
            return "two_numbers"
        if not self._may_stand_twice(pair, left, right, at):
            return "doubtful" if self._seems_twice(pair, left, right) else "taken"
        if self._is_rivalled(pair, at) or self._is_better_named(pair, at):
            return "rival"
        if self._may_be_twins(left, right):
            asked = max(asked, self.thresholds.sure)
        asked = max(asked, self._asked_of_one_day(left, right))
        return "joined" if pair.weight >= asked else "doubtful"

    def _asked(self, pair: Pair, left: Group, right: Group) -> float:
        """Return the weight from which on no clerk is asked.

        Less is asked where a resident without a place and a row of a roll without a resident are
        each other's only candidates: chance seldom leaves just two such rows over.
        """
        if pair.birth in ("unlike", "other_by_number") and pair.name not in ("same", "former"):
            return self.thresholds.sure  # a brother or sister, most likely
        if _wait_for_each_other(left, right) or _wait_for_each_other(right, left):
            return self.thresholds.alone
        if _lack_each_other(left, right) or _lack_each_other(right, left):
            return self.thresholds.served
        return self.thresholds.sure

    def _may_stand_twice(
        self, pair: Pair, left: Group, right: Group, at: dict[int, list[Pair]]
    ) -> bool:
        """Whether no side would get a second row, or all speaks for one person with two."""
        asked = self._asked_for_twice(left, right)
        if not asked:
            return True
        if pair.birth in ("unlike", "same_month", "other_by_number"):
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

    def _seems_twice(self, pair: Pair, left: Group, right: Group) -> bool:
        """Whether so much speaks for a second row that a clerk is to say, though the name less."""
        asked = self._asked_for_twice(left, right) + self.thresholds.sure
        alike = pair.name in NEAR and pair.birth in SAME_BIRTH and pair.number in UNTOLD_NUMBER
        return alike and pair.weight >= asked

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
        for n, chosen in ((pair.a, pair.b), (pair.b, pair.a)):
            for rival, other in self._others(n, chosen, at):
                placed = self._placed(self.group_of[n], self.group_of[other])
                shared = pair.family - rival.family if _are_siblings(chosen, other, at) else 0.0
                if self._rivals(pair, rival, placed - shared):
                    return True
        return False

    def _rivals(self, pair: Pair, rival: Pair, less: float) -> bool:
        """Whether the rival comes near; one who is placed must bear the name as exactly, too."""
        exact = pair.name == "same" and rival.name != "same"
        if exact and less >= self.thresholds.placed and pair.weight >= self.thresholds.sure:
            return False
        margin = self.thresholds.margin / 2 if exact else self.thresholds.margin
        return rival.weight - less > pair.weight - margin

    def _is_better_named(self, pair: Pair, at: dict[int, list[Pair]]) -> bool:
        """Whether a name that is merely alike stands against a third row that bears it exactly."""
        alike = pair.name not in CLOSE - {"sound"} and pair.number not in SAME_NUMBER
        return alike and self._has_namesake(pair, at)

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

        They can where a name is the same; and, if no resident is known for both numbers, where the
        names are at least alike, or even one where the numbers are neighbours' (twins are
        registered one after the other).
        """
        if not self._numbers_differ(left, right):
            return False
        mine, theirs = left.names(), right.names()
        if not mine.isdisjoint(theirs):
            return False
        if self._is_known(left) and self._is_known(right):
            return True
        if _any_two(_are_neighbours, left, right):
            return not self._are_close(mine, theirs)
        return not self._are_alike(mine, theirs) and not _any_two(_may_be_reissued, left, right)

    def _are_close(self, mine: set[str], theirs: set[str]) -> bool:
        return any(a == b or _names(a, b) in self._close for a in mine for b in theirs)

    def _are_alike(self, mine: set[str], theirs: set[str]) -> bool:
        return any(_names(a, b) in self._near or _one_apart(a, b) for a in mine for b in theirs)

    def _may_be_twins(self, left: Group, right: Group) -> bool:
        """Two sound numbers, and names that are only alike: always for a person to decide."""
        if not self._numbers_differ(left, right):
            return False
        return not self._are_close(left.names(), right.names())

    def _are_namesakes(self, pair: Pair, left: Group, right: Group) -> bool:
        """Whether the police know both by numbers of two days, and the pair says no other thing."""
        return (
            self._numbers_differ(left, right)
            and self._is_known(left)
            and self._is_known(right)
            and pair.birth not in (*SAME_BIRTH, "missing")
            and pair.weight < self.thresholds.placed
            and {x[6:14] for x in left.numbers}.isdisjoint(x[6:14] for x in right.numbers)
        )

    def _asked_of_one_day(self, left: Group, right: Group) -> float:
        """Twins, or a number given out anew: a clerk decides where names or places are unlike."""
        mine, theirs = left.names(), right.names()
        if not self._numbers_differ(left, right) or not mine.isdisjoint(theirs):
            return self.thresholds.alone
        if _any_two(_are_neighbours, left, right):
            waiting = _wait_for_each_other(left, right) or _wait_for_each_other(right, left)
            return self.thresholds.sure if waiting else float("inf")
        return self.thresholds.alone if self._are_alike(mine, theirs) else float("inf")

    def _numbers_differ(self, left: Group, right: Group) -> bool:
        return bool(left.numbers and right.numbers) and left.numbers.keys().isdisjoint(
            right.numbers
        )

    def _is_known(self, group: Group) -> bool:
        """Whether the police know somebody by a number of the group."""
        return not self._known.isdisjoint(group.numbers)

    def _believe_reissued_numbers(self, pairs: Sequence[Pair]) -> None:
        """Two numbers of one place and day, or of one day and sequence, may be one child's.

        A number given out anew keeps the day, and mostly either the place or the sequence. That
        two children have so much in common says the more, the fewer come from the place.
        """
        numbers = {row.number for row in self.rows.values() if len(row.number) == 18}
        from_place = Counter(number[:6] for number in numbers)
        for pair in pairs:
            one, other = self.rows[pair.a].number, self.rows[pair.b].number
            if pair.number != "two_numbers" or not _may_be_reissued(one, other):
                continue
            share = from_place[one[:6]] / len(numbers) if one[:6] == other[:6] else 0.0
            pair.weight += min(REISSUED, -log2(share)) if share else REISSUED

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
        if pair.number != "same" or pair.name in CLOSE | {"unknown"}:
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
        foreign = borrowed.name not in NEAR and borrowed.name != "shared_character"
        return any(
            pair.birth not in ("unlike", "same_month", "other_by_number")
            and pair.number in ("two_numbers", "unlike")
            and pair.name in NEAR
            and NAME_RANK[pair.name] < rank
            and (pair.name == "same" or self._own_weight(pair, foreign) > self.thresholds.sure)
            and (not alike or self.rows[pair.b if pair.a == n else pair.a].number in self._known)
            for pair in at[n]
        )

    def _own_weight(self, pair: Pair, foreign: bool) -> float:
        """Return what a pair would weigh within a family, were the number not of this row."""
        return pair.weight + (GIVEN_BACK if foreign and pair.family >= KIN else 0.0)


# Levels of the name that no two children of one family share, and those that are merely alike.
CLOSE = frozenset(
    ("same", "former", "sound", "pinyin", "turned", "parents_surname", "near_surname", "given")
)
NEAR = CLOSE | {"unknown", "near", "one_character", "nickname"}
NAME_RANK = {level.code: rank for rank, level in enumerate(NAME.levels)}
SAME_BIRTH = frozenset(("same", "by_number"))
UNTOLD_NUMBER = frozenset(("missing", "fits_15", "fits_some"))
SAME_NUMBER = frozenset(("same", "first", "fits", "one_slip"))
RESIDENTS = frozenset(r for r, side in ROSTERS.items() if side is Side.RESIDENTS)
# Rosters that say where a child is: a row of each belongs to one resident.
PLACES = frozenset(("school_roll", "elsewhere_roll", "deferral", "deaths", "border_exits"))
SEATS = frozenset(("school_roll", "elsewhere_roll", "deferral"))  # of these a child has but one
EXITS = frozenset(("border_exits",))
KIN = 9.0  # bits: from here on two rows are of one family
NEIGHBOURS = 6  # of 1,000 numbers of a place and day
# Bits: what a number says less that belongs to another child, and what its difference says less.
BORROWED = 20.0
GIVEN_BACK = 7.0
REISSUED = 6.0  # at most, and what it says more that it differs by a place or a sequence only


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


def _lack_each_other(resident: Group, service: Group) -> bool:
    """Whether the one is a resident whom a register of services has not, the other only such."""
    return (
        bool(service.sides)
        and service.sides.isdisjoint(RESIDENTS | PLACES)
        and bool(resident.sides & RESIDENTS)
        and resident.sides.isdisjoint(service.sides)
    )


def _decided_apart(left: Group, right: Group) -> bool:
    return not left.apart.isdisjoint(right.rows) or not right.apart.isdisjoint(left.rows)


def _are_siblings(one: int, other: int, at: Mapping[int, Sequence[Pair]]) -> bool:
    """Whether two rows are two children of one family, going by their own pair."""
    return any(
        pair.family >= KIN and pair.number == "two_numbers"
        for pair in at[one]
        if other in (pair.a, pair.b)
    )


def _any_two(holds: Callable[[str, str], bool], left: Group, right: Group) -> bool:
    return any(holds(x, y) for x in left.numbers for y in right.numbers)


def _names(a: str, b: str) -> frozenset[str]:
    return frozenset((a, b))


def _are_neighbours(x: str, y: str) -> bool:
    """Whether two numbers of one place and day were given out one soon after the other."""
    if len(x) < 18 or len(y) < 18 or x[:14] != y[:14]:
        return False
    return abs(int(x[14:17]) - int(y[14:17])) <= NEIGHBOURS


def _may_be_reissued(x: str, y: str) -> bool:
    """Whether two numbers share the day and the place, or the sequence, and are no neighbours'."""
    if len(x) < 18 or len(y) < 18 or x[6:14] != y[6:14] or _are_neighbours(x, y):
        return False
    return x[:6] == y[:6] or x[14:17] == y[14:17]


def _one_apart(a: str, b: str) -> bool:
    """Whether two names of one length differ in one character, or one has one more."""
    longer, shorter = sorted((a, b), key=len, reverse=True)
    if len(longer) == len(shorter):
        return sum(x != y for x, y in zip(longer, shorter, strict=True)) == 1
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
