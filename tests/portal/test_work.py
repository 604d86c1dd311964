"""What is cleared away by night."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from oosc.jobs import periodic
from oosc.portal import work
from oosc.vault import files


@pytest.mark.django_db
def test_leftovers_go_and_what_is_in_use_stays(settings, client_as, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    client_as("comm")
    kept = files.store(b"in use")
    old, new = (Path(settings.FILE_UPLOAD_TEMP_DIR) / name for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"")
    left = settings.DATA_DIR / "files" / "ff" / "left"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"")
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for path in (old, left):
        os.utime(path, (long_ago, long_ago))
    Session.objects.create(session_key="ended", expire_date=timezone.now() - timedelta(days=1))

    work.sweep()

    assert not old.exists()
    assert not left.exists()
    assert new.exists()
    assert files.read(kept) == b"in use"
    assert not Session.objects.filter(session_key="ended").exists()
    assert Session.objects.count() == 1


def test_everything_by_the_clock_is_known():
    names = {duty.name for duty in periodic.duties()}

    assert {"audit.seal", "portal.sweep", "rosters.destroy_expired", "jobs.delete_ended"} <= names
