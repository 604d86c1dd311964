"""The key ring: made once, closed to others, added to by a rotation."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from oosc.vault import keys
from oosc.vault.keys import UnsafeKeys


@pytest.fixture
def path(data_dir):
    return data_dir / "keys" / "ring.json"


def test_the_ring_is_made_once_and_for_its_owner_alone(path):
    first = keys.ring()

    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert keys.ring() is first
    assert [left.name for left in path.parent.iterdir()] == ["ring.json"]
    assert {len(first.masters[1]), len(first.index_master)} == {32}


def test_of_two_that_start_at_once_the_first_ring_stays(path, monkeypatch):
    draft = keys._draft

    def overtaken(*args):
        made = draft(*args)
        monkeypatch.setattr(keys, "_draft", draft)
        keys._publish(path, keys._new_ring().as_json())
        return made

    monkeypatch.setattr(keys, "_draft", overtaken)

    ring = keys.ring()

    assert ring.as_json() == path.read_bytes()


def test_many_processes_start_with_one_ring(data_dir):
    ask = (
        "from pathlib import Path; from django.conf import settings; import sys;"
        "settings.configure(DATA_DIR=Path(sys.argv[1])); from oosc.vault import keys;"
        "print(keys.ring().index_master.hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ask, str(data_dir)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]

    assert len({process.communicate()[0] for process in started}) == 1
    assert {process.returncode for process in started} == {0}


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o600 | 0o020])
def test_a_ring_open_to_others_is_refused(path, mode):
    keys.ring()

    os.chmod(path, mode)

    with pytest.raises(UnsafeKeys, match="chmod 400"):
        keys.ring()


@pytest.mark.parametrize(
    "change",
    [
        lambda ring: "{",
        lambda ring: json.dumps([ring]),
        lambda ring: json.dumps({**ring, "current": 2}),
        lambda ring: json.dumps({**ring, "keys": {"1": "c2hvcnQ="}}),
        lambda ring: json.dumps({"current": 1, "keys": ring["keys"]}),
    ],
)
def test_a_broken_ring_is_refused_and_not_replaced(path, change):
    keys.ring()
    broken = change(json.loads(path.read_text()))
    path.unlink()
    path.write_text(broken)
    path.chmod(0o400)

    with pytest.raises(UnsafeKeys, match="备份"):
        keys.ring()

    assert path.read_text() == broken


def test_a_rotation_adds_a_key_and_keeps_the_index(path):
    old = keys.ring()

    new = keys.add_key()

    assert (new.current, list(new.masters)) == (2, [1, 2])
    assert new.masters[1] == old.masters[1]
    assert new.index_key("id_no") == old.index_key("id_no")
    assert path.stat().st_mode & 0o777 == 0o400


def test_what_another_process_added_is_seen_at_once(path):
    keys.ring()
    ask = (
        "from pathlib import Path; from django.conf import settings; import sys;"
        "settings.configure(DATA_DIR=Path(sys.argv[1])); from oosc.vault import keys;"
        "keys.add_key()"
    )

    subprocess.run([sys.executable, "-c", ask, str(path.parent.parent)], check=True)

    assert keys.ring().current == 2


def test_old_keys_can_be_forgotten():
    keys.ring()
    keys.add_key()

    assert list(keys.forget_old_keys().masters) == [2]


def test_a_full_ring_is_refused():
    ring = keys.KeyRing(255, {255: b"\0" * 32}, b"\0" * 32)

    with pytest.raises(UnsafeKeys, match="已满"):
        _ = ring.next_id


def test_each_purpose_has_its_own_key():
    ring = keys.ring()

    assert ring.index_key("id_no") != ring.index_key("phone")
    assert ring.index_key("id_no") == ring.index_key("id_no")
    assert ring.masters[1].hex() not in repr(ring.aead(1))


def test_a_secret_is_made_once(data_dir):
    folder = data_dir / "keys"

    made = keys.secret(folder, "django")

    assert len(made) == 64
    assert keys.secret(folder, "django") == made
    assert (folder / "django").stat().st_mode & 0o777 == 0o400
    (folder / "django").chmod(0o444)
    with pytest.raises(UnsafeKeys):
        keys.secret(folder, "django")


def test_a_lost_ring_is_not_made_anew_beside_what_it_encrypted(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "files" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "ab" / "abc.file").write_bytes(b"sealed")

    with pytest.raises(keys.UnsafeKeys, match="密钥环"):
        keys.ring()
