"""Django's SQLite backend, with a queue in front of every write.

A transaction enters the queue before BEGIN IMMEDIATE and leaves it after COMMIT or ROLLBACK; a
single statement that writes outside a transaction does the same for itself. Readers do not queue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from oosc.database.sqlite3.queue import QueueTimeout, WriterQueue, queue_of

WRITES = re.compile(r"\s*(insert|update|delete|replace|create|drop|alter|vacuum|reindex)\b", re.I)
DEFAULT_TIMEOUT_S = 5.0  # that of Python's sqlite3


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **options: Any) -> None:  # as Django's
        super().__init__(*args, **options)
        self._is_writing = False
        self.execute_wrappers.append(self._queue_single_statement)

    def _start_transaction_under_autocommit(self) -> None:
        self._enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # not in the stubs
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # not in the stubs
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            self._leave()

    def _queue_single_statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:  # as Django's execute wrappers
        if self.in_atomic_block or not WRITES.match(sql):
            return execute(sql, params, many, context)
        with self._queued():
            return execute(sql, params, many, context)

    @contextmanager
    def _queued(self) -> Iterator[None]:
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        queue = self._queue()
        if queue is None or self._is_writing:
            return
        try:
            queue.enter(float(self.settings_dict["OPTIONS"].get("timeout", DEFAULT_TIMEOUT_S)))
        except QueueTimeout as error:
            raise OperationalError("database is locked: the writers in front took long") from error
        self._is_writing = True

    def _leave(self) -> None:
        queue = self._queue()
        if queue is not None and self._is_writing:
            self._is_writing = False
            queue.leave()

    def _queue(self) -> WriterQueue | None:
        """A database in memory belongs to its own connection, so nobody queues for it."""
        if self.is_in_memory_db():
            return None
        return queue_of(Path(self.settings_dict["NAME"]).absolute())
