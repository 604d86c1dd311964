"""The rows of the lists of a run, and the doubtful pairs, made from what the comparison came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from oosc.children.rules import spelling
from oosc.linkage import wording
from oosc.linkage.comparing import Comparison, Told
from oosc.linkage.models import Finding, Pair, Run
from oosc.linkage.prints import number_print
from oosc.linkage.register import Line, Person, day, grade_of, grade_said, name_of, roll_line
from oosc.linkage.sources import Row
from oosc.linkage.states import Kind
from oosc.places.models import Region, School
from rosterlink import identity_number
from rosterlink.school_age import grade_name

FOUND = "学籍在读，与居住登记为同一人。"
SUBDISTRICT_DIGITS = 9
MOST_NEAREST = 200


@dataclass(frozen=True)
class Before:
    """Who stood on the list of suspicions of the run before, by either of two marks."""

    is_first: bool
    prints: frozenset[bytes] = frozenset()
    children: frozenset[UUID | None] = frozenset()

    @classmethod
    def of(cls, run: Run) -> Before:
        if run.previous is None:
            return cls(is_first=True)
        listed = Finding.objects.filter(run=run.previous, kind=Kind.SUSPECTED)
        marks = list(listed.values_list("print", "child"))
        return cls(False, frozenset(bytes(p) for p, _ in marks), frozenset(c for _, c in marks))

    def holds(self, finding: Finding) -> bool:
        return finding.print in self.prints or finding.child_id in self.children


@dataclass(frozen=True)
class Lists:
    """Makes findings of one comparison."""

    comparison: Comparison
    before: Before

    def of_people(
        self, people: Sequence[Person], child_of: Mapping[int, UUID]
    ) -> Iterator[Finding]:
        """The residents of school age among these persons, each on one of three lists."""
        residents = [person for person in people if person.standing]
        told = [self._words(person) for person in residents]
        near = self.comparison.sources.rows({w["nearest"] for _, w in told if w["nearest"]})
        for person, (kind, words) in zip(residents, told, strict=True):
            yield self._resident(person, kind, words, child_of[person.number], near)

    def of_rows(
        self, kind: Kind, told: Sequence[Told], child_of: Mapping[int, UUID]
    ) -> Iterator[Finding]:
        """Rows of the other lists: a line of a roster each, or two of them."""
        first = "row_id_a" if kind is Kind.DUPLICATE else "row_id"
        other = {Kind.DUPLICATE: "row_id_b", Kind.GHOST: "nearest_row_id"}.get(kind, "")
        keys = {one[name] for one in told for name in (first, other) if name and one[name]}
        rows = self.comparison.sources.rows(keys)
        for one in told:
            words = {
                "reason_code": one["reason_code"],
                "reason": one["reason"],
                "nearest": one[other] if other else "",
                "nearest_reason": one.get("nearest_reason") or "",
            }
            line = self._line(one[first], rows)
            yield self._single(kind, line, words, child_of.get(one["person"]), rows)

    def _words(self, person: Person) -> tuple[Kind, dict[str, str]]:
        number = person.number
        if told := self.comparison.suspected.get(number):
            return Kind.SUSPECTED, {
                "reason_code": told["reason_code"],
                "reason": told["reason"],
                "nearest": told["nearest_row_id"],
                "nearest_reason": told["nearest_reason"],
            }
        if told := self.comparison.explained.get(number):
            return Kind.EXPLAINED, {
                "reason_code": told["explanation"],
                "reason": told["reason"],
                "nearest": told["by_row_id"],
                "nearest_reason": "",
            }
        assert person.standing  # see of_people
        roll = person.standing["roll_row_id"]
        words = {"reason_code": "found", "reason": FOUND, "nearest": roll, "nearest_reason": ""}
        return Kind.FOUND, words

    def _resident(
        self,
        person: Person,
        kind: Kind,
        words: Mapping[str, str],
        child: UUID,
        near: Mapping[str, Row],
    ) -> Finding:
        home, roll = person.home or person.best, roll_line(person)
        school = person.school(roll) if roll else None
        seat = roll if roll and roll.is_current else None
        finding = self._finding(kind, person.best, words, child, near)
        self._locate(finding, home, person.community(home), school)
        finding.roster_ids = person.resident_rosters if kind is Kind.SUSPECTED else []
        finding.birth_date = person.birth_date
        finding.grade = grade_of(person, seat, child)
        finding.school_name = _school_name(school, roll)
        finding.class_name = roll.row.get("class_no", "")[:20] if roll else ""
        finding.id_no, finding.id_head = person.id_no, person.id_no[:6]
        finding.print = _print(person.id_no, child)
        finding.reason = self._particular(person, kind, words, finding.grade, near)[:300]
        finding.is_new = (
            kind is Kind.SUSPECTED and not self.before.is_first and not self.before.holds(finding)
        )
        return finding

    def _particular(
        self,
        person: Person,
        kind: Kind,
        words: Mapping[str, str],
        grade: int | None,
        near: Mapping[str, Row],
    ) -> str:
        """Why this child of all stands there: by its own rows."""
        if kind is Kind.SUSPECTED:
            return wording.suspected(words["reason_code"], words["reason"], person.lines, grade)
        beside = self._line(words["nearest"], near) if words["nearest"] else None
        if kind is Kind.EXPLAINED:
            return wording.explained(words["reason_code"], words["reason"], beside)
        return wording.found(beside, words["reason"])

    def _single(
        self,
        kind: Kind,
        line: Line,
        words: Mapping[str, str],
        child: UUID | None,
        rows: Mapping[str, Row],
    ) -> Finding:
        person = Person(self.comparison, 0, [line], None)
        school = person.school(line)
        finding = self._finding(kind, line, words, child, rows)
        region = person.community(line)
        if kind is Kind.DUPLICATE and not (region and school):
            second = self._line(words["nearest"], rows)
            region = region or person.community(second)
            school = school or person.school(second)
        self._locate(finding, line, region, school)
        if kind is Kind.GHOST:
            finding.reason = wording.ghost(words["reason_code"], words["reason"], line)[:300]
        elif kind is Kind.UNREGISTERED:
            finding.reason = wording.unregistered(words["reason"], line)[:300]
        born, on = day(line.row.get("birth_date", "")), self.comparison.run.judged_on
        finding.birth_date = born
        finding.grade = grade_said(line.row.get("grade", ""), on)
        if finding.grade is None:
            finding.grade = self.comparison.due_grade(born, child)
        finding.school_name = _school_name(school, line)
        finding.class_name = line.row.get("class_no", "")[:20]
        finding.id_no = line.row.get("id_no", "")[:60]
        finding.id_head = finding.id_no[:6]
        finding.print = _print(finding.id_no, child or line.key)
        return finding

    def _finding(
        self,
        kind: Kind,
        line: Line,
        words: Mapping[str, str],
        child: UUID | None,
        near: Mapping[str, Row],
    ) -> Finding:
        name = name_of(line.row)
        return Finding(
            run_id=self.comparison.run.pk,
            kind=kind.value,
            child_id=child,
            roster_id=line.source.roster.pk,
            row_key=line.key[:120],
            other_key=words["nearest"][:120],
            name=name[:60],
            name_initials=spelling(name)[0][:20],
            sex=line.row.get("sex", "")[:2],
            reason_code=words["reason_code"][:40],
            reason=words["reason"][:300],
            nearest=self._nearest(words["nearest"], near),
            nearest_reason=words["nearest_reason"][:300],
        )

    def _locate(
        self, finding: Finding, line: Line, region: Region | None, school: School | None
    ) -> None:
        """Who reaches a row: its community; else the subdistrict of its school or its sender."""
        finding.region_id = region.pk if region else None
        finding.school_id = school.pk if school else None
        finding.community = (line.row.get("community", "") or (region.name if region else ""))[:60]
        if region:
            finding.region_code = region.code
        elif school:
            finding.region_code = school.region.code[:SUBDISTRICT_DIGITS]
        else:
            finding.region_code = line.source.roster.region.code[:SUBDISTRICT_DIGITS]

    def _nearest(self, key: str, rows: Mapping[str, Row]) -> str:
        """The nearest record in words: where it stands and what it is called there."""
        if not key:
            return ""
        row = rows[key]
        sender = self.comparison.sources.source(key).roster.sender.name
        where = row.get("school_name") or row.get("community") or sender
        grade = grade_said(row.get("grade", ""), self.comparison.run.judged_on)
        seat = f"{where} {grade_name(grade)}" if grade else where
        return "，".join(part for part in (name_of(row), seat) if part)[:MOST_NEAREST]

    def _line(self, key: str, rows: Mapping[str, Row]) -> Line:
        return Line(key, self.comparison.sources.source(key), rows[key])


def pairs(comparison: Comparison, told: Sequence[Told], after: int) -> Iterator[Pair]:
    """The doubtful pairs, in the order in which they are worth a clerk's time."""
    sources = comparison.sources
    rows = sources.rows({one[side] for one in told for side in ("left_row_id", "right_row_id")})
    for rank, one in enumerate(told, start=after + 1):
        left, right = (
            Line(one[side], sources.source(one[side]), rows[one[side]])
            for side in ("left_row_id", "right_row_id")
        )
        person = Person(comparison, 0, [left, right], None)
        region = person.community(left)
        left_name, right_name = name_of(left.row), name_of(right.row)
        left_shown, right_shown = _shown(left), _shown(right)
        yield Pair(
            run_id=comparison.run.pk,
            rank=rank,
            left_key=left.key[:120],
            right_key=right.key[:120],
            left_print=sources.print_of(left.key),
            right_print=sources.print_of(right.key),
            left=left_shown,
            right=right_shown,
            probability=one["probability"],
            reason_code=one["reason_code"][:40],
            reason=wording.doubtful(one["reason"], left_shown, right_shown)[:300],
            region_code=region.code if region else left.source.roster.region.code,
            left_name=left_name[:60],
            right_name=right_name[:60],
            left_initials=spelling(left_name)[0][:20],
            right_initials=spelling(right_name)[0][:20],
            left_kind=left.kind,
            right_kind=right.kind,
            school=person.school(right) or person.school(left),
        )


def _print(number: str, known_as: Any) -> bytes:  # Any: the key of a child, or of a row
    return number_print(number if identity_number.is_valid(number) else str(known_as))


def _school_name(school: School | None, line: Line | None) -> str:
    said = line.row.get("school_name", "") if line else ""
    return (school.name if school else said)[:80]


def _shown(line: Line) -> dict[str, str]:
    """What a clerk sees of one row, and where it comes from."""
    row, roster = line.row, line.source.roster
    guardian = row.get("guardian_name") or row.get("father_name") or row.get("mother_name") or ""
    return {
        "roster": roster.get_kind_display(),
        "sender": roster.sender.name,
        "as_of": roster.as_of.isoformat(),
        "row": row.get("source_row", ""),
        "name": name_of(row),
        "id_no": row.get("id_no", ""),
        "birth_date": row.get("birth_date", ""),
        "sex": row.get("sex", ""),
        "guardian": guardian,
        "phone": row.get("phone", ""),
        "community": row.get("community", ""),
        "address": row.get("address") or row.get("home_address", ""),
        "school": _seat_words(row),
    }


def _seat_words(row: Row) -> str:
    words = row.get("school_name", "")
    if words and row.get("grade"):
        words += f"，{row['grade']} 年级"
        if row.get("class_no"):
            words += f" {row['class_no']} 班"
    return words
