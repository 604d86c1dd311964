"""The register: entering, correcting, opening, asking to see."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

import factories
from oosc.audit.models import Event
from oosc.children import actions, tasks_cover
from oosc.children.actions import ChangedMeanwhile
from oosc.children.facts import ChildFacts, GuardianFacts, PlaceFacts
from oosc.children.models import Child
from oosc.children.states import Kind, Masked, PlaceKind, Purpose, RequestState
from oosc.children.tasks_cover import Task
from oosc.kernel import clock
from oosc.kernel.refusal import Refused

TODAY = factories.TODAY


@pytest.fixture
def covered(monkeypatch):
    """A task of one's own covers every child."""
    task = Task(factories.region(factories.EAST).pk, "个案 990001001-2026-0001")
    monkeypatch.setattr(tasks_cover, "_covers", [lambda by, child: [task]])
    return task


@pytest.fixture
def uncovered(monkeypatch):
    monkeypatch.setattr(tasks_cover, "_covers", [])


def residence(code: str = factories.EAST, address: str = "") -> PlaceFacts:
    return PlaceFacts(PlaceKind.RESIDENCE, region_id=factories.region(code).pk, address=address)


def facts(name: str = "苏小禾", **more: object) -> ChildFacts:
    given = {"birth_date": date(2017, 3, 5), "sex": "女", "places": (residence(),), **more}
    return ChildFacts(name=name, **given)


def test_correcting_keeps_which_columns_a_person_corrected(education_officer):
    child = factories.child()

    actions.correct_child(
        child, by=education_officer, facts=facts("林小语", sex="女"), version=1, on=TODAY
    )

    child.refresh_from_db()
    assert (child.name, child.name_initials, child.version) == ("林小语", "LXY", 2)
    assert child.corrected == ["birth_date", "name", "sex"]
    assert Event.objects.get(verb="child.corrected").facts["fields"] == [
        "name",
        "sex",
        "birth_date",
    ]


def test_the_second_of_two_officers_overwrites_nothing(education_officer, community_officer):
    child = factories.child()
    actions.correct_child(child, by=education_officer, facts=facts("林晓雨"), version=1, on=TODAY)

    with pytest.raises(ChangedMeanwhile):
        actions.correct_child(
            child, by=community_officer, facts=facts("林笑雨"), version=1, on=TODAY
        )

    child.refresh_from_db()
    assert child.name == "林晓雨"


def test_a_number_left_out_stays_as_it_is(education_officer):
    child = factories.child(id_no=factories.id_no())

    actions.correct_child(
        child, by=education_officer, facts=facts("林小雨", birth_date=date(2016, 4, 20), sex="男"),
        version=1, on=TODAY,
    )  # fmt: skip

    child.refresh_from_db()
    assert child.id_no == factories.id_no()


def test_a_wrong_number_is_refused(community_officer):
    with pytest.raises(Refused, match="校验位不符"):
        actions.register_child(
            by=community_officer, facts=facts(id_no="350582201703050011"), on=TODAY
        )


def test_a_number_is_given_once(community_officer):
    number = factories.id_no(date(2017, 3, 5), 20)
    factories.child(id_no=number, place=factories.WEST, birth_date=date(2017, 3, 5))

    with pytest.raises(Refused, match="已有用这个证件号"):
        actions.register_child(by=community_officer, facts=facts(id_no=number), on=TODAY)


def test_a_new_residence_ends_the_old_one(community_officer):
    child = factories.child()

    actions.add_place(child, by=community_officer, place=residence(factories.WEST), on=TODAY)

    child.refresh_from_db()
    assert child.home.code == factories.WEST
    assert [p.until for p in child.places.order_by("since")] == [TODAY, None]


def test_a_child_has_one_present_place_of_a_kind(db):
    child = factories.child()

    with pytest.raises(IntegrityError), transaction.atomic():
        child.places.create(kind=PlaceKind.RESIDENCE, since=TODAY)


def test_ending_a_place_takes_the_child_out_of_reach(community_officer):
    child = factories.child()

    actions.end_place(child.places.get(), by=community_officer, on=TODAY)

    assert not Child.objects.visible_to(community_officer).exists()


def test_only_whose_duty_it_is_records_a_circumstance(community_officer):
    child = factories.child()
    actions.add_circumstance(
        child, by=community_officer, kind=Kind.LEFT_BEHIND, on=TODAY, source="摸排"
    )

    with pytest.raises(Refused, match="由主管部门登记"):
        actions.add_circumstance(
            child, by=community_officer, kind=Kind.DISABILITY, on=TODAY, source=""
        )


def test_a_phone_is_opened_for_a_task_and_leaves_a_trace(community_officer, covered):
    child = factories.child(phone="15000001207")

    content = actions.reveal(
        child, Masked.GUARDIAN_PHONE, by=community_officer, purpose=Purpose.CONTACT,
        case_id=covered.id, guardian=child.guardians.get(), at=clock.now(),
    )  # fmt: skip

    event = Event.objects.get(verb="child.revealed")
    assert content == "15000001207"
    assert (event.purpose, event.facts["field"]) == ("联系监护人", "guardian_phone")
    assert "15000001207" not in str(event.facts)


def test_without_a_task_it_must_be_asked_for(community_officer, uncovered):
    child = factories.child(id_no=factories.id_no())

    with pytest.raises(Refused, match="申请查看"):
        actions.reveal(
            child, Masked.ID_NO, by=community_officer, purpose=Purpose.VERIFY, at=clock.now()
        )

    assert not Event.objects.filter(verb="child.revealed").exists()


def test_a_task_must_be_named(community_officer, covered):
    child = factories.child(id_no=factories.id_no())

    with pytest.raises(Refused, match="请选择为哪个案件"):
        actions.reveal(
            child, Masked.ID_NO, by=community_officer, purpose=Purpose.VERIFY, at=clock.now()
        )


def test_a_class_teacher_never_opens_an_id_number(teacher_officer, covered):
    child = factories.child(
        id_no=factories.id_no(), school_code=factories.PRIMARY, grade=3, class_name="1"
    )

    with pytest.raises(Refused, match="不能查看这项内容"):
        actions.reveal(
            child, Masked.ID_NO, by=teacher_officer, purpose=Purpose.VERIFY,
            case_id=covered.id, at=clock.now(),
        )  # fmt: skip


@pytest.fixture
def asked(community_officer, uncovered):
    return actions.request_reveal(
        factories.child(id_no=factories.id_no()), by=community_officer, fields=[Masked.ID_NO],
        purpose=Purpose.VERIFY, reason="核对户口簿", at=clock.now(),
    )  # fmt: skip


def test_what_the_head_granted_opens_for_eight_hours(asked, community_officer, lead_officer):
    now = clock.now()
    actions.answer_reveal(asked, by=lead_officer, granted=True, answer="", at=now)

    def opened(at):
        return actions.reveal(
            asked.child, Masked.ID_NO, by=community_officer, purpose=Purpose.VERIFY, at=at
        )

    assert opened(now + timedelta(hours=7)) == factories.id_no()
    with pytest.raises(Refused, match="申请查看"):
        opened(now + timedelta(hours=8))


def test_a_grant_is_for_its_fields_and_its_officer_alone(asked, education_officer, lead_officer):
    now = clock.now()
    actions.answer_reveal(asked, by=lead_officer, granted=True, answer="", at=now)

    with pytest.raises(Refused, match="申请查看"):
        actions.reveal(
            asked.child, Masked.ID_NO, by=education_officer, purpose=Purpose.VERIFY, at=now
        )


def test_whom_the_head_did_not_name_answers_nothing(asked, education_officer):
    with pytest.raises(Refused, match="由负责人或其授权的人员批准"):
        actions.answer_reveal(asked, by=education_officer, granted=True, answer="", at=clock.now())


def test_nobody_answers_a_request_of_ones_own(uncovered, lead_officer):
    child = factories.child(id_no=factories.id_no())
    request = actions.request_reveal(
        child, by=lead_officer, fields=[Masked.ID_NO], purpose=Purpose.VERIFY, reason="督查",
        at=clock.now(),
    )  # fmt: skip

    with pytest.raises(Refused, match="不能批准自己的申请"):
        actions.answer_reveal(request, by=lead_officer, granted=True, answer="", at=clock.now())

    request.refresh_from_db()
    assert request.state == RequestState.ASKED


def test_an_answer_is_given_once(asked, lead_officer):
    actions.answer_reveal(asked, by=lead_officer, granted=False, answer="理由不足", at=clock.now())

    with pytest.raises(Refused, match="已经答复过"):
        actions.answer_reveal(asked, by=lead_officer, granted=True, answer="", at=clock.now())


def test_the_database_keeps_one_main_guardian(db):
    child = factories.child(phone="15000001207")

    with pytest.raises(IntegrityError), transaction.atomic():
        child.guardians.create(name="林父", is_main=True)


def test_a_guardian_is_corrected_with_the_child(education_officer):
    child = factories.child(phone="15000001207")
    guardian = GuardianFacts("梅青青", "母", phone="15000001208")

    actions.correct_child(
        child, by=education_officer, facts=facts(guardian=guardian), version=1, on=TODAY
    )

    kept = child.guardians.get()
    assert (kept.name, kept.phone) == ("梅青青", "15000001208")
    assert "guardian" in Child.objects.get().corrected
