"""The outside of the house: what the front pages promise is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def _read(path: Path) -> str:
    return path.read_text("utf-8")


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


# --- the commands that the documents tell people to type ------------------------------------

MANAGED = re.compile(r'make manage ARGS=(?:"([^"]+)"|([\w-]+))')
# What a line says where it means the trial, not the deed.
TRIAL = ("只说", "只列出", "只报告")


def _managed_lines() -> list[tuple[str, str, str]]:
    """Each command of Django in the documents: where, its words, the line around it."""
    return [
        (f"{path.relative_to(ROOT)}:{number}", quoted or bare, line)
        for path in DOCUMENTS
        for number, line in enumerate(_read(path).splitlines(), start=1)
        for quoted, bare in MANAGED.findall(line)
    ]


def _parser(name: str):
    return load_command_class(get_commands()[name], name).create_parser("manage.py", name)


LINES = _managed_lines()


def test_the_documents_name_commands():
    assert len(LINES) > 12


@pytest.mark.parametrize(("where", "words", "line"), LINES, ids=[where for where, *_ in LINES])
def test_a_command_in_the_documents_can_be_typed_as_it_stands(where, words, line):
    name, *arguments = shlex.split(re.sub(r"\$\([^)]*\)", "x", words))
    parser = _parser(name)

    if arguments == ["--help"]:
        return
    given = vars(parser.parse_args(arguments))
    trial = given.get("commit") is False and not given.get("forget_old")
    assert not trial or any(word in line for word in TRIAL), f"{where} does nothing: --commit?"


def test_a_new_clone_serves_with_the_font_that_the_document_says_is_brought():
    serve = re.search(r"^serve:.*\n((?:\t.*\n)+)", _read(ROOT / "Makefile"), re.MULTILINE)

    assert "make/packages.sh fonts-noto-cjk" in serve[1]
    assert "| fonts-noto-cjk |" in _read(ROOT / "docs" / "operate.md")


def test_the_unit_keeps_what_is_read_out_of_the_folder_of_the_code():
    unit = re.search(r"```\n(\[Service\].*?)```", _read(ROOT / "docs" / "operate.md"), re.DOTALL)

    assert "ProtectSystem=strict" in unit[1]
    assert "PrivateTmp=yes" in unit[1]
    assert "EnvironmentFile=-" in unit[1]
