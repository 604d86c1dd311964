"""A comparison in a process of its own, which can be killed: `-m linkage.run_process work 3 after`.

make          the made-up rosters, and a comparison asked for
work N how    run the worker; with its Nth part written it dies: `inside` it or `after` it
last          run the worker; it dies in the last step
again         finish what is open, compare once more, and write as JSON what came of both
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager
from datetime import timedelta

import django

PEOPLE = 40  # a part, so that three hundred children make several


def main(command: str, *arguments: str) -> None:
    django.setup()
    from oosc.linkage import performing

    performing.PEOPLE = PEOPLE
    {"make": make, "work": work, "last": last, "again": again}[command](*arguments)


def make() -> None:
    import factories
    import runs_made

    runs_made.places()
    runs_made.receive(("police_hukou", "police_floating", "school_roll"))
    runs_made.start(factories.acting("edu"))


def work(part: str, how: str) -> None:
    """Die like a machine whose plug is pulled, at a part of the work."""
    from oosc.jobs import worker

    written = 0
    plain = worker.Progress.part

    @contextmanager
    def counted(progress):
        nonlocal written
        written += 1
        with plain(progress):
            yield
            if (written, how) == (int(part), "inside"):
                die()
        if (written, how) == (int(part), "after"):
            die()

    worker.Progress.part = counted
    run_worker()


def last() -> None:
    from oosc.linkage import performing

    plain = performing._finish

    def finish(*arguments):
        plain(*arguments)
        die()

    performing._finish = finish
    run_worker()


def again() -> None:
    import factories
    import runs_made
    from oosc.audit.models import Event
    from oosc.linkage.models import Run

    run_worker()
    first = Run.objects.get(number=1)
    before = told(first)
    second = runs_made.perform(factories.acting("edu"))
    words = {"first": before, "second": told(second), "done": first.state, "counts": first.counts}
    words["events"] = Event.objects.filter(verb="run.done").count()
    print(json.dumps(words))


def told(run) -> dict[str, object]:
    """What a run left behind, in the lists and below them."""
    from oosc.children.models import Child, ChildPlace, ChildSource, Guardian
    from oosc.linkage.models import Finding, Pair, Tally
    from oosc.schooling.models import SchoolYearStatus, StatusChange

    rows = Finding.objects.filter(run=run).values_list("kind", "row_key", "other_key", "child")
    below = (Child, ChildPlace, ChildSource, Guardian, SchoolYearStatus, StatusChange)
    return {
        "rows": sorted([str(part) for part in row] for row in rows),
        "pairs": Pair.objects.filter(run=run).count(),
        "tallied": sum(Tally.objects.filter(run=run).values_list("rows", flat=True)),
        "kept": {model.__name__: model.objects.count() for model in below},
    }


def run_worker() -> None:
    """The command as it is started beside the web process, its dead leases having run out."""
    from django.core.management import call_command
    from django.utils import timezone

    from oosc.jobs.models import Job
    from oosc.jobs.states import State

    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(state=State.RUNNING).update(lease_until=past)
    call_command("run_worker", until_empty=True)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
