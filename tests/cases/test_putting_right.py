"""What was done wrongly is put right: a visit, a community, a confirmation; with a trace."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

import factories
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.cases import queries
from oosc.cases.actions import assigning, opening, striking_off, visiting, withdrawing
from oosc.cases.models import Case
from oosc.cases.queries import Lamp
from oosc.cases.states import Conclusion, EvidenceKind, Mode, Reason, Source, State
from oosc.kernel.refusal import Refused
from oosc.parameters.calendar import working_days
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Status

TODAY = factories.TODAY
pytestmark = pytest.mark.django_db


def status_of(child) -> str:
    return SchoolYearStatus.objects.get(child=child).status


@pytest.fixture
def west(db):
    return factories.region(factories.WEST)


# --- a visit recorded wrongly ---------------------------------------------------------------


@pytest.fixture
def confirmed(make, verifying) -> Case:
    """A mis-tap: the child sits in its classroom."""
    make.visit(verifying, conclusion=Conclusion.DROPOUT, left_on=date(2026, 9, 1))
    return Case.objects.get(pk=verifying.pk)


def test_a_confirmation_that_rests_on_a_wrong_visit_falls_with_it(make, confirmed):
    wrong = confirmed.visits.get()

    case = visiting.correct_visit(wrong, by=make.community, on=TODAY, why="点错了，孩子在读")

    wrong.refresh_from_db()
    assert (case.state, case.found, case.left_on) == (State.VERIFYING, "", None)
    assert case.due_on is not None
    assert status_of(case.child) == Status.SUSPECTED
    assert (wrong.annulled_why, wrong.annulled_by_id, wrong.conclusion) == (
        "点错了，孩子在读", make.community.post_id, Conclusion.DROPOUT,
    )  # fmt: skip
    assert Event.objects.filter(verb="case.visit_corrected").count() == 1
    assert case.moves.last().words == "更正 09-21 的走访：点错了，孩子在读"


def test_what_was_never_enrolled_is_suspected_again(make, verifying):
    visit = make.visit(verifying, conclusion=Conclusion.NEVER_ENROLLED)
    assert status_of(verifying.child) == Status.NEVER_ENROLLED

    visiting.correct_visit(visit, by=make.education, on=TODAY, why="看错了人")

    assert status_of(verifying.child) == Status.SUSPECTED


def test_a_second_visit_that_was_wrong_leaves_the_confirmation_standing(make, confirmed):
    second = make.visit(confirmed, conclusion=Conclusion.NEVER_ENROLLED)

    case = visiting.correct_visit(second, by=make.community, on=TODAY, why="看错了人")

    assert (case.state, case.found) == (State.CONFIRMED, Conclusion.DROPOUT)


def test_who_neither_recorded_nor_assigns_does_not_correct(confirmed, school_officer, lead_officer):
    visit = confirmed.visits.get()

    with pytest.raises(Refused, match="由登记人或派核的教育中心更正"):
        visiting.correct_visit(visit, by=school_officer, on=TODAY, why="不对")
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        visiting.correct_visit(visit, by=lead_officer, on=TODAY, why="不对")


def test_a_correction_says_why_and_is_made_once(make, confirmed):
    visit = confirmed.visits.get()

    with pytest.raises(Refused, match="写明错在哪里"):
        visiting.correct_visit(visit, by=make.community, on=TODAY, why=" ")
    visiting.correct_visit(visit, by=make.community, on=TODAY, why="点错")
    with pytest.raises(Refused, match="已经更正过"):
        visiting.correct_visit(visit, by=make.community, on=TODAY, why="点错")


def test_once_asked_to_be_struck_off_the_visits_stand(make, verifying):
    visit = make.visit(verifying)
    make.prove(verifying, Reason.ENROLLED)
    make.rule_out(verifying, Reason.ENROLLED)

    with pytest.raises(Refused, match="已往下办理"):
        visiting.correct_visit(visit, by=make.community, on=TODAY, why="点错")


def test_the_wrong_visit_is_struck_through_on_the_page(make, confirmed, client_as):
    client = client_as("comm")
    visit = confirmed.visits.get()
    asked = client.get(reverse("cases:correct_visit", args=[visit.pk]))
    assert "原记录划线保留" in asked.content.decode()

    client.post(reverse("cases:correct_visit", args=[visit.pk]), {"why": "点错了人"})

    words = client.get(reverse("cases:detail", args=[confirmed.pk])).content.decode()
    assert "<s>2026-09-21" in words
    assert "更正理由：点错了人" in words


def test_a_child_found_enrolled_after_all_is_ruled_out_from_confirmed(make, confirmed):
    make.prove(confirmed, Reason.ENROLLED)

    case = make.rule_out(confirmed, Reason.ENROLLED)
    assert (case.state, case.closing_from) == (State.CLOSING, State.CONFIRMED)
    back = striking_off.send_back(case, by=make.education, on=TODAY, why="学籍号不清")
    assert (back.state, back.found) == (State.CONFIRMED, Conclusion.DROPOUT)
    done = striking_off.approve_closing(
        make.rule_out(back, Reason.ENROLLED), by=make.education, on=TODAY
    )
    assert (done.state, status_of(done.child)) == (State.CLOSED, Status.ENROLLED_LOCAL)


def test_not_without_its_evidence(make, confirmed):
    with pytest.raises(Refused, match="还缺证据"):
        make.rule_out(confirmed, Reason.ENROLLED)


# --- the wrong community --------------------------------------------------------------------


def test_reassigned_it_is_the_other_communitys_to_sign_for_with_a_limit_anew(
    make, verifying, west, education_officer, neighbouring_officer
):
    make.visit(verifying)
    later = date(2026, 9, 22)

    case = assigning.reassign(
        verifying, by=education_officer, on=later, region=west, school=None, why="已搬到西岭"
    )

    assert (case.state, case.region, case.school) == (State.ASSIGNED, west, None)
    assert case.due_on > verifying.due_on
    assert case.moves.last().words == "改派给西桥社区：已搬到西岭"
    assert Event.objects.filter(verb="case.reassigned").count() == 1
    assert not Case.objects.visible_to(make.community, "case_verify").filter(pk=case.pk).exists()
    signed = assigning.start_verifying(case, by=neighbouring_officer, on=later)
    assert signed.state == State.VERIFYING
    assert case.visits.count() == 1


def test_only_the_centre_reassigns_with_a_reason_and_to_somebody_else(make, assigned, west):
    here = {"region": assigned.region, "school": assigned.school}

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        assigning.reassign(
            assigned, by=make.community, on=TODAY, region=west, school=None, why="搬走"
        )
    with pytest.raises(Refused, match="写明改派的理由"):
        assigning.reassign(assigned, by=make.education, on=TODAY, region=west, school=None, why=" ")
    with pytest.raises(Refused, match="都没有变"):
        assigning.reassign(assigned, by=make.education, on=TODAY, why="搬走", **here)


@pytest.mark.parametrize("state", [State.SUSPECTED, State.CONFIRMED, State.CLOSED])
def test_what_is_not_with_a_community_is_not_reassigned(make, west, state):
    with pytest.raises(Refused, match="不能办理“改派”"):
        assigning.reassign(
            make.case(state), by=make.education, on=TODAY, region=west, school=None, why="搬走"
        )


def test_handed_back_it_stands_on_the_home_page_of_the_centre_with_the_reason(make, assigned):
    case = assigning.hand_back(assigned, by=make.community, on=TODAY, why="不属本社区，住西岭")

    lamp = Lamp(TODAY, working_days(), 2)
    [waiting] = queries.waiting(make.education)
    todo = queries.todos([waiting.key], lamp)[case.pk]
    assert (case.state, case.due_on) == (State.SUSPECTED, date(2026, 9, 22))
    assert (todo.kind, todo.why) == ("派核", "东桥社区居委会退回：不属本社区，住西岭")
    assert queries.waiting(make.community) == []
    again = assigning.assign(case, by=make.education, on=TODAY, region=case.region, school=None)
    assert again.state == State.ASSIGNED


def test_only_those_it_was_given_to_hand_it_back_and_say_why(make, assigned, neighbouring_officer):
    with pytest.raises(Refused, match="请用“改派”"):
        assigning.hand_back(assigned, by=make.education, on=TODAY, why="不对")
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        assigning.hand_back(assigned, by=neighbouring_officer, on=TODAY, why="不对")
    with pytest.raises(Refused, match="写明退回的理由"):
        assigning.hand_back(assigned, by=make.community, on=TODAY, why=" ")


def test_one_that_was_visited_and_handed_back_is_withdrawn_by_a_person(make, verifying, acting):
    make.visit(verifying)
    case = assigning.hand_back(verifying, by=make.community, on=TODAY, why="不属本社区")

    asked = withdrawing.withdraw(case, by=make.education, on=TODAY, why="误立案")

    assert (asked.state, asked.closing_from) == (State.CLOSING, State.SUSPECTED)
    other = acting("edu", title="副主任")
    assert striking_off.send_back(asked, by=other, on=TODAY, why="再核").state == State.SUSPECTED


def test_through_the_pages_handed_back_assigned_again_and_reassigned(
    assigned, client_as, west, make
):
    community, centre = client_as("comm"), client_as("edu")

    community.post(reverse("cases:hand_back", args=[assigned.pk]), {"why": "不住本社区"})
    shown = centre.get(reverse("cases:assign", args=[assigned.pk])).content.decode()
    assert "退回：不住本社区" in shown
    centre.post(reverse("cases:assign", args=[assigned.pk]), {"region": assigned.region_id})
    wrong = {"region": assigned.region_id, "why": "还是原处"}
    assert centre.post(reverse("cases:reassign", args=[assigned.pk]), wrong).status_code == 409
    right = {"region": west.pk, "why": "已搬到西岭"}
    assert centre.post(reverse("cases:reassign", args=[assigned.pk]), right).status_code == 302
    assigned.refresh_from_db()
    assert assigned.region == west


# --- rounds ---------------------------------------------------------------------------------


def reopened(make, case: Case) -> Case:
    suspicion = opening.Suspicion(case.child, Source.TIP, opening.BY_HAND, "邻居说又没上学")
    return opening.raise_suspicion(suspicion, by=make.education, on=date(2026, 9, 22))


def test_the_papers_of_the_first_round_prove_nothing_in_the_second(make, monkeypatch):
    first = make.closing(Reason.ENROLLED)
    closed = striking_off.approve_closing(first, by=make.education, on=TODAY)
    again = reopened(make, closed)

    with pytest.raises(Refused, match="还缺证据：学籍系统查询件、学籍号"):
        make.rule_out(again, Reason.ENROLLED)
    make.prove(again, Reason.ENROLLED)
    assert make.rule_out(again, Reason.ENROLLED).state == State.CLOSING
    assert [one.round for one in again.evidence.all()] == [1, 1, 2, 2]


def test_nor_does_a_home_visit_of_the_first(make, verifying, police_officer):
    make.visit(verifying)
    make.proof(verifying, EvidenceKind.POLICE_CHECK)
    case = make.rule_out(verifying, Reason.NO_SUCH_PERSON)
    for by in (make.education, police_officer):
        case = striking_off.approve_closing(case, by=by, on=TODAY)
    again = reopened(make, case)
    make.proof(again, EvidenceKind.POLICE_CHECK)

    with pytest.raises(Refused, match="还缺证据：社区入户记录"):
        make.rule_out(again, Reason.NO_SUCH_PERSON)


def test_nor_one_that_was_annulled_or_that_nobody_signed_for(make, verifying):
    make.proof(verifying, EvidenceKind.POLICE_CHECK)
    annulled = make.visit(verifying)
    visiting.correct_visit(annulled, by=make.community, on=TODAY, why="走错门")
    make.visit(verifying, mode=Mode.PHONE, refused_to_sign=False)

    with pytest.raises(Refused, match="还缺证据：社区入户记录"):
        make.rule_out(verifying, Reason.NO_SUCH_PERSON)


def test_a_visit_of_before_the_reopening_is_no_visit_of_this_round(make):
    again = reopened(make, make.case(State.CLOSED))

    with pytest.raises(Refused, match="早于立案（重开）日期"):
        make.visit(again, visited_on=date(2026, 9, 21))


# --- at school without a number -------------------------------------------------------------


def test_at_school_and_not_on_the_roll_there_is_a_term_to_register(make, verifying):
    make.visit(verifying, conclusion=Conclusion.ENROLLED_UNREGISTERED)

    verifying.refresh_from_db()
    assert (verifying.state, verifying.due_on) == (State.VERIFYING, date(2026, 11, 20))
    assert status_of(verifying.child) == Status.ENROLLED_UNREGISTERED
    with pytest.raises(Refused, match="还缺证据：学籍号"):
        make.rule_out(verifying, Reason.REGISTERED)
    make.proof(verifying, EvidenceKind.STUDENT_NO)
    case = striking_off.approve_closing(
        make.rule_out(verifying, Reason.REGISTERED), by=make.education, on=TODAY
    )
    assert status_of(case.child) == Status.ENROLLED_LOCAL


def test_a_second_look_gives_no_second_term(make, verifying, monkeypatch):
    make.visit(verifying, conclusion=Conclusion.ENROLLED_UNREGISTERED)
    monkeypatch.setenv("OOSC_TODAY", "2026-10-21")
    make.visit(
        verifying, visited_on=date(2026, 10, 21), conclusion=Conclusion.ENROLLED_UNREGISTERED
    )

    verifying.refresh_from_db()
    assert verifying.due_on == date(2026, 11, 20)


def test_taught_at_home_is_out_of_school_at_once(make, verifying):
    make.visit(verifying, conclusion=Conclusion.ILLEGAL_ALTERNATIVE)

    verifying.refresh_from_db()
    assert (verifying.state, verifying.found) == (
        State.CONFIRMED, Conclusion.ILLEGAL_ALTERNATIVE,
    )  # fmt: skip
    assert status_of(verifying.child) == Status.ILLEGAL_ALTERNATIVE


# --- a leave that ends, a child abroad ------------------------------------------------------


def on_leave(make, reason: Reason = Reason.DEFERRED) -> Case:
    return striking_off.approve_closing(make.closing(reason), by=make.education, on=TODAY)


def reminders(by, today: date) -> list[str]:
    return [one.why for one in queries.rechecks(by, today, Lamp(today, working_days(), 2))]


def test_before_a_leave_ends_those_in_charge_are_reminded(make, lead_officer):
    on_leave(make)
    day = date(2027, 8, 31)

    assert reminders(make.community, day - timedelta(days=11)) == []
    [words] = reminders(make.community, day - timedelta(days=10))
    assert words.startswith("批准缓学，2027-08-31 期满")
    assert reminders(make.education, day) == [words]
    assert reminders(lead_officer, day) == []


@pytest.mark.parametrize("reason", [Reason.DEFERRED, Reason.SUSPENDED])
def test_a_leave_after_which_nothing_comes_reopens_the_same_case(make, reason):
    closed = on_leave(make, reason)

    assert opening.end_leaves(on=date(2027, 8, 31)) == 0
    assert opening.end_leaves(on=date(2027, 9, 1)) == 1
    assert opening.end_leaves(on=date(2027, 9, 1)) == 0

    again = Case.objects.get(pk=closed.pk)
    assert (again.number, again.round, again.state) == (closed.number, 2, State.VERIFYING)
    assert "2027-08-31 期满，未见入学" in again.trigger
    assert Event.objects.get(verb="case.reopened").post_id is None


@pytest.mark.parametrize(
    ("status", "until", "came_back"),
    [
        (Status.ENROLLED_LOCAL, None, 0),
        (Status.DEFERRED, date(2028, 8, 31), 0),
        (Status.DEFERRED, date(2027, 8, 31), 1),
        (Status.PENDING, None, 1),
    ],
)
def test_not_one_that_was_renewed_or_whose_child_came_to_school(make, status, until, came_back):
    closed = on_leave(make)
    SchoolYearStatus.objects.create(
        child=closed.child, school_year="2027-2028", status=status, source="hand",
        since=date(2027, 8, 20), until=until,
    )  # fmt: skip

    assert opening.end_leaves(on=date(2027, 9, 2)) == came_back
    closed.refresh_from_db()
    assert closed.recheck_on is None
    assert closed.moves.order_by("id").last().event == ("reopen" if came_back else "recheck")


def test_a_child_abroad_is_looked_for_once_more(make, police_officer):
    case = make.closing(Reason.ABROAD)
    for by in (make.education, police_officer):
        case = striking_off.approve_closing(case, by=by, on=TODAY)
    day = date(2027, 3, 22)  # the 20th is a Saturday

    assert case.recheck_on == day
    assert reminders(make.community, day) == ["出国（境），2027-03-22 复核。请复核情况是否还是这样"]
    with pytest.raises(Refused, match="怎么复核"):
        striking_off.recheck(case, by=make.community, on=day, found=" ")
    done = striking_off.recheck(case, by=make.community, on=day, found="视频见到，仍在境外就读")
    assert (done.recheck_on, done.state) == (None, State.CLOSED)
    assert reminders(make.community, day) == []
    with pytest.raises(Refused, match="没有待复核"):
        striking_off.recheck(case, by=make.community, on=day, found="再看")


def test_one_that_is_missing_every_so_often(make, lead_officer):
    case = striking_off.approve_closing(make.closing(Reason.MISSING), by=lead_officer, on=TODAY)

    done = striking_off.recheck(case, by=make.community, on=date(2027, 3, 20), found="仍未找到")

    assert done.recheck_on == date(2027, 9, 16)


# --- what is told in own words --------------------------------------------------------------


def test_own_words_lie_encrypted_in_the_case_alone(make, education_officer):
    told = "邻居槐序说孩子在菜市场帮工"
    suspicion = opening.Suspicion(make.child(), Source.TIP, opening.BY_HAND, told)
    case = opening.raise_suspicion(suspicion, by=education_officer, on=TODAY)

    record = SchoolYearStatus.objects.get(child=case.child)
    assert Case.objects.get(pk=case.pk).trigger == told
    assert told not in record.evidence
    assert told.encode() not in raw(case, "trigger") + raw(case.moves.get(), "words")


def raw(row, column: str) -> bytes:
    with connection.cursor() as cursor:
        key = row._meta.pk.get_db_prep_value(row.pk, connection)
        cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [key])
        return bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.EDU, ["platform", "tip", "department"]),
        (Role.COMM, ["community", "tip"]),
        (Role.SCHOOL, ["absence", "tip"]),
    ],
)
def test_a_suspicion_by_hand_says_where_it_comes_from(make, client_as, role, offered):
    child, client = make.child(), client_as(role)
    address = reverse("cases:raise", args=[child.pk])

    words = client.get(address).content.decode()
    assert [one for one in ("match", *offered) if f'value="{one}"' in words] == offered
    assert client.post(address, {"source": "match", "why": "来函"}).status_code == 422
    client.post(address, {"source": offered[-1], "why": "来函"})
    assert Case.objects.get().source == offered[-1]
