"""What the pages show of jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from oosc.jobs import registry, rules
from oosc.jobs.models import Job
from oosc.jobs.states import State
from oosc.kernel import clock

LIGHTS = {
    State.QUEUED: "grey",
    State.RUNNING: "amber",
    State.DONE: "green",
    State.FAILED: "red",
    State.STOPPED: "grey",
}


@dataclass(frozen=True)
class Light:
    colour: str
    words: str


@dataclass(frozen=True)
class Sight:
    """A job as it is seen at one moment."""

    job: Job
    now: datetime
    before: int = 0

    @property
    def task(self) -> str:
        """The kind of work: all that is said of it where its title may not be shown."""
        return dict(registry.titles()).get(self.job.name, self.job.name)

    @property
    def may_be_done_again(self) -> bool:
        ended_badly = self.job.state in (State.FAILED, State.STOPPED)
        return ended_badly and registry.find_again(self.job.name) is not None

    @property
    def stays(self) -> str:
        """What is left of its work where it ends early, as a sentence."""
        return registry.stays(self.job.name)

    @property
    def something_stays(self) -> bool:
        return self.stays != rules.NOTHING_STAYS

    @property
    def heard_at(self) -> datetime | None:
        """When the worker that has it last gave a sign of life."""
        return self.job.lease_until - rules.LEASE if self.job.lease_until else None

    @property
    def machine_trouble(self) -> str:
        """Why it failed, as far as it is the machine's; what a room refused may name a person."""
        if self.job.state != State.FAILED:
            return ""
        return rules.machine_trouble(self.job.trouble)

    @property
    def light(self) -> Light:
        return Light(LIGHTS[State(self.job.state)], self.job.get_state_display())

    @property
    def percent(self) -> int | None:
        return rules.percent(self.job.done, self.job.total)

    @property
    def remaining(self) -> str:
        """Said of a running job alone."""
        began = self.job.started_at or self.now
        return rules.remaining(began, self.now, self.job.done, self.job.total)


@dataclass(frozen=True)
class Queue:
    """How the queue stands: what waits, since when, and when a worker was last heard of."""

    waiting: int
    waits: timedelta  # the one that waits longest
    running: int
    heard_at: datetime | None
    silent: timedelta | None  # since the last sign of life of a worker that has a job

    @property
    def waits_minutes(self) -> int:
        return int(self.waits.total_seconds() // 60)

    @property
    def is_stuck(self) -> bool:
        return rules.is_stuck(self.waits, self.silent)


def queue() -> Queue:
    """The whole queue in one question. Leases go by the machine's clock, all else by ours."""
    queued, running = Q(state=State.QUEUED), Q(state=State.RUNNING)
    found = Job.objects.aggregate(
        waiting=Count("pk", filter=queued),
        oldest=Min("created_at", filter=queued),
        running=Count("pk", filter=running),
        heard=Max("lease_until", filter=running),
    )
    waits = clock.now() - found["oldest"] if found["oldest"] else timedelta(0)
    heard_at = found["heard"] - rules.LEASE if found["heard"] else None
    silent = timezone.now() - heard_at if heard_at else None
    return Queue(found["waiting"], waits, found["running"], heard_at, silent)


def sights(jobs: Iterable[Job], now: datetime) -> list[Sight]:
    return [Sight(job, now) for job in jobs]


def sight(job: Job, now: datetime) -> Sight:
    """A job with how many are queued before it."""
    if job.state != State.QUEUED:
        return Sight(job, now)
    open_jobs = Job.objects.filter(state__in=[State.QUEUED, State.RUNNING])
    return Sight(job, now, open_jobs.filter(pk__lt=job.pk).count())
