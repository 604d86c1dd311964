"""The outside of the house: what the front pages promise is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_the_readme_is_short():
    assert len(_read(ROOT / "README.md").splitlines()) < 80


def test_the_readme_names_the_two_commands_that_there_are():
    commands = set(re.findall(r"^(\w+):", _read(ROOT / "Makefile"), re.MULTILINE))

    assert {"demo", "test"} <= set(re.findall(r"^make (\w+)", _read(ROOT / "README.md"), re.M))
    assert {"demo", "test", "serve", "check", "fix", "trace", "bench", "lock", "manage"} <= commands


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_of_ours_leads_there(document):
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", _read(document))

    assert [t for t in targets if not (document.parent / t).exists()] == []


def test_every_variable_of_the_environment_is_explained():
    read = re.compile(r"(?:env|environ\.get|getenv)\(\s*\"([A-Z_]+)\"|environ\[\"([A-Z_]+)\"\]")
    used = {one or two for path in SOURCES for one, two in read.findall(_read(path))}
    explained = set(re.findall(r"^#?([A-Z_]+)=", _read(ROOT / ".env.example"), re.MULTILINE))

    assert used - {"DJANGO_SETTINGS_MODULE"} <= explained


def test_every_icon_that_a_template_names_is_an_icon():
    sprite = ROOT / "build" / "static" / "vendor" / "bootstrap-icons.svg"
    if not sprite.exists():
        pytest.skip("the browser assets are not installed; make brings them")
    templates = (ROOT / "src").rglob("*.html")
    named = {icon for path in templates for icon in re.findall(r'{% icon "([^"]+)"', _read(path))}

    assert named <= set(re.findall(r'<symbol [^>]*id="([^"]+)"', _read(sprite)))


@pytest.mark.parametrize("lock", ["requirements.lock", "package-lock.json"])
def test_a_lock_file_has_hashes_and_no_address_to_load_from(lock):
    text = _read(ROOT / lock)

    assert "sha256:" in text or "sha512-" in text
    assert not re.search(
        r'"resolved"|--(extra-)?index-url|--find-links|\.(whl|tgz|tar\.gz)\b', text
    )


def _read(path: Path) -> str:
    return path.read_text("utf-8")
