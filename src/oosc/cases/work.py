"""What the days bring to cases by themselves."""

from __future__ import annotations

from oosc.cases.actions import opening, visiting
from oosc.jobs.periodic import every
from oosc.kernel import clock


@every(86_400, "cases.note_dropouts")
def note_dropouts() -> None:
    """Note as dropouts those whose term ended without their coming back."""
    visiting.note_dropouts(on=clock.today())


@every(86_400, "cases.end_leaves")
def end_leaves() -> None:
    """Reopen the cases whose approved leave ended and after which nothing came."""
    opening.end_leaves(on=clock.today())


@every(86_400, "cases.raise_lapsed")
def raise_lapsed() -> None:
    """Suspect whose transfer or registration was not settled in time."""
    opening.raise_lapsed(on=clock.today())
