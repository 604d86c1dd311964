"""A run's rosters compared. Reading and comparing touch nothing that is kept."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import metadata
from typing import Any
from uuid import UUID

import pyarrow as pa

from oosc.linkage.gazetteer import Gazetteer
from oosc.linkage.models import Decision, Run
from oosc.linkage.sources import Sources
from oosc.parameters.school_age import DueGrades
from oosc.schooling import queries as schooling
from rosterlink.reconcile import Reconciliation, reconcile
from rosterlink.school_age import school_year

Report = Callable[[int, int, str], None]
Told = Mapping[str, Any]  # Any: texts of a result, and the number of the person


@dataclass
class Comparison:
    """What a run came to, before any of it is written."""

    run: Run
    sources: Sources
    result: Reconciliation
    places: Gazetteer
    decisions: pa.Table | None

    @cached_property
    def people(self) -> dict[int, list[str]]:
        """The rows of each person."""
        people: dict[int, list[str]] = defaultdict(list)
        for person, key in self._persons():
            people[person].append(key)
        return people

    @cached_property
    def standing(self) -> dict[int, Told]:
        """How each resident child of school age stands, by person."""
        return {one["person"]: one for one in self.result.standing.to_pylist()}

    @cached_property
    def suspected(self) -> dict[int, Told]:
        return {one["person"]: one for one in self.result.out_of_school.to_pylist()}

    @cached_property
    def explained(self) -> dict[int, Told]:
        return {one["person"]: one for one in self.result.explained.to_pylist()}

    @cached_property
    def best_rows(self) -> dict[int, str]:
        """Everyone who comes into the register, by the row that is believed most: resident
        children of school age, then those who stand on the roll alone."""
        best = {person: one["row_id"] for person, one in self.standing.items()}
        for one in self.result.ghosts.to_pylist():
            best.setdefault(one["person"], one["row_id"])
        return best

    @cached_property
    def due_grades(self) -> DueGrades:
        return DueGrades.as_of(self.run.judged_on)

    def due_grade(self, born: date | None, child: UUID | None = None) -> int | None:
        """The grade due on the day of the run, by the parameters that it compares by."""
        year, code = school_year(self.run.judged_on), self.run.region.code
        put_off = self.put_off.get(child, []) if child else []
        return self.due_grades.grade(born, code, year, put_off)

    @cached_property
    def put_off(self) -> dict[UUID, list[str]]:
        """By which school years the entry of a child of the register was put off (缓学)."""
        return schooling.put_off()

    @cached_property
    def shared_prints(self) -> set[bytes]:
        """Prints that rows of two persons bear: they tell nobody apart."""
        first: dict[bytes, int] = {}
        shared = set()
        for person, key in self._persons():
            found = self.sources.print_of(key)
            if first.setdefault(found, person) != person:
                shared.add(found)
        return shared

    def manifest(self) -> dict[str, Any]:  # Any: JSON
        """All that the run rests on: with the same again, it gives the same answer."""
        summary = self.result.summary
        return {
            "rosters": [
                {
                    "id": str(source.roster.pk),
                    "kind": source.roster.kind,
                    "sender": source.roster.sender.name,
                    "as_of": source.roster.as_of.isoformat(),
                    "sha256": source.roster.file_hash,
                    "rows": source.table.num_rows,
                }
                for source in self.sources.all
            ],
            "decisions": self.decisions.num_rows if self.decisions else 0,
            "decisions_sha256": _digest(self.decisions),
            "versions": {name: metadata.version(name) for name in ("oosc", "duckdb", "pyarrow")},
            **{name: summary[name] for name in ("on", "engine", "rows", "reasons", "parameters")},
        }

    def _persons(self) -> zip[tuple[int, str]]:
        persons = self.result.persons
        return zip(persons["person"].to_pylist(), persons["row_id"].to_pylist(), strict=True)


def compare(run: Run, report: Report) -> Comparison:
    """Read the rosters of a run and compare them; nothing is written.

    Raises Refused where a roster was withdrawn or destroyed since the run was asked for.
    """
    report(0, 100, "正在读取花名册")
    sources = Sources.of(list(run.rosters.with_places()))
    rows = sum(source.table.num_rows for source in sources.all)
    report(3, 100, f"正在核对以往的判定，共 {rows:,} 行")
    decisions = _decisions(sources)
    report(5, 100, f"正在逐人比对，共 {rows:,} 行")
    result = reconcile(
        sources.tables,
        on=run.judged_on,
        decisions=decisions,
        parameters=_parameters(run),
        progress=lambda done, total, words: report(
            5 + 20 * done // total, 100, f"正在比对：{words}，共 {rows:,} 行"
        ),
    )
    return Comparison(run, sources, result, Gazetteer.of(run.region, run.judged_on), decisions)


def _decisions(sources: Sources) -> pa.Table | None:
    """What people decided of these rows before, in the row ids of this run.

    A row that says something else has another print: its pair comes back to a person.
    """
    standing = [
        (bytes(left), bytes(right), same)
        for left, right, same in Decision.objects.filter(undone_at__isnull=True)
        .order_by("left_print", "right_print")
        .values_list("left_print", "right_print", "same")
    ]
    wanted = {one for left, right, _ in standing for one in (left, right)}
    keys = sources.keys_by_print(wanted) if wanted else {}
    pairs = [
        (left_key, right_key, "1" if same else "0")
        for left, right, same in standing
        for left_key in keys.get(left, ())
        for right_key in keys.get(right, ())
    ]
    if not pairs:
        return None
    left, right, same = (list(column) for column in zip(*pairs, strict=True))
    return pa.table({"left_row_id": left, "right_row_id": right, "same": same})


def _digest(decisions: pa.Table | None) -> str:
    if decisions is None:
        return ""
    lines = sorted("|".join(row.values()) for row in decisions.to_pylist())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _parameters(run: Run) -> dict[str, int]:
    rule = DueGrades.as_of(run.judged_on).rule(run.region.code, run.judged_on)
    return {
        "entry_age": rule.entry_age, "cutoff_month": rule.cutoff_month,
        "cutoff_day": rule.cutoff_day,
    }  # fmt: skip
