"""What hurts is refused on the command line as well: exit 2, one line, and nothing left behind."""

import tempfile
from pathlib import Path

import pytest

from hostile_workbooks import HOSTILE, hostile, refused_soon
from rosterlink.command import main


@pytest.mark.parametrize("what", HOSTILE)
def test_check_refuses_it_soon(
    what: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, content, _ = hostile(what)
    path = tmp_path / name
    path.write_bytes(content)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    with refused_soon():
        code = main(["check", str(path), "--as", "police_hukou"])

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert path.name in said.err
    assert not list(temporary.iterdir())
