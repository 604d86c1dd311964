"""二·人员组成、四·街道办事处: the leading group as the notice composes it."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
from oosc.access.roles import Role
from oosc.members.actions import group as groups
from oosc.members.models import LeadingGroup, Post
from oosc.members.states import GroupRole

pytestmark = pytest.mark.django_db

L, D, M = GroupRole.LEADER, GroupRole.DEPUTY, GroupRole.MEMBER
# The document's places, in its order: clause, what somebody is in the group, the duty named.
PLACES = [
    ("ZZ-1", L, "社会事务服务中心主任"),
    ("ZZ-2", D, "派出所副所长"),
    ("ZZ-2", D, "澄海一中副校长"),
    ("ZZ-2", D, "澄海二中校长"),
    ("ZZ-2", D, "教育中心主任"),
    ("ZZ-2", D, "第一实验小学校长"),
    ("ZZ-2", D, "第二实验小学校长"),
    ("ZZ-3", M, "党建办副主任"),
    ("ZZ-3", M, "社会事务办〔民政〕干部"),
    ("ZZ-3", M, "劳务所所长"),
    ("ZZ-3", M, "乡村振兴服务科科长"),
    ("ZZ-3", M, "社会事务办主任"),
    ("ZZ-3", M, "市场监管所副所长"),
    ("ZZ-3", M, "综合执法队队长"),
    ("ZZ-3", M, "团工委书记"),
    ("ZZ-3", M, "妇联主席"),
    ("ZZ-3", M, "党政办（兼文体服务科）干部"),
    ("ZZ-3", M, "司法所所长"),
    ("ZZ-3", M, "教育中心干部"),
    ("ZZ-4", M, "东桥社区书记"),
    ("ZZ-4", M, "东桥社区分管专干"),
    ("ZZ-5", M, "东桥小学校长"),
]
NAME = "远志"


@pytest.fixture
def published(office_officer) -> LeadingGroup:
    """The document as the party and government office enters it, each place by its duty."""
    made = groups.publish(
        factories.region(),
        by=office_officer,
        document_number="云街〔2026〕1号",
        title="义务教育控辍保学工作领导小组",
        effective_from=date(2026, 3, 1),
    )
    for _, role, duty in PLACES:
        groups.add_member(made, by=office_officer, role=role, duty=duty, name=NAME, post=None)
    return made


def of(group: LeadingGroup, clause: str) -> list[str]:
    duties = {duty for cited, _, duty in PLACES if cited == clause}
    return [member.get_role_display() for member in group.members.all() if member.duty in duties]


@pytest.mark.clause("ZZ-1")
@pytest.mark.clause("ZZ-2")
@pytest.mark.clause("ZZ-3")
@pytest.mark.clause("ZZ-4")
@pytest.mark.clause("ZZ-5")
def test_every_place_of_the_document_stands_in_its_order(published, client_as):
    assert of(published, "ZZ-1") == ["组长"]
    assert of(published, "ZZ-2") == ["副组长"] * 6
    assert of(published, "ZZ-3") == ["成员"] * 12
    assert of(published, "ZZ-4") == ["成员"] * 2
    assert of(published, "ZZ-5") == ["成员"]

    page = client_as("office").get(reverse("members:group")).content.decode()
    places = [page.index(duty) for _, _, duty in PLACES]
    assert places == sorted(places)
    assert "云街〔2026〕1号" in page


@pytest.mark.clause("ZZ-3")
@pytest.mark.clause("ZZ-4")
def test_one_person_may_hold_several_places(published, office_officer, community_officer):
    """一人可以兼任: the rights stay with the posts, of which an officer works in one at a time."""
    seat = Post.objects.get(pk=community_officer.post_id)
    second = factories.holding(Role.CIVIL, who=factories.holding("comm").officer, title="民政干部")

    for duty, post in (("东桥社区分管专干", seat), ("社会事务办〔民政〕干部", second.post)):
        member = published.members.get(duty=duty)
        groups.change_member(member, by=office_officer, role=M, duty=duty, name=NAME, post=post)

    filled = published.members.exclude(post=None).order_by("order")
    assert [member.post.role for member in filled] == [Role.CIVIL, Role.COMM]


@pytest.mark.clause("SD-1a")
def test_the_group_brings_the_offices_of_the_notice_together(published):
    """The leader is whoever is in charge; beside the schools and communities sit the offices."""
    assert published.members.filter(role=L).count() == 1
    offices = published.members.filter(role__in=[L, D, M]).exclude(duty__contains="社区")
    assert offices.exclude(duty__contains="校长").count() == 15


@pytest.mark.clause("SD-1a")
@pytest.mark.clause("ZZ-5")
def test_a_change_of_people_is_a_new_document_and_the_old_one_stays(
    published, office_officer, secadmin_officer
):
    seat = factories.holding("school", title="校长").post
    head = published.members.get(duty="东桥小学校长")
    groups.change_member(head, by=office_officer, role=M, duty=head.duty, name=NAME, post=seat)

    second = groups.publish(
        factories.region(),
        by=office_officer,
        document_number="云街〔2026〕9号",
        title="义务教育控辍保学工作领导小组",
        effective_from=date(2026, 9, 1),
    )
    now = second.members.get(duty="东桥小学校长")
    groups.change_member(now, by=office_officer, role=M, duty=now.duty, name="空青", post=seat)

    assert published.members.get(duty="东桥小学校长").name == NAME
    assert LeadingGroup.objects.filter(region=factories.region()).first() == second
    assert second.members.count() == len(PLACES)
