"""The rules of a case, on plain values: no database, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from oosc.cases.states import (
    ARROWS,
    CLOSINGS,
    NUMBERED,
    Arrow,
    Conclusion,
    EvidenceKind,
    Mode,
    Reason,
    State,
)
from oosc.kernel.refusal import Refused

# Seen, but the visit ended nothing: the case stays where it is and its limit runs on.
UNDECIDED = frozenset({Conclusion.NOT_FOUND})
LEAST_VISITORS = 2


@dataclass(frozen=True)
class Proof:
    """One piece of evidence, as far as a rule looks at it."""

    kind: EvidenceKind
    has_file: bool
    has_number: bool


def arrow(event: str, now: State, to: State | None = None) -> Arrow:
    """Return the step of the table, or refuse one that does not follow from the present state."""
    for one in ARROWS:
        if (one.event, one.now) == (event, now) and to in (None, one.to):
            return one
    label = next((one.label for one in ARROWS if one.event == event), event)
    raise Refused(f"“{now.label}”的个案不能办理“{label}”。请刷新页面看它现在的状态。")


def check_visit(
    visited_on: date, *, opened_on: date, today: date, visitors: Sequence[str], mode: Mode
) -> None:
    """Refuse a visit that cannot have been, or a home visit by fewer than two (W14)."""
    if visited_on > today:
        raise Refused("核查日期不能晚于今天。")
    if visited_on < opened_on:
        raise Refused("核查日期早于立案日期，请核对后再填。")
    named = {visitor.strip() for visitor in visitors if visitor.strip()}
    if mode is Mode.HOME_VISIT and len(named) < LEAST_VISITORS:
        raise Refused("入户核查须有两人以上参加，请写明全部核查人。")
    if not named:
        raise Refused("请写明核查人。")


def missing_evidence(reason: Reason, proofs: Iterable[Proof]) -> list[EvidenceKind]:
    """What a reason still lacks: the kind, with its file, and its number where one is named."""
    held = Counter(proof.kind for proof in proofs if _suffices(proof))
    needed = Counter(CLOSINGS[reason].needs)
    return sorted((needed - held).elements(), key=lambda kind: list(EvidenceKind).index(kind))


def check_evidence(reason: Reason, proofs: Iterable[Proof]) -> None:
    lacking = missing_evidence(reason, proofs)
    if lacking:
        words = "、".join(kind.label for kind in lacking)
        raise Refused(f"“{reason.label}”还缺证据：{words}。请补齐后再提交。")


def decided_here(reason: Reason, approvers: Iterable[str]) -> bool:
    """True when one approval ends it; the others wait in 申请销号 for all named bodies."""
    return set(approvers) >= {role.value for role in CLOSINGS[reason].approvers}


def may_withdraw_at_once(state: State, *, visited: bool) -> bool:
    """A case nobody has visited is withdrawn at once (C00); a visited one goes to a person."""
    return state in (State.SUSPECTED, State.ASSIGNED) and not visited


def _suffices(proof: Proof) -> bool:
    if proof.kind in NUMBERED:
        return proof.has_number
    return proof.has_file
