"""Back up and restore: database and files together, never the keys, all or nothing."""

from __future__ import annotations

import json
import resource
import shutil

import pytest

from installations import IS_POSTGRESQL

CHILD = ["竹知远", "990001201603071236"]


@pytest.fixture
def backup(filled, tmp_path):
    file = tmp_path / "kept" / "one.backup"
    file.parent.mkdir()
    filled.manage("back_up", str(file))
    return file


def _report(installation):
    return json.loads(installation.run("report"))


def _lying(installation):
    return sorted(str(p) for p in installation.folder.rglob("*") if p.is_file())


def test_a_restored_backup_is_the_installation_it_was_made_of(filled, backup, empty):
    shutil.copytree(filled.folder / "keys", empty.folder / "keys")

    tried = empty.manage("restore", str(backup))
    done = empty.manage("restore", str(backup), "--commit")

    assert "核对通过" in tried
    assert "没有改动" in tried
    assert "抽查密文" in tried
    assert "已恢复" in done
    found = _report(empty)
    assert found["children"] == [CHILD]
    assert found["files"] == [2_100_000]
    assert {"child.registered", "backup.restored"} <= set(found["verbs"])
    assert list(empty.folder.glob("replaced-*")) == []
    assert "留痕链完好" in empty.manage("verify_trail")
    assert "backup.made" in _report(filled)["verbs"]


def test_without_commit_nothing_is_put_in_place(backup, empty, filled):
    shutil.copytree(filled.folder / "keys", empty.folder / "keys")

    empty.manage("restore", str(backup))

    assert not (empty.folder / "files").exists()
    assert not (empty.folder / ".restoring").exists()
    assert "还没有数据" in empty.manage("back_up", str(empty.folder / "x"), fails=True)


def test_neither_keys_nor_names_stand_in_a_backup(filled, backup):
    content = backup.read_bytes()

    for key in (filled.folder / "keys").iterdir():
        assert key.read_bytes()[:40] not in content
    assert "竹知远".encode() not in content
    assert b"SQLite format 3" not in content
    assert backup.stat().st_mode & 0o077 == 0


def test_a_wrong_key_is_said_in_one_sentence(backup, empty):
    (empty.folder / "keys").mkdir(mode=0o700)
    empty.manage("shell", "-c", "from oosc.vault import keys; keys.ring()")

    said = empty.manage("restore", str(backup), "--commit", fails=True)

    assert "CommandError: 密钥不对" in said
    assert "Traceback" not in said


def test_without_keys_it_says_to_put_them_there_first(backup, empty):
    said = empty.manage("restore", str(backup), "--commit", fails=True)

    assert "请先把做备份时的 keys 文件夹放到" in said
    assert not (empty.folder / "keys" / "ring.json").exists()


def _flip(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _cut(file):
    file.write_bytes(file.read_bytes()[:-20])


def _other(file):
    file.write_bytes(b"PK\3\4 a workbook")


@pytest.mark.parametrize("harm", [_flip, _cut, _other])
def test_what_was_harmed_is_refused_and_what_is_here_stays(filled, backup, harm):
    harm(backup)
    before = _report(filled)

    said = filled.manage("restore", str(backup), "--commit", fails=True)

    assert "备份" in said
    assert "Traceback" not in said
    assert _report(filled) == before
    assert not (filled.folder / ".restoring").exists()


def test_what_was_here_is_put_aside_not_deleted(filled, backup):
    said = filled.manage("restore", str(backup), "--commit")

    assert "原有的数据移到了 replaced-" in said
    [aside] = filled.folder.glob("replaced-*")
    assert (aside / "files").is_dir()
    assert _report(filled)["children"] == [CHILD]


def test_killed_between_two_moves_it_is_finished_at_the_next_start(filled, backup):
    filled.more["BACKUP"] = str(backup)
    filled.run("swap_killed", fails=True)
    assert (filled.folder / "restoring.json").exists()

    filled.manage("shell", "-c", "from oosc.portal import restoring; restoring.finish()")

    assert not (filled.folder / "restoring.json").exists()
    found = _report(filled)
    assert found["children"] == [CHILD]
    assert "backup.restored" in found["verbs"]
    assert "留痕链完好" in filled.manage("verify_trail")


def test_a_file_that_is_there_is_not_written_over(filled, backup):
    before = backup.read_bytes()

    said = filled.manage("back_up", str(backup), fails=True)

    assert "已经存在" in said
    assert backup.read_bytes() == before


def test_a_full_disk_leaves_no_half_backup(filled, tmp_path):
    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    folder = tmp_path / "small"
    folder.mkdir()

    said = filled.manage("back_up", str(folder / "x.backup"), fails=True, preexec_fn=small_disk)

    assert "没有" in said
    assert list(folder.iterdir()) == []
    assert not (filled.folder / ".backing-up").exists()


def test_before_the_first_migration_there_is_nothing_to_back_up(empty, tmp_path):
    said = empty.manage("back_up", str(tmp_path / "x.backup"), fails=True)

    assert "还没有数据" in said


def test_a_backup_of_a_later_version_is_refused(filled, tmp_path, empty):
    filled.manage(
        "shell",
        "-c",
        "from django.db.migrations.recorder import MigrationRecorder as R;"
        "from django.db import connection; R(connection).record_applied('cases', '9999_later')",
    )
    file = tmp_path / "later.backup"
    filled.manage("back_up", str(file))
    shutil.copytree(filled.folder / "keys", empty.folder / "keys")

    assert "更新的版本" in empty.manage("restore", str(file), fails=True)


def test_data_that_were_touched_are_found(filled):
    assert "都能解开" in filled.manage("verify_data")
    [file] = [p for p in (filled.folder / "files").rglob("*") if p.is_file()]
    _flip(file)

    said = filled.manage("verify_data", fails=True)

    assert "有一个加密文件打不开" in said
    file.unlink()
    assert "有一个加密文件不见了" in filled.manage("verify_data", fails=True)


@pytest.mark.skipif(IS_POSTGRESQL, reason="pg_dump reads one snapshot")
def test_a_write_in_the_middle_does_not_make_a_backup_begin_again(filled, tmp_path):
    """Copied in steps it would, at each write: on a busy day it would never end."""
    filled.more["BACKUP"] = str(tmp_path / "meddled.backup")

    assert json.loads(filled.run("meddled")) == 1


def test_a_backup_amid_writing_is_of_one_moment(filled, empty, tmp_path):
    writer = filled.start("portal.installation_process", "write")
    file = tmp_path / "amid.backup"
    try:
        before = int(writer.stdout.readline())
        filled.manage("back_up", str(file))
        after = int(writer.stdout.readline())
    finally:
        writer.kill()
        writer.communicate()
    shutil.copytree(filled.folder / "keys", empty.folder / "keys")
    assert "已恢复" in empty.manage("restore", str(file), "--commit")

    found = json.loads(empty.run("pairs"))
    assert found["first"] == found["second"] == found["stored"]
    assert found["first"] == list(range(len(found["first"])))
    assert before < len(found["first"])
    assert after > before
