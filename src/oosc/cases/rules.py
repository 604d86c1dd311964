"""The rules of a case, on plain values: no database, no clock."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from oosc.cases.states import (
    ARROWS,
    CLOSINGS,
    MUST_BE_TOLD,
    NUMBER_AND_FILE,
    NUMBERED,
    Arrow,
    Body,
    Conclusion,
    EvidenceKind,
    Mode,
    Reason,
    State,
)
from oosc.kernel.limits import more_than
from oosc.kernel.refusal import Refused

OUT_OF_SCHOOL = frozenset(
    {Conclusion.NEVER_ENROLLED, Conclusion.DROPOUT, Conclusion.ILLEGAL_ALTERNATIVE}
)
LEAST_VISITORS = 2
SUBDISTRICT_DIGITS = 9


@dataclass(frozen=True)
class Proof:
    """One piece of evidence, as far as a rule looks at it."""

    kind: EvidenceKind
    has_file: bool
    has_number: bool
    content: str = ""  # the key of its file, else its number: one paper put in twice is one proof


def arrow(event: str, now: State, to: State | None = None) -> Arrow:
    """Return the step of the table, or refuse one that does not follow from the present state."""
    for one in ARROWS:
        if (one.event, one.now) == (event, now) and to in (None, one.to):
            return one
    label = next((one.label for one in ARROWS if one.event == event), event)
    raise Refused(f"“{now.label}”的个案不能办理“{label}”。请刷新页面看它现在的状态。")


@dataclass(frozen=True)
class Signing:
    """How a visit was signed for: by the family, or refused before a witness."""

    signed: bool = False
    refused: bool = False
    witness: str = ""


def check_visit(
    visited_on: date,
    *,
    opened_on: date,
    today: date,
    visitors: Sequence[str],
    mode: Mode,
    signing: Signing,
    least: int = LEAST_VISITORS,
) -> None:
    """Refuse a visit that cannot have been, or a home visit by too few or unsigned (W14).

    `opened_on`: the day on which the case was opened, or reopened.
    """
    if visited_on > today:
        raise Refused("核查日期不能晚于今天。")
    if visited_on < opened_on:
        raise Refused("核查日期早于立案（重开）日期，请核对后再填。")
    named = {visitor.strip() for visitor in visitors if visitor.strip()}
    if mode is Mode.HOME_VISIT and len(named) < least:
        raise Refused(f"入户核查须有 {least} 人以上参加，请写明全部核查人。")
    if not named:
        raise Refused("请写明核查人。")
    if mode is Mode.HOME_VISIT and not is_signed_for(signing, len(named)):
        raise Refused("入户核查须有签字；拒签的，勾选“拒签”并写明见证人。")


def is_signed_for(signing: Signing, visitors: int) -> bool:
    """True when it bears a signature, or a refusal that a second person saw (W14)."""
    if signing.signed:
        return True
    return signing.refused and (bool(signing.witness.strip()) or visitors > 1)


def names_somebody(text: str) -> bool:
    """False for a blank that was left as it was: “派出所（　）”, “—”, “无”."""
    within = re.sub(r"（[\s　_]*）|\([\s_]*\)", "", text)
    if within != text:
        return False
    letters = [character for character in text if character.isalnum()]
    return len(letters) > 1


def missing_evidence(reason: Reason, proofs: Iterable[Proof]) -> list[EvidenceKind]:
    """What a reason still lacks: the kind, with its file, and its number where one is named."""
    held = Counter(proof.kind for proof in _distinct(proofs) if _suffices(proof))
    closing = CLOSINGS[reason]
    if closing.or_needs and not _lacking(closing.or_needs, held):
        return []
    return _lacking(closing.needs, held)


def check_evidence(reason: Reason, proofs: Iterable[Proof]) -> None:
    lacking = missing_evidence(reason, proofs)
    if lacking:
        words = "、".join(kind.label for kind in lacking)
        raise Refused(f"“{reason.label}”还缺证据：{words}。请补齐后再提交。")


def check_term(reason: Reason, since: date | None, until: date | None) -> None:
    """An approved leave says from when and until when (C06, C07)."""
    if not CLOSINGS[reason].has_term:
        return
    if since is None or until is None:
        raise Refused(f"“{reason.label}”须填批准的起止日期，期满前据此提醒。")
    if until < since:
        raise Refused("期满日期不能早于起始日期，请改填。")


def status_after(reason: Reason, chosen: str) -> str:
    """Where the child stands after this reason: the one chosen, else the usual one."""
    offered = CLOSINGS[reason].statuses
    if chosen and chosen not in offered:
        raise Refused(f"“{reason.label}”不能登记为这种就学状态，请另选一个。")
    return chosen or next(iter(offered), "")


def is_across(region_code: str, dwelling_code: str) -> bool:
    """True when the child is to be looked for in another subdistrict than the one in charge."""
    digits = SUBDISTRICT_DIGITS
    return bool(dwelling_code) and dwelling_code[:digits] != region_code[:digits]


def is_dropout_by_now(left_on: date, today: date, days: int) -> bool:
    """True when a child that left school has been away for the full term (domain §4.2)."""
    return more_than(days, left_on, today)


def moves(state: State, conclusion: Conclusion) -> bool:
    """True when what a visit found changes the state; else it is kept beside, as a fact."""
    return state is State.VERIFYING and conclusion in OUT_OF_SCHOOL


def sets_a_term(state: State, conclusion: Conclusion) -> bool:
    """True when a child was found at school and not on the roll: so many days to register it."""
    return state is State.VERIFYING and conclusion is Conclusion.ENROLLED_UNREGISTERED


def decided_here(reason: Reason, approvers: Iterable[str]) -> bool:
    """True when one approval ends it; the others wait in 申请销号 for all named bodies."""
    return set(approvers) >= {role.value for role in CLOSINGS[reason].approvers}


def may_withdraw_at_once(state: State, *, visited: bool) -> bool:
    """A case nobody has visited is withdrawn at once (C00); a visited one goes to a person."""
    return state in (State.SUSPECTED, State.ASSIGNED) and not visited


def still_to_tell(told: Iterable[str]) -> list[Body]:
    """The bodies that the law names and nobody has told yet."""
    done = set(told)
    return [body for body in MUST_BE_TOLD if body not in done]


def _distinct(proofs: Iterable[Proof]) -> Iterator[Proof]:
    seen: set[tuple[EvidenceKind, str]] = set()
    for proof in proofs:
        key = (proof.kind, proof.content)
        if proof.content and key in seen:
            continue
        seen.add(key)
        yield proof


def _lacking(needs: Iterable[EvidenceKind], held: Counter[EvidenceKind]) -> list[EvidenceKind]:
    return sorted((Counter(needs) - held).elements(), key=list(EvidenceKind).index)


def _suffices(proof: Proof) -> bool:
    if proof.kind in NUMBER_AND_FILE:
        return proof.has_number and proof.has_file
    if proof.kind in NUMBERED:
        return proof.has_number
    return proof.has_file
