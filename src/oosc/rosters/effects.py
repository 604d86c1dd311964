"""What a roster has caused in the rooms above, told and undone by hooks they register.

Rooms above import this one, never the other way round: a run, its findings and its suspicions
are known here only as sentences, and as functions to call when a roster is withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from oosc.members.acting import Acting
from oosc.rosters.models import Roster

Teller = Callable[[Roster], Sequence[str]]


class Undoer(Protocol):
    def __call__(self, roster: Roster, *, by: Acting, why: str) -> None: ...


_tellers: list[Teller] = []
_undoers: list[Undoer] = []


def register(teller: Teller) -> Teller:
    """Add a function that says, in sentences, what rests on a roster."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def on_withdraw(undoer: Undoer) -> Undoer:
    """Add a function that undoes what rests on a roster, in the transaction of its withdrawal."""
    if undoer not in _undoers:
        _undoers.append(undoer)
    return undoer


def caused_by(roster: Roster) -> list[str]:
    return [sentence for teller in _tellers for sentence in teller(roster)]


def undo(roster: Roster, *, by: Acting, why: str) -> None:
    for undoer in _undoers:
        undoer(roster, by=by, why=why)
