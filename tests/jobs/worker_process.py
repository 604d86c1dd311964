"""A worker in a process of its own, which can be killed: `python -m jobs.worker_process work`.

ask       ask for one job
work      run the worker; the job kills it with signal 9 at the place named, or hangs there
report    write the state of the jobs and the effects as JSON
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from datetime import timedelta

import django

PARTS = 3
PLACES = ["nowhere", "in_part", "after_part", "before_last", "in_last"]


def main(command: str, place: str = "nowhere", *, waits: bool = False) -> None:
    django.setup()
    register(place, waits)
    {"ask": ask, "work": work, "report": report}[command]()


def register(place: str, waits: bool) -> None:
    from oosc.audit import trail
    from oosc.jobs.registry import task

    def die(here: str) -> None:
        if here != place:
            return
        print("here", flush=True)
        if waits:
            threading.Event().wait()
        os.kill(os.getpid(), signal.SIGKILL)

    @task("test.effects", "试一试")
    def effects(progress):
        for part in range(progress.checkpoint.get("done", 0), PARTS):
            with progress.step({"done": part + 1}):
                trail.record("test.part", by=None, part=part)
                die("in_part")
            die("after_part")
        progress.report(PARTS, PARTS)
        die("before_last")

        def last():
            trail.record("test.effect", by=None)
            die("in_last")
            return {"parts": PARTS}

        return last


def ask() -> None:
    from oosc.jobs import actions

    actions.enqueue("test.effects", by=None, title="验证只生效一次")


def work() -> None:
    """The command as it is started beside the web process, its dead leases having run out."""
    from django.core.management import call_command
    from django.utils import timezone

    from oosc.jobs.models import Job
    from oosc.jobs.states import State

    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(state=State.RUNNING).update(lease_until=past)
    call_command("run_worker", until_empty=True)


def report() -> None:
    from oosc.audit.models import Event
    from oosc.jobs.models import Job

    parts = Event.objects.filter(verb="test.part").order_by("id").values_list("facts", flat=True)
    print(
        json.dumps(
            {
                "jobs": list(Job.objects.values_list("state", "result")),
                "parts": [facts["part"] for facts in parts],
                "effects": Event.objects.filter(verb="test.effect").count(),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:3], waits="waits" in sys.argv)
