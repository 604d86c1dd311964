"""How far a case has come, as the step bar shows it."""

from __future__ import annotations

from oosc.cases.models import Case
from oosc.cases.states import State

# 申请销号 is no step of its own: the bar stays at the one it was asked from.
ORDER: list[State] = [state for state in State if state is not State.CLOSING]


def steps(case: Case) -> list[tuple[State, str, str]]:
    """Return each state with its class (done, now, to come) and the day it was reached."""
    reached = {move.to_state: move.on for move in case.moves.all()}
    state = State(case.state)
    now = State(case.closing_from or State.VERIFYING) if state is State.CLOSING else state
    at = ORDER.index(now)
    bar: list[tuple[State, str, str]] = []
    for number, state in enumerate(ORDER):
        done = state in reached and number < at
        mark = "is-now" if number == at else "is-done" if done else ""
        day = reached.get(state)
        bar.append((state, mark, f"{day:%m-%d}" if day and mark else ""))
    return bar
