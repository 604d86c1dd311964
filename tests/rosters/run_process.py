"""A roster taken in by a process that can be killed: `-m rosters.run_process check inside`.

make        the police, who have a file to hand in
hand_in     hand it in, and die before that is written
check how   run the worker, and die: `reading` the file in clear, `inside` the writing of its rows,
            or in the `last` step, when all is written but that the job is done
receive     receive what was checked, and die before that is written
finish      run the worker to its end, and with `receive` receive what it checked
look        write as JSON what is there
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import timedelta
from io import BytesIO

import django

ROWS = 60


def main(command: str, *arguments: str) -> None:
    django.setup()
    commands = {"make": make, "hand_in": hand_in, "check": check, "receive": receive}
    {**commands, "finish": finish, "look": look}[command](*arguments)


def make() -> None:
    police()


def hand_in() -> None:
    from oosc.audit import trail

    with dying_after(trail, "record"):
        put_in()


def check(how: str) -> None:
    """Die like a machine whose plug is pulled, on the way from the file to its rows."""
    from oosc.jobs import actions as jobs
    from oosc.rosters import intake, queries
    from oosc.rosters.models import Roster

    if not Roster.objects.exists():
        put_in()
    places = {
        "reading": (intake, "take_in"),
        "inside": (queries, "counted"),
        "last": (jobs, "_end"),
    }
    with dying_after(*places[how]):
        run_worker()


def receive() -> None:
    from oosc.audit import trail
    from oosc.rosters import actions
    from oosc.rosters.models import Roster
    from roster_files import NOON

    with dying_after(trail, "record"):
        actions.receive(Roster.objects.get(), by=police(), at=NOON)


def finish(receiving: str = "") -> None:
    from oosc.rosters import actions
    from oosc.rosters.models import Roster
    from roster_files import NOON

    run_worker()
    if receiving:
        actions.receive(Roster.objects.get(), by=police(), at=NOON)


def look() -> None:
    from oosc.audit.models import Event
    from oosc.rosters import in_clear, queries
    from oosc.rosters.models import Roster
    from oosc.vault.models import StoredFile

    for left in in_clear.incoming().iterdir():
        os.utime(left, (0, 0))  # as if an hour had passed since
    with in_clear.private_folder() as own:
        left_in_clear = [path for path in in_clear.incoming().iterdir() if path != own]
    rosters = list(Roster.objects.all())
    words = {
        "states": [roster.state for roster in rosters],
        "rows": sum(queries.table(roster).num_rows for roster in rosters if roster.rows_key),
        "files": StoredFile.objects.filter(destroyed_at=None).count(),
        "handed_in": Event.objects.filter(verb="roster.handed_in").count(),
        "received": Event.objects.filter(verb="roster.received").count(),
        "in_clear": len(left_in_clear),
    }
    print(json.dumps(words))


def police():
    import factories
    from oosc.access.roles import Role

    return factories.acting(Role.POLICE)


def put_in() -> None:
    from oosc.members.models import Unit
    from oosc.rosters import actions
    from oosc.rosters.states import Kind
    from roster_files import AS_OF, NOON, child, workbook

    by = police()
    content = workbook([child(number) for number in range(1, ROWS + 1)])
    actions.hand_in(
        BytesIO(content),
        name="户籍学龄人口.xlsx",
        size=len(content),
        kind=Kind.POLICE_HUKOU,
        sender=Unit.objects.get(pk=by.unit_id),
        as_of=AS_OF,
        at=NOON,
        by=by,
    )


def run_worker() -> None:
    """The command as it is started beside the web process, its dead leases having run out."""
    from django.core.management import call_command
    from django.utils import timezone

    from oosc.jobs.models import Job
    from oosc.jobs.states import State

    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(state=State.RUNNING).update(lease_until=past)
    call_command("run_worker", until_empty=True)


class dying_after:  # read as words: with dying_after(trail, "record")
    """Within the block the process dies right after a function of a module was called."""

    def __init__(self, module: object, name: str) -> None:
        self.module, self.name, self.plain = module, name, getattr(module, name)

    def __enter__(self) -> None:
        def deadly(*arguments, **named):
            self.plain(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(self.module, self.name, deadly)

    def __exit__(self, *_: object) -> None:
        setattr(self.module, self.name, self.plain)


if __name__ == "__main__":
    main(*sys.argv[1:])
