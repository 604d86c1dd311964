"""Who may import whom: each contract is proven by a violation that is planted in a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# Contract → what is planted at the end of which files of the copy.
PLANTED = {
    "The matching library knows nothing of the web": {
        "rosterlink/names.py": "import django",
        "rosterlink/reading/cells.py": "import oosc.kernel",
    },
    "Three rooms speak to the matching library": {
        "oosc/places/models.py": "import rosterlink.reconcile",
    },
    "A room names the module of the matching library that it takes from": {
        "oosc/linkage/queries.py": "import rosterlink",
    },
    "Only the demo makes people up": {
        "oosc/linkage/actions.py": "import rosterlink.synthetic",
    },
    "A room stands on the rooms below it": {
        "oosc/children/queries.py": "import oosc.cases.models",
    },
    "Rules are plain Python": {
        "oosc/cases/rules.py": "import django.db",
        "oosc/kernel/limits.py": "import django.utils",
    },
    "Inside a room: page, action, model, rule": {
        "oosc/schooling/models.py": "import oosc.schooling.actions",
    },
}
# What a room may be made of, from the top.
LAYERS = ["views", "forms", "actions", "queries", "models", "rules", "states"]
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
    """Each file by itself breaks it, and nothing else."""
    for name, line in PLANTED[contract].items():
        code, said = lint_with(copy, {name: line})

        assert code != 0, name
        assert [broken for broken in PLANTED if f"{broken} BROKEN" in said] == [contract], name


def test_every_module_of_the_matching_library_is_protected():
    """A module added later is not open to every room by being forgotten."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    named = {
        module.removeprefix("rosterlink.")
        for contract in contracts["contracts"]
        for module in contract.get("protected_modules", [])
    }
    library = ROOT / "src" / "rosterlink"
    modules = {
        path.stem
        for path in library.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert modules - named - {"__init__"} == {"school_age"}


def test_no_layer_of_a_room_knows_one_above_it(copy):
    """All pairs of one room at once, from modules that are empty but for what is planted."""
    room = copy / "src" / "oosc" / "planted"
    room.mkdir()
    (room / "__init__.py").touch()
    for at, layer in enumerate(LAYERS):
        lines = (f"import oosc.planted.{above}\n" for above in ["urls", *LAYERS[:at]])
        (room / f"{layer}.py").write_text("".join(lines), "utf-8")
    (room / "urls.py").touch()

    code, said = lint(copy)

    shutil.rmtree(room)
    assert code != 0
    missed = [
        f"{layer} → {above}"
        for at, layer in enumerate(LAYERS)
        for above in ["urls", *LAYERS[:at]]
        if f"oosc.planted.{layer} is not allowed to import oosc.planted.{above}" not in said
    ]
    assert missed == []


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
