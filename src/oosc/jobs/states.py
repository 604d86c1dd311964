"""The states of a job, and the ways in which its work can end early."""

from __future__ import annotations

from django.db.models import TextChoices


class State(TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    STOPPED = "stopped", "已停止"


ENDED = frozenset({State.DONE, State.FAILED, State.STOPPED})


class EndedEarly(Exception):
    """Raised through a task, which lets it pass."""


class Stopped(EndedEarly):
    """The officer asked for it."""


class Interrupted(EndedEarly):
    """The worker is told to go home; the job goes back into the queue."""


class LeaseLost(EndedEarly):
    """Another worker holds the job now: what this one did must have no effect."""
