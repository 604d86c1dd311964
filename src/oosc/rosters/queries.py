"""What pages and the comparison ask of the rosters."""

from __future__ import annotations

import pyarrow as pa

from oosc.rosters.models import Roster


def latest(region_code: str) -> list[Roster]:
    """The newest received roster of each sender and kind in a region and below it."""
    raise NotImplementedError


def table(roster: Roster) -> pa.Table:
    """The rows of a roster: `row_id`, `source_sheet`, `source_row`, and the fields it has."""
    raise NotImplementedError
