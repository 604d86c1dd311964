"""The long work of this room: a run as a job."""

from __future__ import annotations

from uuid import UUID

from oosc.jobs.actions import Outcome
from oosc.jobs.registry import Progress, task
from oosc.linkage import performing
from oosc.linkage.actions import TASK
from oosc.linkage.models import Run
from oosc.linkage.states import RunState


@task(TASK)
def perform(progress: Progress, *, run: str) -> Outcome:
    """Compare, then write everything in the transaction that ends the job."""
    one = Run.objects.select_related("region", "previous").get(pk=UUID(run))
    Run.objects.filter(pk=one.pk).update(state=RunState.RUNNING)
    outcome = performing.compare(one, progress.report)
    return lambda: performing.write(outcome, lambda done, total, sentence: None)
