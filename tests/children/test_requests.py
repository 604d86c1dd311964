"""申请查看 for several at once, taken back, and its answer on the home page."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
from oosc.children import actions, tasks_cover
from oosc.children.models import AccessRequest
from oosc.children.states import RequestState
from oosc.kernel.refusal import Refused
from oosc.parameters import actions as parameters

ASKED = {"fields_": ["id_no"], "purpose": "verify", "reason": "2026 年秋季入户核查"}


@pytest.fixture(autouse=True)
def no_task(monkeypatch):
    monkeypatch.setattr(tasks_cover, "_covers", [])


@pytest.fixture
def children(db):
    return [factories.child(name) for name in ("林小雨", "苏小禾", "柳小满")]


def ask(client, children):
    picked = {"pick": [str(child.pk) for child in children]}
    return client.post(reverse("children:request_several"), {**picked, **ASKED}, follow=True)


def test_several_are_asked_for_at_once_and_answered_at_once(client_as, children):
    community, head = client_as("comm"), client_as("lead")
    form = community.post(
        reverse("children:request_several"), {"pick": [str(child.pk) for child in children]}
    )

    ask(community, children)
    waiting = head.get(reverse("children:requests"))
    one = AccessRequest.objects.first()
    head.post(reverse("children:answer", args=[one.pk]), {"granted": "1"})

    assert form.status_code == 200
    assert "3 名儿童" in form.text
    assert [len(batch) for batch in waiting.context["waiting"]] == [3]
    assert "批准 3 人" in waiting.text
    assert set(AccessRequest.objects.values_list("state", flat=True)) == {RequestState.GRANTED}
    assert len(set(AccessRequest.objects.values_list("batch", flat=True))) == 1


def test_of_many_requests_the_earliest_are_shown(client_as, children, monkeypatch):
    monkeypatch.setattr("oosc.children.request_pages.SHOWN", 2)
    community, head = client_as("comm"), client_as("lead")
    for child in children:
        ask(community, [child])

    waiting = head.get(reverse("children:requests"))
    shown = [batch[0].child for batch in waiting.context["waiting"]]

    assert shown == children[:2]
    assert "3 份，先列最早的 2 份" in waiting.text


def test_children_out_of_reach_are_not_asked_for(client_as, children):
    away = factories.child("远山", place=factories.WEST)

    ask(client_as("comm"), [children[0], away])

    assert [one.child for one in AccessRequest.objects.all()] == [children[0]]


def test_nobody_picked_leads_back_to_the_list(client_as, children):
    answer = client_as("comm").post(reverse("children:request_several"), follow=True)

    assert "请先在儿童名单里选人" in answer.text


def test_a_wrong_request_keeps_who_was_picked(client_as, children):
    picked = {"pick": [str(child.pk) for child in children]}

    answer = client_as("comm").post(
        reverse("children:request_several"), {**picked, **ASKED, "reason": ""}
    )

    assert answer.status_code == 422
    assert answer.text.count('name="pick"') == 3
    assert not AccessRequest.objects.exists()


def test_the_hours_that_are_promised_are_the_parameter(client_as, children, education_officer):
    parameters.set_parameter(
        "reveal_approval_hours", "3", by=education_officer, region=factories.region(),
        effective_from=factories.TODAY, basis="会议纪要", today=date(2026, 9, 21),
    )  # fmt: skip

    answer = ask(client_as("comm"), children[:1])

    assert "批准后 3 小时内可以查看" in answer.text


def test_ones_own_request_is_taken_back_while_it_waits(client_as, children):
    community, head = client_as("comm"), client_as("lead")
    ask(community, children)
    one = AccessRequest.objects.first()

    community.post(reverse("children:withdraw_request", args=[one.pk]))
    too_late = head.post(reverse("children:answer", args=[one.pk]), {"granted": "1"})
    again = ask(community, children)

    assert AccessRequest.objects.filter(state=RequestState.WITHDRAWN).count() == 3
    assert too_late.status_code == 409
    assert "申请人已撤回" in too_late.text
    assert again.status_code == 200
    assert AccessRequest.objects.filter(state=RequestState.ASKED).count() == 3


def test_nobody_takes_back_anothers_request(client_as, children, education_officer):
    ask(client_as("comm"), children)
    one = AccessRequest.objects.first()

    assert (
        client_as("edu").post(reverse("children:withdraw_request", args=[one.pk])).status_code
        == 404
    )
    with pytest.raises(Refused, match="只能撤回自己"):
        actions.withdraw_request(one, by=education_officer)


def test_an_answer_stands_on_the_home_page_until_it_is_read(client_as, children):
    community, head = client_as("comm"), client_as("lead")
    ask(community, children[:1])
    one = AccessRequest.objects.get()
    before = community.get("/").text
    head.post(reverse("children:answer", args=[one.pk]), {"granted": "0", "answer": "先走访再申请"})

    answered = community.get("/").text
    read = community.get(reverse("children:requests")).text
    after = community.get("/").text

    assert "您的申请有" not in before
    assert "您的申请有 1 份答复" in answered
    assert "未批准 1 份" in answered
    assert "先走访再申请" in read
    assert "您的申请有" not in after


def test_ones_own_requests_are_narrowed_by_their_answer(client_as, children):
    community = client_as("comm")
    ask(community, children[:1])

    waiting = community.get(reverse("children:requests") + "?state=asked").context["page"]
    granted = community.get(reverse("children:requests") + "?state=granted").context["page"]

    assert (waiting.total, granted.total) == (1, 0)
