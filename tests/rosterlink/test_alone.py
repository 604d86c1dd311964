"""The library by itself: without the platform, its example, its public names."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import rosterlink

ROOT = Path(__file__).resolve().parents[2]
# What a computer that runs the platform has, and one that only compares rosters has not.
NOT_OURS = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
"""


def without_the_platform(code: str) -> subprocess.CompletedProcess[str]:
    blocked = sorted(platform_modules())
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", f"BLOCKED = {blocked!r}\n{NOT_OURS}\n{code}"],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def platform_modules() -> set[str]:
    """Return the modules of the dependencies that stand under the heading of the platform."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.partition("# oosc: the platform")[2].partition("\n]\n")[0]
    names = re.findall(r'^    "([a-z0-9-]+)', block, re.MULTILINE)
    assert "django" in names
    odd = {"django-axes": "axes", "argon2-cffi": "argon2", "pillow": "PIL",
           "chinesecalendar": "chinese_calendar"}  # fmt: skip
    return {"oosc", *(odd.get(name, name.replace("-", "_")) for name in names)}


def test_every_module_is_imported_without_the_platform() -> None:
    modules = [
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / "src" / "rosterlink").rglob("*.py"))
        # Spark is an extra, and a child process is no module.
        if "spark" not in path.stem and not path.stem.endswith("child")
    ]
    done = without_the_platform("".join(f"import {module}\n" for module in modules))
    assert done.returncode == 0, done.stderr


def test_the_example_links_two_rosters_in_ten_lines() -> None:
    example = ROOT / "examples" / "link_two_rosters.py"
    code = example.read_text(encoding="utf-8")
    lines = [line for line in code.splitlines()[1:] if line.strip()]
    assert len(lines) <= 10
    done = without_the_platform(code)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 300
    assert "row_id" in done.stdout


def test_the_public_names_are_few_and_each_says_what_it_does() -> None:
    assert 7 <= len(rosterlink.__all__) <= 9
    for name in rosterlink.__all__:
        public = getattr(rosterlink, name)
        if callable(public):
            assert public.__doc__, name
    page = (ROOT / "docs" / "rosterlink.md").read_text(encoding="utf-8")
    assert all(f"`{name}" in page for name in rosterlink.__all__)


def test_its_dependencies_are_a_block_of_their_own() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    first = project["dependencies"][0]
    assert first.startswith("duckdb")
