"""An office with a demo of its own: web and worker running, and a browser for its officers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from installations import Installation, made_once
from journeys.office import AGAINST_POLICY, DESK, PHONE, Account, Office, Seat
from oosc.portal.demo import loading
from rosterlink import synthetic

WAIT_MS = 20_000  # for what a page shows by and by
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def office(
    tmp_path_factory: pytest.TempPathFactory, common_folder: Path, migrated: Installation
) -> Iterator[Office]:
    """The demo, loaded once; each process serves a copy until its last journey is over."""

    def load(folder: Path) -> None:
        shutil.copytree(migrated.folder, folder, dirs_exist_ok=True)
        (folder / "told").write_text(Installation(folder).manage("load_demo"), "utf-8")

    demo = made_once(common_folder, "demo", load)
    own = tmp_path_factory.mktemp("office")
    shutil.copytree(demo, own, dirs_exist_ok=True)
    with _served(own) as address:
        yield Office(address, _accounts((own / "told").read_text("utf-8")))


@pytest.fixture
def new_office(tmp_path: Path, migrated: Installation) -> Iterator[Office]:
    """An installation of which nothing is there but its three administrators."""
    folder = tmp_path / "office"
    shutil.copytree(migrated.folder, folder)
    appoint = ("appoint_administrators", "990001001", "云屏街道", "--commit")
    told = Installation(folder).manage(*appoint)
    lines = re.findall(r"^\S+\t(\S+)\t(\S+)$", told, re.MULTILINE)
    with _served(folder) as address:
        yield Office(address, {name: Account(name, password) for name, password in lines})


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Serve an installation, and yield its address."""
    port = _free_port()
    serving = Installation(folder, more={"PORT": str(port)}).start("django", "serve", stderr=None)
    try:
        _wait_until_open(serving)
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_open(serving: subprocess.Popen[str]) -> None:
    """`serve` says 已启动 once the web answers."""
    assert serving.stdout
    told = []
    for line in serving.stdout:
        told.append(line)
        if "已启动" in line:
            return
    pytest.fail("the office did not open: " + "".join(told))


def _accounts(told: str) -> dict[str, Account]:
    """Read what load_demo prints: label, name, user name, password, post; then the secrets."""
    secrets = dict(re.findall(r"^(\S+)  ([A-Z2-7]{32})$", told, re.MULTILINE))
    lines = re.findall(r"^(\S+) +\S+ +([a-z_]+)(\d+) +(\S+) ", told, re.MULTILINE)
    return {
        role: Account(role + number, password, secrets.get(label, ""))
        for label, role, number, password in lines
    }


# --- browsers -------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[*FLAGS, "--lang=zh-CN"],
            env={**os.environ, "LANGUAGE": "zh_CN"},
        )
        yield chromium
        chromium.close()


SitDown = Callable[..., Seat]


@pytest.fixture
def sit_down(office: Office, browser: Browser) -> Iterator[SitDown]:
    """`sit_down("edu")` at a desk, `sit_down("comm", PHONE)` on a phone, `sit_down()` not in."""
    with _seats(browser, office) as sit:
        yield sit


@pytest.fixture
def sit_down_new(new_office: Office, browser: Browser) -> Iterator[SitDown]:
    """As `sit_down`, in an office that is only being set up; nobody is signed in."""
    with _seats(browser, new_office) as sit:
        yield sit


@contextmanager
def _seats(browser: Browser, office: Office) -> Iterator[SitDown]:
    contexts: list[BrowserContext] = []

    def sit(role: str = "", size: dict[str, int] = DESK) -> Seat:
        context = browser.new_context(
            viewport=size,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=size is PHONE,
            reduced_motion="reduce",  # a colour on its way to another has the contrast of neither
            accept_downloads=True,
        )
        context.add_init_script(AGAINST_POLICY)
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        seat = Seat(context.new_page(), office.address)
        if role:
            seat.sign_in(office.accounts[role])
        return seat

    yield sit
    for context in contexts:
        context.close()


# --- files ----------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def rosters() -> synthetic.Made:
    """The rosters the demo was loaded with."""
    return loading.make_rosters(date(2026, 9, 1))
