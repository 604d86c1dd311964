"""Who is using the data folder: a running server, or a command that replaces what is in it.

The kernel lets go of a lock when its process dies, so nothing is left behind by a kill.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from oosc.kernel.refusal import Refused

RUNNING = "平台正在运行。请先停止它（在启动它的窗口按 Ctrl-C），再做这一步。"
REPLACING = "另一条命令正在恢复或重置这里的数据，请等它完成再启动。"


@contextmanager
def serving() -> Iterator[None]:
    """Held by a running server; several may run, but none while the data are replaced."""
    with _held(fcntl.LOCK_SH, REPLACING):
        yield


@contextmanager
def replacing() -> Iterator[None]:
    """Held by a command that replaces the data; refused while a server runs."""
    with _held(fcntl.LOCK_EX, RUNNING):
        yield


@contextmanager
def _held(kind: int, refusal: str) -> Iterator[None]:
    handle = os.open(settings.DATA_DIR / ".in-use", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Refused(refusal) from None
    try:
        yield
    finally:
        os.close(handle)
