"""What pages need of runs: the sum that adds up, changes since an earlier run, what waits."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse

from oosc.linkage.models import Finding, FindingQuerySet, Pair, Run
from oosc.linkage.states import RESIDENT_KINDS, Change, Kind
from oosc.members.acting import Acting


@dataclass(frozen=True)
class Sum:
    """Residents of school age − found − explained = suspected, within one's reach."""

    found: int
    explained: int
    suspected: int
    new: int

    @property
    def residents(self) -> int:
        return self.found + self.explained + self.suspected


def newest(by: Acting) -> Run | None:
    return Run.objects.visible_to(by).newest()


def lists_of(run: Run, by: Acting) -> FindingQuerySet:
    return Finding.objects.filter(run=run).visible_to(by)


def counts(run: Run, by: Acting) -> dict[str, int]:
    """How many rows stand on each list of a run, within reach."""
    found = lists_of(run, by).values("kind").annotate(rows=Count("pk")).order_by()
    return dict.fromkeys(Kind.values, 0) | {row["kind"]: row["rows"] for row in found}


def sum_of(run: Run, by: Acting) -> Sum:
    found = counts(run, by)
    new = lists_of(run, by).filter(kind=Kind.SUSPECTED, is_new=True).count()
    return Sum(found[Kind.FOUND], found[Kind.EXPLAINED], found[Kind.SUSPECTED], new)


def standing(by: Acting) -> list[tuple[str, int, str]]:
    """The lists of the newest run: what each is called, how many, where."""
    run = newest(by)
    if run is None:
        return []
    found = counts(run, by)
    shown = (
        (Kind.SUSPECTED, "linkage:suspected"),
        (Kind.EXPLAINED, "linkage:explained"),
        (Kind.GHOST, "linkage:ghosts"),
    )
    return [(kind.label, found[kind], reverse(route)) for kind, route in shown]


def pairs_waiting(by: Acting) -> int:
    run = newest(by)
    return Pair.objects.filter(run=run, verdict="").count() if run else 0


def progress_of(run: Run) -> dict[str, int]:
    """How far the review of a run is: all, decided, and how."""
    found = Pair.objects.filter(run=run).values("verdict").annotate(rows=Count("pk")).order_by()
    by_verdict = {row["verdict"] or "open": row["rows"] for row in found}
    every = sum(by_verdict.values())
    words = {"all": every, "done": every - by_verdict.get("open", 0)}
    return {"same": 0, "different": 0, "skipped": 0, "open": 0} | by_verdict | words


def changed(run: Run, earlier: Run, change: Change, by: Acting) -> FindingQuerySet:
    """Children who stand otherwise than in an earlier run; each on the row that still knows them.

    `new` and `open` are rows of this run, `resolved` and `gone` rows of the earlier one.
    """
    now, then = lists_of(run, by), lists_of(earlier, by)
    suspected = then.filter(kind=Kind.SUSPECTED)
    if change is Change.NEW:
        return now.filter(kind=Kind.SUSPECTED).exclude(_known(suspected))
    if change is Change.OPEN:
        return now.filter(kind=Kind.SUSPECTED).filter(_known(suspected))
    still = now.filter(kind__in=RESIDENT_KINDS)
    if change is Change.GONE:
        return suspected.exclude(_known(still))
    return suspected.filter(_known(now.filter(kind__in=[Kind.FOUND, Kind.EXPLAINED])))


def _known(rows: FindingQuerySet) -> Exists:
    return Exists(rows.filter(print=OuterRef("print")))
