"""`serve`: both processes start, live and stop together."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import urllib.request
from pathlib import Path

import pytest

WAIT_S = 60
_pause = threading.Event().wait


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def serve(filled, port):
    """Start the filled installation; whatever happens, it is ended afterwards."""
    filled.more["PORT"] = str(port)
    started = []

    def start():
        process = filled.start("django", "serve")
        started.append(process)
        _until(lambda: _get(port, "/healthz") is not None)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=WAIT_S)
    _until(lambda: _get(port, "/healthz") is None)


def _until(condition):
    end = time.monotonic() + WAIT_S
    while not (found := condition()):
        assert time.monotonic() < end
        _pause(0.05)
    return found


def _get(port, path, **headers):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=10)
    except OSError:
        return None


def _children(pid):
    """The living children of a process, by what they call themselves."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:  # gone meanwhile
            continue
        state, parent = rest.split()[:2]
        if int(parent) == pid and state != "Z" and name.startswith("oosc-"):
            found[name.removeprefix("oosc-")] = int(stat.parent.name)
    return found


def test_it_serves_pages_and_styles_and_stops_both(serve, port):
    process = serve()

    page = _get(port, "/members/sign-in/")
    styles = _get(port, "/static/vendor/bootstrap.min.css", **{"Accept-Encoding": "gzip"})
    script = _get(port, "/static/oosc/app.js")

    assert page.status == 200
    assert "/static/oosc/app.js?v=" in page.read().decode()
    assert styles.headers["Content-Encoding"] == "gzip"
    assert styles.headers["Cache-Control"] == "max-age=2592000, public"
    assert "default-src 'self'" in script.headers["Content-Security-Policy"]
    assert script.headers["Content-Type"].startswith("text/javascript")
    parts = _until(lambda: len(found := _children(process.pid)) == 2 and found)

    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=WAIT_S)

    assert process.returncode == 0, said
    assert f"已启动：http://127.0.0.1:{port}/" in said
    assert not any(Path(f"/proc/{pid}").exists() for pid in parts.values())


def test_what_few_processes_need_is_not_loaded_at_the_start(migrated):
    """Each of these takes longer to load than a room of ours, and every process would wait."""
    said = migrated.manage(
        "shell", "-v0", "-c", "import sys, oosc.portal.urls; print(*sorted(sys.modules))"
    )

    seldom = {"PIL", "duckdb", "numpy", "openpyxl", "pyarrow", "segno", "typst", "xlsxwriter"}
    assert seldom & set(said.split()) == set()


def test_what_libraries_put_aside_lies_with_the_uploads(migrated):
    """There the next reading sweeps what a kill left in clear; nobody sweeps the machine's own."""
    said = migrated.manage(
        "shell", "-v0", "-c",
        "import tempfile; from oosc.portal.serving import Part;"
        "part = Part('web', lambda: print(tempfile.gettempdir(), flush=True));"
        "part.start(); part.process.join()",
    )  # fmt: skip

    assert said.strip() == str(migrated.folder / "incoming")


def test_what_dies_is_started_again(serve, port):
    process = serve()
    before = _until(lambda: len(found := _children(process.pid)) == 2 and found)

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    after = _until(
        lambda: (
            len(found := _children(process.pid)) == 2
            and not set(found.values()) & set(before.values())
            and found
        )
    )
    # The orphans of the old web server end by themselves; then the new one has the port.
    _until(lambda: not any(_is_child_of_nobody(pid, before["web"]) for pid in _all_webs(port)))
    _until(lambda: _get(port, "/healthz") is not None)
    assert set(after) == {"web", "worker"}


def _all_webs(port):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"PORT={port}\0".encode() in (process / "environ").read_bytes()
            if is_ours and (process / "comm").read_text() == "oosc-web\n":
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _is_child_of_nobody(pid, old_web):
    try:
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return False
    return parent in (1, old_web)


def test_killed_itself_it_takes_both_along(serve, port):
    process = serve()
    parts = _until(lambda: len(found := _children(process.pid)) == 2 and found)

    process.kill()

    _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in parts.values()))
    _until(lambda: _get(port, "/healthz") is None)


def test_while_it_runs_nothing_is_put_in_its_place(serve, filled, tmp_path):
    backup = tmp_path / "one.backup"
    serve()
    filled.manage("back_up", str(backup))

    said = filled.manage("restore", str(backup), "--commit", fails=True)

    assert "平台正在运行" in said


def test_it_backs_up_before_it_migrates(filled, port):
    filled.manage("migrate", "portal", "zero", "--verbosity=0")
    filled.more["PORT"] = str(port)

    process = filled.start("django", "serve")
    said = process.stdout.readline()
    assert "已启动" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=WAIT_S)

    assert "已先备份到" in said
    [backup] = (filled.folder / "backups").iterdir()
    filled.manage("migrate", "--check")
    assert "核对通过" in filled.manage("restore", str(backup))


def test_a_port_that_is_taken_is_said(filled):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        filled.more["PORT"] = str(taken.getsockname()[1])

        said = filled.manage("serve", fails=True)

    assert "已被占用" in said
    assert "Traceback" not in said


def test_a_port_that_is_none_is_said(filled):
    filled.more["PORT"] = "eighty"

    assert "PORT 要写 1 到 65535" in filled.manage("serve", fails=True)
