"""The policy: what lies within reach, said twice, is the same; every grant has its ground."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.template import Context, Template

import factories
from oosc.access import policy
from oosc.access.pages import PAGES, PUBLIC, SIGNED_IN
from oosc.access.policy import GRANTS, Level, Permission, Reach
from oosc.access.roles import ADMINISTRATORS, Role
from oosc.kernel.refusal import Refused
from oosc.members.models import Post

PLACES = ("unit__region__code",), ("unit__school",), (("unit__school", "class_name"),)


@pytest.fixture
def world(db):
    """Posts in three communities, two subdistricts, two schools and three classes."""
    for place in (factories.EAST, factories.WEST, "990001002001"):
        factories.post(Role.COMM, place=place)
    for place in (factories.SUBDISTRICT, "990001002", "990001"):
        factories.post(Role.EDU, place=place)
    for school in factories.SCHOOLS:
        place = factories.SCHOOLS[school][2]
        factories.post(Role.SCHOOL, place=place, school_code=school)
        for class_name in ("三年级1班", "三年级2班"):
            factories.post(Role.TEACHER, place=place, school_code=school, class_name=class_name)
    return list(Post.objects.select_related("unit__region", "unit__school"))


def everybody() -> list[object]:
    """Somebody of each role, in two places each, and whom no constraint would let exist."""
    roles = [role for role in Role if role not in {Role.COMM, Role.SCHOOL, Role.TEACHER}]
    people = [factories.acting(role) for role in roles]
    people += [factories.acting(Role.COMM, place=p) for p in (factories.EAST, factories.WEST)]
    people += [
        factories.acting(Role.SCHOOL, school_code=s) for s in (factories.PRIMARY, factories.JUNIOR)
    ]
    people += [factories.acting(Role.TEACHER, class_name=c) for c in ("三年级1班", "三年级2班")]
    people += [replace(people[0], role=role, region_code=None) for role in Role]
    people += [replace(people[0], role=role, region_code="") for role in Role]
    people += [replace(person, class_name="") for person in people if person.class_name]
    return [*people, *(replace(person, school_id=None) for person in people if person.school_id)]


def test_within_reach_is_the_same_rule_as_allows(world):
    people = everybody()
    world = list(Post.objects.select_related("unit__region"))
    compared = 0
    for person in people:
        for permission in Permission:
            filtered = set(Post.objects.filter(policy.within_reach(person, permission, *PLACES)))
            asked = {post for post in world if policy.allows(person, permission, post)}
            assert filtered == asked, (person, permission)
            compared += len(world)

    assert compared > 10_000


def test_reach_ends_at_the_border(world):
    here = factories.acting(Role.COMM)
    seen = Post.objects.filter(policy.within_reach(here, Permission.CASE_VERIFY, *PLACES))

    assert {post.unit.region.code for post in seen} == {factories.EAST}


def test_what_is_not_granted_is_refused(acting):
    with pytest.raises(Refused, match="没有办理此事项的权限"):
        policy.require(acting(Role.SYS), Permission.CHILD_VIEW)
    policy.require(acting(Role.EDU), Permission.CHILD_VIEW)


def test_nobody_acting_holds_nothing():
    assert not policy.holds(None, Permission.HOME)


def test_a_role_that_the_matrix_does_not_know_sees_nothing(acting):
    unknown = replace(acting(Role.EDU), role="unknown")

    assert policy.level(unknown, policy.DataClass.IDENTITY) is Level.NONE
    assert not policy.holds(unknown, Permission.HOME)


def test_every_permission_has_a_holder():
    assert {grant.permission for grant in GRANTS} == set(Permission)


def test_no_grant_is_written_twice():
    lines = [(grant.role, grant.permission, grant.reach) for grant in GRANTS]

    assert len(lines) == len(set(lines))


CHILDREN = {
    permission
    for permission in Permission
    if permission.split("_")[0]
    in {
        "roster",
        "run",
        "list",
        "pair",
        "suspicion",
        "child",
        "reveal",
        "case",
        "mandatory",
        "schooling",
        "export",
    }
}


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_being_an_administrator_opens_no_child(role):
    assert not {grant.permission for grant in GRANTS if grant.role == role} & CHILDREN


def test_no_permission_of_one_administrator_is_anothers_to_write():
    """三员分立: accounts, rights and the trail lie in three hands."""
    writes = {Permission.OFFICER_MANAGE, Permission.POST_GRANT, Permission.FACTOR_RESET_APPROVE}
    writes |= {Permission.TRAIL_VIEW, Permission.SECURITY_SET, Permission.REGION_IMPORT}
    for permission in writes:
        assert len({grant.role for grant in GRANTS if grant.permission == permission}) == 1


def test_the_audit_administrator_only_looks():
    held = {grant.permission for grant in GRANTS if grant.role == Role.AUDIT}

    assert held == {Permission.HOME, Permission.TRAIL_VIEW}


def test_every_page_asks_for_something_that_exists():
    assert all(
        needed in {PUBLIC, SIGNED_IN} or needed in set(Permission) for needed in PAGES.values()
    )


def test_a_template_asks_the_policy(acting):
    here, elsewhere = factories.region(factories.EAST), factories.region(factories.WEST)
    words = Template('{% load access %}{% may "case_verify" place as it %}{{ it }}')

    def ask(by: object, place: object) -> str:
        return words.render(Context({"request": SimpleNamespace(acting=by), "place": place}))

    assert ask(acting(Role.COMM), here) == "True"
    assert ask(acting(Role.COMM), elsewhere) == "False"
    assert ask(None, here) == "False"
    assert Reach.OWN_REGION in policy.reaches(acting(Role.COMM), Permission.CASE_VERIFY)
