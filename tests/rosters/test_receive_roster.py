"""The command: checks by default, stores with --commit, by the same steps as the pages."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from oosc.members.models import Officer
from oosc.rosters.models import Roster
from oosc.rosters.states import State
from roster_files import child, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(police_officer, tmp_path):
    """Call the command on a workbook as the officer of the police station."""
    username = Officer.objects.get(pk=police_officer.officer_id).username

    def call(content: bytes, *options: str, name: str = "名册.xlsx") -> str:
        file = tmp_path / name
        file.write_bytes(content)
        out = StringIO()
        words = ["police_hukou", str(file), "--as-of", "2026-09-01", "--officer", username]
        call_command("receive_roster", *words, *options, stdout=out)
        return out.getvalue()

    return call


def test_it_checks_and_stores_nothing(run):
    out = run(workbook([child(1), child(2, id_no="990000201506220320")]))

    assert "第 3 行【公民身份号码】" in out
    assert "990000201506220320" not in out
    assert "可收下 2 行，问题 1 处。" in out
    assert "仅检查，未收下" in out
    assert not Roster.objects.exists()


def test_it_stores_when_asked(run):
    assert "已收下 1 行" in run(workbook([child(1)]), "--commit")
    assert Roster.objects.get().state == State.RECEIVED


def test_the_same_file_twice(run):
    run(workbook([child(1)]), "--commit")

    with pytest.raises(CommandError, match="没有重复收取"):
        run(workbook([child(1)]), "--commit")


@pytest.mark.parametrize("options", [(), ("--commit",)])
def test_a_file_that_cannot_be_read(run, options):
    with pytest.raises(CommandError, match="。"):
        run(b"PK\x03\x04", *options)

    assert not Roster.objects.received().exists()


def test_headings_that_are_missing(run):
    with pytest.raises(CommandError, match="缺少表头"):
        run(workbook([child(1)], ("甲", "乙", "丙", "丁", "戊", "己")), "--commit")

    assert Roster.objects.get().state == State.DISCARDED


def test_a_sender_out_of_reach(run):
    with pytest.raises(CommandError, match="请用 --sender 指明报送单位"):
        run(workbook([child(1)]), "--sender", "没有这个单位", "--commit")
