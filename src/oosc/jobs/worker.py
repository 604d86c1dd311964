"""The worker: takes one job after another, and shows by its heartbeat that it lives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.db import DatabaseError, close_old_connections, connection

from oosc.database import disk
from oosc.jobs import actions, registry, rules
from oosc.jobs.actions import Figures
from oosc.jobs.models import Job
from oosc.jobs.states import EndedEarly, Interrupted, LeaseLost, Stopped
from oosc.kernel.refusal import Refused

logger = logging.getLogger(__name__)

POLL_S = 1.0
WAIT_FOR_DATABASE_S = 5.0


class Progress:
    """The task's side of a lease. The heart carries what is said here to the database."""

    def __init__(self, job: Job, going_home: threading.Event) -> None:
        self.job_id, self.owner = job.pk, job.owner
        self.checkpoint: Mapping[str, Any] = job.checkpoint  # Any: what JSON holds
        self.figures = Figures()
        self.end: type[EndedEarly] | None = None
        self._going_home = going_home

    @property
    def cancelled(self) -> bool:
        return self.end is not None or self._going_home.is_set()

    def report(self, done: int, total: int, sentence: str = "") -> None:
        self.figures = Figures(done, total, sentence)
        if self.end:
            raise self.end
        if self._going_home.is_set():
            raise Interrupted

    def part(self) -> AbstractContextManager[None]:
        return actions.part(self.job_id, self.owner)

    def step(self, checkpoint: Mapping[str, Any]) -> AbstractContextManager[None]:
        return actions.step(self.job_id, self.owner, checkpoint)


class Heart:
    """Beats beside a running task, so that its lease does not end and its stop is heard."""

    def __init__(self, progress: Progress, every_s: float = rules.HEARTBEAT_S) -> None:
        self._progress, self._every_s = progress, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def beat(self) -> None:
        progress = self._progress
        try:
            if actions.heartbeat(progress.job_id, progress.owner, progress.figures):
                progress.end = Stopped
        except LeaseLost:
            progress.end = LeaseLost
        except DatabaseError:
            # A missed beat is no harm: the lease lasts for many.
            logger.warning("heartbeat failed", exc_info=True)
            connection.close()

    def _run(self) -> None:
        try:
            while not self._over.wait(self._every_s):
                self.beat()
        finally:
            connection.close()


class Worker:
    """Does one job at a time until it is told to go home."""

    def __init__(self) -> None:
        self._going_home = threading.Event()

    def go_home(self) -> None:
        """Stop after the present job, or at its next report: it then goes back into the queue."""
        self._going_home.set()

    def run(self) -> None:
        while not self._going_home.is_set():
            close_old_connections()
            try:
                pause = 0.0 if self.do_next() else POLL_S
            except DatabaseError:
                logger.exception("the database does not answer")
                connection.close()
                pause = WAIT_FOR_DATABASE_S
            self._going_home.wait(pause)

    def work_off(self) -> int:
        """Do what is queued now, and return how many jobs that were."""
        done = 0
        while self.do_next():
            done += 1
        return done

    def do_next(self) -> bool:
        """Do the next job, if there is one."""
        job = actions.claim()
        if job is None:
            return False
        self._do(job)
        return True

    def _do(self, job: Job) -> None:
        try:
            progress = Progress(job, self._going_home)
            with Heart(progress, rules.HEARTBEAT_S):
                outcome = registry.find(job.name)(progress, **job.arguments)
            actions.finish(job.pk, job.owner, outcome)
        except Stopped:
            actions.stop(job.pk, job.owner)
        except Interrupted:
            actions.release(job.pk, job.owner)
        except LeaseLost:
            logger.warning("lease lost", extra={"job": str(job.pk)})
        except Refused as refusal:
            actions.fail(job.pk, job.owner, str(refusal))
        except Exception as error:
            logger.exception("job failed", extra={"job": str(job.pk), "task": job.name})
            actions.fail(job.pk, job.owner, _sentence(error, job))


def _sentence(error: Exception, job: Job) -> str:
    if disk.is_full(error):
        return rules.DISK_FULL
    return rules.unexpected(job.pk.hex[-8:])
