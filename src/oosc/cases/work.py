"""What the days bring to cases by themselves."""

from __future__ import annotations

from oosc.cases import actions
from oosc.jobs.periodic import every
from oosc.kernel import clock


@every(86_400, "cases.note_dropouts")
def note_dropouts() -> None:
    """Note as dropouts those whose term ended without their coming back."""
    actions.note_dropouts(on=clock.today())
