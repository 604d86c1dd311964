"""What the days bring to a child's schooling by themselves."""

from __future__ import annotations

from oosc.jobs.periodic import every
from oosc.kernel import clock
from oosc.schooling import actions


@every(86_400, "schooling.carry_leaves_over")
def carry_leaves_over() -> None:
    """Note in the new school year whose leave lasts into it."""
    actions.carry_leaves_over(on=clock.today())


@every(86_400, "schooling.end_leaves")
def end_leaves() -> None:
    """Put down as 待核实 whose leave ended and of whom nobody has said more."""
    actions.end_leaves(on=clock.today())
