"""The long work of this room, done by the worker."""

from __future__ import annotations

from typing import Any

from oosc.jobs.registry import Progress, task
from oosc.kernel import clock
from oosc.rosters import actions
from oosc.rosters.models import Roster


@task(actions.CHECK)
def check(progress: Progress, *, roster: str) -> dict[str, Any]:  # Any: a job's result is JSON
    """Read a roster that was handed in. Killed and begun again, it is done once."""
    row = Roster.objects.select_related("sender", "region", "supplements").get(pk=roster)
    checked = actions.check(row, step=progress.report)
    return {"roster": roster, "state": checked.state, "rows": checked.rows}


@task("rosters.destroy_expired")
def destroy_expired(progress: Progress) -> dict[str, Any]:  # Any: a job's result is JSON
    return {"destroyed": actions.destroy_expired(clock.today())}
