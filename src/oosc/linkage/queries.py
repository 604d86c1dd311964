"""What pages need of runs: the sum that adds up, changes since an earlier run, what waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.urls import reverse

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.jobs.models import Job
from oosc.kernel.once import once
from oosc.linkage.models import Batch, Finding, FindingQuerySet, Pair, PairQuerySet, Run, Tally
from oosc.linkage.states import RESIDENT_KINDS, Change, Kind
from oosc.members.acting import Acting
from oosc.rosters import queries as rosters
from oosc.rosters.models import Roster

KEPT_COUNTS = 512


@dataclass(frozen=True)
class Sums:
    """Residents of school age − found − explained = suspected, within one's reach."""

    found: int
    explained: int
    suspected: int
    new: int

    @property
    def residents(self) -> int:
        return self.found + self.explained + self.suspected


@once
def newest(by: Acting) -> Run | None:
    """The newest run over the whole of one's region; where there is none, over a part of it."""
    seen = Run.objects.visible_to(by).select_related("region", "previous")
    code = by.region_code or ""
    above = [code[:digits] for digits in (2, 4, 6, 9, 12) if digits <= len(code)]
    return seen.filter(region__code__in=above).newest() or seen.newest()


@dataclass(frozen=True)
class Offered:
    """The rosters a run can be made over."""

    latest: Sequence[Roster]
    earlier: Sequence[Roster]

    def like(self, run: Run) -> tuple[list[Roster], list[Roster]]:
        """Those that an earlier run used: which can be had again, and which are gone."""
        here = {roster.pk for roster in (*self.latest, *self.earlier)}
        used = list(run.rosters.with_places())
        return [r for r in used if r.pk in here], [r for r in used if r.pk not in here]


def offered(region_code: str) -> Offered:
    """The newest of each sender and kind, and the earlier ones whose rows are still held.

    Rows are destroyed a school year after they came, so the earlier ones are not many.
    """
    latest = rosters.latest(region_code)
    within = Roster.objects.received().filter(policy.code_range("region__code", region_code))
    held = within.exclude(rows_key="").filter(file_destroyed_on=None)
    earlier = held.exclude(pk__in=[roster.pk for roster in latest]).with_places()
    return Offered(latest, list(earlier.order_by("kind", "sender__name", "-as_of", "-received_at")))


def lists_of(run: Run, by: Acting) -> FindingQuerySet:
    rows = Finding.objects.filter(run=run)
    if policy.allows(by, Permission.LIST_VIEW, run):
        return rows  # all of it: a condition that holds everywhere would only mislead the database
    return rows.visible_to(by)


def counts(run: Run, by: Acting) -> dict[str, int]:
    """How many rows stand on each list of a run, within reach."""
    found = _tallied(run, by)
    return {kind: found.get(kind, (0, 0))[0] for kind in Kind.values}


def sum_of(run: Run, by: Acting) -> Sums:
    return _sums(_tallied(run, by))


@dataclass(frozen=True)
class Shown:
    """A run in the list of runs, with what of it lies within one's reach."""

    run: Run
    sum: Sums
    pairs: int  # doubtful pairs that nobody has decided


def shown(runs: Sequence[Run], by: Acting) -> list[Shown]:
    tallied = _tallied_of(runs, by)
    waiting = Pair.objects.filter(run__in=runs, verdict="").visible_to(by).order_by()
    pairs = dict(waiting.values_list("run").annotate(rows=Count("pk")))
    return [Shown(run, _sums(tallied.get(run.pk, {})), pairs.get(run.pk, 0)) for run in runs]


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


def pairs_of(run: Run, by: Acting) -> PairQuerySet:
    return Pair.objects.filter(run=run).visible_to(by)


def pairs_waiting(by: Acting) -> int:
    run = newest(by)
    return pairs_of(run, by).filter(verdict="").count() if run else 0


def progress_of(run: Run, by: Acting) -> dict[str, int]:
    """How far the review of a run is, within reach: all, decided, and how."""
    found = pairs_of(run, by).values("verdict").annotate(rows=Count("pk")).order_by()
    by_verdict = {row["verdict"] or "open": row["rows"] for row in found}
    every = sum(by_verdict.values())
    words = {"all": every, "done": every - by_verdict.get("open", 0)}
    return {"same": 0, "different": 0, "skipped": 0, "open": 0} | by_verdict | words


def is_being_raised(batch: Batch) -> bool:
    job = Job.objects.filter(pk=batch.job_id).first() if batch.job_id else None
    return job is not None and not job.has_ended


def visited_of(batch: Batch) -> int:
    """How many of a batch were visited since it was raised."""
    return batch.cases.filter(visits__recorded_at__gte=batch.at).distinct().count()


def changed(run: Run, earlier: Run, change: Change, by: Acting) -> FindingQuerySet:
    """Children who stand otherwise than in an earlier run; each on the row that still knows them.

    `new` and `open` are rows of this run, `resolved` and `gone` rows of the earlier one.
    """
    now, then = lists_of(run, by), lists_of(earlier, by)
    suspected, was = now.filter(kind=Kind.SUSPECTED), then.filter(kind=Kind.SUSPECTED)
    if change is Change.NEW:
        return suspected.exclude(_known(suspected, was))
    if change is Change.OPEN:
        return suspected.filter(_known(suspected, was))
    if change is Change.GONE:
        return was.exclude(_known(was, now.filter(kind__in=RESIDENT_KINDS)))
    return was.filter(_known(was, now.filter(kind__in=[Kind.FOUND, Kind.EXPLAINED])))


def changes(run: Run, earlier: Run, by: Acting) -> dict[Change, int]:
    """How many stand otherwise, of each sort."""
    return {change: _counted(run, earlier, change, by) for change in Change}


@lru_cache(maxsize=KEPT_COUNTS)
def _counted(run: Run, earlier: Run, change: Change, by: Acting) -> int:
    """Counted once a process: the lists of a run that is done never change."""
    return changed(run, earlier, change, by).count()


def others(run: Run, by: Acting) -> list[Run]:
    """Every other run of the region, to compare with: a subdistrict has some dozens."""
    found = Run.objects.visible_to(by).done().filter(region=run.region).exclude(pk=run.pk)
    return list(found.order_by("-id").only("number", "judged_on"))


def _known(rows: FindingQuerySet, among: FindingQuerySet) -> Q:
    """Those of the rows whose child is among others: by its number, or by its record.

    Each of the two is a join of its own: asked in one condition, a database tries every row.
    """
    by_number = rows.filter(print__in=among.order_by().values("print")).order_by().values("pk")
    records = among.filter(child__isnull=False).order_by().values("child")
    by_record = rows.filter(child__in=records).order_by().values("pk")
    return Q(pk__in=by_number) | Q(pk__in=by_record)


def _sums(found: Mapping[str, tuple[int, int]]) -> Sums:
    (in_school, _), (explained, _), (suspected, new) = (
        found.get(kind, (0, 0)) for kind in (Kind.FOUND, Kind.EXPLAINED, Kind.SUSPECTED)
    )
    return Sums(in_school, explained, suspected, new)


@once
def _tallied(run: Run, by: Acting) -> dict[str, tuple[int, int]]:
    """How many rows of each list lie within reach, and how many of them are new."""
    return _tallied_of([run], by).get(run.pk, {})


def _tallied_of(runs: Sequence[Run], by: Acting) -> dict[UUID, dict[str, tuple[int, int]]]:
    reached = Tally.objects.filter(run__in=runs).visible_to(by).order_by().values("run", "kind")
    found: dict[UUID, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in reached.annotate(every=Sum("rows"), fresh=Sum("new")):
        found[row["run"]][row["kind"]] = (row["every"], row["fresh"])
    return found
