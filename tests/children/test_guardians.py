"""Guardians by hand, households, and who is found by them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

import factories
from oosc.audit.models import Event
from oosc.children import actions
from oosc.children.facts import GuardianFacts
from oosc.children.models import Child, Household
from oosc.kernel.refusal import Refused

TODAY = factories.TODAY
PHONE = "15000001207"


@pytest.fixture
def child(db):
    return factories.child(phone=PHONE)


def names(child, **of):
    return [(one.name, one.is_main) for one in child.guardians.filter(ended_on=None, **of)]


def test_a_guardian_is_added_and_made_the_main_one(client_as, child):
    client = client_as("comm")
    at = reverse("children:add_guardian", args=[child.pk])
    seen = client.get(at).context["form"].initial

    client.post(at, {**seen, "name": "林 远", "relation": "祖父", "phone": "150 0000 3333"})
    added = child.guardians.get(name="林远")
    before = names(child)
    client.post(reverse("children:main_guardian", args=[added.pk]))

    added.refresh_from_db()
    assert added.phone == "15000003333"
    assert before == [("梅青", True), ("林远", False)]
    assert names(child) == [("林远", True), ("梅青", False)]
    events = Event.objects.filter(subject_id=str(child.pk)).order_by("pk")
    assert list(events.values_list("verb", flat=True)) == [
        "child.guardian_added", "child.guardian_made_main",
    ]  # fmt: skip


def test_who_is_taken_off_stays_in_the_file_and_comes_back(client_as, child):
    client, guardian = client_as("comm"), child.guardians.get()
    other = child.guardians.create(name="林远")
    at = reverse("children:end_guardian", args=[guardian.pk])

    asked = client.get(at).text
    client.post(at)
    page = client.get(reverse("children:detail", args=[child.pk])).text
    gone = names(child)
    client.post(reverse("children:restore_guardian", args=[guardian.pk]))

    assert "记录留在档案里，不删除" in asked
    assert gone == [("林远", True)]  # the next one is called first
    assert "2026-09-21 移除" in page
    assert names(child) == [("林远", True), ("梅青", False)]
    assert other.pk


def test_a_run_leaves_alone_what_was_put_down_by_hand(child, community_officer):
    actions.end_guardian(child.guardians.get(), by=community_officer, on=TODAY)

    child.refresh_from_db()
    assert "guardian" in child.corrected


def test_the_database_knows_no_main_guardian_who_was_taken_off(child):
    with pytest.raises(IntegrityError), transaction.atomic():
        child.guardians.update(ended_on=TODAY)


def test_a_guardian_is_put_down_once(child, community_officer):
    with pytest.raises(Refused, match="已是这名儿童的监护人"):
        actions.add_guardian(
            child, by=community_officer, facts=GuardianFacts("梅青"), is_main=False
        )


def test_of_two_who_correct_a_guardian_the_second_is_told(client_as, child):
    guardian = child.guardians.get()
    client, at = client_as("comm"), reverse("children:change_guardian", args=[guardian.pk])
    seen = client.get(at).context["form"].initial

    client.post(at, {**seen, "relation": "父"})
    told = client.post(at, {**seen, "name": "梅清"})
    kept = client.post(at, {**told.context["form"].data.dict()})

    guardian.refresh_from_db()
    assert told.status_code == 409
    assert 'value="梅清"' in told.text
    assert kept.status_code == 302
    assert (guardian.name, guardian.phone) == ("梅清", PHONE)  # an empty phone changes nothing


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "必填"),
        ({"relation": ""}, "必填"),
        ({"phone": "12"}, "电话请填 11 位手机号"),
    ],
)
def test_a_wrong_guardian_is_answered_beside_the_field(client_as, child, wrong, says):
    at = reverse("children:add_guardian", args=[child.pk])

    answer = client_as("comm").post(at, {"name": "林远", "relation": "父", **wrong})

    assert answer.status_code == 422
    assert says in answer.text


def test_a_guardian_out_of_reach_is_not_there(client_as, child):
    client = client_as("comm", place=factories.WEST)

    answer = client.get(reverse("children:change_guardian", args=[child.guardians.get().pk]))

    assert answer.status_code == 404


def test_a_child_is_found_by_a_guardian_and_by_a_household(child):
    home = Household.objects.create(number="350582001", region=factories.region(factories.EAST))
    Child.objects.filter(pk=child.pk).update(household=home)
    factories.child("苏小禾")

    for words in ("梅青", "350582001"):
        assert [one.pk for one in Child.objects.found_by(words)] == [child.pk], words
    assert not Child.objects.found_by("梅").exists()  # a part of a guardian's name is no key


def test_the_file_shows_the_household_within_reach(client_as, child):
    home = Household.objects.create(number="350582001", region=factories.region(factories.EAST))
    brother = factories.child("林小川")
    away = factories.child("林小山", place=factories.WEST)
    Child.objects.filter(pk__in=[child.pk, brother.pk, away.pk]).update(household=home)
    at = reverse("children:detail", args=[child.pk])

    community, head = client_as("comm").get(at).text, client_as("lead").get(at).text

    assert "林小川" in community
    assert "林小山" not in community
    assert "350582001" in community
    assert "350582001" not in head
    assert "林*" in head
