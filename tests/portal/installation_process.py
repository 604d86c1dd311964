"""What a test does inside an installation: `python -m portal.installation_process fill`.

fill          put in a child, an encrypted file and the officers who did it
report        write what is there, decrypted, as JSON
count         write how much is there, and in which states and lights the cases are, as JSON
write         write without a pause, two events and an encrypted file in each transaction
pairs         write how many such pairs of events and such files are there, as JSON
meddled       back up to $BACKUP while somebody writes after each step; write how many steps
swap_killed   put the backup in $BACKUP in place, killed with signal 9 between two of its moves
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import django


def main(what: str) -> None:
    django.setup()
    does = (fill, report, count, write, pairs, meddled, swap_killed)
    {each.__name__: each for each in does}[what]()


def fill() -> None:
    import factories
    from oosc.access.roles import Role
    from oosc.audit import chain, trail
    from oosc.children.models import Child
    from oosc.kernel import clock
    from oosc.vault import files

    by = factories.acting(Role.COMM)
    child = Child.objects.create(
        name="竹知远",
        name_initials="ZZY",
        id_no="990001201603071236",
        registered_on=clock.today(),
        origin="community",
    )
    files.store(b"a scan " * 300_000)
    trail.record("child.registered", child, by=by)
    chain.seal_waiting()


def report() -> None:
    from oosc.audit.models import Event
    from oosc.children.models import Child
    from oosc.vault import files
    from oosc.vault.models import StoredFile

    print(
        json.dumps(
            {
                "children": [[c.name, c.id_no] for c in Child.objects.all()],
                "files": [len(files.read(f.sha256)) for f in StoredFile.objects.live()],
                "verbs": sorted({e.verb for e in Event.objects.all()}),
            }
        )
    )


def count() -> None:
    from oosc.audit.models import Event
    from oosc.cases.models import Case
    from oosc.children.models import Child
    from oosc.kernel import clock
    from oosc.kernel.lights import light
    from oosc.kernel.limits import TimeUnit
    from oosc.linkage.models import Pair, Run
    from oosc.members.models import Officer
    from oosc.parameters.calendar import working_days

    cases = list(Case.objects.all())
    lights = {
        light(case.due_on, clock.today(), TimeUnit(case.due_unit), working_days()).colour
        for case in cases
        if case.due_on
    }
    print(
        json.dumps(
            {
                "children": Child.objects.count(),
                "officers": Officer.objects.count(),
                "runs": Run.objects.count(),
                "cases": len(cases),
                "waiting": Pair.objects.filter(verdict="").count(),
                "states": sorted({case.state for case in cases}),
                "loaded": Event.objects.filter(verb="demo.loaded").count(),
                "lights": sorted(lights),
            }
        )
    )


def write() -> None:
    """Until killed. A line goes out for each transaction that was committed."""
    from django.db import transaction

    from oosc.audit import trail
    from oosc.vault import files

    for number in range(10**6):
        with transaction.atomic():
            trail.record("test.first", by=None, number=number)
            files.store(f"file {number}".encode())
            trail.record("test.second", by=None, number=number)
        print(number, flush=True)


def pairs() -> None:
    from oosc.audit.models import Event
    from oosc.vault import files
    from oosc.vault.models import StoredFile

    first, second = (
        sorted(e.facts["number"] for e in Event.objects.filter(verb=f"test.{half}"))
        for half in ("first", "second")
    )
    held = [files.read(f.sha256) for f in StoredFile.objects.live()]
    stored = sorted(int(f.split()[1]) for f in held if f.startswith(b"file "))
    print(json.dumps({"first": first, "second": second, "stored": stored}))


def meddled() -> None:
    from django.conf import settings
    from django.db import connection

    from oosc.kernel import clock
    from oosc.portal import backup

    class Meddled:
        """SQLite's connection; after each step of a backup another one commits a write."""

        steps = 0

        def __init__(self, real: sqlite3.Connection) -> None:
            self._real = real

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

        def backup(self, target: sqlite3.Connection, **options: int) -> None:
            self._real.backup(target, progress=self._write, **options)

        def _write(self, *_: int) -> None:
            Meddled.steps += 1
            assert Meddled.steps < 50, "the backup begins again at each write"
            with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as other:
                other.execute("UPDATE django_migrations SET applied = applied")
                other.commit()

    connection.ensure_connection()
    connection.connection = Meddled(connection.connection)
    backup.back_up(Path(os.environ["BACKUP"]), clock.now())
    print(json.dumps(Meddled.steps))


def swap_killed() -> None:
    from oosc.kernel import clock
    from oosc.portal import restoring

    replace, moves = os.replace, []

    def die_at_the_second_move(source, target):
        if Path(target).parent.name.startswith("replaced") or ".restoring" in str(source):
            moves.append(target)
        if len(moves) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    with restoring.proved(Path(os.environ["BACKUP"]), print) as manifest:
        os.replace = die_at_the_second_move
        restoring.put_in_place(manifest, clock.now())


if __name__ == "__main__":
    main(sys.argv[1])
