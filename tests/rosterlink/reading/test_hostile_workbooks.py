"""Workbooks meant to hurt: each is refused in a sentence, soon, and leaves nothing."""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from hostile_workbooks import (
    HOSTILE,
    ROWS,
    cell,
    disguised_corner,
    hostile,
    packed,
    parts,
    refused_soon,
)
from rosterlink.reading import LAYOUTS, LIMITS, Unreadable, prescan, read

LAYOUT = LAYOUTS["police_hukou"]


@pytest.mark.parametrize("what", HOSTILE)
def test_each_is_refused_soon_and_leaves_nothing(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, content, sentence = hostile(what)
    path = tmp_path / name
    path.write_bytes(content)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with refused_soon(), pytest.raises(Unreadable, match=sentence) as refusal:
        read(path, LAYOUT)
    assert str(refusal.value).endswith("。")
    assert "\n" not in str(refusal.value)
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("columns", "widest"), [(3, "D"), (25, "Z"), (26, "AA"), (27, "AB"), (52, "BA"), (702, "AAA")]
)
def test_a_sheet_is_refused_from_the_first_column_too_many(
    columns: int, widest: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(parts(ROWS + f'<row r="3">{cell(f"{widest}3")}{cell("B3")}</row>')))

    prescan.admit(path, replace(LIMITS, columns=columns + 1))
    with pytest.raises(Unreadable, match="列过多"):
        prescan.admit(path, replace(LIMITS, columns=columns))


def test_the_smallest_workbook_is_read(tmp_path: Path) -> None:
    """So that what is refused above is refused for the fault put in."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(parts()))
    assert read(path, LAYOUT).rows == 1


def test_a_child_that_overruns_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(parts()))
    with pytest.raises(Unreadable, match="限定的时间"):
        read(path, LAYOUT, limits=replace(LIMITS, seconds=0))


def test_the_child_stays_within_its_memory(tmp_path: Path) -> None:
    """Measured in a process of its own, whose only child is the reader."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(disguised_corner())
    measure = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from rosterlink.reading import LAYOUTS, Unreadable, read\n"
        "try:\n"
        "    read(Path(sys.argv[1]), LAYOUTS['police_hukou'])\n"
        "except Unreadable:\n"
        "    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,\n"
        "          Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", measure, str(path)], capture_output=True, text=True, check=True
    )
    child, parent = map(int, done.stdout.split())
    assert child * 1024 <= LIMITS.memory_bytes
    assert parent <= 300 * 1024
