"""The people behind the rosters: households, parents, children, and what became of each child."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink import school_age
from rosterlink.synthetic import names
from rosterlink.synthetic.columns import (
    EPOCH,
    Mask,
    Numbers,
    Text,
    choose,
    constant,
    fixed_width,
    frequent,
    join,
    number,
    pick,
    where,
)
from rosterlink.synthetic.families import Families
from rosterlink.synthetic.names import NameTables, People
from rosterlink.synthetic.places import PREFIX, ROADS, Region


class Kind(StrEnum):
    """Which register of residents a family stands in."""

    LOCAL = "local"
    FLOATING = "float"
    HMT = "hmt"  # 港澳台
    FOREIGN = "foreign"


class Status(StrEnum):
    """What is really the case with a child."""

    IN_SCHOOL = "in_school"
    ELSEWHERE = "elsewhere"
    MOVED = "moved"
    EMIGRATED = "emigrated"
    DECEASED = "deceased"
    DEFERRED = "deferred"
    SUSPENDED = "suspended"
    HOME_DELIVERY = "home_delivery"
    NEVER = "never"
    DROPPED = "dropped"
    KINDERGARTEN = "kindergarten"
    VOCATIONAL = "vocational"
    LEFT_SCHOOL = "left_school"
    OUTSIDER = "outsider"  # on a roll, and with no police register here
    HIDDEN = "hidden"  # known to vaccination, kindergarten … only


# A child of theirs bears the father's own name behind its own.
NAMED_AFTER_FATHER = (People.UYGHUR, People.KAZAKH)
KINDS = tuple(Kind)
STATUSES = tuple(Status)
KIND_SHARES = (0.62, 0.345, 0.022, 0.013)
CHILDREN_SHARES = (0.50, 0.39, 0.11)  # one, two, three
OUTSIDERS = 0.027  # for each child of a register, beside it
HIDDEN = 0.002

# What becomes of children of compulsory age, of residents with hukou here and of all others; the
# first of each takes what is left over.
OF_LOCALS = {
    Status.IN_SCHOOL: 0.0, Status.ELSEWHERE: 0.105, Status.MOVED: 0.008, Status.EMIGRATED: 0.006,
    Status.DECEASED: 0.0015, Status.DEFERRED: 0.0018, Status.SUSPENDED: 0.0028,
    Status.HOME_DELIVERY: 0.0032, Status.NEVER: 0.0018, Status.DROPPED: 0.0028,
}  # fmt: skip
OF_OTHERS = {
    Status.IN_SCHOOL: 0.0, Status.MOVED: 0.046, Status.EMIGRATED: 0.0012, Status.DECEASED: 0.0004,
    Status.DEFERRED: 0.0008, Status.SUSPENDED: 0.0015, Status.HOME_DELIVERY: 0.0006,
    Status.NEVER: 0.0036, Status.DROPPED: 0.0052,
}  # fmt: skip
OF_OLDER = {
    Status.IN_SCHOOL: 0.0, Status.VOCATIONAL: 0.40, Status.ELSEWHERE: 0.04, Status.MOVED: 0.02,
    Status.LEFT_SCHOOL: 0.02,
}  # fmt: skip
OF_YOUNGER = {Status.KINDERGARTEN: 0.0, Status.MOVED: 0.015, Status.EMIGRATED: 0.003}

# Fates that a small draw would lack, and of which it is given a few.
AT_LEAST = 3
FATES = (
    Status.ELSEWHERE, Status.EMIGRATED, Status.DECEASED, Status.DEFERRED, Status.SUSPENDED,
    Status.HOME_DELIVERY, Status.NEVER, Status.DROPPED, Status.HIDDEN,
)  # fmt: skip

HAN_ETHNICITIES = ("汉族", "苗族", "壮族", "土家族", "侗族", "瑶族", "满族", "回族", "畲族")
ETHNICITY = {
    People.UYGHUR: "维吾尔族",
    People.TIBETAN: "藏族",
    People.YI: "彝族",
    People.KAZAKH: "哈萨克族",
    People.MONGOL: "蒙古族",
    People.KOREAN: "朝鲜族",
    People.FOREIGN: "",
}
NATIONS = ("USA", "VNM", "JOR", "KOR", "PHL", "NGA")
HMT_AREAS = (819900, 829900, 839900)
REISSUED_AREA = int(f"{PREFIX}99")
OTHER_AREAS = tuple(int(f"{PREFIX}{i}") for i in range(20, 98))

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)


@dataclass(frozen=True)
class Adults:
    """One parent or grandparent for each household: name, number and phone; not all are there."""

    surname: Text
    name: Text
    id_no: Text
    phone: Numbers
    there: Mask


@dataclass(frozen=True)
class Households:
    kind: Numbers  # index into KINDS
    people: Numbers
    community: Numbers
    home: tuple[Numbers, Numbers, Numbers, Numbers]  # road, house number, building, room
    father: Adults
    mother: Adults
    grandparent: Adults


@dataclass(frozen=True)
class Children:
    """A row for each child; `household` points into the households."""

    household: Numbers
    kind: Numbers
    status: Numbers  # index into STATUSES
    male: Mask
    birth: Numbers  # days since 1970-01-01
    compulsory: Mask
    entry_grade: Numbers  # the grade of its age on the day of judging; below 1 is too young
    name: Text
    former_name: Text  # mostly ""
    ethnicity: Text
    nation: Text
    id_type: Text
    id_no: Text
    old_id_no: Text  # an earlier number, mostly ""

    def is_(self, *statuses: Status) -> Mask:
        return np.isin(self.status, [STATUSES.index(s) for s in statuses])


def population(
    children: int,
    on: date,
    region: Region,
    families: Families,
    tables: NameTables,
    rng: np.random.Generator,
) -> tuple[Households, Children]:
    """Make about `children` registered children, and beside them those no register here knows."""
    total = round(children * (1 + OUTSIDERS + HIDDEN))
    household, birth, twin = _births(total, on, families, rng)
    count = int(household[-1]) + 1
    households = _households(count, household, birth, region, tables, rng)
    kind = households.kind[household]
    male = rng.random(total) < 0.53
    entry_grade = _grades(birth, on)
    compulsory = (entry_grade >= 1) & (entry_grade <= 9)
    status = _status(kind, entry_grade, compulsory, rng)
    name, former = _names(households, household, male, twin, families, tables, rng)
    id_type, id_no, old = _papers(
        kind, household, households, region, birth, male, families.reissued, rng
    )
    people = households.people[household]
    ethnicity = pick(HAN_ETHNICITIES, choose((0, *(0.006,) * 8), total, rng))
    for which, word in ETHNICITY.items():
        ethnicity = where(people == which, word, ethnicity)
    foreign = kind == KINDS.index(Kind.FOREIGN)
    nation = where(foreign, pick(NATIONS, household % len(NATIONS)), "CHN")
    return households, Children(
        household, kind, status, male, birth, compulsory, entry_grade, name, former, ethnicity,
        nation, id_type, id_no, old,
    )  # fmt: skip


def _births(
    total: int, on: date, families: Families, rng: np.random.Generator
) -> tuple[Numbers, Numbers, Mask]:
    """Return household, birth day and whether a twin, for children from 4 to 17 years of age."""
    sizes = choose((0, *CHILDREN_SHARES[1:]), total, rng) + 1
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), total)) + 1]
    household = np.repeat(np.arange(len(sizes)), sizes)[:total]
    place = (np.arange(len(household)) - np.repeat(np.cumsum(sizes) - sizes, sizes)[:total]).astype(
        np.int64
    )
    start = school_age.school_year_start(on)
    first, last = (_days(start.replace(year=start.year - years)) for years in (17, 4))
    eldest = rng.integers(first, last, len(sizes))[household]
    gap = rng.integers(380, 1_900, total)
    twin = (place == 1) & (rng.random(total) < 2 * families.twins)
    gap[twin] = 0
    # The third child stands on the other side of the second, so three fit into the years.
    birth = np.where(place == 0, eldest, np.where(place == 1, eldest + gap, eldest - gap))
    out = (birth >= last) | (birth < first)
    birth = np.where(out, 2 * eldest - birth, birth)
    twin[:-1] |= twin[1:]
    return household, np.clip(birth, first, last - 1), twin


def _households(
    count: int,
    household: Numbers,
    birth: Numbers,
    region: Region,
    tables: NameTables,
    rng: np.random.Generator,
) -> Households:
    kind = choose((0, *KIND_SHARES[1:]), count, rng)
    local = kind == KINDS.index(Kind.LOCAL)
    which = np.array([People.HAN, *tables.peoples])
    people = which[choose((0, *tables.peoples.values()), count, rng)]
    people = np.where(kind == KINDS.index(Kind.HMT), People.HAN, people)
    people = np.where(kind == KINDS.index(Kind.FOREIGN), People.FOREIGN, people)
    # Those with hukou here lie side by side in the register; so do the communities.
    community = rng.integers(0, len(region.communities), count)
    home = (
        rng.integers(0, len(ROADS), count),
        rng.integers(1, 400, count),
        rng.integers(1, 30, count),
        rng.integers(1, 31, count) * 100 + rng.integers(1, 9, count),
    )
    eldest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(eldest, household, birth)
    parents = [
        _adults(count, eldest, people, local, male, years, missing, tables, rng)
        for male, years, missing in ((True, 28, 0.05), (False, 26, 0.06), (False, 53, 0.0))
    ]
    # A child has at least one parent.
    orphan = ~parents[0].there & ~parents[1].there
    parents[1].there[orphan] = True
    return Households(kind, people, community, home, *parents)


def _adults(
    count: int, eldest: Numbers, people: Numbers, local: Mask, male: bool, years: int,
    missing: float, tables: NameTables, rng: np.random.Generator,
) -> Adults:  # fmt: skip
    surname = pick(tables.surnames, frequent(len(tables.surnames), count, rng, tables.flatness))
    first, second = (
        (names.MAN_FIRST, names.MAN_SECOND) if male else (names.WOMAN_FIRST, names.WOMAN_SECOND)
    )
    middle = where(rng.random(count) < 0.3, "", pick(first, frequent(len(first), count, rng)))
    name = join(surname, middle, pick(second, frequent(len(second), count, rng)))
    name, surname = _other_peoples(name, surname, people, rng)
    birth = eldest - (years * 365.25 + rng.normal(0, 4.5 * 365, count)).astype(np.int64)
    birth = np.minimum(birth, eldest - 20 * 365)
    home = rng.random(count) < np.where(local, 0.7, 0.1)
    area = np.where(home, int(f"{PREFIX}01"), rng.choice(np.array(OTHER_AREAS), count))
    gender = np.full(count, male)
    id_no = identity_numbers(area, birth, gender, np.arange(count))
    foreign = people == People.FOREIGN
    return Adults(
        surname, name, where(foreign, "", id_no), phones(count, rng), rng.random(count) >= missing
    )


def _other_peoples(
    name: Text, surname: Text, people: Numbers, rng: np.random.Generator
) -> tuple[Text, Text]:
    """Replace the Chinese names of families who name otherwise; `surname` is what children get."""
    for which, parts in names.FAMILY.items():
        mask = people == which
        if not mask.any():
            continue
        of_family, own, second = _parts(which, parts, len(people), rng)
        named_after = own if which in NAMED_AFTER_FATHER else of_family
        surname = where(mask, named_after, surname)
        name = where(mask, _put_together(which, of_family, own, second), name)
    return name, surname


def _parts(
    which: People, family: Sequence[str], rows: int, rng: np.random.Generator
) -> tuple[Text, Text, Text]:
    """Draw for each row a family's part and two parts of its own."""
    own = names.PARTS[which]
    return (
        pick(family, rng.integers(0, len(family), rows)),
        pick(own, rng.integers(0, len(own), rows)),
        pick(own, rng.integers(0, len(own), rows)),
    )


def _put_together(which: People, family: Text, own: Text, second: Text) -> Text:
    match which:
        case People.UYGHUR | People.KAZAKH:
            return join(own, "·", family)
        case People.TIBETAN:
            return join(own, second)
        case People.MONGOL:
            return own
        case People.KOREAN:
            return join(family, own, second)
        case People.FOREIGN:
            return join(family, " ", own)
    return join(family, own)


def phones(count: int, rng: np.random.Generator) -> Numbers:
    """Return mobile numbers of the right shape, with two zeros that say they are made up."""
    return (10 + rng.integers(3, 10, count)) * 10**9 + rng.integers(0, 10**7, count)


def _grades(birth: Numbers, on: date) -> Numbers:
    """Return the grade each is of age for: 1 to 9 are compulsory, decided by `school_age`."""
    first, last = school_age.birth_bounds(on)
    years = range(last.year + 8, first.year - 6, -1)
    bounds = np.array(sorted(_days(last.replace(year=y)) for y in years))
    eldest_of_grade_1 = int(np.searchsorted(bounds, _days(last)))
    return (eldest_of_grade_1 - np.searchsorted(bounds, birth) + 1).astype(np.int64)


def _status(kind: Numbers, grade: Numbers, compulsory: Mask, rng: np.random.Generator) -> Numbers:
    rows = len(kind)
    local = kind == KINDS.index(Kind.LOCAL)
    status = np.zeros(rows, np.int64)
    for mask, shares in (
        (compulsory & local, OF_LOCALS),
        (compulsory & ~local, OF_OTHERS),
        (grade > 9, OF_OLDER),
        (grade < 1, OF_YOUNGER),
    ):
        codes = np.array([STATUSES.index(s) for s in shares])
        status[mask] = codes[choose(tuple(shares.values()), int(mask.sum()), rng)]
    moved_in = ~local & (grade >= 1) & (grade <= 12)
    beside = rng.random(rows)
    share = OUTSIDERS / (moved_in.mean() or 1)
    status[moved_in & (beside < share)] = STATUSES.index(Status.OUTSIDER)
    share = HIDDEN / (compulsory.mean() or 1)
    status[compulsory & (beside > 1 - share)] = STATUSES.index(Status.HIDDEN)
    _at_least(AT_LEAST, status, compulsory & local)
    return status


def _at_least(count: int, status: Numbers, able: Mask) -> None:
    """See to it that a small draw has a few children of every fate too."""
    in_school = np.flatnonzero(able & (status == STATUSES.index(Status.IN_SCHOOL)))
    for i, fate in enumerate(FATES):
        lacking = count - int((status == STATUSES.index(fate)).sum())
        for row in in_school[i :: len(FATES)][: max(lacking, 0)]:
            status[row] = STATUSES.index(fate)


def _names(
    households: Households, household: Numbers, male: Mask, twin: Mask, families: Families,
    tables: NameTables, rng: np.random.Generator,
) -> tuple[Text, Text]:  # fmt: skip
    rows = len(household)
    father, mother = (p.surname.take(household) for p in (households.father, households.mother))
    after = choose((0, families.mothers_surname, families.both_surnames), rows, rng)
    after = np.where(households.father.there[household], after, 1)
    after = np.where(twin, after[np.searchsorted(household, household)], after)
    han = households.people[household] == People.HAN
    after = np.where(han, after, 0)
    surname = where(after == 0, father, where(after == 1, mother, join(father, mother)))
    name = join(surname, _given(household, male, twin, families, tables, rng))
    alone = np.zeros(rows, np.bool_)
    former = join(surname, _given(household, male, alone, families, tables, rng))
    name = _children_of_other_peoples(name, households, household, rng)
    name = _namesakes(name, households.community[household], families.namesakes, rng)
    return name, where(han & (rng.random(rows) < families.former_names), former, "")


def _namesakes(name: Text, community: Numbers, share: float, rng: np.random.Generator) -> Text:
    """Give some children the name of another child of their community."""
    if not share:
        return name
    order = np.lexsort((rng.random(len(community)), community))
    same = np.r_[False, community[order][1:] == community[order][:-1]]
    same &= rng.random(len(order)) < share
    namesake = np.arange(len(order))
    namesake[order[1:]] = np.where(same[1:], order[:-1], order[1:])
    return name.take(pa.array(namesake))


def _given(
    household: Numbers, male: Mask, twin: Mask, families: Families, tables: NameTables,
    rng: np.random.Generator,
) -> Text:  # fmt: skip
    """Return given names; twins mostly share the first character and never the second."""
    rows = len(male)
    first_size, second_size = (
        min(len(girl), len(boy)) for girl, boy in zip(tables.girl, tables.boy, strict=True)
    )
    first = frequent(first_size, rows, rng, tables.flatness)
    second = frequent(second_size, rows, rng, tables.flatness)
    eldest = np.searchsorted(household, household)
    alike = rng.random(rows) < np.where(twin, families.like_named_twins, families.like_named)
    first = np.where(alike, first[eldest], first)
    place = np.arange(rows) - eldest
    second = np.where(alike, (second[eldest] + place) % second_size, second)
    single = (rng.random(rows) < families.single_character) & ~alike

    def written(tables: tuple[tuple[str, ...], tuple[str, ...]]) -> Text:
        return join(where(single, "", pick(tables[0], first)), pick(tables[1], second))

    return where(male, written(tables.boy), written(tables.girl))


def _children_of_other_peoples(
    name: Text, households: Households, household: Numbers, rng: np.random.Generator
) -> Text:
    people = households.people[household]
    family = households.father.surname.take(household)
    for which, parts in names.FAMILY.items():
        mask = people == which
        if mask.any():
            _, own, second = _parts(which, parts, len(people), rng)
            name = where(mask, _put_together(which, family, own, second), name)
    return name


def _papers(
    kind: Numbers, household: Numbers, households: Households, region: Region, birth: Numbers,
    male: Mask, reissued: float, rng: np.random.Generator,
) -> tuple[Text, Text, Text]:  # fmt: skip
    """Return kind of paper, number, and the number before it was issued anew (mostly "")."""
    rows = len(kind)
    county = np.array([int(c.code[:6]) for c in region.communities])
    here = county[households.community[household]]
    local = kind == KINDS.index(Kind.LOCAL)
    born_here = rng.random(rows) < np.where(local, 0.85, 0.0)
    area = np.where(born_here, here, np.array(OTHER_AREAS)[household % len(OTHER_AREAS)])
    hmt = kind == KINDS.index(Kind.HMT)
    area = np.where(hmt, np.array(HMT_AREAS)[household % 3], area)
    id_no = identity_numbers(area, birth, male, household)
    old = _old_numbers(rng.random(rows) < reissued, birth, male, household)
    passport = join(pick("EGKP", rng.integers(0, 4, rows)), number(_distinct(rows, 10**8, rng), 8))
    foreign = kind == KINDS.index(Kind.FOREIGN)
    id_no = where(foreign, passport, id_no)
    id_type = where(hmt, "港澳台居民居住证", where(foreign, "护照", "居民身份证"))
    return id_type, id_no, where(foreign | hmt, "", old)


def _old_numbers(reissued: Mask, birth: Numbers, male: Mask, household: Numbers) -> Text:
    """Return the earlier numbers of some, of areas that were once; "" for all others."""
    count = int(reissued.sum())
    area = REISSUED_AREA - np.arange(count, dtype=np.int64) % 2
    old = identity_numbers(area, birth[reissued], male[reissued], household[reissued])
    return pc.replace_with_mask(constant("", len(reissued)), pa.array(reissued), old)


def _distinct(count: int, beyond: int, rng: np.random.Generator) -> Numbers:
    """Return different numbers that look drawn: a walk through the range with an odd stride."""
    return (int(rng.integers(0, beyond)) + np.arange(count, dtype=np.int64) * 61_803_399) % beyond


def identity_numbers(area: Numbers, birth: Numbers, male: Mask, household: Numbers) -> Text:
    """Return numbers by GB 11643, each once; twins get neighbouring ones.

    Raises:
        ValueError: more children of one area and day than there are sequence numbers.
    """
    order = np.lexsort((household, birth, area))
    a, b, h = area[order], birth[order], household[order]
    group = np.r_[True, (a[1:] != a[:-1]) | (b[1:] != b[:-1])]
    unit = group | np.r_[True, h[1:] != h[:-1]]
    positions = np.arange(len(order))
    units = np.cumsum(unit) - 1
    rank = units - units[np.maximum.accumulate(np.where(group, positions, 0))]
    within = positions - np.maximum.accumulate(np.where(unit, positions, 0))
    if len(order) and (rank.max() >= 250 or within.max() > 1):
        raise ValueError("more births in one area and day than there are identity numbers")
    sequence = np.empty(len(order), np.int64)
    # 83 has no common factor with 250, so neighbours in the register are not neighbours in number.
    sequence[order] = 4 * ((rank * 83 + b * 37) % 250) + 2 * within
    return _with_check_digit(area, birth, sequence + male)


def _with_check_digit(area: Numbers, birth: Numbers, sequence: Numbers) -> Text:
    days = EPOCH + birth.astype("timedelta64[D]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day_of_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    written = ((area * 10_000 + year) * 100 + month) * 100 + day_of_month
    digits = _digits(written * 1000 + sequence, 17)
    characters = np.empty((len(area), 18), np.uint8)
    characters[:, :17] = digits + ord("0")
    characters[:, 17] = _CHECK[(digits * _WEIGHTS).sum(axis=1) % 11]
    return fixed_width(characters)


def _digits(values: Numbers, width: int) -> npt.NDArray[np.int64]:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return values[:, None] // powers % 10


def _days(of: date) -> int:
    return (of - date(1970, 1, 1)).days
