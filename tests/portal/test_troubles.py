"""When the disk is full or the database is gone: a page says so, and nothing is half written."""

from __future__ import annotations

import errno
import resource
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client

from oosc.portal import troubles
from oosc.vault import files
from oosc.vault.models import StoredFile


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 507),
        (OSError(errno.EDQUOT, "Quota exceeded"), 507),
        (OperationalError("database or disk is full"), 507),
        (DatabaseError("could not extend file: No space left on device"), 507),
        (OperationalError("database is locked: the writers in front took long"), 503),
        (OperationalError("canceling statement due to statement timeout"), 503),
        (OperationalError("connection refused"), 503),
        (InterfaceError("connection already closed"), 503),
        (OSError(errno.ENOENT, "No such file"), 500),
        (ValueError("anything else"), 500),
        (None, 500),
    ],
)
def test_each_trouble_has_its_status_and_a_sentence(error, status):
    trouble = troubles.of(error)

    assert trouble.status == status
    assert "请" in trouble.sentence


@contextmanager
def _failing(error: Exception):
    """Whatever is asked of the database fails like this."""

    def fail(execute, sql, params, many, context):
        raise error

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture
def signed_in(client_as):
    client = client_as("comm")
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OperationalError("database or disk is full"), 507, "磁盘已满"),
        (OperationalError("unable to open database file"), 503, "数据库暂时连不上"),
    ],
)
def test_the_page_says_what_failed_and_asks_no_database(signed_in, error, status, words):
    with _failing(error):
        page = signed_in.get("/")

    assert page.status_code == status
    assert words in page.content.decode()
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_part_of_a_page_gets_a_note(signed_in):
    with _failing(OperationalError("database or disk is full")):
        part = signed_in.get("/", headers={"HX-Request": "true"})

    assert part.status_code == 507
    assert "bx-note is-error" in part.content.decode()


@pytest.mark.django_db
def test_health_names_the_database():
    with _failing(OperationalError("unable to open database file")):
        answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (503, {"status": "database"})


@pytest.mark.django_db
def test_health_names_the_storage(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "gone"

    answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (503, {"status": "storage"})


@pytest.mark.django_db
def test_health_says_nothing_else():
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@contextmanager
def _no_file_larger_than(size: int):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.django_db
def test_a_file_that_does_not_fit_leaves_nothing_behind():
    def lying():
        return sorted(p for p in (settings.DATA_DIR / "files").rglob("*") if p.is_file())

    files.store(b"what is there already")
    before = lying()

    with _no_file_larger_than(4096), pytest.raises(OSError, match="too large") as caught:
        files.store(b"x" * 10_000_000)

    assert troubles.of(caught.value).status == 507
    assert lying() == before
    assert StoredFile.objects.count() == 1
    assert files.store(b"there is space again")
