"""Officers before real browsers, and what every page they look at is held to.

No violation that axe finds, nothing in the console, nothing against the content policy, and on a
phone no sideways scroll, in large letters either.
With OOSC_GUIDE=1 the pictures of docs/guide are written anew on the way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
VIOLATIONS = """axe.run({resultTypes: ['violations']}).then(found => found.violations.map(
    one => [one.id, ...one.nodes.map(node => node.html.slice(0, 120))].slice(0, 4).join(' | ')))"""
AGAINST_POLICY = """window.againstPolicy = [];
document.addEventListener('securitypolicyviolation',
    event => window.againstPolicy.push(event.violatedDirective + ' ' + event.blockedURI));"""
# What stands out to the right of a page that can be pushed sideways; nothing where it cannot.
SIDEWAYS = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth <= clientWidth ? [] : [...document.body.querySelectorAll('*')]
    .filter(each => each.getBoundingClientRect().right > clientWidth)
    .map(each => `${each.tagName} ${each.id} ${each.className}`);
}"""
# A page that refuses says so with its status, and Chromium writes that into the console.
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4(04|09|22)")
Name = str | re.Pattern[str]


@dataclass(frozen=True)
class Account:
    username: str
    password: str
    secret: str = ""

    def code(self) -> str:
        """The six digits an authenticator would show now (RFC 6238)."""
        digest = hmac.digest(
            base64.b32decode(self.secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1
        )
        start = digest[-1] & 15
        number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
        return f"{number % 1_000_000:06}"


@dataclass(frozen=True)
class Office:
    address: str
    accounts: dict[str, Account]


@dataclass
class Seat:
    """An officer before a page, and what the browser had to complain of."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]  # a ConsoleMessage
        if kind == "error" and not REFUSAL.match(text):
            self.complaints.append(text)

    @property
    def is_phone(self) -> bool:
        return self.page.viewport_size == PHONE

    def open(self, path: str, picture: str = "") -> None:
        self.page.goto(self.address + path)
        self.look(picture)

    def look(self, picture: str = "") -> None:
        """Hold the page as it stands to the rules of every page."""
        page = self.page
        page.evaluate(AXE)
        found = page.evaluate(VIOLATIONS) + page.evaluate("window.againstPolicy") + self.complaints
        assert not found, f"{page.url}: {found}"
        if self.is_phone:
            self._stays_in_its_width()
        if picture and os.environ.get("OOSC_GUIDE") == "1":
            page.screenshot(path=GUIDE / f"{picture}.png")

    def _stays_in_its_width(self) -> None:
        page = self.page
        assert not (wide := page.evaluate(SIDEWAYS)), f"too wide: {page.url}: {wide}"
        was_large = page.evaluate("document.documentElement.dataset.size || ''")
        page.evaluate("document.documentElement.dataset.size = 'large'")
        wide = page.evaluate(SIDEWAYS)
        assert not wide, f"too wide in large letters: {page.url}: {wide}"
        if not was_large:
            page.evaluate("delete document.documentElement.dataset.size")

    def press(self, name: Name, picture: str = "") -> None:
        """Press the button of this name, which leads to another page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()
        self.look(picture)

    def follow(self, name: Name, picture: str = "") -> None:
        """Follow the first link of this name on the page itself."""
        with self.page.expect_navigation():
            self.page.locator("#main").get_by_role("link", name=name, exact=True).first.click()
        self.look(picture)

    def strike(self, key: str, picture: str = "") -> None:
        """Strike a key that answers as a button would."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.look(picture)

    def fill(self, label: str, words: str) -> None:
        self.page.get_by_label(label).first.fill(words)

    def select(self, label: str, words: str) -> None:
        self.page.get_by_label(label).first.select_option(label=words)

    def choose(self, question: str, answer: str) -> None:
        """Answer a question whose answers are tiles."""
        group = self.page.get_by_role("group", name=question)
        group.get_by_role("radio", name=answer, exact=True).check()

    def sees(self, words: str) -> None:
        expect(self.page.locator("#main")).to_contain_text(words)

    def sign_in(self, account: Account) -> None:
        page = self.page
        page.goto(self.address + "/")
        page.get_by_label("账号").fill(account.username)
        page.get_by_label("密码", exact=False).fill(account.password)
        self.press("登录")
        if account.secret:
            page.get_by_label("动态口令").fill(account.code())
            self.press("继续")
