"""What is written to a case: who may, what follows, what is left alone."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

import factories
import world
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.cases import hooks, queries
from oosc.cases.actions import (
    assigning,
    opening,
    proving,
    reporting,
    striking_off,
    visiting,
    withdrawing,
)
from oosc.cases.actions.opening import Suspicion
from oosc.cases.actions.reporting import Telling
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.states import (
    CLOSINGS,
    MUST_BE_TOLD,
    Body,
    Conclusion,
    EvidenceKind,
    Means,
    Mode,
    Reason,
    Safety,
    Source,
    State,
)
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Source as StatusSource
from oosc.schooling.states import Status

TODAY = factories.TODAY
NOW, DAY = clock.now(), timedelta(days=1)
pytestmark = pytest.mark.django_db


def status_of(child) -> str:
    return SchoolYearStatus.objects.get(child=child).status


def suspicion(child, **changes) -> Suspicion:
    return Suspicion(child, Source.MATCH, "never_on_roll", "学籍中没有此人", **changes)


def verbs() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("verb", flat=True))


# --- raising --------------------------------------------------------------------------------


def test_a_case_goes_to_the_community_where_the_child_lives_and_to_its_school(make):
    case = make.case(State.SUSPECTED)

    assert (case.region.code, case.school.code) == (factories.EAST, factories.PRIMARY)
    assert (case.state, case.opened_on, case.school_year) == (State.SUSPECTED, TODAY, "2026-2027")


def test_cases_of_a_subdistrict_are_numbered_in_a_row(make, education_officer):
    children = [make.child(name) for name in ("林小雨", "苏小禾")]

    raised = opening.raise_suspicions(
        [suspicion(child) for child in children], by=education_officer, on=TODAY
    )

    assert [case.number for case in raised.cases] == ["990001001-2026-0001", "990001001-2026-0002"]


def test_the_child_is_suspected_from_then_on(make):
    case = make.case(State.SUSPECTED)

    assert status_of(case.child) == Status.SUSPECTED


def test_a_working_day_is_left_for_assigning(make):
    case = make.case(State.SUSPECTED)

    assert (case.due_on, case.due_unit) == (date(2026, 9, 22), "working_days")


def test_a_child_has_at_most_one_open_case(make, education_officer):
    case = make.case(State.SUSPECTED)

    with pytest.raises(Refused, match=f"已有未销号的个案（{case.number}）"):
        opening.raise_suspicion(suspicion(case.child), by=education_officer, on=TODAY)


def test_in_a_batch_children_with_an_open_case_are_passed_over_and_named(make, education_officer):
    open_case, other = make.case(State.SUSPECTED), make.child("苏小禾")

    raised = opening.raise_suspicions(
        [suspicion(open_case.child), suspicion(other)], by=education_officer, on=TODAY
    )

    assert [case.child for case in raised.cases] == [other]
    assert raised.already == [open_case]


def test_a_child_of_whom_nobody_knows_where_it_lives_has_no_case(education_officer, make):
    nowhere = factories.child("江晚", place=None, school_code=factories.PRIMARY)

    with pytest.raises(Refused, match="住在哪个社区"):
        opening.raise_suspicion(suspicion(nowhere), by=education_officer, on=TODAY)
    raised = opening.raise_suspicions(
        [suspicion(nowhere), suspicion(make.child())], by=education_officer, on=TODAY
    )

    assert (raised.placeless, len(raised.cases)) == ([nowhere], 1)


def test_a_community_raises_only_its_own_children(make, neighbouring_officer):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        opening.raise_suspicion(suspicion(make.child()), by=neighbouring_officer, on=TODAY)

    assert not Case.objects.exists()


def test_the_system_raises_by_its_own_rule(make):
    case = opening.raise_suspicion(suspicion(make.child()), by=None, on=TODAY)

    assert case.opened_by is None
    assert Event.objects.get(verb="case.raised").post_id is None


def test_new_evidence_reopens_the_old_case_in_another_round(make, education_officer):
    closed = make.case(State.CLOSED)

    again = opening.raise_suspicion(suspicion(closed.child), by=education_officer, on=TODAY)

    assert (again.pk, again.number) == (closed.pk, closed.number)
    assert (again.round, again.state, again.closed_on) == (2, State.VERIFYING, None)
    assert (again.closing_reason, again.closing_by) == ("", None)
    assert verbs()[-1] == "case.reopened"


# --- assigning and signing for --------------------------------------------------------------


def test_assigned_to_community_and_school_together(suspected, education_officer, east):
    school = factories.school()

    case = assigning.assign(suspected, by=education_officer, on=TODAY, region=east, school=school)

    assert (case.state, case.region, case.school) == (State.ASSIGNED, east, school)
    assert case.due_on == date(2026, 9, 29)  # five working days, Mid-Autumn between
    assert verbs()[-1] == "case.assigned"


@pytest.mark.parametrize("role", [Role.COMM, Role.SCHOOL, Role.LEAD, Role.POLICE])
def test_only_the_education_centre_assigns(suspected, acting, role, east):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        assigning.assign(suspected, by=acting(role), on=TODAY, region=east, school=None)


def test_not_to_a_community_out_of_reach(suspected, education_officer):
    elsewhere = factories.region("990001002001")

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        assigning.assign(suspected, by=education_officer, on=TODAY, region=elsewhere, school=None)

    suspected.refresh_from_db()
    assert suspected.state == State.SUSPECTED


def test_many_are_assigned_each_to_its_own(make, education_officer):
    cases = [make.case(State.SUSPECTED, make.child(name)) for name in ("林小雨", "苏小禾")]

    came_to = assigning.assign_many(cases, by=education_officer, on=TODAY)

    assert [case.state for case in came_to.cases] == [State.ASSIGNED] * 2
    assert assigning.assign_many(cases, by=education_officer, on=TODAY).skipped == 2


def test_the_limit_runs_on_when_the_community_signs_for_it(assigned, community_officer):
    due_on = assigned.due_on

    case = assigning.start_verifying(assigned, by=community_officer, on=TODAY + timedelta(days=1))

    assert (case.state, case.due_on) == (State.VERIFYING, due_on)


def test_the_neighbouring_community_does_not(assigned, neighbouring_officer):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        assigning.start_verifying(assigned, by=neighbouring_officer, on=TODAY)


@pytest.mark.parametrize(
    ("step", "more"),
    [
        (assigning.assign, {"school": None}),
        (striking_off.rule_out, {"reason": Reason.ENROLLED}),
        (striking_off.approve_closing, {}),
        (striking_off.send_back, {"why": "不全"}),
        (withdrawing.withdraw, {"why": "误立"}),
    ],
)
def test_who_saw_an_older_state_is_told_what_a_colleague_did(
    suspected, education_officer, step, more, east
):
    seen = suspected.version
    assigning.assign(suspected, by=education_officer, on=TODAY, region=east, school=None)
    if step is assigning.assign:
        more = more | {"region": east}

    with pytest.raises(Refused, match="您打开这一页以后"):
        step(suspected, by=education_officer, on=TODAY, version=seen, **more)


# --- visits ---------------------------------------------------------------------------------


def test_a_visit_begins_the_verification(make, assigned):
    visit = make.visit(assigned)

    assigned.refresh_from_db()
    assert assigned.state == State.VERIFYING
    assert visit.visitors == ["梅青", "江晚"]


def test_a_form_sent_twice_is_one_visit(make, verifying):
    key = uuid4()

    first = make.visit(verifying, client_key=key)
    events = Event.objects.count()
    second = make.visit(verifying, client_key=key)

    assert first == second
    assert verifying.visits.count() == 1
    assert Event.objects.count() == events


def test_words_changed_after_a_form_was_taken_are_told_and_not_lost_in_silence(make, verifying):
    key = uuid4()
    make.visit(verifying, client_key=key)

    with pytest.raises(visiting.SentBefore, match="后来改的没有保存"):
        make.visit(verifying, client_key=key, account="又问了邻居")

    make.visit(verifying, client_key=uuid4(), account="又问了邻居")
    assert verifying.visits.count() == 2


def test_a_form_is_for_one_case(make, verifying):
    key = uuid4()
    make.visit(verifying, client_key=key)

    with pytest.raises(Refused, match="已用于另一个个案"):
        make.visit(make.case(State.VERIFYING, make.child("苏小禾")), client_key=key)


def test_a_danger_ticked_at_the_second_sending_is_not_lost(make, verifying):
    key = uuid4()
    make.visit(verifying, client_key=key)

    make.visit(verifying, client_key=key, safety=Safety.DANGER)
    make.visit(verifying, client_key=key, safety=Safety.DANGER)

    assert verifying.mandatory_reports.count() == 1


def test_a_case_that_was_given_to_nobody_is_not_visited(make, suspected):
    with pytest.raises(Refused, match="还没有派核"):
        make.visit(suspected)


def test_never_enrolled_is_said_at_once(make, verifying):
    make.visit(verifying, conclusion=Conclusion.NEVER_ENROLLED)

    verifying.refresh_from_db()
    assert verifying.state == State.CONFIRMED
    assert status_of(verifying.child) == Status.NEVER_ENROLLED


def test_who_left_school_is_a_dropout_only_after_the_term(make, verifying):
    make.visit(verifying, conclusion=Conclusion.DROPOUT, left_on=TODAY)

    verifying.refresh_from_db()
    assert verifying.state == State.CONFIRMED
    assert status_of(verifying.child) == Status.SUSPECTED

    visiting.note_dropouts(on=date(2026, 10, 30))

    assert status_of(verifying.child) == Status.DROPOUT


def test_a_visit_that_comes_in_late_is_kept_and_moves_nothing(make, closing):
    make.visit(closing, conclusion=Conclusion.NEVER_ENROLLED)

    closing.refresh_from_db()
    assert closing.state == State.CLOSING
    assert closing.visits.count() == 1


def test_nothing_is_kept_of_a_refused_visit(make, assigned):
    with pytest.raises(Refused):
        make.visit(assigned, visitors=["梅青"])

    assigned.refresh_from_db()
    assert (assigned.state, assigned.visits.count()) == (State.ASSIGNED, 0)


def test_by_telephone_one_is_enough(make, verifying):
    assert make.visit(verifying, visitors=["梅青"], mode=Mode.PHONE).mode == Mode.PHONE


# --- the mandatory report -------------------------------------------------------------------


def test_a_hit_of_the_safety_check_opens_a_report_due_in_two_hours(make, verifying):
    make.visit(verifying, safety=Safety.SUSPECTED_HARM)

    report = verifying.mandatory_reports.get()
    assert report.due_at - report.found_at == timedelta(hours=2)
    assert report.reported_at is None


def test_it_stands_before_all_other_work_with_the_time_that_is_left(make, verifying):
    make.visit(verifying, safety=Safety.DANGER)
    report = verifying.mandatory_reports.get()

    first = queries.reports(make.community, report.found_at + timedelta(minutes=30))[0]
    late = queries.reports(make.community, report.found_at + timedelta(hours=3))[0]

    assert (first.kind, first.light.words) == ("强制报告", "剩 1 小时 30 分")
    assert (late.light.colour, late.light.words) == ("red", "逾期 1 小时 0 分")


def told(*bodies: Body, **changes) -> list[Telling]:
    facts = {"person": "值班员 3021", "means": Means.PHONE, "told_at": clock.now(), **changes}
    return [Telling(body=body, **facts) for body in bodies]


def reported(report: MandatoryReport, by, **changes) -> MandatoryReport:
    facts = {
        "kind": MandatoryReport.Kind.HARM, "account": "手臂有伤", "measures": "陪护",
        "told": told(*MUST_BE_TOLD), **changes,
    }  # fmt: skip
    return reporting.report_mandatory(report, by=by, **facts)


def test_reported_then_answered(make, verifying):
    make.visit(verifying, safety=Safety.DANGER)
    report = reported(verifying.mandatory_reports.get(), make.community)

    for body, words in (
        (Body.POLICE, "已出警"),
        (Body.POLICE, "已立案调查"),
        (Body.CIVIL, "已安置"),
    ):
        reporting.answer_mandatory(report, by=make.community, body=body, answer=words)

    said = [(one.body, one.words) for one in report.answers.all()]
    assert said == [("police", "已出警"), ("police", "已立案调查"), ("civil", "已安置")]
    assert verbs()[-4:] == ["mandatory_report.made", *["mandatory_report.answered"] * 3]


def test_it_is_made_when_the_last_of_the_three_was_told(make, verifying):
    make.visit(verifying, safety=Safety.DANGER)
    report = reported(verifying.mandatory_reports.get(), make.community, told=told(Body.POLICE))

    [waiting] = queries.reports(make.community, clock.now())
    assert (report.reported_at, waiting.why) == (None, "还没有向民政、教育报告，报齐后才算提交")

    with pytest.raises(Refused, match="公安已由同事登记报告"):
        reporting.tell_more(report, by=make.community, told=told(Body.POLICE))
    late = told(Body.CIVIL, Body.EDUCATION)
    report = reporting.tell_more(report, by=make.community, told=late)

    assert report.reported_at == late[0].told_at
    assert queries.reports(make.community, clock.now()) == []
    assert [str(one) for one in report.told.all()] == ["公安", "民政", "教育"]


def test_one_opened_by_mistake_is_annulled_and_stays_to_be_read(make, verifying, lead_officer):
    make.visit(verifying, safety=Safety.DANGER)
    report = verifying.mandatory_reports.get()

    with pytest.raises(Refused, match="为什么是误开"):
        reporting.annul_report(report, by=make.community, why=" ")
    reporting.annul_report(report, by=make.community, why="点错了，孩子安好")

    report.refresh_from_db()
    assert (report.annulled_why, report.annulled_by_id) == (
        "点错了，孩子安好", make.community.post_id,
    )  # fmt: skip
    assert queries.reports(make.community, clock.now()) == []
    with pytest.raises(Refused, match="已作废"):
        reported(report, make.community)
    again = reporting.open_mandatory_report(verifying, by=make.community)
    assert again != report


def test_neither_a_stranger_annuls_it_nor_anybody_once_it_was_told(make, verifying, school_officer):
    make.visit(verifying, safety=Safety.DANGER)
    report = verifying.mandatory_reports.get()

    with pytest.raises(Refused, match="由开单人或教育中心作废"):
        reporting.annul_report(report, by=school_officer, why="误点")
    reported(report, make.community, told=told(Body.POLICE))
    with pytest.raises(Refused, match="已经报告出去的不能作废"):
        reporting.annul_report(report, by=make.community, why="误点")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"account": " "}, "请写明"),
        ({"told": []}, "至少写明一家"),
        ({"told": [Telling(Body.POLICE, "派出所（　）", Means.PHONE, NOW)]}, "由谁接报"),
        ({"told": [Telling(Body.POLICE, "王警官", Means.PHONE, NOW - 2 * DAY)]}, "应在发现之后"),
        ({"told": [Telling(Body.POLICE, "王警官", Means.PHONE, NOW + 2 * DAY)]}, "不晚于现在"),
    ],
)
def test_a_report_that_says_too_little_is_refused(make, verifying, wrong, words):
    make.visit(verifying, safety=Safety.DANGER)

    with pytest.raises(Refused, match=words):
        reported(verifying.mandatory_reports.get(), make.community, **wrong)


def test_a_report_is_made_once_and_answered_after(make, verifying):
    make.visit(verifying, safety=Safety.DANGER)
    report = verifying.mandatory_reports.get()

    with pytest.raises(Refused, match="先填报告"):
        reporting.answer_mandatory(report, by=make.community, body=Body.POLICE, answer="已立案")
    reported(report, make.community)
    with pytest.raises(Refused, match="已经提交"):
        reported(report, make.community)
    with pytest.raises(Refused, match="请写明反馈"):
        reporting.answer_mandatory(report, by=make.community, body=Body.POLICE, answer=" ")


def test_the_road_to_a_report_is_open_in_every_state(make, closing):
    report = reporting.open_mandatory_report(closing, by=make.community)

    assert report.case == closing
    assert reporting.open_mandatory_report(closing, by=make.community) == report


def test_and_for_a_child_without_a_case(make):
    report = reporting.open_report_for_child(make.child(), by=make.community)

    assert (report.case, report.region.code) == (None, factories.EAST)


# --- evidence and ruling out ----------------------------------------------------------------


def test_ruling_out_waits_for_approval_with_a_limit(make, verifying):
    make.prove(verifying, Reason.ENROLLED)

    case = make.rule_out(verifying, Reason.ENROLLED)

    assert (case.state, case.closing_reason, case.closing_from) == (
        State.CLOSING, Reason.ENROLLED, State.VERIFYING,
    )  # fmt: skip
    assert case.due_on is not None


def test_without_its_evidence_a_reason_is_not_taken(make, verifying):
    make.proof(verifying, EvidenceKind.ROLL_QUERY)

    with pytest.raises(Refused, match="还缺证据：学籍号"):
        make.rule_out(verifying, Reason.ENROLLED)

    verifying.refresh_from_db()
    assert verifying.state == State.VERIFYING


def test_evidence_taken_back_does_not_count(make, verifying):
    proof = make.proof(verifying, EvidenceKind.DEATH)
    proving.take_back_evidence(proof, by=make.community)

    with pytest.raises(Refused, match="还缺证据：死亡证明"):
        make.rule_out(verifying, Reason.DECEASED)

    assert verifying.evidence.count() == 1


@pytest.mark.parametrize("reason", [Reason.WITHDRAWN, Reason.RETURNED_STABLE])
def test_some_reasons_do_not_end_a_verification(make, verifying, reason):
    with pytest.raises(Refused, match="核查阶段不能用这个理由"):
        make.rule_out(verifying, reason)


def test_a_home_visit_of_two_is_itself_the_record_that_nobody_is_there(make, verifying):
    make.visit(verifying)
    make.proof(verifying, EvidenceKind.POLICE_CHECK)

    assert make.rule_out(verifying, Reason.NO_SUCH_PERSON).state == State.CLOSING


def test_a_case_that_waits_takes_no_more_evidence_and_gives_none_back(make, closing):
    proof = closing.evidence.first()

    with pytest.raises(Refused, match="不能再补证据"):
        make.proof(closing, EvidenceKind.DEATH)
    with pytest.raises(Refused, match="证据不能撤下"):
        proving.take_back_evidence(proof, by=make.community)


@pytest.mark.parametrize(
    ("file", "number", "words"),
    [
        (b"", "  ", "请选择文件"),
        (b"<html>", "", "不是能打开的照片或 PDF"),
        (b"\x89PNG\r\n\x1a\n", "", "不是能打开的照片或 PDF"),
        (b"%PDF-" + b"0" * (10 * 1024 * 1024), "", "超过 10 MB"),
    ],
)
def test_evidence_that_is_none_is_refused(make, verifying, file, number, words):
    with pytest.raises(Refused, match=words):
        proving.add_evidence(
            verifying, by=make.community, kind=EvidenceKind.DEATH, file=file, number=number
        )

    assert not verifying.evidence.exists()


# --- approving ------------------------------------------------------------------------------


RULED_OUT = [r for r in Reason if CLOSINGS[r].from_verifying and r is not Reason.WITHDRAWN]


@pytest.mark.parametrize("reason", RULED_OUT)
def test_each_reason_ends_when_all_its_bodies_agreed(make, acting, reason):
    case = make.closing(reason)

    for number, role in enumerate(CLOSINGS[reason].approvers, start=1):
        case = striking_off.approve_closing(case, by=acting(role), on=TODAY)
        assert (case.state == State.CLOSED) is (number == len(CLOSINGS[reason].approvers))

    statuses = CLOSINGS[reason].statuses
    if statuses:
        assert status_of(case.child) == statuses[0]
    assert (case.closed_on, case.due_on) == (TODAY, None)


@pytest.mark.parametrize("reason", [Reason.HOME_DELIVERY, Reason.ABROAD, Reason.NO_SUCH_PERSON])
def test_two_bodies_agree_in_either_order_and_each_once(make, acting, reason):
    case = make.closing(reason)
    second, first = CLOSINGS[reason].approvers

    case = striking_off.approve_closing(case, by=acting(first), on=TODAY)

    assert case.state == State.CLOSING
    with pytest.raises(Refused, match="本单位已经同意"):
        striking_off.approve_closing(case, by=acting(first), on=TODAY)
    assert striking_off.approve_closing(case, by=acting(second), on=TODAY).state == State.CLOSED


def test_a_body_that_the_reason_does_not_name_does_not_approve(make, lead_officer, civil_officer):
    case = make.closing(Reason.ENROLLED)

    for by in (lead_officer, civil_officer):
        with pytest.raises(Refused, match="须由教育中心审批"):
            striking_off.approve_closing(case, by=by, on=TODAY)


def test_nobody_approves_what_they_asked_for(make, verifying, second_education_officer):
    make.prove(verifying, Reason.ENROLLED)
    case = make.rule_out(verifying, Reason.ENROLLED, by=make.education)

    with pytest.raises(Refused, match="不能审批自己的申请"):
        striking_off.approve_closing(case, by=make.education, on=TODAY)
    with pytest.raises(Refused, match="不能审批自己的申请"):
        striking_off.send_back(case, by=make.education, on=TODAY, why="改主意")

    done = striking_off.approve_closing(case, by=second_education_officer, on=TODAY)
    assert done.state == State.CLOSED


def test_not_in_another_post_either(make, verifying):
    """One person may hold posts in two bodies: it is the person who may not."""
    who = factories.officer(name="槐序")
    here = factories.in_post(factories.holding("comm", who=who, title="书记"))
    there = factories.in_post(factories.holding("edu", who=who, title="干事"))
    make.prove(verifying, Reason.ENROLLED)
    case = make.rule_out(verifying, Reason.ENROLLED, by=here)

    with pytest.raises(Refused, match="不能审批自己的申请"):
        striking_off.approve_closing(case, by=there, on=TODAY)


def test_two_consents_are_two_people(make):
    """Somebody who sits in both bodies speaks for one of them."""
    who = factories.officer(name="槐序")
    first, second = CLOSINGS[Reason.ABROAD].approvers
    case = make.closing(Reason.ABROAD)
    case = striking_off.approve_closing(
        case, by=factories.in_post(factories.holding(first, who=who, title="负责人")), on=TODAY
    )
    there = factories.in_post(factories.holding(second, who=who, title="干事"))

    assert case not in queries.to_approve(there)
    with pytest.raises(Refused, match="您已代另一单位同意"):
        striking_off.approve_closing(case, by=there, on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        case.consents.create(
            role=second, post_id=there.post_id, officer_id=there.officer_id, given_on=TODAY
        )


def test_sent_back_to_where_it_came_from_with_the_reason(make, closing, police_officer):
    case = striking_off.send_back(closing, by=police_officer, on=TODAY, why="走访记录只有一人签字")

    assert (case.state, case.closing_reason) == (State.VERIFYING, "")
    assert not case.consents.exists()
    assert case.moves.last().words.endswith("走访记录只有一人签字")


def test_not_without_a_reason(closing, police_officer):
    with pytest.raises(Refused, match="请写明退回的理由"):
        striking_off.send_back(closing, by=police_officer, on=TODAY, why="  ")


def test_nothing_to_approve_where_nobody_asked(verifying, education_officer):
    for step, more in (
        (striking_off.approve_closing, {}),
        (striking_off.send_back, {"why": "不全"}),
    ):
        with pytest.raises(Refused, match="没有待审批的申请"):
            step(verifying, by=education_officer, on=TODAY, **more)


def test_police_see_the_cases_that_ask_for_them_and_no_other(make, closing, police_officer):
    make.case(State.VERIFYING, make.child("苏小禾"))

    assert list(Case.objects.visible_to(police_officer)) == [closing]
    assert [task.id for task in hooks.covering_cases(police_officer, closing.child)] == [closing.pk]


def test_a_right_to_agree_covers_no_child_of_another_case(
    make, verifying, police_officer, lead_officer
):
    assert hooks.covering_cases(police_officer, verifying.child) == []
    assert hooks.covering_cases(lead_officer, verifying.child) == []
    assert hooks.covering_cases(make.community, verifying.child)


# --- withdrawing ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.SUSPECTED, State.ASSIGNED])
def test_what_nobody_visited_is_withdrawn_at_once(make, education_officer, state):
    case = withdrawing.withdraw(make.case(state), by=education_officer, on=TODAY, why="误立案")

    assert (case.state, case.closing_reason) == (State.CLOSED, Reason.WITHDRAWN)
    assert status_of(case.child) == Status.PENDING


def test_what_was_visited_goes_to_a_person(make, verifying, second_education_officer):
    make.visit(verifying)

    case = withdrawing.withdraw(verifying, by=make.education, on=TODAY, why="名册有误")

    assert case.state == State.CLOSING
    assert status_of(case.child) == Status.SUSPECTED
    done = striking_off.approve_closing(case, by=second_education_officer, on=TODAY)
    assert (done.state, status_of(done.child)) == (State.CLOSED, Status.PENDING)


def test_the_child_stands_again_where_it_stood_and_a_run_may_say_more(make, education_officer):
    child = make.child()
    row = StatusRow(child.pk, "2026-2027", Status.ENROLLED_LOCAL, region_id=child.home_id)
    schooling.set_statuses([row], by=None, on=TODAY)
    case = make.case(State.SUSPECTED, child)

    withdrawing.withdraw(case, by=education_officer, on=TODAY, why="误立案")

    record = SchoolYearStatus.objects.get(child=child)
    assert (record.status, record.source) == (Status.ENROLLED_LOCAL, StatusSource.RUN)


def test_what_a_person_had_said_stays_a_persons(make, education_officer):
    child = make.child()
    schooling.set_status(
        child, school_year="2026-2027", status=Status.DEFERRED, by=education_officer,
        source=StatusSource.HAND, on=TODAY, until=date(2027, 8, 31),
    )  # fmt: skip
    case = make.case(State.SUSPECTED, child)

    withdrawing.withdraw(case, by=education_officer, on=TODAY, why="误立案")

    record = SchoolYearStatus.objects.get(child=child)
    assert (record.status, record.source) == (Status.DEFERRED, StatusSource.HAND)


def test_a_reason_is_needed(suspected, education_officer):
    with pytest.raises(Refused, match="请写明因何撤销"):
        withdrawing.withdraw(suspected, by=education_officer, on=TODAY, why=" ")


def resting_on(make, roster_ids, name="林小雨", state=State.SUSPECTED) -> Case:
    case = make.case(state, make.child(name))
    Case.objects.filter(pk=case.pk).update(roster_ids=[str(one) for one in roster_ids])
    return Case.objects.get(pk=case.pk)


def test_a_withdrawn_roster_takes_along_what_rests_on_it_alone(make, police_officer):
    roster, other = uuid4(), uuid4()
    alone = resting_on(make, [roster])
    both = resting_on(make, [roster, other], "苏小禾")
    visited = resting_on(make, [roster], "江晚", State.VERIFYING)
    make.visit(visited)

    came_to = withdrawing.withdraw_resting_on(roster, by=police_officer, on=TODAY)

    states = [Case.objects.get(pk=case.pk).state for case in (alone, both, visited)]
    assert states == [State.CLOSED, State.SUSPECTED, State.CLOSING]
    assert came_to == {"withdrawn": 1, "to_person": 1}


def test_every_step_leaves_one_event_and_one_line_of_the_life(make, acting):
    case = make.closing(Reason.ENROLLED)
    striking_off.approve_closing(case, by=make.education, on=TODAY)

    kept = [verb for verb in verbs() if verb.startswith("case.") and "evidence" not in verb]
    assert kept == [
        "case.raised", "case.assigned", "case.verifying", "case.ruled_out",
        "case.closing_approved",
    ]  # fmt: skip
    assert list(case.moves.values_list("event", flat=True)) == [
        "raise", "assign", "start", "rule_out", "approve",
    ]  # fmt: skip


def test_a_number_is_never_used_twice(make):
    first = make.case(State.SUSPECTED)
    withdrawing.withdraw(first, by=make.education, on=TODAY, why="误立案")

    second = make.case(State.SUSPECTED, make.child("苏小禾"))

    assert second.number != first.number
    assert second.school_year == world.THIS_YEAR
