"""What the worker does by the clock for the rooms below this one."""

from __future__ import annotations

from datetime import timedelta

from oosc.audit import chain
from oosc.jobs import actions
from oosc.jobs.periodic import every

KEPT = timedelta(days=180)


@every(1, "audit.seal")
def seal() -> None:
    chain.seal_waiting()


@every(86_400, "jobs.delete_ended")
def delete_ended() -> None:
    actions.delete_ended(KEPT)
