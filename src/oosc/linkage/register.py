"""What a run tells the register of one person: who it is, where it lies, how it is schooled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from uuid import UUID

from oosc.children.facts import GuardianFacts, PlaceFacts, RunFacts, SourceFacts
from oosc.children.states import IdType, PlaceKind
from oosc.children.states import Kind as Circumstance
from oosc.linkage.comparing import Comparison, Told
from oosc.linkage.sources import Row, Source, is_current
from oosc.places.models import Region, School
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import Status
from rosterlink import identity_number
from rosterlink.school_age import school_year, school_year_start

STATUS_OF = {
    "found": Status.ENROLLED_LOCAL,
    "suspended": Status.SUSPENDED,
    "enrolled_elsewhere": Status.ENROLLED_OUTSIDE,
    "deferred": Status.DEFERRED,
    "deceased": Status.DECEASED,
    "abroad": Status.ABROAD,
    "moved_out": Status.MOVED_OUT,
    # Only a person says 失学; a suspicion is raised by a clerk (design §2.5).
    "suspected": Status.PENDING,
}
HAS_SEAT_HERE = frozenset({"found", "suspended"})
PLACE_OF = {
    "police_hukou": PlaceKind.HUKOU,
    "police_floating": PlaceKind.RESIDENCE,
    "school_roll": PlaceKind.SCHOOL,
}
CIRCUMSTANCE_OF = {
    "disabled_cert": Circumstance.DISABILITY,
    "left_behind": Circumstance.LEFT_BEHIND,
    "kindergarten_leavers": Circumstance.KINDERGARTEN,
}
AID_OF = (
    ("特困", Circumstance.TEKUN),
    ("孤儿", Circumstance.ORPHAN),
    ("事实无人", Circumstance.ORPHAN),
    ("低保", Circumstance.DIBAO),
    ("脱贫", Circumstance.REGISTERED_POOR),
    ("建档", Circumstance.REGISTERED_POOR),
    ("监测", Circumstance.REGISTERED_POOR),
)
ID_TYPES = (
    ("港澳台居民居住证", IdType.HMT_PERMIT),
    ("护照", IdType.PASSPORT),
    ("出生医学证明", IdType.BIRTH_CERTIFICATE),
    ("永久居留", IdType.FOREIGN_RESIDENT),
    ("来往大陆", IdType.TAIWAN),
)
HIGHEST_GRADE = 12
GROUND_LENGTH = 200


@dataclass(frozen=True)
class Line:
    """One row of a person, with the roster it stands on."""

    key: str
    source: Source
    row: Row

    @property
    def kind(self) -> str:
        return self.source.roster.kind

    @property
    def is_current(self) -> bool:
        return is_current(self.kind, self.row)


@dataclass
class Person:
    """All rows of one person, the most telling first."""

    comparison: Comparison
    number: int
    lines: Sequence[Line]
    standing: Told | None

    @property
    def best(self) -> Line:
        return self.lines[0]

    @cached_property
    def birth_date(self) -> date | None:
        believed = self.standing["birth_date"] if self.standing else ""
        return day(believed) or day(self.best.row.get("birth_date", ""))

    @cached_property
    def id_no(self) -> str:
        """The number of the best row, unless another row has one that is sound."""
        said = [number for line in self.lines if (number := line.row.get("id_no", ""))]
        sound = (number for number in said if identity_number.is_valid(number))
        return next(sound, said[0] if said else "")

    @cached_property
    def home(self) -> Line | None:
        """The row that says where the child lives: the residence registered, else the hukou."""
        for kind in ("police_floating", "police_hukou"):
            for line in self.lines:
                if line.kind == kind and line.is_current and self.community(line):
                    return line
        return None

    @property
    def resident_rosters(self) -> list[str]:
        """The rosters by which the child lives here today."""
        here = {str(line.source.roster.pk) for line in self.lines if _says_here(line)}
        return sorted(here)

    def community(self, line: Line) -> Region | None:
        near = line.source.roster.region.code
        return self.comparison.places.community(line.row.get("community", ""), near)

    def school(self, line: Line) -> School | None:
        """The school a row names; a school that hands in its own roll may leave it out."""
        code, name = line.row.get("school_code", ""), line.row.get("school_name", "")
        if not code and not name:
            return line.source.roster.school
        near = line.source.roster.region.code
        return self.comparison.places.school(code, name, near)


def people(comparison: Comparison, numbers: Sequence[int]) -> list[Person]:
    """Put together the rows of these persons; each roster is asked once for all of them."""
    keys = [key for number in numbers for key in comparison.people[number]]
    rows = comparison.sources.rows(keys)
    return [_person(comparison, number, rows) for number in numbers]


def _person(comparison: Comparison, number: int, rows: Mapping[str, Row]) -> Person:
    standing = comparison.standing.get(number)
    first = [comparison.best_rows.get(number, "")]
    if standing:
        first.append(standing["roll_row_id"])
    sources = comparison.sources
    lines = [Line(key, sources.source(key), rows[key]) for key in comparison.people[number]]
    # Of two rows of one kind the later registered is where the child is now.
    lines.sort(key=lambda line: line.row.get("reg_date", ""), reverse=True)
    lines.sort(key=lambda line: (line.key not in first, not line.is_current))
    lines.sort(key=lambda line: line.key != first[0])
    return Person(comparison, number, lines, standing)


def facts(person: Person) -> RunFacts:
    """What the rosters say of a child, the best row first."""
    places = tuple(_places(person))
    book = next((line for line in person.lines if line.row.get("household_no")), None)
    book_region = person.community(book) if book else None
    return RunFacts(
        key=str(person.number),
        name=name_of(person.best.row)[:50],
        sex=_said(person, "sex") if _said(person, "sex") in ("男", "女") else "",
        birth_date=person.birth_date or identity_number.read(person.id_no).birth_date,
        former_name=_said(person, "former_name")[:50],
        id_type=_id_type(person.best.row.get("id_type", "")),
        id_no=person.id_no,
        ethnicity=_said(person, "ethnicity")[:20],
        student_no=_said(person, "student_no"),
        household_no=book.row["household_no"][:30] if book else "",
        household_region_id=book_region.pk if book_region else None,
        guardians=tuple(_guardians(line.row for line in person.lines)),
        places=places,
        gone=_gone(person, {place.kind for place in places}),
        circumstances=tuple(dict.fromkeys(_circumstances(person.lines))),
        sources=tuple(_sources(person)),
    )


def status(person: Person, child: UUID, why: str = "") -> StatusRow:
    """How a resident child of school age is schooled this school year.

    `why` it is not in school is what its list says: it prints in the rosters.
    """
    assert person.standing  # only they have a status
    run, outcome = person.comparison.run, person.standing["outcome"]
    roll = roll_line(person) if outcome in HAS_SEAT_HERE else None
    school = person.school(roll) if roll else None
    region = person.community(person.home) if person.home else person.community(person.best)
    return StatusRow(
        child_id=child,
        school_year=school_year(run.judged_on),
        status=STATUS_OF[outcome],
        source_key=run.pk,
        region_id=region.pk if region else None,
        school_id=school.pk if school else None,
        grade=grade_of(person, roll, child),
        evidence=f"{run}：{why}"[:GROUND_LENGTH] if why else str(run),
    )


def roll_line(person: Person) -> Line | None:
    """The row of the local roll by which a person stands where it stands, if there is one."""
    wanted = person.standing["roll_row_id"] if person.standing else person.best.key
    return next((line for line in person.lines if line.key == wanted), None)


def grade_of(person: Person, roll: Line | None, child: UUID) -> int | None:
    """The grade on the roll; who is on none, the one it ought to be in."""
    on = person.comparison.run.judged_on
    said = grade_said(roll.row.get("grade", ""), on) if roll else None
    return said or person.comparison.due_grade(person.birth_date, child)


def grade_said(text: str, on: date) -> int | None:
    """Read a grade as rosters write it: 7, or 2020级 after the year of entry."""
    digits = text.removesuffix("级")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 4:
        return None
    number = int(digits)
    if text != digits and len(digits) == 4:
        number = school_year_start(on).year - number + 1
    return number if 1 <= number <= HIGHEST_GRADE else None


def name_of(row: Row) -> str:
    return row.get("name") or row.get("name_pinyin") or ""


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _said(person: Person, field: str) -> str:
    return next((line.row[field] for line in person.lines if line.row.get(field)), "")


def _id_type(words: str) -> str:
    return next((kind for text, kind in ID_TYPES if text in words), IdType.IDENTITY_CARD)


def _says_here(line: Line) -> bool:
    return PLACE_OF.get(line.kind) in (PlaceKind.HUKOU, PlaceKind.RESIDENCE) and line.is_current


def _guardians(rows: Iterable[Row]) -> Iterator[GuardianFacts]:
    """Each guardian named once, with the number and the phone that some row gives.

    The phone of a row is that of the guardian it names first.
    """
    found: dict[str, GuardianFacts] = {}
    for row in rows:
        phone = row.get("phone", "").split(";")[0]
        for one in _named(row):
            held = found.setdefault(one.name, one)
            found[one.name] = replace(
                held,
                relation=held.relation or one.relation,
                id_no=held.id_no or one.id_no,
                phone=held.phone or phone or None,
            )
            phone = ""
    yield from found.values()


def _named(row: Row) -> Iterator[GuardianFacts]:
    for field, relation in (
        ("guardian", row.get("guardian_relation", "")),
        ("father", "父亲"),
        ("mother", "母亲"),
    ):
        if name := row.get(f"{field}_name", ""):
            yield GuardianFacts(name[:50], relation[:20], row.get(f"{field}_id") or None)


def _places(person: Person) -> Iterator[PlaceFacts]:
    """The present places of a child: hukou, residence, school; one of each, the best row first."""
    done: set[PlaceKind] = set()
    for line in person.lines:
        kind = PLACE_OF.get(line.kind)
        if kind is None or kind in done or not line.is_current:
            continue
        place = _seat(person, line) if kind is PlaceKind.SCHOOL else _home(person, line, kind)
        if place:
            done.add(kind)
            yield place


def _seat(person: Person, line: Line) -> PlaceFacts | None:
    school = person.school(line)
    if school is None:
        return None
    return PlaceFacts(
        PlaceKind.SCHOOL,
        school_id=school.pk,
        grade=grade_said(line.row.get("grade", ""), person.comparison.run.judged_on),
        class_name=line.row.get("class_no", "")[:20],
        source=str(line.source.roster)[:80],
    )


def _home(person: Person, line: Line, kind: PlaceKind) -> PlaceFacts:
    region = person.community(line)
    return PlaceFacts(
        kind,
        region_id=region.pk if region else None,
        address=line.row.get("address", ""),
        source=str(line.source.roster)[:80],
    )


def _gone(person: Person, present: set[PlaceKind]) -> frozenset[PlaceKind]:
    """The kinds of place of which every row says that the child has left."""
    told = {PLACE_OF[line.kind] for line in person.lines if line.kind in PLACE_OF}
    held = {
        PLACE_OF[line.kind] for line in person.lines if line.kind in PLACE_OF and line.is_current
    }
    return frozenset(told - held - present)


def _circumstances(lines: Sequence[Line]) -> Iterator[Circumstance]:
    for line in lines:
        if line.kind in CIRCUMSTANCE_OF:
            yield CIRCUMSTANCE_OF[line.kind]
        elif line.kind == "poverty":
            words = line.row.get("category", "")
            yield next((one for text, one in AID_OF if text in words), Circumstance.OTHER_AID)
        elif line.kind == "school_roll" and line.row.get("migrant_child") == "是":
            yield Circumstance.ACCOMPANYING


def _sources(person: Person) -> Iterator[SourceFacts]:
    shared = person.comparison.shared_prints
    for line in person.lines:
        found = person.comparison.sources.print_of(line.key)
        if found in shared:
            continue
        at = line.row.get("source_row", "")
        yield SourceFacts(
            roster_kind=line.kind,
            sender_id=line.source.roster.sender_id,
            fingerprint=found,
            as_of=line.source.roster.as_of,
            row_number=int(at) if at.isdecimal() else None,
        )
