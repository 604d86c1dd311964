"""One writer at a time, in the order in which they came.

SQLite lets a waiting writer sleep and try again, so under load some wait for ever and end with
“database is locked”. Here threads stand in a line, and processes pass a turnstile: who waits
for the pen holds the gate, and who has just written must wait at the gate like everybody.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path

from filelock import FileLock, Timeout

# Seconds between two tries for a lock that another process holds.
POLL_S = 0.002


class QueueTimeout(Exception):
    """The writers in front took longer than the time-out of the connection."""


class FairLock:
    """A lock that is handed to whoever has waited longest."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._line: deque[threading.Event] = deque()
        self._held = False

    def acquire(self, timeout: float) -> bool:
        with self._mutex:
            if not self._held:
                self._held = True
                return True
            turn = threading.Event()
            self._line.append(turn)
        if turn.wait(timeout):
            return True
        with self._mutex:
            if turn not in self._line:
                return True  # handed over in the moment in which the time ran out
            self._line.remove(turn)
            return False

    def release(self) -> None:
        with self._mutex:
            if self._line:
                self._line.popleft().set()
            else:
                self._held = False


class WriterQueue:
    """The queue in front of one database file."""

    def __init__(self, database: Path) -> None:
        self._threads = FairLock()
        self._gate = _file_lock(database, "gate")
        self._pen = _file_lock(database, "pen")

    def enter(self, timeout: float) -> None:
        """Wait for one's turn to write, `timeout` seconds at most for each of the three locks."""
        if not self._threads.acquire(timeout):
            raise QueueTimeout
        try:
            with self._gate.acquire(timeout=timeout):
                self._pen.acquire(timeout=timeout)
        except Timeout:
            self._threads.release()
            raise QueueTimeout from None

    def leave(self) -> None:
        self._pen.release()
        self._threads.release()


def _file_lock(database: Path, name: str) -> FileLock:
    # Whichever thread writes holds it: which one that is, FairLock decides.
    return FileLock(
        f"{database}.{name}", thread_local=False, poll_interval=POLL_S, preserve_lock_file=True
    )


_queues: dict[Path, WriterQueue] = {}
_making = threading.Lock()
# A forked process stands in no line yet, whatever the threads of its parent were doing.
os.register_at_fork(after_in_child=_queues.clear)


def queue_of(database: Path) -> WriterQueue:
    with _making:
        return _queues.setdefault(database, WriterQueue(database))
