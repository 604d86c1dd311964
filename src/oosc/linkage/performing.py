"""A run performed: rosters in, lists, doubtful pairs and the register out.

Written in parts, so that nobody who writes beside it waits for more than a moment. Until the last
of them nobody sees the lists; a run that was killed begins again and clears away what it left
(decision 0006).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Q

from oosc.audit import trail
from oosc.children import actions as children
from oosc.database import bulk
from oosc.jobs.registry import Progress
from oosc.kernel import clock
from oosc.linkage import findings, register
from oosc.linkage.comparing import Comparison, compare
from oosc.linkage.findings import Before, Lists
from oosc.linkage.models import Finding, Pair, Run, Tally
from oosc.linkage.states import Kind, RunState
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow

# So many of each kind are written under one lock: about half a second on an old machine.
PEOPLE = 300
ROWS = 1000
One = TypeVar("One")


def perform(run: Run, progress: Progress) -> Callable[[], dict[str, Any]]:  # Any: JSON
    """Compare and write; return the last step, which makes the run visible and ends its job."""
    with progress.part():
        Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    comparison = compare(run, progress.report)
    clear(run, progress)
    _Writing(comparison, progress).write()
    progress.report(99, 100, "正在汇总人数")
    with progress.part():
        bulk.analyse(Finding)
    counted = list(tallies(run))
    return lambda: _finish(comparison, counted)


def clear(run: Run, progress: Progress) -> None:
    """Take away what attempts that came to nothing have left of their lists: nobody saw it."""
    unseen = Run.objects.filter(region=run.region).exclude(state=RunState.DONE)
    for model in (Finding, Pair):
        left = model.objects.filter(run__in=unseen).order_by().values("pk")
        while keys := [row["pk"] for row in left[:ROWS]]:
            with progress.part():
                model.objects.filter(pk__in=keys).delete()
            progress.report(25, 100, "正在清理上次没有做完的比对")


class _Writing:
    """Writes everything but the last step, part by part."""

    def __init__(self, comparison: Comparison, progress: Progress) -> None:
        self.comparison, self.progress = comparison, progress
        self.lists = Lists(comparison, Before.of(comparison.run))
        self.child_of: dict[int, UUID] = {}
        self.statuses: list[StatusRow] = []

    def write(self) -> None:
        result = self.comparison.result
        self._people(list(self.comparison.best_rows))
        for kind, table in (
            (Kind.GHOST, result.ghosts),
            (Kind.DUPLICATE, result.duplicates),
            (Kind.UNREGISTERED, result.unregistered),
        ):
            self._rows(kind, table.to_pylist())
        self._pairs(result.review.to_pylist())
        self._statuses()

    def _people(self, numbers: Sequence[int]) -> None:
        """Children into the register, and the three lists of residents with them."""
        run, every = self.comparison.run, len(numbers)
        for done, some in _portions(numbers, PEOPLE):
            words = f"正在写入登记册和名单，已写 {done:,} 人，共 {every:,} 人"
            self.progress.report(25 + 60 * done // every, 100, words)
            people = register.people(self.comparison, some)
            told = [register.facts(person) for person in people]
            with self.progress.part():
                found = children.upsert_from_run(told, by=None, on=run.judged_on)
                self.child_of |= {int(key): child for key, child in found.items()}
                listed = list(self.lists.of_people(people, self.child_of))
                bulk.insert(Finding, listed)
            why = {one.child_id: one.reason for one in listed if one.kind != Kind.FOUND}
            self.statuses += (
                register.status(person, child, why.get(child, ""))
                for person in people
                if person.standing and (child := self.child_of[person.number])
            )

    def _rows(self, kind: Kind, told: Sequence[dict[str, Any]]) -> None:  # Any: texts, a number
        for done, some in _portions(told, ROWS):
            self.progress.report(86, 100, f"正在写入{kind.label}，已写 {done:,}，共 {len(told):,}")
            rows = list(self.lists.of_rows(kind, some, self.child_of))
            with self.progress.part():
                bulk.insert(Finding, rows)

    def _pairs(self, told: Sequence[dict[str, Any]]) -> None:  # Any: as above
        for done, some in _portions(told, ROWS):
            self.progress.report(
                88, 100, f"正在写入待判定的记录，已写 {done:,} 对，共 {len(told):,} 对"
            )
            rows = list(findings.pairs(self.comparison, some, after=done))
            with self.progress.part():
                bulk.insert(Pair, rows)

    def _statuses(self) -> None:
        """Last of all: rosters of the school year show them as soon as they are written."""
        run, every = self.comparison.run, len(self.statuses)
        for done, some in _portions(self.statuses, ROWS):
            words = f"正在记录就学状态，已记 {done:,} 人，共 {every:,} 人"
            self.progress.report(90 + 9 * done // every, 100, words)
            with self.progress.part():
                schooling.set_statuses(some, by=None, on=run.judged_on)


def _finish(comparison: Comparison, counted: Iterable[Tally]) -> dict[str, Any]:  # Any: JSON
    """Make the run visible, in the transaction that ends its job."""
    run = comparison.run
    run.state, run.finished_at = RunState.DONE, clock.now()
    run.counts = comparison.result.summary["counts"]
    run.manifest = comparison.manifest()
    run.save(update_fields=["state", "finished_at", "counts", "manifest"])
    bulk.insert(Tally, counted)
    trail.record("run.done", run, by=None, suspected=run.counts["suspected"])
    return {"address": f"/linkage/{run.pk}/", "suspected": run.counts["suspected"]}


def tallies(run: Run) -> Iterator[Tally]:
    """How many stand on each list, by community and school."""
    grouped = Finding.objects.filter(run=run).order_by().values("kind", "region_code", "school")
    for one in grouped.annotate(rows=Count("pk"), new=Count("pk", filter=Q(is_new=True))):
        yield Tally(
            run=run,
            kind=one["kind"],
            region_code=one["region_code"],
            school_id=one["school"],
            rows=one["rows"],
            new=one["new"],
        )


def _portions(rows: Sequence[One], size: int) -> Iterator[tuple[int, Sequence[One]]]:
    """The rows in portions, each with how many were before it."""
    for start in range(0, len(rows), size):
        yield start, rows[start : start + size]
