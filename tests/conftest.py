"""What every test stands on: a data folder of its own, a fixed day, no network, people in posts."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client, TransactionTestCase

import installations

os.environ.setdefault("OOSC_TODAY", "2026-09-21")
# How fast a machine is while others work on it says nothing of what is tested. A path to write to
# can be that of the example before.
hypothesis.settings.register_profile(
    "ours",
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture
    ],
)  # fmt: skip
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory):
    """Keys and files of the tests: never those of the installation in this checkout."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "incoming").mkdir()
    django_settings.DATA_DIR = folder
    django_settings.FILE_UPLOAD_TEMP_DIR = str(folder / "incoming")
    # Every client is a web process of its own; without this each would first read all static files.
    django_settings.WHITENOISE_AUTOREFRESH = True
    return folder


# --- databases ------------------------------------------------------------------------------
# Migrating from nothing takes as long as hundreds of tests: it is done once, and copied.


@pytest.fixture(scope="session")
def common_folder(tmp_path_factory, worker_id) -> Path:
    """A folder for all processes of a run."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def migrated(common_folder) -> installations.Installation:
    """An installation that was migrated and nothing else."""
    name = "migrated"
    made = installations.Installation(common_folder / name)
    if installations.IS_POSTGRESQL:
        made.database = installations.address(name)

    def migrate(_: Path) -> None:
        if made.database:
            installations.create_database(name)
        made.manage("migrate", "--verbosity=0")

    installations.made_once(common_folder, name, migrate)
    return made


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, migrated):
    """Let the database of this process begin as a copy of the migrated one."""
    connection = connections["default"]
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.database_name
        yield
        return
    in_memory = connection.creation._get_test_db_name()  # and there as long as somebody has it open
    with (
        closing(sqlite3.connect(migrated.file)) as source,
        closing(sqlite3.connect(in_memory, uri=True)) as copy,
    ):
        source.backup(copy)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for a database: the rest need not run a second time on another one."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or asked & {"db", "migrated", "empty"}:
            item.add_marker("database")


# --- no network -----------------------------------------------------------------------------

_connect = socket.socket.connect
HERE = ("127.", "::1", "localhost")


def _connect_here_only(self: socket.socket, address: object) -> None:
    outside = isinstance(address, tuple) and not str(address[0]).startswith(HERE)
    if outside:
        raise RuntimeError(f"a test wants to reach {address}")
    _connect(self, address)


socket.socket.connect = _connect_here_only


# --- transactional tests --------------------------------------------------------------------
# They empty every table afterwards, which append-only tables refuse.


@contextmanager
def triggers_lifted(alias: str) -> Iterator[None]:
    connection = connections[alias]
    with connection.cursor() as cursor:
        lift = _lift_on_postgresql if connection.vendor == "postgresql" else _lift_on_sqlite
        put_back = lift(cursor)
        try:
            yield
        finally:
            for statement in put_back:
                cursor.execute(statement)


def _lift_on_postgresql(cursor) -> list[str]:
    cursor.execute("SET session_replication_role = replica")
    return ["SET session_replication_role = origin"]


def _lift_on_sqlite(cursor) -> list[str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = cursor.fetchall()
    for name, _ in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    return [sql for _, sql in triggers]


_flush = TransactionTestCase._fixture_teardown


def _flush_with_triggers_lifted(self: TransactionTestCase) -> None:
    with triggers_lifted("default"):
        _flush(self)


TransactionTestCase._fixture_teardown = _flush_with_triggers_lifted


# --- jobs -----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_heart_in_a_transaction(request, monkeypatch):
    """A test's own transaction is seen by no other connection: a heart would find no job."""
    marker = request.node.get_closest_marker("django_db")
    if not (marker and marker.kwargs.get("transaction")):
        from oosc.jobs import rules

        monkeypatch.setattr(rules, "HEARTBEAT_S", 3600.0)


# --- people in posts ------------------------------------------------------------------------


@pytest.fixture
def acting(db):
    """Who acts, by role and place: `acting(Role.COMM, place=factories.WEST)`."""
    import factories

    return factories.acting


@pytest.fixture
def community_officer(acting):
    """The 专干 of 东桥社区."""
    return acting("comm")


@pytest.fixture
def neighbouring_officer(acting):
    """The 专干 of 西桥社区."""
    import factories

    return acting("comm", place=factories.WEST)


@pytest.fixture
def education_officer(acting):
    return acting("edu")


@pytest.fixture
def school_officer(acting):
    return acting("school")


@pytest.fixture
def junior_school_officer(acting):
    import factories

    return acting("school", school_code=factories.JUNIOR)


@pytest.fixture
def teacher_officer(acting):
    return acting("teacher")


@pytest.fixture
def lead_officer(acting):
    return acting("lead")


@pytest.fixture
def office_officer(acting):
    return acting("office")


@pytest.fixture
def police_officer(acting):
    return acting("police")


@pytest.fixture
def civil_officer(acting):
    return acting("civil")


@pytest.fixture
def health_officer(acting):
    return acting("health")


@pytest.fixture
def rural_officer(acting):
    return acting("rural")


@pytest.fixture
def county_officer(acting):
    return acting("county")


@pytest.fixture
def sys_officer(acting):
    return acting("sys")


@pytest.fixture
def secadmin_officer(acting):
    return acting("secadmin")


@pytest.fixture
def audit_officer(acting):
    return acting("audit")


@pytest.fixture
def client_as(db) -> Callable[..., Client]:
    """A client signed in: `client_as("comm")`, or `client_as(community_officer)`."""
    import factories

    def sign_in(who: object, **where: str) -> Client:
        by = factories.acting(who, **where) if isinstance(who, str) else who
        client = Client()
        client.cookies[django_settings.SESSION_COOKIE_NAME] = factories.session_of(by).session_key
        client.acting = by
        return client

    return sign_in
