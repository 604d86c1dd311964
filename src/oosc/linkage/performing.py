"""A run performed: rosters in, lists, doubtful pairs and the register out.

Reading and comparing touch nothing; what is written is written at the end, in one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa

from oosc.audit import trail
from oosc.children import actions as children
from oosc.children.facts import GuardianFacts, PlaceFacts, RunFacts, SourceFacts
from oosc.children.rules import spelling
from oosc.children.states import Kind as Circumstance
from oosc.children.states import PlaceKind
from oosc.kernel import clock
from oosc.linkage.models import Decision, Finding, Pair, Run
from oosc.linkage.prints import person_print, row_print
from oosc.linkage.states import Kind, RunState
from oosc.parameters import values
from oosc.places.models import Region, RegionAlias, School
from oosc.rosters import queries as rosters
from oosc.rosters.models import Roster
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import Status
from rosterlink import identity_number
from rosterlink.reconcile import Reconciliation, reconcile
from rosterlink.school_age import expected_grade, grade_name, school_year

BATCH = 1000
Row = Mapping[str, str]
Report = Callable[[int, int, str], None]

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
FOUND = "学籍在读，与居住登记为同一人。"


@dataclass
class Source:
    """One roster of the run with its rows by their id in the run."""

    roster: Roster
    table: pa.Table
    rows: dict[str, dict[str, str]]


@dataclass
class Places:
    """Communities by the names rosters know them under, schools by code and by name."""

    regions: dict[str, Region]
    schools: dict[str, School]

    @classmethod
    def of(cls, region: Region) -> Places:
        below = list(Region.objects.below(region.code).filter(level=12))
        named = {_plain(one.name): one for one in below}
        aliases = RegionAlias.objects.filter(region__in=below).select_related("region")
        named |= {_plain(alias.name): alias.region for alias in aliases}
        schools = School.objects.select_related("region")
        by_code = {school.code: school for school in schools}
        return cls(named, by_code | {school.name: school for school in schools})

    def region(self, row: Row) -> Region | None:
        return self.regions.get(_plain(row.get("community", "")))

    def school(self, row: Row) -> School | None:
        return self.schools.get(row.get("school_code", "")) or self.schools.get(
            row.get("school_name", "")
        )


@dataclass
class Outcome:
    """What a run came to, ready to be written."""

    run: Run
    sources: list[Source]
    result: Reconciliation
    places: Places
    decisions: int
    roster_of: dict[str, Source] = field(default_factory=dict)
    people: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    person_of: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for source in self.sources:
            for key in source.rows:
                self.roster_of[key] = source
        persons = self.result.persons
        pairs = zip(persons["person"].to_pylist(), persons["row_id"].to_pylist(), strict=True)
        for person, key in pairs:
            self.people[person].append(key)
            self.person_of[key] = person

    def row(self, key: str) -> dict[str, str]:
        return self.roster_of[key].rows[key]


def compare(run: Run, report: Report) -> Outcome:
    """Read the rosters of a run and compare them; nothing is written."""
    report(0, 5, "正在读取花名册")
    sources = [_source(roster, n) for n, roster in enumerate(run.rosters.with_places())]
    tables: dict[str, list[pa.Table]] = defaultdict(list)
    for source in sources:
        tables[source.roster.kind].append(source.table)
    decided = _decisions(sources)
    parameters = _parameters(run)
    report(1, 5, "正在比对")
    result = reconcile(tables, on=run.judged_on, decisions=decided, parameters=parameters)
    return Outcome(run, sources, result, Places.of(run.region), len(decided) if decided else 0)


def write(outcome: Outcome, report: Report) -> dict[str, Any]:  # Any: JSON for the job's page
    """Write lists, pairs, register and school-year statuses. In the transaction of the caller."""
    run = outcome.run
    report(2, 5, "正在写入登记册")
    facts = list(_facts(outcome))
    child_of = children.upsert_from_run(facts, by=None, on=run.judged_on)
    report(3, 5, "正在写入名单")
    findings = list(_findings(outcome, child_of))
    _mark_new(run, findings)
    for batch in _batches(findings):
        Finding.objects.bulk_create(batch)
    for batch in _batches(_pairs(outcome)):
        Pair.objects.bulk_create(batch)
    report(4, 5, "正在记录就学状态")
    schooling.set_statuses(_statuses(outcome, child_of), by=None, on=run.judged_on)
    run.state, run.finished_at = RunState.DONE, clock.now()
    run.counts = outcome.result.summary["counts"]
    run.manifest = _manifest(outcome)
    run.save()
    trail.record("run.done", run, by=None, suspected=run.counts["suspected"])
    report(5, 5, "完成")
    return {"address": f"/linkage/{run.pk}/", "suspected": run.counts["suspected"]}


def _source(roster: Roster, number: int) -> Source:
    table = rosters.table(roster)
    texts = [name for name in table.column_names if pa.types.is_string(table[name].type)]
    # Two files may number their rows alike: within a run a row is known by its roster too.
    keys = pa.array([f"{number}:{key}" for key in table["row_id"].to_pylist()], pa.string())
    table = table.set_column(table.column_names.index("row_id"), "row_id", keys)
    columns = {name: table[name].to_pylist() for name in texts}
    rows = {
        key: {name: columns[name][at] or "" for name in texts}
        for at, key in enumerate(columns["row_id"])
    }
    if "source_row" in table.column_names:
        for key, at in zip(columns["row_id"], table["source_row"].to_pylist(), strict=True):
            rows[key]["source_row"] = str(at)
    return Source(roster, table, rows)


def _print_of(source: Source, row: Row) -> bytes:
    return row_print(source.roster.kind, str(source.roster.sender_id), row)


def _decisions(sources: Sequence[Source]) -> pa.Table | None:
    """What people decided of these rows before, in the row ids of this run."""
    standing = list(Decision.objects.filter(undone_at__isnull=True))
    if not standing:
        return None
    wanted = {bytes(p) for d in standing for p in (d.left_print, d.right_print)}
    keys: dict[bytes, list[str]] = defaultdict(list)
    for source in sources:
        for key, row in source.rows.items():
            found = _print_of(source, row)
            if found in wanted:
                keys[found].append(key)
    pairs = [
        (left, right, "1" if decision.same else "0")
        for decision in standing
        for left in keys[bytes(decision.left_print)]
        for right in keys[bytes(decision.right_print)]
    ]
    if not pairs:
        return None
    left, right, same = (list(column) for column in zip(*pairs, strict=True))
    return pa.table({"left_row_id": left, "right_row_id": right, "same": same})


def _parameters(run: Run) -> dict[str, int]:
    here = values.as_of(run.region.code, run.judged_on)
    month, day = (int(part) for part in here.text("entry_cutoff").split("-"))
    return {"entry_age": here.number("entry_age"), "cutoff_month": month, "cutoff_day": day}


def _manifest(outcome: Outcome) -> dict[str, Any]:  # Any: JSON
    """All that the run rests on: with the same again, it gives the same answer."""
    return {
        "rosters": [
            {
                "id": str(s.roster.pk),
                "kind": s.roster.kind,
                "sender": s.roster.sender.name,
                "as_of": s.roster.as_of.isoformat(),
                "sha256": s.roster.file_hash,
                "rows": len(s.rows),
            }
            for s in outcome.sources
        ],
        "decisions": outcome.decisions,
        **{k: v for k, v in outcome.result.summary.items() if k not in {"counts", "seconds"}},
    }


# ---- the register


def _facts(outcome: Outcome) -> Iterator[RunFacts]:
    """Every child of the run once: resident children of school age, and roll rows without one."""
    standing = outcome.result.standing
    seen = set()
    for person, key in zip(
        standing["person"].to_pylist(), standing["row_id"].to_pylist(), strict=True
    ):
        seen.add(person)
        yield _child(outcome, key, outcome.people[person])
    for person, key in zip(
        outcome.result.ghosts["person"].to_pylist(),
        outcome.result.ghosts["row_id"].to_pylist(),
        strict=True,
    ):
        if person not in seen:
            seen.add(person)
            yield _child(outcome, key, outcome.people[person])


def _child(outcome: Outcome, key: str, keys: Sequence[str]) -> RunFacts:
    best = outcome.row(key)
    rows = [(outcome.roster_of[one], outcome.row(one)) for one in keys]
    number = next(
        (n for n in _numbers(best, rows) if identity_number.is_valid(n)), best.get("id_no", "")
    )
    return RunFacts(
        key=key,
        name=best.get("name", "")[:50],
        sex=best.get("sex", "") if best.get("sex") in ("男", "女") else "",
        birth_date=_day(best.get("birth_date", "")) or identity_number.read(number).birth_date,
        former_name=best.get("former_name", "")[:50],
        id_no=number,
        ethnicity=best.get("ethnicity", "")[:20],
        student_no=next((r["student_no"] for _, r in rows if r.get("student_no")), ""),
        household_no=best.get("household_no", ""),
        guardians=tuple(_guardians(rows)),
        places=tuple(_places(outcome.places, rows)),
        circumstances=tuple(dict.fromkeys(_circumstances(rows))),
        sources=tuple(_sources(rows)),
    )


def _numbers(best: Row, rows: Sequence[tuple[Source, Row]]) -> Iterator[str]:
    yield best.get("id_no", "")
    for _, row in rows:
        yield row.get("id_no", "")


def _guardians(rows: Sequence[tuple[Source, Row]]) -> Iterator[GuardianFacts]:
    """Each guardian named once, with the number and the phone that some row gives."""
    found: dict[str, GuardianFacts] = {}
    for _, row in rows:
        phone = row.get("phone", "").split(";")[0]
        for name, relation, number in (
            (
                row.get("guardian_name", ""),
                row.get("guardian_relation", ""),
                row.get("guardian_id", ""),
            ),
            (row.get("father_name", ""), "父亲", row.get("father_id", "")),
            (row.get("mother_name", ""), "母亲", row.get("mother_id", "")),
        ):
            if name and name not in found:
                found[name] = GuardianFacts(name[:50], relation[:20], number or None, phone or None)
    yield from found.values()


def _places(places: Places, rows: Sequence[tuple[Source, Row]]) -> Iterator[PlaceFacts]:
    """The present places of a child: hukou, residence, school; one of each, the best row first."""
    done: set[PlaceKind] = set()
    for source, row in rows:
        kind = _kind_of_place(source.roster.kind, row)
        if kind is None or kind in done:
            continue
        done.add(kind)
        words = str(source.roster)[:80]
        if kind is PlaceKind.SCHOOL:
            school = places.school(row)
            if school:
                grade = row.get("grade", "")
                number = int(grade) if grade.isdigit() and 1 <= int(grade) <= 12 else None
                yield PlaceFacts(
                    kind, school_id=school.pk, grade=number,
                    class_name=row.get("class_no", "")[:20], source=words,
                )  # fmt: skip
            continue
        region = places.region(row)
        yield PlaceFacts(
            kind,
            region_id=region.pk if region else None,
            address=row.get("address", ""),
            source=words,
        )


def _kind_of_place(roster: str, row: Row) -> PlaceKind | None:
    state = row.get("state", "")
    if roster == "police_hukou" and "迁出" not in state and "死亡" not in state:
        return PlaceKind.HUKOU
    if roster == "police_floating" and "离开" not in state:
        return PlaceKind.RESIDENCE
    if roster == "school_roll" and state in ("", "在读", "休学"):
        return PlaceKind.SCHOOL
    return None


def _circumstances(rows: Sequence[tuple[Source, Row]]) -> Iterator[Circumstance]:
    for source, row in rows:
        kind = source.roster.kind
        if kind in CIRCUMSTANCE_OF:
            yield CIRCUMSTANCE_OF[kind]
        elif kind == "poverty":
            words = row.get("category", "")
            yield next((one for text, one in AID_OF if text in words), Circumstance.OTHER_AID)
        elif kind == "school_roll" and row.get("migrant_child") == "是":
            yield Circumstance.ACCOMPANYING


def _sources(rows: Sequence[tuple[Source, Row]]) -> Iterator[SourceFacts]:
    for source, row in rows:
        at = row.get("source_row", "")
        yield SourceFacts(
            roster_kind=source.roster.kind,
            sender_id=source.roster.sender_id,
            fingerprint=_print_of(source, row),
            as_of=source.roster.as_of,
            row_number=int(at) if at.isdigit() else None,
        )


def _statuses(outcome: Outcome, child_of: Mapping[str, UUID]) -> Iterator[StatusRow]:
    year = school_year(outcome.run.judged_on)
    for one in outcome.result.standing.to_pylist():
        row = outcome.row(one["row_id"])
        roll = outcome.row(one["roll_row_id"]) if one["roll_row_id"] else {}
        region = outcome.places.region(row)
        school = outcome.places.school(roll) if roll else None
        grade = roll.get("grade", "")
        child = child_of.get(one["row_id"])
        if child:
            yield StatusRow(
                child_id=child,
                school_year=year,
                status=STATUS_OF[one["outcome"]],
                source_key=outcome.run.pk,
                region_id=region.pk if region else None,
                school_id=school.pk if school else None,
                grade=int(grade) if grade.isdigit() else _grade(one["birth_date"], outcome.run),
                evidence=str(outcome.run),
            )


# ---- the lists


def _findings(outcome: Outcome, child_of: Mapping[str, UUID]) -> Iterator[Finding]:
    result = outcome.result
    suspected = {row["row_id"]: row for row in result.out_of_school.to_pylist()}
    explained = {row["row_id"]: row for row in result.explained.to_pylist()}
    for one in result.standing.to_pylist():
        key = one["row_id"]
        child = child_of.get(key)
        if key in suspected:
            yield _finding(outcome, Kind.SUSPECTED, key, suspected[key], child, one)
        elif key in explained:
            words = explained[key] | {"reason_code": explained[key]["explanation"]}
            words["nearest_row_id"] = words["by_row_id"]
            yield _finding(outcome, Kind.EXPLAINED, key, words, child, one)
        else:
            words = {"reason_code": "found", "reason": FOUND, "nearest_row_id": one["roll_row_id"]}
            yield _finding(outcome, Kind.FOUND, key, words, child, one)
    for row in result.ghosts.to_pylist():
        yield _finding(outcome, Kind.GHOST, row["row_id"], row, child_of.get(row["row_id"]))
    for row in result.unregistered.to_pylist():
        yield _finding(outcome, Kind.UNREGISTERED, row["row_id"], row, None)
    for row in result.duplicates.to_pylist():
        words = row | {"nearest_row_id": row["row_id_b"]}
        child = child_of.get(row["row_id_a"])
        yield _finding(outcome, Kind.DUPLICATE, row["row_id_a"], words, child)


def _finding(
    outcome: Outcome,
    kind: Kind,
    key: str,
    words: Mapping[str, Any],  # Any: texts, and the number of the person
    child: UUID | None,
    standing: Mapping[str, Any] | None = None,  # Any: as above
) -> Finding:
    row, source = outcome.row(key), outcome.roster_of[key]
    roll = outcome.row(standing["roll_row_id"]) if standing and standing["roll_row_id"] else row
    region = outcome.places.region(row)
    school = outcome.places.school(roll)
    born = (standing or {}).get("birth_date") or row.get("birth_date", "")
    number, near = row.get("id_no", ""), words.get("nearest_row_id") or ""
    grade = roll.get("grade", "")
    code = region.code if region else school.region.code[:9] if school else outcome.run.region.code
    return Finding(
        run=outcome.run,
        kind=kind,
        child_id=child,
        roster_id=source.roster.pk,
        roster_ids=_rosters_of(outcome, key, kind),
        row_key=key,
        other_key=near,
        name=row.get("name", "")[:60],
        name_initials=spelling(row.get("name", ""))[0][:20],
        sex=row.get("sex", "")[:2],
        birth_date=_day(born),
        grade=int(grade) if grade.isdigit() and int(grade) <= 12 else _grade(born, outcome.run),
        region=region,
        region_code=code,
        community=row.get("community", "")[:60],
        school=school,
        school_name=(school.name if school else roll.get("school_name", ""))[:80],
        class_name=roll.get("class_no", "")[:20],
        id_head=number[:6],
        id_no=number[:60],
        reason_code=str(words["reason_code"])[:40],
        reason=str(words["reason"])[:300],
        nearest=_nearest(outcome, near),
        nearest_reason=str(words.get("nearest_reason") or "")[:300],
        print=person_print(row),
    )


def _rosters_of(outcome: Outcome, key: str, kind: Kind) -> list[str]:
    """The rosters a suspicion rests on: those whose resident rows say that the child lives here."""
    if kind is not Kind.SUSPECTED:
        return []
    rosters_of = (outcome.roster_of[one].roster for one in outcome.people[outcome.person_of[key]])
    return sorted({str(r.pk) for r in rosters_of if r.kind.startswith("police_")})


def _nearest(outcome: Outcome, key: str) -> str:
    """The nearest record in words: where it stands and what it is called there."""
    if not key or key not in outcome.roster_of:
        return ""
    row, source = outcome.row(key), outcome.roster_of[key]
    where = row.get("school_name") or row.get("community") or source.roster.sender.name
    grade = row.get("grade", "")
    seat = (
        f"{where} {grade_name(int(grade))}" if grade.isdigit() and 1 <= int(grade) <= 12 else where
    )
    return "，".join(part for part in (row.get("name", ""), seat) if part)[:200]


def _mark_new(run: Run, findings: Sequence[Finding]) -> None:
    """A suspicion that did not stand on the list of the run before is new."""
    if run.previous is None:
        return
    before = {
        bytes(one)
        for one in Finding.objects.filter(run=run.previous, kind=Kind.SUSPECTED).values_list(
            "print", flat=True
        )
    }
    for finding in findings:
        finding.is_new = finding.kind == Kind.SUSPECTED and bytes(finding.print) not in before


# ---- the pairs


def _pairs(outcome: Outcome) -> Iterator[Pair]:
    for rank, one in enumerate(outcome.result.review.to_pylist(), start=1):
        left, right = one["left_row_id"], one["right_row_id"]
        region = outcome.places.region(outcome.row(left))
        yield Pair(
            run=outcome.run,
            rank=rank,
            left_key=left,
            right_key=right,
            left_print=_print_of(outcome.roster_of[left], outcome.row(left)),
            right_print=_print_of(outcome.roster_of[right], outcome.row(right)),
            left=_shown(outcome, left),
            right=_shown(outcome, right),
            probability=one["probability"],
            reason_code=one["reason_code"][:40],
            reason=one["reason"][:300],
            region_code=region.code if region else outcome.run.region.code,
        )


def _shown(outcome: Outcome, key: str) -> dict[str, str]:
    """What a clerk sees of one row, and where it comes from."""
    row, source = outcome.row(key), outcome.roster_of[key]
    guardian = row.get("guardian_name") or row.get("father_name") or row.get("mother_name") or ""
    school = row.get("school_name", "")
    if school and row.get("grade"):
        school += f"，{row['grade']} 年级" + (
            f" {row['class_no']} 班" if row.get("class_no") else ""
        )
    return {
        "roster": source.roster.get_kind_display(),
        "sender": source.roster.sender.name,
        "as_of": source.roster.as_of.isoformat(),
        "row": row.get("source_row", ""),
        "name": row.get("name", ""),
        "id_no": row.get("id_no", ""),
        "birth_date": row.get("birth_date", ""),
        "sex": row.get("sex", ""),
        "guardian": guardian,
        "phone": row.get("phone", ""),
        "community": row.get("community", ""),
        "address": row.get("address") or row.get("home_address", ""),
        "school": school,
    }


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:  # Any: models of one kind
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _grade(born: str, run: Run) -> int | None:
    day = _day(born)
    return expected_grade(day, run.judged_on) if day else None


def _plain(community: str) -> str:
    """A community by its bare name: 青桥社区居委会, 青桥社区 and 青桥 are one."""
    for tail in ("居民委员会", "村民委员会", "居委会", "村委会", "社区", "村"):
        community = community.removesuffix(tail)
    return community.strip()
