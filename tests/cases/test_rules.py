"""The rules of a case on plain values."""

from __future__ import annotations

from datetime import date

import pytest

from oosc.access.roles import Role
from oosc.cases import rules
from oosc.cases.rules import Proof, Signing
from oosc.cases.states import CLOSINGS, Conclusion, EvidenceKind, Mode, Reason, State
from oosc.kernel.refusal import Refused

OPENED, TODAY = date(2026, 9, 14), date(2026, 9, 21)
E = EvidenceKind
SIGNED = Signing(signed=True)


def check(
    visited_on=date(2026, 9, 18),
    visitors=("梅青", "江晚"),
    mode=Mode.HOME_VISIT,
    signing=SIGNED,
):
    rules.check_visit(
        visited_on, opened_on=OPENED, today=TODAY, visitors=visitors, mode=mode, signing=signing
    )


@pytest.mark.parametrize("visited_on", [OPENED, date(2026, 9, 18), TODAY])
def test_a_visit_lies_between_the_opening_of_the_case_and_today(visited_on):
    check(visited_on)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"visited_on": date(2026, 9, 22)}, "不能晚于今天"),
        ({"visited_on": date(2026, 9, 13)}, "早于立案（重开）日期"),
        ({"visitors": ["梅青"]}, "2 人以上"),
        ({"visitors": ["梅青", " 梅青 "]}, "2 人以上"),
        ({"visitors": ["梅青", "  "]}, "2 人以上"),
        ({"visitors": [" "], "mode": Mode.PHONE}, "请写明核查人"),
    ],
)
def test_a_visit_that_cannot_have_been_is_refused(wrong, words):
    with pytest.raises(Refused, match=words):
        check(**wrong)


def test_a_home_visit_that_nobody_signed_is_refused():
    with pytest.raises(Refused, match="须有签字"):
        check(signing=Signing())


@pytest.mark.parametrize(
    ("signing", "visitors", "is_signed"),
    [
        (Signing(signed=True), 1, True),
        (Signing(refused=True), 2, True),
        (Signing(refused=True), 1, False),
        (Signing(refused=True, witness=" "), 1, False),
        (Signing(refused=True, witness="楼长槐序"), 1, True),
        (Signing(), 2, False),
        (Signing(witness="楼长槐序"), 2, False),
    ],
)
def test_a_refusal_needs_somebody_who_saw_it(signing, visitors, is_signed):
    assert rules.is_signed_for(signing, visitors) is is_signed


@pytest.mark.parametrize(
    "text", ["派出所（　）", "派出所（ ）、民政（　）、教育（　）", "—", "无", " ", "( )张"]
)
def test_a_blank_left_as_it_was_names_nobody(text):
    assert not rules.names_somebody(text)


@pytest.mark.parametrize("text", ["王警官", "接警员 3021", "槐序（值班）"])
def test_a_name_or_a_number_does(text):
    assert rules.names_somebody(text)


@pytest.mark.parametrize("mode", [Mode.PHONE, Mode.REGISTER_QUERY, Mode.REMOTE_ASSIST])
def test_elsewhere_than_at_home_one_is_enough(mode):
    check(visitors=["梅青"], mode=mode, signing=Signing())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("conclusion", Conclusion)
def test_only_out_of_school_found_under_verification_moves_the_case(state, conclusion):
    out = conclusion in {
        Conclusion.NEVER_ENROLLED,
        Conclusion.DROPOUT,
        Conclusion.ILLEGAL_ALTERNATIVE,
    }

    assert rules.moves(state, conclusion) is (out and state is State.VERIFYING)


@pytest.mark.parametrize(
    ("left_on", "today", "dropout"),
    [
        (date(2026, 9, 7), date(2026, 9, 14), False),  # 超过 7 天: from the eighth day
        (date(2026, 9, 7), date(2026, 9, 15), True),
    ],
)
def test_away_for_more_than_the_term_is_a_dropout(left_on, today, dropout):
    assert rules.is_dropout_by_now(left_on, today, 7) is dropout


@pytest.mark.parametrize(
    ("dwelling", "across"),
    [("990001001002", False), ("990001002001", True), ("", False)],
)
def test_a_child_in_another_subdistrict_is_looked_for_across(dwelling, across):
    assert rules.is_across("990001001001", dwelling) is across


@pytest.mark.parametrize("reason", [Reason.DEFERRED, Reason.SUSPENDED])
def test_an_approved_leave_says_from_when_until_when(reason):
    rules.check_term(reason, date(2026, 9, 1), date(2027, 8, 31))
    with pytest.raises(Refused, match="起止日期"):
        rules.check_term(reason, date(2026, 9, 1), None)
    with pytest.raises(Refused, match="不能早于"):
        rules.check_term(reason, date(2026, 9, 1), date(2026, 8, 31))


def test_other_reasons_have_no_term():
    rules.check_term(Reason.DECEASED, None, None)


def test_the_status_that_follows_is_one_that_the_reason_offers():
    assert rules.status_after(Reason.SPECIAL_PLACEMENT, "") == "special_school"
    assert rules.status_after(Reason.SPECIAL_PLACEMENT, "inclusive_class") == "inclusive_class"
    assert rules.status_after(Reason.OTHER, "") == ""
    with pytest.raises(Refused, match="不能登记为这种就学状态"):
        rules.status_after(Reason.DECEASED, "enrolled_local")


def whole(reason: Reason) -> list[Proof]:
    """Every piece that a reason needs, each a paper of its own."""
    return [
        Proof(kind, has_file=True, has_number=True, content=f"{number}")
        for number, kind in enumerate(CLOSINGS[reason].needs)
    ]


@pytest.mark.parametrize("reason", Reason)
def test_with_all_its_evidence_a_reason_may_be_given(reason):
    rules.check_evidence(reason, whole(reason))


@pytest.mark.parametrize("reason", [r for r in Reason if CLOSINGS[r].needs])
def test_without_one_piece_it_may_not(reason):
    pieces = whole(reason)

    assert rules.missing_evidence(reason, pieces[1:]) == [pieces[0].kind]
    with pytest.raises(Refused, match=f"还缺证据：{pieces[0].kind.label}"):
        rules.check_evidence(reason, pieces[1:])


def test_where_a_number_is_named_a_file_alone_is_not_enough():
    only_file = [Proof(E.STUDENT_NO, has_file=True, has_number=False)]

    assert rules.missing_evidence(Reason.REGISTERED, only_file) == [E.STUDENT_NO]


def test_where_a_file_is_named_a_number_alone_is_not_enough():
    only_number = [Proof(E.DEATH, has_file=False, has_number=True)]

    assert rules.missing_evidence(Reason.DECEASED, only_number) == [E.DEATH]


def test_two_proofs_of_one_kind_are_two_papers():
    paper = Proof(E.OTHER_PROOF, True, False, content="9f3c")
    told = Proof(E.STATEMENT, True, False)

    assert rules.missing_evidence(Reason.OTHER, [told, paper, paper]) == [E.OTHER_PROOF]


def test_a_query_of_the_upper_platform_does_in_place_of_the_schools_letter():
    query = [Proof(E.ROLL_QUERY, True, True)]

    assert rules.missing_evidence(Reason.ENROLLED_ELSEWHERE, query) == []


@pytest.mark.parametrize(
    ("reason", "approvers", "decided"),
    [
        (Reason.ENROLLED, [Role.EDU], True),
        (Reason.ENROLLED, [], False),
        (Reason.HOME_DELIVERY, [Role.EDU], False),
        (Reason.HOME_DELIVERY, [Role.CIVIL], False),
        (Reason.HOME_DELIVERY, [Role.CIVIL, Role.EDU], True),
        (Reason.ABROAD, [Role.EDU, Role.POLICE], True),
        (Reason.NO_SUCH_PERSON, [Role.EDU, Role.CIVIL], False),
        (Reason.MISSING, [Role.EDU], False),
        (Reason.MISSING, [Role.LEAD], True),
    ],
)
def test_all_named_bodies_must_agree(reason, approvers, decided):
    assert rules.decided_here(reason, approvers) is decided


@pytest.mark.parametrize(
    ("state", "visited", "at_once"),
    [
        (State.SUSPECTED, False, True),
        (State.ASSIGNED, False, True),
        (State.ASSIGNED, True, False),
        (State.VERIFYING, False, False),
        (State.VERIFYING, True, False),
    ],
)
def test_only_what_nobody_visited_is_withdrawn_at_once(state, visited, at_once):
    assert rules.may_withdraw_at_once(state, visited=visited) is at_once
