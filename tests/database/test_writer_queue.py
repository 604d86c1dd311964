"""Writers of one SQLite file take turns; none is told that the database is locked."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from django.db import OperationalError

from oosc.database.sqlite3 import queue
from oosc.database.sqlite3.base import DatabaseWrapper
from oosc.database.sqlite3.queue import FairLock, QueueTimeout, WriterQueue

WRITERS, WRITES = 8, 50


def connect(path, **options):
    return DatabaseWrapper(
        {
            "ENGINE": "oosc.database.sqlite3",
            "NAME": path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                **options,
            },
            "AUTOCOMMIT": True,
            "ATOMIC_REQUESTS": False,
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": False,
            "TIME_ZONE": None,
            "TEST": {"NAME": None},
        },
        alias="writers",
    )


@pytest.fixture(autouse=True)
def own_databases(django_db_blocker):
    """These tests make files of their own and leave the project's database alone."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "writers.sqlite3"
    connection = connect(path)
    execute(connection, "create table line (id integer primary key, writer text)")
    yield connection
    connection.close()


def execute(connection, sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def write(connection, writer):
    """One insert in a transaction, one outside of any."""
    _begin(connection)
    execute(connection, "insert into line (writer) values (%s)", writer)
    _end(connection)
    execute(connection, "insert into line (writer) values (%s)", writer)


# The two ends of Django's atomic(), for a connection that is in no list of databases.
def _begin(connection):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    connection.in_atomic_block = True


def _end(connection, finish="commit"):
    connection.in_atomic_block = False
    getattr(connection, finish)()
    connection.set_autocommit(True)


def test_eight_threads_write_and_none_is_locked_out(database):
    errors = []

    def work(name):
        connection = connect(database.settings_dict["NAME"])
        try:
            for _ in range(WRITES):
                write(connection, name)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[str(n)]) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert execute(database, "select count(*) from line") == [(WRITERS * WRITES * 2,)]


def test_two_processes_write_and_none_is_locked_out(database):
    path = str(database.settings_dict["NAME"])
    work = (
        "import sys; from database.test_writer_queue import connect, write\n"
        "connection = connect(sys.argv[1])\n"
        "for _ in range(50): write(connection, 'process')\n"
        "connection.close()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = [
        subprocess.Popen([sys.executable, "-c", work, path], env=environment) for _ in range(2)
    ]

    assert [process.wait() for process in started] == [0, 0]
    assert execute(database, "select count(*) from line") == [(2 * 50 * 2,)]


def test_the_first_to_wait_is_the_first_to_write():
    lock, order = FairLock(), []
    assert lock.acquire(1)
    waiting = []
    for name in "abc":
        thread = threading.Thread(target=lambda name=name: _take(lock, order, name))
        thread.start()
        waiting.append(thread)
        while len(lock._line) < len(waiting):
            pass

    lock.release()
    for thread in waiting:
        thread.join()

    assert order == ["a", "b", "c"]
    assert lock.acquire(0)


def _take(lock, order, name):
    assert lock.acquire(10)
    order.append(name)
    lock.release()


def test_who_waited_too_long_leaves_the_line():
    lock = FairLock()
    lock.acquire(0)

    assert not lock.acquire(0)

    lock.release()
    assert lock.acquire(0)


def test_a_turn_given_in_the_last_moment_is_taken(monkeypatch):
    lock = FairLock()
    lock.acquire(0)

    class Late(threading.Event):
        def wait(self, timeout=None):
            lock.release()
            return False

    monkeypatch.setattr(queue.threading, "Event", Late)

    assert lock.acquire(0)
    assert not lock._line


def test_a_busy_thread_keeps_the_others_waiting_until_their_time_is_up(database):
    other = connect(database.settings_dict["NAME"], timeout=0)
    _begin(database)

    with pytest.raises(OperationalError, match="database is locked"):
        execute(other, "insert into line (writer) values ('other')")

    assert execute(other, "select count(*) from line") == [(0,)]
    _end(database)
    execute(other, "insert into line (writer) values ('other')")
    other.close()


def test_a_busy_process_keeps_the_others_waiting_too(tmp_path):
    ours, theirs = WriterQueue(tmp_path / "db"), WriterQueue(tmp_path / "db")
    ours.enter(0)

    for _ in range(2):
        with pytest.raises(QueueTimeout):
            theirs.enter(0)

    ours.leave()
    theirs.enter(0)
    theirs.leave()


def test_a_begin_that_fails_gives_the_turn_back(database):
    execute(database, "begin immediate")
    with pytest.raises(OperationalError):
        _begin(database)
    execute(database, "rollback")

    write(database, "again")


def test_a_rollback_gives_the_turn_back(database):
    _begin(database)
    execute(database, "insert into line (writer) values ('lost')")
    _end(database, "rollback")

    write(connect(database.settings_dict["NAME"], timeout=0), "other")


def test_a_closed_connection_gives_the_turn_back(database):
    other = connect(database.settings_dict["NAME"])
    _begin(other)
    other.in_atomic_block = False

    other.close()

    write(connect(database.settings_dict["NAME"], timeout=0), "other")


def test_writing_twice_in_one_connection_needs_one_turn(database):
    with database._queued():
        execute(database, "insert into line (writer) values ('nested')")

    write(connect(database.settings_dict["NAME"], timeout=0), "other")


def test_a_database_in_memory_has_no_queue():
    connection = connect(":memory:")

    execute(connection, "create table line (id integer primary key, writer text)")
    write(connection, "alone")

    assert connection._queue() is None


def test_a_forked_process_stands_in_no_line(tmp_path):
    held = queue.queue_of(tmp_path / "db")
    held.enter(0)
    child = os.fork()
    if not child:
        os._exit(int(queue.queue_of(tmp_path / "db") is held))

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    held.leave()
