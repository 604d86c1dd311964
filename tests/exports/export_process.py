"""A long list made in a process of its own, which can be killed: `-m exports.export_process work`.

make       children, and an export asked for
work how   run the worker; it dies while it writes the rows, or in the last step
again      run the worker to the end, and write as JSON what came of it
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import django

CHILDREN = 30


def main(command: str, *arguments: str) -> None:
    django.setup()
    from django.conf import settings

    # Also what the machine keeps for a while is looked at after the kill.
    tempfile.tempdir = str(settings.DATA_DIR / "for_a_while")
    Path(tempfile.tempdir).mkdir(exist_ok=True)
    {"make": make, "work": work, "again": again}[command](*arguments)


def make() -> None:
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    import factories
    from oosc.kernel import clock
    from oosc.parameters.models import Parameter

    settings.ALLOWED_HOSTS = ["testserver"]
    for number in range(CHILDREN):
        factories.child(f"林{chr(0x4E00 + number)}")
    by = factories.acting("edu")
    Parameter.objects.create(
        code="export_at_once_rows", value="2", region=factories.region(), basis="本地约定",
        effective_from=date(2026, 9, 1), set_at=clock.now(), set_by=by.post_id,
        set_by_words="教育中心",
    )  # fmt: skip
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = factories.session_of(by).session_key
    asked = {"purpose": "核对信息", "form": "xlsx"}
    assert client.post(reverse("children:export"), asked).status_code == 302


def work(how: str) -> None:
    from oosc.exports import actions
    from oosc.exports import work as working

    if how == "rows":
        told = working._told

        def rows(*arguments):
            for number, row in enumerate(told(*arguments)):
                if number == CHILDREN // 2:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield row

        working._told = rows
    else:
        keep = actions.keep

        def kept(*arguments, **more):
            keep(*arguments, **more)
            os.kill(os.getpid(), signal.SIGKILL)

        actions.keep = kept
    run_worker()


def again() -> None:
    from io import BytesIO

    import openpyxl

    from oosc.audit.models import Event
    from oosc.exports import work as working
    from oosc.exports.models import Export
    from oosc.vault import files
    from oosc.vault.models import StoredFile

    left = [*working._folder().iterdir(), *Path(tempfile.gettempdir()).iterdir()]
    run_worker()
    export = Export.objects.get()
    book = openpyxl.load_workbook(BytesIO(files.read(export.file_key)))
    said = {
        "left_by_the_kill": [path.name for path in left],
        "children": len([row for row in book.active.values if str(row[0])[:1] == "林"]),
        "files": list(StoredFile.objects.values_list("holders", flat=True)),
        "made": Event.objects.filter(verb="export.made").count(),
        "exported": Event.objects.filter(verb="list.exported").count(),
    }
    print(json.dumps(said))


def run_worker() -> None:
    """The command as it is started beside the web process, its dead leases having run out."""
    from django.core.management import call_command
    from django.utils import timezone

    from oosc.jobs.models import Job
    from oosc.jobs.states import State

    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(state=State.RUNNING).update(lease_until=past)
    call_command("run_worker", until_empty=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
