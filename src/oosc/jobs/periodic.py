"""What is done by the clock, such as sealing the trail, beside the jobs and not behind them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.utils.module_loading import autodiscover_modules

logger = logging.getLogger(__name__)

LONGEST_WAIT_S = 60.0


@dataclass
class Duty:
    """Something to do every so many seconds; the first time when the worker starts.

    It runs again after a restart and beside a second worker, so it must bear being done twice.
    """

    name: str
    every_s: float
    do: Callable[[], object]


_duties: dict[str, Duty] = {}


def every(seconds: float, name: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function of a room's `work.py`, to be called every so many seconds."""

    def register(function: Callable[[], object]) -> Callable[[], object]:
        _duties[name] = Duty(name, seconds, function)
        return function

    return register


def duties() -> list[Duty]:
    autodiscover_modules("work")
    return list(_duties.values())


class Clock:
    """Does each duty when it is due, in a thread of its own."""

    def __init__(self, duties: list[Duty]) -> None:
        self._due = [(0.0, duty) for duty in duties]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def __enter__(self) -> Clock:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def do_due(self, now: float) -> float:
        """Do what is due at `now`; return how many seconds later to look again."""
        self._due = [
            (now + duty.every_s, self._do(duty)) if due <= now else (due, duty)
            for due, duty in self._due
        ]
        return min([LONGEST_WAIT_S, *(due - now for due, _ in self._due)])

    def _do(self, duty: Duty) -> Duty:
        try:
            duty.do()
        except Exception:
            # The next time may be better, and the other duties must not suffer.
            logger.exception("periodic duty failed", extra={"duty": duty.name})
            connection.close()
        return duty

    def _run(self) -> None:
        try:
            while not self._over.wait(self.do_due(time.monotonic())):
                pass
        finally:
            connection.close()
