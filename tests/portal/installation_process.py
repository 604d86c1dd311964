"""What a test does inside an installation: `python -m portal.installation_process fill`.

fill          put in a child, an encrypted file and the officers who did it
report        write what is there, decrypted, as JSON
count         write how much is there, and in which states and lights the cases are, as JSON
swap_killed   put the backup in $BACKUP in place, killed with signal 9 between two of its moves
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import django


def main(what: str) -> None:
    django.setup()
    {"fill": fill, "report": report, "count": count, "swap_killed": swap_killed}[what]()


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
