"""Every write to a roster: handed in, checked, received, withdrawn.

Each checks the policy, then the rules, then writes, then leaves a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import BinaryIO

from oosc.members.acting import Acting
from oosc.members.models import Unit
from oosc.rosters.models import Roster


def hand_in(
    file: BinaryIO,
    *,
    name: str,
    kind: str,
    sender: Unit,
    as_of: date,
    by: Acting,
    supplements: Roster | None = None,
) -> Roster:
    """Keep the file as it came, and queue its check."""
    raise NotImplementedError


def map_headings(roster: Roster, *, mapping: Mapping[str, str], by: Acting) -> Roster:
    """Say which heading holds which field, remember it for this sender, and check again."""
    raise NotImplementedError


def receive(roster: Roster, *, by: Acting) -> Roster:
    """Receive a checked roster: from now on it never changes."""
    raise NotImplementedError


def withdraw(roster: Roster, *, by: Acting, why: str) -> Roster:
    """Take a received roster back, with all it caused (see `effects`)."""
    raise NotImplementedError


def discard(roster: Roster, *, by: Acting) -> Roster:
    """Put a roster away that was never received, and destroy its file."""
    raise NotImplementedError
