"""Workbooks meant to hurt, on the pages and by the command: refused, and the office stays open."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from hostile_workbooks import HOSTILE, hostile, packed, parts, refused_soon
from oosc.members.models import Officer
from oosc.rosters.models import Roster
from oosc.rosters.states import State
from oosc.vault.models import StoredFile
from roster_files import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_as, police_officer):
    return client_as(police_officer)


def posted(client, name: str, content: bytes):
    facts = {"kind": "police_hukou", "sender": str(client.acting.unit_id), "as_of": "2026-09-01"}
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("rosters:receive"), {"file": file, **facts})


def told(by, file: Path) -> list[str]:
    username = Officer.objects.get(pk=by.officer_id).username
    return ["police_hukou", str(file), "--as-of", "2026-09-01", "--officer", username]


@pytest.mark.parametrize("what", HOSTILE)
def test_the_page_refuses_it_and_the_house_lives_on(client, incoming, what):
    name, content, _ = hostile(what)

    with refused_soon():
        answer = posted(client, name, content)

    assert answer.status_code == 422
    sentence = answer.context["form"].errors["file"][0]
    assert sentence.endswith("。")
    assert sentence in answer.content.decode()
    assert not Roster.objects.exists()
    assert not StoredFile.objects.exists()
    assert not list(incoming.iterdir())
    assert client.get("/healthz").status_code == 200
    assert client.get(reverse("rosters:list")).status_code == 200


@pytest.mark.parametrize("what", HOSTILE)
def test_the_command_refuses_it(police_officer, tmp_path, incoming, what):
    name, content, sentence = hostile(what)
    file = tmp_path / name
    file.write_bytes(content)
    words = told(police_officer, file)

    with refused_soon(), pytest.raises(CommandError, match=f"({sentence}).*。"):
        call_command("receive_roster", *words)

    assert not Roster.objects.exists()
    assert not list(incoming.iterdir())


@pytest.mark.parametrize("what", ["disguised corner cell", "entity bomb", "zip bomb"])
def test_stored_by_the_command_it_is_put_away_and_destroyed(police_officer, tmp_path, what):
    name, content, sentence = hostile(what)
    file = tmp_path / name
    file.write_bytes(content)
    words = told(police_officer, file)

    with refused_soon(), pytest.raises(CommandError, match=sentence):
        call_command("receive_roster", *words, "--commit")

    assert [roster.state for roster in Roster.objects.all()] == [State.DISCARDED]
    assert not StoredFile.objects.filter(destroyed_at=None).exists()


def test_the_smallest_workbook_is_taken_in(client):
    """So that what is refused above is refused for the fault put in."""
    answer = posted(client, "a.xlsx", packed(parts()))
    run_jobs()

    assert answer.status_code == 302
    assert Roster.objects.get().state == State.CHECKED
