"""What is cleared away by the clock, whichever room it comes from."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from oosc.jobs.periodic import every
from oosc.vault import files

A_DAY = 86_400  # seconds
# Nothing that is still being worked on is as old as this.
LEFT_BEHIND = timedelta(days=1)


@every(A_DAY, "portal.sweep")
def sweep() -> None:
    """Remove what a kill or a roll-back has left on the disk, and sessions that have ended."""
    # Ages of files are measured by the machine's clock, not by the day a demo may be set to.
    before = timezone.now() - LEFT_BEHIND
    files.sweep(before)
    _sweep_incoming(before)
    call_command("clearsessions")


def _sweep_incoming(before: datetime) -> None:
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        if path.is_file() and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
