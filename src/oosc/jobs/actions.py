"""What is done with a job. Whoever writes as its worker shows the token of the lease."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from oosc.audit import trail
from oosc.audit.trail import Actor
from oosc.jobs import registry
from oosc.jobs.models import Job
from oosc.jobs.rules import KILLED_TOO_OFTEN, LEASE, MAX_ATTEMPTS
from oosc.jobs.states import LeaseLost, State, Stopped
from oosc.kernel import clock
from oosc.kernel.refusal import Refused

Result = Mapping[str, Any]  # Any: what JSON holds
# A task returns its result, or the last step that writes everything and returns it.
Outcome = Result | Callable[[], Result | None] | None


@dataclass(frozen=True)
class Figures:
    """How far a job is: so many done of so many, and a sentence for the officer."""

    done: int = 0
    total: int = 0
    sentence: str = ""


@transaction.atomic
def enqueue(name: str, *, by: Actor | None, title: str, **arguments: Any) -> Job:
    """Ask for a piece of work. It is begun when the caller's transaction is committed.

    `arguments` are keys and counts, as JSON has them: never a name or a number of a person.
    """
    registry.find(name)
    return Job.objects.create(
        name=name,
        title=title,
        arguments=arguments,
        post_id=by.post_id if by else None,
        unit_id=by.unit_id if by else None,
        created_at=clock.now(),
    )


@transaction.atomic
def cancel(job: Job | UUID, *, by: Actor) -> Job:
    """Ask a job to stop; one that nobody has begun stops at once, one that has ended stays.

    Who may is decided by the page through `visible_to`, or by the room whose work it is.
    """
    job = Job.objects.select_for_update().get(pk=job.pk if isinstance(job, Job) else job)
    if job.has_ended or job.cancel_requested:
        return job
    job.cancel_requested = True
    job.save(update_fields=["cancel_requested"])
    if job.state == State.QUEUED:
        _end(job, State.STOPPED)
    trail.record("job.cancelled", job, by=by, name=job.name)
    return job


def again(job: Job, *, by: Actor) -> UUID:
    """Ask for the same work once more; the room of the work decides, by its own rules (Refused)."""
    ask = registry.find_again(job.name)
    if ask is None or job.state not in (State.FAILED, State.STOPPED):
        raise Refused("这件作业不能从这里重做，请到原来的页面再办一次。")
    return ask(by=by, **job.arguments)


def claim() -> Job | None:
    """Take the job that has waited longest, or that a dead worker left."""
    # A lease is measured by the machine's clock, not by the day that a demo may be set to.
    now = timezone.now()
    # First without a transaction: a worker asks every second.
    while Job.objects.claimable(now).exists():
        with transaction.atomic():
            free = Job.objects.claimable(now).select_for_update(skip_locked=True)
            job = free.order_by("id").first()
            if job is None:
                return None
            if _may_begin(job):
                return _begun(job, now)
    return None


def heartbeat(job_id: UUID, owner: str, figures: Figures) -> bool:
    """Prolong a lease and write down how far the job is; return whether it is to stop.

    Raises LeaseLost where another worker has it.
    """
    held = Job.objects.held_by(owner).filter(pk=job_id)
    kept = held.update(
        lease_until=timezone.now() + LEASE,
        done=figures.done,
        total=figures.total,
        sentence=figures.sentence,
    )
    if not kept:
        raise LeaseLost
    return Job.objects.filter(pk=job_id, cancel_requested=True).exists()


@contextmanager
def part(job_id: UUID, owner: str) -> Iterator[None]:
    """Write a part that a later attempt writes again, or nothing where another has the job."""
    with transaction.atomic():
        if not Job.objects.held_by(owner).select_for_update().filter(pk=job_id).exists():
            raise LeaseLost
        yield


@contextmanager
def step(job_id: UUID, owner: str, checkpoint: Result) -> Iterator[None]:
    """Write a part of the work together with the mark behind it, or neither."""
    with transaction.atomic():
        job = _held(job_id, owner)
        yield
        job.checkpoint = dict(checkpoint)
        job.attempts = 1  # it got further, so it is not what kills the worker
        job.save(update_fields=["checkpoint", "attempts"])


def finish(job_id: UUID, owner: str, outcome: Outcome) -> None:
    """Do the last step and end the job in one transaction: both happen once, or neither.

    Raises LeaseLost or Stopped before anything is written.
    """
    with transaction.atomic():
        job = _held(job_id, owner)
        result = outcome() if callable(outcome) else outcome
        job.result = dict(result or {})
        _end(job, State.DONE)


def fail(job_id: UUID, owner: str, sentence: str) -> None:
    _close(job_id, owner, State.FAILED, sentence)


def stop(job_id: UUID, owner: str) -> None:
    _close(job_id, owner, State.STOPPED)


@transaction.atomic
def release(job_id: UUID, owner: str) -> None:
    """Put a job back into the queue as if it had not begun."""
    job = Job.objects.held_by(owner).select_for_update().filter(pk=job_id).first()
    if job:
        job.state, job.owner, job.lease_until = State.QUEUED, "", None
        job.attempts -= 1
        job.started_at = None
        job.save()


@transaction.atomic
def delete_ended(before: timedelta) -> int:
    """Forget jobs that ended longer ago than `before`; what they did stands in their rooms."""
    deleted, _ = Job.objects.filter(finished_at__lt=clock.now() - before).delete()
    return deleted


def _begun(job: Job, now: datetime) -> Job:
    job.state = State.RUNNING
    job.owner = uuid4().hex
    job.lease_until = now + LEASE
    job.attempts += 1
    job.started_at = clock.now()
    job.done, job.total, job.sentence = 0, 0, ""
    job.save()
    return job


def _may_begin(job: Job) -> bool:
    if job.cancel_requested:
        _end(job, State.STOPPED)
    elif job.attempts >= MAX_ATTEMPTS:
        _end(job, State.FAILED, KILLED_TOO_OFTEN)
    return not job.has_ended


def _held(job_id: UUID, owner: str) -> Job:
    job = Job.objects.held_by(owner).select_for_update().filter(pk=job_id).first()
    if job is None:
        raise LeaseLost
    if job.cancel_requested:
        raise Stopped
    return job


@transaction.atomic
def _close(job_id: UUID, owner: str, state: State, trouble: str = "") -> None:
    job = Job.objects.held_by(owner).select_for_update().filter(pk=job_id).first()
    if job:
        _end(job, state, trouble)


def _end(job: Job, state: State, trouble: str = "") -> None:
    job.state, job.trouble = state, trouble
    job.owner, job.lease_until = "", None
    job.finished_at = clock.now()
    job.save()
