"""The long work of this room: a run as a job."""

from __future__ import annotations

from uuid import UUID

from oosc.jobs.actions import Outcome
from oosc.jobs.periodic import every
from oosc.jobs.registry import Progress, task
from oosc.kernel import clock
from oosc.linkage import actions, performing
from oosc.linkage.actions import TASK
from oosc.linkage.models import Run


@task(TASK)
def perform(progress: Progress, *, run: str) -> Outcome:
    one = Run.objects.select_related("region", "previous").get(pk=UUID(run))
    return performing.perform(one, progress)


@every(86_400, "linkage.raise_pending")
def raise_pending() -> None:
    """Open a case for whom nothing has turned up, where the office leaves that to the system."""
    actions.raise_pending(on=clock.today())
