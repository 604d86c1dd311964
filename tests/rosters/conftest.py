"""A roster that was received."""

from __future__ import annotations

from pathlib import Path

import pytest

import factories
from oosc.members.models import Unit
from oosc.rosters.models import Roster
from roster_files import child, receive, workbook


@pytest.fixture
def received(police_officer) -> Roster:
    """Three children as the police sent them, one number wrong."""
    rows = [child(1), child(2), child(3, id_no="990000201506220320")]
    return receive(police_officer, workbook(rows))


@pytest.fixture
def incoming(data_folder) -> Path:
    return data_folder / "incoming"


@pytest.fixture
def police_station(police_officer) -> Unit:
    return factories.unit("police")
