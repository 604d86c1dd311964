"""Who may import whom: each contract is proven by a violation that is planted in a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# Contract → a file of the copy, and what is planted at its end.
PLANTED = {
    "The matching library knows nothing of the web": (
        "rosterlink/names.py", "import django"
    ),
    "Three rooms speak to the matching library": (
        "oosc/places/models.py", "import rosterlink.reconcile"
    ),
    "A room stands on the rooms below it": (
        "oosc/children/queries.py", "import oosc.cases.models"
    ),
    "Rules are plain Python": (
        "oosc/cases/rules.py", "import django.db"
    ),
    "Inside a room: page, action, model, rule": (
        "oosc/schooling/models.py", "import oosc.schooling.actions"
    ),
}  # fmt: skip
# The layers from the top; each is put to a room that it may not know.
UPWARD = [
    ("linkage", "portal"),
    ("cases", "linkage"),
    ("schooling", "cases"),
    ("children", "schooling"),
    ("rosters", "children"),
    ("children", "rosters"),
    ("documents", "rosters"),
    ("members", "documents"),
    ("parameters", "members"),
    ("jobs", "parameters"),
    ("places", "jobs"),
    ("lists", "places"),
    ("access", "lists"),
    ("audit", "access"),
    ("vault", "audit"),
    ("kernel", "vault"),
    ("database", "vault"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The sources in a folder of their own, where a violation may be planted."""
    folder = tmp_path_factory.mktemp("copy")
    leave_out = shutil.ignore_patterns("__pycache__", "*.html", "*.css", "*.js", "migrations")
    shutil.copytree(ROOT / "src", folder / "src", ignore=leave_out)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> tuple[int, str]:
    """Say whether the contracts are kept in a folder, and what the tool says."""
    done = subprocess.run(
        [LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(folder / "src")}, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def lint_with(folder: Path, planted: dict[str, str]) -> tuple[int, str]:
    before = {name: (folder / "src" / name).read_text("utf-8") for name in planted}
    try:
        for name, line in planted.items():
            (folder / "src" / name).write_text(f"{before[name]}\n{line}\n", "utf-8")
        return lint(folder)
    finally:
        for name, text in before.items():
            (folder / "src" / name).write_text(text, "utf-8")


def test_the_sources_keep_every_contract(copy):
    code, said = lint(copy)

    assert code == 0, said
    assert f"Contracts: {len(PLANTED)} kept, 0 broken." in said


@pytest.mark.parametrize("contract", PLANTED)
def test_a_violation_is_found(copy, contract):
    name, line = PLANTED[contract]

    code, said = lint_with(copy, {name: line})

    assert code != 0
    assert f"{contract} BROKEN" in said


def test_no_room_knows_one_above_or_beside_it(copy):
    """All at once, each from a module of its own: the tool names every one that it found."""
    for lower, upper in UPWARD:
        module = copy / "src" / "oosc" / lower / f"planted_{upper}.py"
        module.write_text(f"import oosc.{upper}\n", "utf-8")

    code, said = lint(copy)

    for lower, upper in UPWARD:
        (copy / "src" / "oosc" / lower / f"planted_{upper}.py").unlink()
    assert code != 0
    missed = [
        f"{lower} → {upper}"
        for lower, upper in UPWARD
        if f"oosc.{lower} is not allowed to import oosc.{upper}" not in said
    ]
    assert missed == []


def test_a_room_that_the_contract_does_not_know_is_found(copy):
    (copy / "src" / "oosc" / "tasks").mkdir()
    (copy / "src" / "oosc" / "tasks" / "__init__.py").touch()

    code, said = lint(copy)

    shutil.rmtree(copy / "src" / "oosc" / "tasks")
    assert code != 0
    assert "A room stands on the rooms below it" in said
