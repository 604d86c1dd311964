"""The pages of the register, through the client."""

from __future__ import annotations

import pytest
from django.urls import reverse

import factories
from oosc.audit.models import Event
from oosc.children import tasks_cover
from oosc.children.models import AccessRequest, Child
from oosc.children.states import RequestState
from oosc.children.tasks_cover import Task

NUMBER = factories.id_no()
PHONE = "15000001207"


@pytest.fixture
def child(db):
    return factories.child(
        id_no=NUMBER, phone=PHONE, address="东桥路18号", school_code=factories.PRIMARY, grade=3,
        class_name="1",
    )  # fmt: skip


@pytest.fixture
def task(monkeypatch, db):
    """A case of one's own covers every child."""
    one = Task(factories.region(factories.EAST).pk, "个案 990001001-2026-0001")
    monkeypatch.setattr(tasks_cover, "_covers", [lambda by, child: [one]])
    return one


@pytest.fixture
def no_task(monkeypatch):
    monkeypatch.setattr(tasks_cover, "_covers", [])


def page(client, name, *args, **query):
    return client.get(reverse(f"children:{name}", args=args), query)


def test_a_list_shows_no_number_no_phone_no_address(client_as, child):
    text = page(client_as("comm"), "list").content.decode()

    assert "林小雨" in text
    assert "350582************" in text
    assert "150****1207" in text
    for hidden in (NUMBER, PHONE, "东桥路"):
        assert hidden not in text


def test_a_head_reads_the_surname_alone(client_as, child):
    text = page(client_as("lead"), "list").content.decode()

    assert "林*" in text
    assert "林小雨" not in text


def test_a_list_is_narrowed_by_school_and_grade(client_as, child):
    factories.child("苏小禾")
    client = client_as("edu")

    text = page(client, "list", school=str(child.school_id), grade="3").content.decode()

    assert "林小雨" in text
    assert "苏小禾" not in text


def test_a_search_stays_out_of_the_address_and_leaves_a_trace(client_as, child):
    client = client_as("comm")
    factories.child("苏小禾")

    answer = client.post(
        reverse("lists:search"), {"back": reverse("children:list"), "q": PHONE}, follow=True
    )

    assert "林小雨" in answer.content.decode()
    assert "苏小禾" not in answer.content.decode()
    assert PHONE not in answer.request["QUERY_STRING"]
    event = Event.objects.get(verb="child.searched")
    assert event.facts == {"kind": "number", "found": 1}


def test_a_file_read_leaves_a_trace(client_as, child):
    client = client_as("comm")

    assert page(client, "detail", child.pk).status_code == 200

    assert Event.objects.get(verb="child.opened").post_id == client.acting.post_id


def test_a_file_out_of_reach_is_not_there(client_as, child):
    assert page(client_as("comm", place=factories.WEST), "detail", child.pk).status_code == 404


def test_opening_asks_for_what_and_shows_for_a_while(client_as, child, task):
    client = client_as("comm")
    guardian = child.guardians.get()
    url = reverse("children:reveal", args=[child.pk]) + (
        f"?field=guardian_phone&guardian={guardian.pk}"
    )

    asked = client.get(url).content.decode()
    unsaid = client.post(url, {"purpose": "", "task": ""})
    opened = client.post(url, {"purpose": "contact", "task": str(task.id)})

    assert PHONE not in asked
    assert unsaid.status_code == 422
    assert PHONE in opened.content.decode()
    assert "剩 60 秒" in opened.content.decode()
    assert Event.objects.filter(verb="child.revealed").count() == 1


def test_without_a_task_the_button_leads_to_the_request(client_as, child, no_task):
    client = client_as("comm")

    text = client.get(
        reverse("children:reveal", args=[child.pk]), {"field": "id_no"}
    ).content.decode()

    assert reverse("children:request", args=[child.pk]) in text
    assert NUMBER not in text


def test_a_request_is_asked_and_answered(client_as, child, no_task):
    community, head = client_as("comm"), client_as("lead")

    community.post(
        reverse("children:request", args=[child.pk]),
        {"fields_": ["id_no"], "purpose": "verify", "reason": "核对户口簿"},
    )
    request = AccessRequest.objects.get()
    waiting = page(head, "requests").content.decode()
    head.post(reverse("children:answer", args=[request.pk]), {"granted": "1"})
    opened = community.post(
        reverse("children:reveal", args=[child.pk]) + "?field=id_no", {"purpose": "verify"}
    )

    request.refresh_from_db()
    assert "核对户口簿" in waiting
    assert request.state == RequestState.GRANTED
    assert NUMBER in opened.content.decode()


def test_a_refusal_of_a_request_says_why(client_as, child, no_task):
    community, head = client_as("comm"), client_as("lead")
    community.post(
        reverse("children:request", args=[child.pk]),
        {"fields_": ["id_no"], "purpose": "verify", "reason": "核对户口簿"},
    )

    head.post(reverse("children:answer", args=[AccessRequest.objects.get().pk]), {"granted": "0"})

    assert AccessRequest.objects.get().state == RequestState.ASKED


def registered(**more):
    residence = factories.region(factories.EAST)
    return {
        "name": "苏小禾", "sex": "女", "birth_date": "2017-03-05", "id_type": "1",
        "residence": str(residence.pk), "residence_address": "东桥路18号", **more,
    }  # fmt: skip


def test_a_child_on_no_list_is_entered(client_as):
    client = client_as("comm")

    answer = client.post(
        reverse("children:register"),
        registered(guardian_name="梅青", guardian_relation="母", guardian_phone="150 0000 1207"),
    )

    child = Child.objects.get()
    assert answer.headers["Location"] == reverse("children:detail", args=[child.pk])
    assert (child.origin, child.home.code) == ("community", factories.EAST)
    assert child.guardians.get().phone == PHONE


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "请填写，不能空着"),
        ({"id_no": "350582201703050011"}, "校验位不符"),
        ({"birth_date": ""}, "证件号和出生日期至少填一项"),
        ({"guardian_phone": "12"}, "电话请填 11 位手机号"),
        ({"guardian_phone": PHONE}, "也要填监护人姓名"),
    ],
)
def test_a_wrong_entry_is_answered_beside_its_field(client_as, wrong, sentence):
    client = client_as("comm")

    answer = client.post(reverse("children:register"), registered(**wrong))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "东桥路18号" in answer.content.decode()
    assert not Child.objects.exists()


def test_the_same_name_and_birth_date_is_looked_at_first(client_as):
    client = client_as("comm")
    client.post(reverse("children:register"), registered())

    again = client.post(reverse("children:register"), registered())
    confirmed = client.post(reverse("children:register"), registered(confirmed_new="on"))

    assert again.status_code == 422
    assert "同名、同出生日期" in again.content.decode()
    assert confirmed.status_code == 302
    assert Child.objects.exclude(resembles=None).count() == 1


def test_the_second_is_told_what_the_first_changed_and_loses_nothing(client_as, child):
    first, second = client_as("edu"), client_as("comm")
    url = reverse("children:correct", args=[child.pk])
    typed = {"sex": "男", "birth_date": "2016-04-20", "id_type": "1", "version": "1"}

    first.post(url, {**typed, "name": "林晓雨"})
    conflict = second.post(url, {**typed, "name": "林小雨", "ethnicity": "畲族"})
    text = conflict.content.decode()
    saved = second.post(url, {**typed, "name": "林晓雨", "ethnicity": "畲族", "version": "2"})

    child.refresh_from_db()
    assert conflict.status_code == 409
    assert "姓名（现为“林晓雨”）" in text
    assert 'value="畲族"' in text
    assert 'name="version" value="2"' in text
    assert saved.status_code == 302
    assert (child.name, child.ethnicity) == ("林晓雨", "畲族")


def test_a_form_of_corrections_shows_no_number(client_as, child):
    text = page(client_as("edu"), "correct", child.pk).content.decode()

    assert NUMBER not in text
    assert PHONE not in text


def test_a_move_out_of_reach_leads_back_to_the_list(client_as, child):
    client = client_as("comm")
    child.places.filter(kind="school").delete()
    elsewhere = factories.region(factories.WEST)

    answer = client.post(
        reverse("children:move", args=[child.pk]),
        {"kind": "residence", "region": str(elsewhere.pk), "on": "2026-09-21"},
    )

    assert answer.headers["Location"] == reverse("children:list")


def test_nothing_chosen_moves_nobody(client_as, child):
    client, at = client_as("comm"), reverse("children:move", args=[child.pk])
    before = list(child.places.filter(until=None).values_list("pk", flat=True))

    empty = client.post(at, {"kind": "", "region": "", "on": "2026-09-21"})
    nowhere = client.post(at, {"kind": "hukou", "region": "", "on": "2026-09-21"})

    assert (empty.status_code, nowhere.status_code) == (422, 422)
    assert "不在本街道的，选“辖区外”" in nowhere.content.decode()
    assert list(child.places.filter(until=None).values_list("pk", flat=True)) == before
    client.post(at, {"kind": "hukou", "region": "outside", "on": "2026-09-21"})
    assert child.places.get(kind="hukou", until=None).region is None


def test_a_records_likeness_is_settled_by_a_person(client_as, child):
    other = factories.child("林小雨", resembles=child)
    client = client_as("comm")

    assert "可能是同一人" in page(client, "detail", other.pk).content.decode()
    client.post(reverse("children:tell_apart", args=[other.pk]))

    other.refresh_from_db()
    assert other.resembles is None


def test_a_circumstance_is_seen_by_whose_business_it_is(client_as, child):
    child.circumstances.create(kind="disability", since=factories.TODAY)
    child.circumstances.create(kind="left_behind", since=factories.TODAY)

    school = page(client_as("school"), "detail", child.pk).content.decode()
    health = page(client_as("health"), "detail", child.pk).content.decode()

    assert "残疾儿童" not in school
    assert "留守儿童" in school
    assert "残疾儿童" in health


def test_a_list_asks_few_questions(client_as, django_assert_max_num_queries):
    for number in range(25):
        factories.child(f"林小{number}", phone="15000001207")
    client = client_as("edu")

    with django_assert_max_num_queries(14):
        page(client, "list")
