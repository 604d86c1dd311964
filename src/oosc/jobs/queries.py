"""What the pages show of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oosc.audit.trail import Actor
from oosc.jobs import rules
from oosc.jobs.models import Job
from oosc.jobs.states import State

SHOWN = 50
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


def latest(by: Actor, now: datetime) -> list[Sight]:
    return [Sight(job, now) for job in Job.objects.visible_to(by)[:SHOWN]]


def sight(job: Job, now: datetime) -> Sight:
    """A job with how many are queued before it."""
    if job.state != State.QUEUED:
        return Sight(job, now)
    open_jobs = Job.objects.filter(state__in=[State.QUEUED, State.RUNNING])
    return Sight(job, now, open_jobs.filter(pk__lt=job.pk).count())
