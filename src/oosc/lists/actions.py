"""The one write of this room: the trace of a list that left the platform."""

from __future__ import annotations

from oosc.audit import trail
from oosc.lists.papers import Maker


def exported(*, by: Maker, what: str, rows_count: int, form: str, purpose: str) -> None:
    """Leave the trace of a list that was exported or printed, as its page showed it.

    Whoever may see the page may take it along; a room whose rows are children asks for more.
    """
    trail.record("list.exported", by=by.for_purpose(purpose), what=what, rows=rows_count, form=form)
