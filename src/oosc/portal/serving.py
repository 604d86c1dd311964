"""The processes of one installation: the web server and the worker, started and stopped together.

Both are forks of this process: what all three need is loaded once, which halves the start and the
memory. What dies is started again. If this process itself is killed, the kernel ends the others.
"""

from __future__ import annotations

import ctypes
import gc
import http.client
import multiprocessing
import os
import signal
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from oosc.kernel.refusal import Refused

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
WORKERS, THREADS = 2, 4
LOOK_EVERY_S = 0.1
FIRST_ANSWER_S = 60.0
STOP_WITHIN_S = 20.0
# What dies right after its start is started again after a pause that doubles up to the longest.
SHORT_LIFE_S, LONGEST_PAUSE_S = 10.0, 30.0
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15


@dataclass
class Part:
    """One process that is kept alive."""

    name: str
    work: Callable[[], object]
    process: BaseProcess | None = None
    _began: float = 0.0
    _pause: float = 0.0

    def start(self) -> None:
        self._began = time.monotonic()
        connection.close()  # two processes must never share one
        self.process = multiprocessing.get_context("fork").Process(target=self._run)
        self.process.start()

    def _run(self) -> None:
        os.setsid()  # Ctrl-C in the terminal is the parent's alone, which tells the parts in order
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        kernel = ctypes.CDLL(None)
        kernel.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # to end when the parent is gone
        kernel.prctl(PR_SET_NAME, f"oosc-{self.name}".encode())
        # What a library puts aside, rows in clear too: with the uploads, where a kill is swept up.
        tempfile.tempdir = settings.FILE_UPLOAD_TEMP_DIR
        self.work()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def keep_alive(self) -> None:
        """Start it again where it has died."""
        now = time.monotonic()
        if self.is_alive or now < self._began + self._pause:
            return
        lived_long = now - self._began > SHORT_LIFE_S + self._pause
        self._pause = 0.0 if lived_long else min(max(1.0, 2 * self._pause), LONGEST_PAUSE_S)
        self.start()


@dataclass
class Server:
    """Both parts of an installation, on one port."""

    port: int
    say: Callable[[str], None]
    web: Part = field(init=False)
    worker: Part = field(init=False)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.web = Part("web", lambda: serve_pages(self.port))
        self.worker = Part("worker", lambda: call_command("run_worker"))

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        _refuse_if_taken(bound_to(), self.port)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        try:
            self.web.start()
            if self._first_answer():
                # After the web, so that nothing slows its start.
                self.worker.start()
                self.say(f"已启动：{address(self.port)}　停止请按 Ctrl-C。")
            while not self._stopping.wait(LOOK_EVERY_S):
                self.web.keep_alive()
                self.worker.keep_alive()
        finally:
            self._stop()

    def _first_answer(self) -> bool:
        """Wait until the web answers; False where a signal came first."""
        until = time.monotonic() + FIRST_ANSWER_S
        while not self._stopping.wait(LOOK_EVERY_S / 2):
            if answers(self.port):
                return True
            if not self.web.is_alive or time.monotonic() > until:
                raise Refused("网站没有启动起来，原因见上面的输出。")
        return False

    def _stop(self) -> None:
        living = [p.process for p in (self.web, self.worker) if p.process and p.is_alive]
        for process in living:
            process.terminate()
        until = time.monotonic() + STOP_WITHIN_S
        for process in living:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                # A job that did not reach its next report begins again after the next start.
                process.kill()
                process.join()


def serve_pages(port: int) -> None:
    """Serve until SIGTERM."""
    # Neither the process that looks after this one nor the worker needs it.
    from gunicorn.app.base import BaseApplication

    class Web(BaseApplication):  # type: ignore[misc]  # no types are published
        def load_config(self) -> None:
            for name, value in web_settings(port).items():
                self.cfg.set(name, value)

        def load(self) -> object:
            from oosc.wsgi import application

            gc.freeze()  # the workers share these pages as long as the collector leaves them alone
            return application

    Web().run()


def web_settings(port: int) -> dict[str, Any]:  # Any: as gunicorn has them
    given = {
        "bind": f"{bound_to()}:{port}",
        "preload_app": True,
        "worker_class": "gthread",
        "workers": WORKERS,
        "threads": THREADS,
        "timeout": 120,
        "graceful_timeout": 15,
        "keepalive": 5,
        "loglevel": "warning",
        "control_socket_disable": True,  # nobody steers it but the process above it
    }
    if Path("/dev/shm").is_dir():  # a sign of life must not depend on a full disk
        given["worker_tmp_dir"] = "/dev/shm"  # as above
    if settings.SECURE:
        given["certfile"] = str(settings.CERTIFICATE)
        given["keyfile"] = str(settings.CERTIFICATE.with_suffix(".key"))
    return given


def bound_to() -> str:
    """The address to listen on: this machine's own, until a certificate protects the others.

    The demo holds nobody's data, so it may be shown without one.
    """
    is_safe = settings.SECURE or settings.DEMO
    return "0.0.0.0" if is_safe and named_hosts() else "127.0.0.1"  # it is asked for


def named_hosts() -> list[str]:
    """The hosts of OOSC_HOSTS that are not this machine alone."""
    return [host for host in settings.ALLOWED_HOSTS if host and host not in LOOPBACK]


def address(port: int) -> str:
    """The address for the browser."""
    named = [host for host in named_hosts() if not host.startswith(("*", "."))]
    host = named[0] if named and bound_to() != "127.0.0.1" else _own_host()
    return f"{'https' if settings.SECURE else 'http'}://{host}:{port}/"


def answers(port: int) -> bool:
    """Whether /healthz says that all is well."""
    try:
        connection = _connection(port)
        connection.request("GET", "/healthz", headers={"Host": _own_host()})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def _connection(port: int) -> http.client.HTTPConnection:
    if not settings.SECURE:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    # It asks itself, on this machine: whose certificate it is does not matter here.
    trusting = ssl._create_unverified_context()
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=trusting)


def _own_host() -> str:
    """A host by which the server lets itself be asked."""
    hosts = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host not in ("", "*")]
    return next((host for host in hosts if host == "127.0.0.1"), hosts[0] if hosts else "localhost")


def _refuse_if_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Refused(
                f"本账号不能使用端口 {port}，请用 PORT=8000 或其他 1024 以上的。"
            ) from None
        except OSError:
            raise Refused(f"端口 {port} 已被占用，请用 PORT=9000 换一个。") from None
