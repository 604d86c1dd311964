"""From people to rosters: who stands in which roster, and what it says about them, still faultless.

What differs between honest rosters is put in here: another guardian, a changed phone, an address in
another style, a house that was left. Mistakes are put in by `faults`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rosterlink import school_age
from rosterlink.synthetic import names
from rosterlink.synthetic.columns import (
    Mask,
    Numbers,
    Text,
    choose,
    constant,
    day,
    join,
    mixed,
    number,
    pick,
    where,
)
from rosterlink.synthetic.families import Families
from rosterlink.synthetic.people import (
    KINDS,
    Children,
    Households,
    Kind,
    Status,
    phones,
)
from rosterlink.synthetic.places import BIG_PLACE, GRADES, PREFIX, ROADS, Region, Stage

LETTERS = {
    "police_hukou": "H",
    "police_floating": "F",
    "school_roll": "S",
    "elsewhere_roll": "E",
    "deferral": "D",
    "deaths": "X",
    "border_exits": "B",
    "disabled_cert": "I",
    "poverty": "P",
    "left_behind": "L",
    "vaccination": "V",
    "kindergarten_leavers": "K",
}
CLASS_SIZE = 42
PROVINCES = ("云岭省", "江左省", "海西省", "河洛省", "关中省", "岭南省", "湖湘省", "蜀中省")
# How schools write a birth date: each its own way.
DATE_STYLES: tuple[Callable[[Text], Text], ...] = (
    lambda iso: pc.replace_substring(iso, "-", ""),
    lambda iso: iso,
    lambda iso: pc.replace_substring_regex(iso, "-0?", "/"),
    lambda iso: pc.replace_substring_regex(iso, r"(\d+)-0?(\d+)-0?(\d+)", r"\1年\2月\3日"),
)
_GUARDIANS = ("父亲", "母亲", "祖父母")


@dataclass
class Draft:
    """One roster while it is being made: its columns, and who is behind each row."""

    name: str
    columns: dict[str, Text]
    person: Numbers
    # Rows of one group share an office: its care, its style, its slips.
    group: Numbers

    def __len__(self) -> int:
        return len(self.person)

    @cached_property
    def row_ids(self) -> Text:
        return join(LETTERS[self.name], number(np.arange(1, len(self) + 1), 8))

    def replace(self, column: str, rows: Numbers, values: Sequence[str] | Text) -> None:
        """Write other values into some rows (by place, ascending) of a column."""
        mask: Mask = np.zeros(len(self), np.bool_)
        mask[rows] = True
        new = pa.array(values, pa.string())
        self.columns[column] = pc.replace_with_mask(self.columns[column], pa.array(mask), new)


@dataclass(frozen=True)
class World:
    """What the makers of rosters look at."""

    on: date
    region: Region
    households: Households
    children: Children
    families: Families
    rng: np.random.Generator

    def some(self, mask: Mask, share: float | Numbers) -> Mask:
        return mask & (self.rng.random(len(mask)) < share)

    def kinds(self, *kinds: Kind) -> Mask:
        return np.isin(self.children.kind, [KINDS.index(k) for k in kinds])


def _hukou(world: World) -> Draft:
    children = world.children
    person = np.flatnonzero(world.kinds(Kind.LOCAL) & ~_unknown(children))
    who = _Rows(world, person)
    gone = world.some(children.is_(Status.MOVED), 0.6)[person]
    dead = world.some(children.is_(Status.DECEASED), 0.6)[person]
    father, mother = world.households.father, world.households.mother
    return Draft(
        "police_hukou",
        {
            **who.identity("name", "sex", "birth_date", "id_no", "ethnicity", "former_name"),
            "household_no": join(PREFIX, number(who.household, 7)),
            "community": who.community(),
            "address": who.address("full"),
            "father_name": where(father.there[who.household], who.of(father.name), ""),
            "father_id": where(father.there[who.household], who.of(father.id_no), ""),
            "mother_name": where(mother.there[who.household], who.of(mother.name), ""),
            "mother_id": where(mother.there[who.household], who.of(mother.id_no), ""),
            "phone": who.phone(),
            "state": where(gone, "迁出", where(dead, "死亡注销", "正常")),
        },
        person,
        world.households.community[who.household],
    )


def _floating(world: World) -> Draft:
    """Self-declared: some stand there twice, some with hukou here too, some are long gone."""
    children = world.children
    elsewhere = ~world.kinds(Kind.LOCAL) & ~_unknown(children)
    moved = children.is_(Status.MOVED)
    declared = elsewhere & ~world.some(moved, 0.55)
    local = world.some(world.kinds(Kind.LOCAL) & children.is_(Status.IN_SCHOOL), 0.012)
    first = np.flatnonzero(declared | local)
    again = np.flatnonzero(world.some(declared & ~moved, 0.02))
    person = np.r_[first, again]
    second = np.arange(len(person)) >= len(first)
    order = np.argsort(world.rng.random(len(person)), kind="stable")
    person, second = person[order], second[order]
    who = _Rows(world, person)
    who.elsewhere(second | (world.kinds(Kind.LOCAL)[person]))
    left = world.some(moved[person], 0.75) | world.some(second, 0.4)
    relation = who.guardians()
    area = pc.utf8_slice_codeunits(who.take(children.id_no), 0, 6)
    foreign = world.kinds(Kind.FOREIGN)[person]
    since = (world.on - timedelta(days=1500)).toordinal() - date(1970, 1, 1).toordinal()
    return Draft(
        "police_floating",
        {
            **who.identity("name", "sex", "birth_date", "id_type", "id_no", "ethnicity", "nation"),
            "origin_area": where(foreign, "", area),
            "community": who.community(),
            "address": who.address("full", "middle", "middle", "block", "coarse"),
            **who.guardian(relation),
            "phone": who.phone(),
            "reg_date": day(since + world.rng.integers(0, 1490, len(person))),
            "state": where(left, "离开", "在住"),
        },
        person,
        world.households.community[who.household],
    )


def _roll(world: World) -> Draft:
    children, rng = world.children, world.rng
    enrolled = children.is_(
        Status.IN_SCHOOL, Status.SUSPENDED, Status.HOME_DELIVERY, Status.OUTSIDER
    ) & (children.entry_grade >= 1)
    dropped = world.some(children.is_(Status.DROPPED), 0.55)
    gone = children.is_(Status.MOVED, Status.EMIGRATED, Status.DECEASED)
    kept = world.some(gone & (children.entry_grade >= 1), 0.07)
    person = np.flatnonzero(enrolled | dropped | kept)
    twice = person[rng.random(len(person)) < 0.006]
    second = np.arange(len(person) + len(twice)) >= len(person)
    person = np.r_[person, twice]
    grade, school = _places_at_school(world, person, second)
    order, class_no = _classes(school, grade, rng)
    order, class_no = _of_schools_here(school, order, class_no)
    return _roll_columns(world, person[order], second[order], grade[order], school[order], class_no)


def _of_schools_here(school: Numbers, order: Numbers, class_no: Numbers) -> tuple[Numbers, Numbers]:
    """A region without a senior school has no roll of grades 10 to 12."""
    here = school[order] >= 0
    return order[here], class_no[here]


def _roll_columns(
    world: World, person: Numbers, second: Mask, grade: Numbers, school: Numbers, class_no: Numbers
) -> Draft:
    children, rng, schools = world.children, world.rng, world.region.schools
    rows = len(person)
    who = _Rows(world, person)
    who.elsewhere(rng.random(rows) < world.families.moved_house)
    left = children.is_(Status.DROPPED)[person] | (second & (rng.random(rows) < 0.5))
    suspended = children.is_(Status.SUSPENDED)[person]
    state = where(left, pick(("离校", "转出"), rng.integers(0, 2, rows)), "在读")
    delivered = children.is_(Status.HOME_DELIVERY)[person]
    in_class = pick(("普通", "随班就读"), choose((0, 0.005), rows, rng))
    local = world.kinds(Kind.LOCAL)[person]
    begun = school_age.school_year_start(world.on).year - (grade - 1) % 6 * (grade < 7)
    begun = np.where(grade >= 7, begun - (grade - 7) % 3, begun)
    styles = rng.integers(0, len(DATE_STYLES), len(schools))
    return Draft(
        "school_roll",
        {
            "school_code": pick([s.code for s in schools], school),
            "school_name": pick([s.name for s in schools], school),
            "grade": number(grade),
            "class_no": number(class_no),
            "student_no": _student_numbers(world, person, school),
            "name": who.take(children.name),
            "sex": where(children.male[person], "男", "女"),
            "birth_date": _in_styles(children.birth[person], styles[school]),
            **who.identity("id_type", "id_no", "ethnicity"),
            "home_address": who.address("full", "middle", "short", "short", "block", "block"),
            **who.guardian(who.guardians()),
            "phone": who.phone(),
            "enrol_date": join(number(begun), "-09-01"),
            "state": where(suspended, "休学", state),
            "attend_mode": where(delivered, "送教上门", in_class),
            "migrant_child": where(local, "否", "是"),
        },
        person,
        (school * 13 + grade) * 100 + class_no,
    )


def _in_styles(birth: Numbers, style: Numbers) -> Text:
    def written(style: Callable[[Text], Text], rows: Numbers) -> Text:
        return style(day(birth[rows]))

    return mixed(style, [partial(written, each) for each in DATE_STYLES])


def _student_numbers(world: World, person: Numbers, school: Numbers) -> Text:
    """Return G and the number as first registered; some schools export none."""
    children, rng = world.children, world.rng
    old, now = (x.take(pa.array(person)) for x in (children.old_id_no, children.id_no))
    first = where(np.asarray(pc.equal(old, "").to_numpy(zero_copy_only=False)), now, old)
    own = join("L99", number(person, 8), number(person % 9973, 8))
    foreign = world.kinds(Kind.FOREIGN, Kind.HMT)[person]
    numbers = where(
        foreign | (rng.random(len(person)) < world.families.own_numbers), own, join("G", first)
    )
    silent = rng.random(len(world.region.schools)) < world.families.silent_schools
    return where(silent[school], "", numbers)


def _places_at_school(world: World, person: Numbers, second: Mask) -> tuple[Numbers, Numbers]:
    """Return grade and school (-1 for none) of each row; a second row is at another school."""
    rng, schools = world.rng, world.region.schools
    off = choose((0, 0.03, 0.015), len(person), rng)
    of_age = world.children.entry_grade[person]
    grade = np.clip(of_age - (off == 1) + (off == 2), 1, 12)
    # A year early or late never crosses the end of compulsory school: 15 means nine years done.
    grade = np.where((of_age <= 9) & (grade > 9), 9, grade)
    school = np.full(len(person), -1, np.int64)
    home = world.households.community[world.children.household[person]]
    for stage_grades in (range(1, 7), range(7, 10), range(10, 13)):
        able = np.array(
            [i for i, s in enumerate(schools) if stage_grades[0] in GRADES[Stage(s.stage)]],
            np.int64,
        )
        mask = np.isin(grade, stage_grades)
        if len(able):
            near = home[mask] + (rng.random(mask.sum()) < 0.15) + second[mask]
            school[mask] = able[near % len(able)]
    return grade, school


def _classes(school: Numbers, grade: Numbers, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Return the order of the rows, class by class, and the class of each in that order."""
    order = np.lexsort((rng.random(len(school)), grade, school))
    year = school[order] * 13 + grade[order]
    _, start, size = np.unique(year, return_index=True, return_counts=True)
    place = np.arange(len(order)) - np.repeat(start, size)
    classes = -(-np.repeat(size, size) // CLASS_SIZE)
    return order, place * classes // np.repeat(size, size) + 1


def _elsewhere(world: World) -> Draft:
    children, rng = world.children, world.rng
    away = world.some(children.is_(Status.ELSEWHERE), 0.93)
    strangers = world.some(children.is_(Status.OUTSIDER), 0.08) & children.compulsory
    person = _shuffled(np.flatnonzero(away | strangers), rng)
    who = _Rows(world, person)
    rows = len(person)
    where_to = rng.integers(0, 400, rows)
    return Draft(
        "elsewhere_roll",
        {
            **who.identity("name", "sex", "birth_date", "id_no"),
            "province": pick(PROVINCES, where_to % len(PROVINCES)),
            "school_name": join("外地第", number(where_to + 1), "学校"),
            "grade": number(np.clip(children.entry_grade[person], 1, 12)),
            "state": constant("在读", rows),
        },
        person,
        where_to,
    )


def _deferral(world: World) -> Draft:
    person = np.flatnonzero(world.children.is_(Status.DEFERRED))
    who = _Rows(world, person)
    until = school_age.school_year_start(world.on).year + 1
    return Draft(
        "deferral",
        {
            **who.identity("name", "sex", "birth_date", "id_no"),
            "reason": pick(("身体原因", "残疾康复", "其他"), world.rng.integers(0, 3, len(person))),
            "until": constant(f"{until}-08-31", len(person)),
            **who.guardian(who.guardians(), "guardian_name"),
            "phone": who.phone(),
        },
        person,
        np.zeros(len(person), np.int64),
    )


def _deaths(world: World) -> Draft:
    person = np.flatnonzero(world.some(world.children.is_(Status.DECEASED), 0.92))
    who = _Rows(world, person)
    return Draft(
        "deaths",
        {
            **who.identity("name", "sex", "birth_date", "id_no"),
            "death_date": day(_days_before(world, len(person), 700)),
        },
        person,
        np.zeros(len(person), np.int64),
    )


def _border_exits(world: World) -> Draft:
    """Journeys of many, and the exits without return of those who are gone for good."""
    children = world.children
    journeys = world.some(~world.kinds(Kind.FOREIGN, Kind.HMT) & ~_gone(children), 0.03)
    for_good = world.some(children.is_(Status.EMIGRATED), 0.92)
    person = _shuffled(np.flatnonzero(journeys | for_good), world.rng)
    who = _Rows(world, person)
    out = _days_before(world, len(person), 1300) - 120
    back = day(out + world.rng.integers(3, 110, len(person)))
    sound = pa.array([names.sound_of(name) for name in who.take(children.name).to_pylist()])
    return Draft(
        "border_exits",
        {
            **who.identity("name", "sex", "birth_date", "id_no"),
            "name_pinyin": sound.cast(pa.string()),
            "passport": join("EZ", number((person * 7_919 + 1_234_567) % 10**7, 7)),
            "exit_date": day(out),
            "return_date": where(children.is_(Status.EMIGRATED)[person], "", back),
        },
        person,
        np.zeros(len(person), np.int64),
    )


def _disabled(world: World) -> Draft:
    local = world.some(world.kinds(Kind.LOCAL, Kind.FLOATING) & ~_gone(world.children), 0.006)
    helped = world.some(world.children.is_(Status.HOME_DELIVERY, Status.DEFERRED), 0.6)
    person = _shuffled(np.flatnonzero(local | (helped & ~world.kinds(Kind.FOREIGN))), world.rng)
    who = _Rows(world, person)
    kind, degree = (world.rng.integers(low, high, len(person)) for low, high in ((1, 8), (1, 5)))
    kinds = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
    return Draft(
        "disabled_cert",
        {
            **who.identity("name", "sex", "birth_date"),
            "cert_no": join(who.take(world.children.id_no), number(kind), number(degree)),
            "category": pick(kinds, kind - 1),
            **who.guardian(who.guardians(), "guardian_name"),
            "phone": who.phone(),
        },
        person,
        np.zeros(len(person), np.int64),
    )


def _poverty(world: World) -> Draft:
    poor = world.rng.random(len(world.households.kind)) < 0.028
    mask = poor[world.children.household] & world.kinds(Kind.LOCAL, Kind.FLOATING)
    person = np.flatnonzero(mask & ~_gone(world.children))
    who = _Rows(world, person)
    father, mother = world.households.father, world.households.mother
    by_father = father.there[who.household]
    rows = len(person)
    kinds = ("低保", "脱贫", "监测户", "特困", "孤儿", "事实无人抚养")
    return Draft(
        "poverty",
        {
            **who.identity("name", "sex", "id_no"),
            "category": pick(kinds, choose((0, 0.3, 0.1, 0.05, 0.03, 0.03), rows, world.rng)),
            "household_head": where(by_father, who.of(father.name), who.of(mother.name)),
            "household_head_id": where(by_father, who.of(father.id_no), who.of(mother.id_no)),
            "community": who.community(),
        },
        person,
        world.households.community[who.household],
    )


def _left_behind(world: World) -> Draft:
    behind = world.rng.random(len(world.households.kind)) < 0.035
    mask = behind[world.children.household] & world.kinds(Kind.LOCAL)
    person = np.flatnonzero(mask & ~_gone(world.children))
    who = _Rows(world, person)
    away = choose((0, 0.3, 0.3), len(person), world.rng)
    return Draft(
        "left_behind",
        {
            **who.identity("name", "sex", "birth_date", "id_no"),
            **who.guardian(np.full(len(person), 2), "guardian_name"),
            "phone": who.phone(),
            "parents_away": pick(("父亲", "母亲", "双方"), away),
            "community": who.community(),
        },
        person,
        world.households.community[who.household],
    )


def _vaccination(world: World) -> Draft:
    children, rng = world.children, world.rng
    share = np.where(children.is_(Status.OUTSIDER), 0.4, 0.75)
    share = np.where(children.is_(Status.HIDDEN), 1.0, share)
    person = _shuffled(np.flatnonzero(world.some(~world.kinds(Kind.FOREIGN), share)), rng)
    who = _Rows(world, person)
    mother = world.households.mother
    return Draft(
        "vaccination",
        {
            **who.identity("name", "sex", "birth_date"),
            "child_code": join(PREFIX, number((person * 61_803_399) % 10**10, 10)),
            "id_no": where(rng.random(len(person)) < 0.4, "", who.take(children.id_no)),
            "mother_name": where(mother.there[who.household], who.of(mother.name), ""),
            "phone": who.phone(),
            "community": who.community(),
        },
        person,
        world.households.community[who.household],
    )


def _kindergarten(world: World) -> Draft:
    children = world.children
    here = (children.entry_grade == 1) & ~_gone(children) & ~children.is_(Status.ELSEWHERE)
    person = np.flatnonzero(world.some(here, 0.85))
    person = person[
        np.argsort(world.households.community[children.household[person]], kind="stable")
    ]
    who = _Rows(world, person)
    community = world.households.community[who.household]
    return Draft(
        "kindergarten_leavers",
        {
            **who.identity("name", "sex", "birth_date", "id_no"),
            "kindergarten": join("第", number(community + 1), "幼儿园"),
            **who.guardian(who.guardians(), "guardian_name", "guardian_relation"),
            "phone": who.phone(),
            "community": who.community(),
        },
        person,
        community,
    )


Maker: TypeAlias = Callable[[World], Draft]
# The twelve rosters, in the order of the example data.
MAKERS: tuple[Maker, ...] = (
    _hukou, _floating, _roll, _elsewhere, _deferral, _deaths, _border_exits, _disabled, _poverty,
    _left_behind, _vaccination, _kindergarten,
)  # fmt: skip


def _unknown(children: Children) -> Mask:
    return children.is_(Status.OUTSIDER, Status.HIDDEN)


def _gone(children: Children) -> Mask:
    return children.is_(Status.MOVED, Status.EMIGRATED, Status.DECEASED)


def _shuffled(person: Numbers, rng: np.random.Generator) -> Numbers:
    return person[np.argsort(rng.random(len(person)), kind="stable")]


def _days_before(world: World, rows: int, days: int) -> Numbers:
    return (world.on - date(1970, 1, 1)).days - world.rng.integers(5, days, rows)


class _Rows:
    """The people behind the rows of one roster, and how it writes them."""

    def __init__(self, world: World, person: Numbers) -> None:
        self.world = world
        self.person = person
        self.household = world.children.household[person]
        # Whose house the row gives: the family's own, unless it has moved.
        self.house = self.household
        self._relation = np.zeros(len(person), np.int64)

    def take(self, column: Text) -> Text:
        return column.take(pa.array(self.person))

    def of(self, column: Text) -> Text:
        return column.take(pa.array(self.household))

    def identity(self, *columns: str) -> dict[str, Text]:
        children = self.world.children
        made = {
            "sex": lambda: where(children.male[self.person], "男", "女"),
            "birth_date": lambda: day(children.birth[self.person]),
        }
        return {c: made[c]() if c in made else self.take(getattr(children, c)) for c in columns}

    def elsewhere(self, moved: Mask) -> None:
        """Some live in another house than the one they are first registered in."""
        other = self.world.rng.integers(0, len(self.world.households.kind), len(self.person))
        self.house = np.where(moved, other, self.house)

    def community(self) -> Text:
        communities = self.world.region.communities
        return pick([c.name for c in communities], self.world.households.community[self.house])

    def address(self, *styles: str) -> Text:
        """Write the house, each row in one of these styles."""
        which = self.world.rng.integers(0, len(styles), len(self.person))
        return mixed(which, [partial(self._address, style) for style in styles])

    def _address(self, style: str, rows: Numbers) -> Text:
        households, communities = self.world.households, self.world.region.communities
        house = self.house[rows]
        road, house_no, building, room = (x[house] for x in households.home)
        community = pick([c.name for c in communities], households.community[house])
        subdistrict = pick([c.subdistrict for c in communities], households.community[house])
        street = (pick(ROADS, road), number(house_no), "号")
        door = (number(building), "幢", number(room), "室")
        parts: dict[str, tuple[Text | str, ...]] = {
            "full": (BIG_PLACE, subdistrict, community, *street, *door),
            "middle": (subdistrict, *street, *door),
            "short": (*street, number(building), "-", number(room)),
            "block": (community, number(building), "号楼", number(room)),
            "coarse": (subdistrict, community),
        }
        return join(*parts[style])

    def guardians(self) -> Numbers:
        """Draw whom the row names as guardian: father, mother, a grandparent."""
        rng, households = self.world.rng, self.world.households
        usual = choose((0, 0.43, 0.09), len(households.kind), rng)[self.household]
        other = choose((0, 0.45, 0.15), len(self.person), rng)
        relation = np.where(
            rng.random(len(self.person)) < self.world.families.other_guardian, other, usual
        )
        relation = np.where((relation == 0) & ~households.father.there[self.household], 1, relation)
        return np.where((relation == 1) & ~households.mother.there[self.household], 0, relation)

    def guardian(self, relation: Numbers, *columns: str) -> dict[str, Text]:
        """Return the guardian's columns (all three, or those named); the phone is then theirs."""
        households = self.world.households
        self._relation = relation
        adults = (households.father, households.mother, households.grandparent)
        name, id_no = (
            where(relation == 0, parts[0], where(relation == 1, parts[1], parts[2]))
            for parts in (
                [self.of(a.name) for a in adults],
                [*(self.of(a.id_no) for a in adults[:2]), constant("", len(self.person))],
            )
        )
        all_columns = {
            "guardian_name": name,
            "guardian_relation": pick(_GUARDIANS, relation),
            "guardian_id": where(self.world.rng.random(len(self.person)) < 0.15, "", id_no),
        }
        return {c: all_columns[c] for c in columns or all_columns}

    def phone(self) -> Text:
        households, rng = self.world.households, self.world.rng
        theirs = np.choose(
            self._relation,
            [
                a.phone[self.household]
                for a in (households.father, households.mother, households.grandparent)
            ],
        )
        changed = rng.random(len(self.person)) < self.world.families.changed_phone
        return number(np.where(changed, phones(len(self.person), rng), theirs))
