"""The long work of this room, done by the worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse

from oosc.jobs.actions import Outcome
from oosc.jobs.periodic import every
from oosc.jobs.registry import Progress, again, task
from oosc.kernel import clock
from oosc.members.acting import Acting
from oosc.rosters import actions
from oosc.rosters.models import Roster

A_DAY = 86_400  # seconds


@task(actions.CHECK, "检查花名册")
def check(progress: Progress, *, roster: str) -> Outcome:
    """Read a roster that was handed in. Killed and begun again, it is done once."""
    row = Roster.objects.select_related("sender", "region", "supplements").get(pk=roster)
    last_step = actions.check(row, step=progress.report)

    def write() -> Mapping[str, Any]:  # Any: a job's result is JSON
        checked = last_step()
        address = reverse("rosters:check", args=[checked.pk])
        return {"state": checked.state, "rows": checked.rows, "address": address}

    return write


@again(actions.CHECK)
def check_again(*, by: Acting, roster: str) -> UUID:
    checking = actions.check_again(Roster.objects.get(pk=UUID(roster)), by=by)
    assert checking.job_id is not None  # it was queued just now
    return checking.job_id


@every(A_DAY, "rosters.destroy_expired")
def destroy_expired() -> None:
    actions.destroy_expired(clock.today())
