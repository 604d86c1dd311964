"""The leading group, a version for each document (GW-3, SD-1a)."""

from __future__ import annotations

from datetime import date

import pytest

import factories
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.members.actions import group, posts
from oosc.members.models import GroupMember, LeadingGroup, Post
from oosc.members.states import GroupRole

pytestmark = [pytest.mark.django_db, pytest.mark.clause("GW-3")]

FIRST = {
    "document_number": "云街〔2026〕1号",
    "title": "控辍保学工作领导小组",
    "effective_from": date(2026, 3, 1),
}
SECOND = {**FIRST, "document_number": "云街〔2026〕9号", "effective_from": date(2026, 9, 1)}


@pytest.fixture
def region():
    return factories.region()


@pytest.fixture
def first(region, office_officer, community_officer):
    made = group.publish(region, by=office_officer, **FIRST)
    seat = Post.objects.get(pk=community_officer.post_id)
    member = {"role": GroupRole.MEMBER, "duty": "东桥社区专干", "name": "远志", "post": seat}
    group.add_member(
        made, by=office_officer, role=GroupRole.LEADER, duty="中心主任", name="", post=None
    )
    group.add_member(made, by=office_officer, **member)
    return made


def test_a_new_version_takes_the_members_along(first, region, office_officer):
    second = group.publish(region, by=office_officer, **SECOND)

    assert [(m.role, m.duty) for m in second.members.all()] == [
        ("leader", "中心主任"),
        ("member", "东桥社区专干"),
    ]
    event = Event.objects.filter(verb="group.published").latest("id")
    assert event.facts == {"members": 2}


def test_an_earlier_version_stays_as_it_was(first, region, office_officer):
    second = group.publish(region, by=office_officer, **SECOND)
    group.remove_member(second.members.first(), by=office_officer)

    assert first.members.count() == 2
    with pytest.raises(Refused, match="只能改现行版本"):
        group.remove_member(first.members.first(), by=office_officer)
    with pytest.raises(Refused, match="只能改现行版本"):
        group.add_member(first, by=office_officer, role="member", duty="x", name="", post=None)
    with pytest.raises(Refused, match="只能改现行版本"):
        group.change_member(
            first.members.first(), by=office_officer, role="member", duty="x", name="", post=None
        )


def test_a_document_is_entered_once_and_in_order(first, region, office_officer):
    with pytest.raises(Refused, match="已经录入过"):
        group.publish(region, by=office_officer, **{**SECOND, "document_number": "云街〔2026〕1号"})
    with pytest.raises(Refused, match="须晚于现行版本"):
        group.publish(region, by=office_officer, **{**SECOND, "effective_from": date(2026, 3, 1)})


@pytest.mark.parametrize("role", [r for r in Role if r != Role.OFFICE])
def test_only_the_office_enters_it(region, acting, role):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        group.publish(region, by=acting(role), **FIRST)


@pytest.mark.parametrize("role", ["comm", "school", "police", "lead", "county"])
def test_everybody_in_office_reads_it(client_as, first, role):
    page = client_as(role).get("/members/group/").content.decode()

    assert "云街〔2026〕1号" in page
    assert "东桥社区专干" in page
    assert "加成员" not in page


def test_another_subdistrict_reads_its_own(client_as, first):
    page = client_as("edu", place="990001002").get("/members/group/").content.decode()

    assert "还没有录入领导小组" in page


def test_the_page_of_an_earlier_version_names_the_holder_of_its_time(
    client_as, first, region, office_officer, education_officer, community_officer
):
    seat = Post.objects.get(pk=community_officer.post_id)
    before = seat.holder_on(factories.TODAY).name
    group.publish(region, by=office_officer, **SECOND)
    following = factories.officer(name="新任")
    posts.hand_over(
        seat, following, by=education_officer, on=factories.TODAY, today=factories.TODAY
    )
    client = client_as(office_officer)

    now = client.get("/members/group/")
    then = client.get(f"/members/group/{first.pk}/")

    assert [line.holder for line in now.context["lines"]] == ["", "新任"]
    assert [line.holder for line in then.context["lines"]] == ["", before]


def test_the_office_enters_a_version_on_the_page(client_as, office_officer, community_officer):
    client = client_as(office_officer)

    wrong = client.post("/members/group/new/", {"title": "x"})
    made = client.post("/members/group/new/", {**FIRST, "effective_from": "2026-09-01"})
    version = LeadingGroup.objects.get()
    at = f"/members/group/{version.pk}/members/"
    member = {"role": "deputy", "duty": "所长", "name": "", "post": str(community_officer.post_id)}
    no_duty = client.post(at, {**member, "duty": ""})
    client.post(at, member)
    line = GroupMember.objects.get()
    form = client.get(f"/members/group/members/{line.pk}/").content.decode()
    client.post(f"/members/group/members/{line.pk}/", {**member, "duty": "副所长", "post": ""})
    line.refresh_from_db()
    client.post(f"/members/group/members/{line.pk}/remove/")

    assert (wrong.status_code, no_duty.status_code) == (422, 422)
    assert made["Location"] == f"/members/group/{version.pk}/"
    assert "东桥社区居委会分管专干" in form
    assert (line.duty, line.post) == ("副所长", None)
    assert not GroupMember.objects.exists()


def test_a_version_of_another_place_is_not_there(client_as, first):
    client = client_as("office", place="990001002")

    assert client.get(f"/members/group/{first.pk}/").status_code == 404
    assert client.post(f"/members/group/{first.pk}/members/", {}).status_code == 404


def test_a_member_moves_up_and_down(client_as, first, office_officer):
    client = client_as(office_officer)
    leader, member = first.members.all()

    client.post(f"/members/group/members/{member.pk}/move/", {"to": "up"})
    moved = [m.duty for m in first.members.all()]
    beyond = client.post(f"/members/group/members/{member.pk}/move/", {"to": "up"})
    client.post(f"/members/group/members/{member.pk}/move/", {"to": "down"})

    assert moved == ["东桥社区专干", "中心主任"]
    assert beyond.status_code == 409
    assert [m.pk for m in first.members.all()] == [leader.pk, member.pk]
    assert Event.objects.filter(verb="group.member_moved").count() == 2


def test_taking_a_member_out_asks_first(client_as, first, office_officer):
    client, member = client_as(office_officer), first.members.last()

    asked = client.get(f"/members/group/members/{member.pk}/remove/").text

    assert "移错了，用“加成员”再加上即可" in asked
    assert first.members.filter(pk=member.pk).exists()


def test_who_changes_a_member_second_is_told(client_as, first, office_officer):
    client, member = client_as(office_officer), first.members.last()
    at = f"/members/group/members/{member.pk}/"
    seen = {
        name: str(value.pk if hasattr(value, "pk") else value)
        for name, value in client.get(at).context["form"].initial.items()
    }

    client.post(at, {**seen, "duty": "专干甲"})
    told = client.post(at, {**seen, "duty": "专干乙"})

    member.refresh_from_db()
    assert (told.status_code, member.duty) == (409, "专干甲")
    assert "所任职务现为“专干甲”" in told.text
    assert 'value="专干乙"' in told.text


def test_the_group_is_printed_as_a_document_with_its_number(client_as, first):
    client = client_as("comm")
    at = f"/members/group/{first.pk}/export/"

    paper = client.post(at, {"purpose": "存档备查", "form": "sheet"})
    book = client.post(at, {"purpose": "存档备查", "form": "xlsx"})

    assert "云街〔2026〕1号" in paper.text
    assert "远志" in paper.text
    assert book.content[:2] == b"PK"
    assert Event.objects.filter(verb="list.exported").count() == 2


def test_two_versions_are_compared(client_as, first, region, office_officer):
    second = group.publish(region, by=office_officer, **SECOND)
    leader, member = second.members.all()
    group.change_member(
        leader, by=office_officer, role="leader", duty="中心主任", name="新主任", post=None
    )
    group.remove_member(member, by=office_officer)
    group.add_member(second, by=office_officer, role="deputy", duty="所长", name="", post=None)

    page = client_as("comm").get(f"/members/group/{second.pk}/compare/")
    same = client_as("comm").get(f"/members/group/{first.pk}/compare/")

    assert sorted(change.kind for change in page.context["changes"]) == ["减少", "变动", "增加"]
    assert same.context["before"] == first  # always from the earlier to the later
    assert "新主任" in page.text
