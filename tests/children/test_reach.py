"""Who reaches a child: the rule of the policy and the filter of the lists say the same."""

from __future__ import annotations

import pytest

import factories
from oosc.access import policy
from oosc.access.policy import Permission
from oosc.access.roles import Role
from oosc.children.models import Child, Guardian, reaches_child

NORTH = "990001002001"
POSTS = (
    *((role, {}) for role in (Role.EDU, Role.COMM, Role.SCHOOL, Role.TEACHER, Role.LEAD)),
    *((role, {}) for role in (Role.POLICE, Role.COUNTY, Role.OFFICE, Role.SYS, Role.AUDIT)),
    (Role.COMM, {"place": factories.WEST}),
    (Role.EDU, {"place": "990001002"}),
    (Role.SCHOOL, {"school_code": factories.JUNIOR}),
    (Role.TEACHER, {"class_name": "四年级2班"}),
)


@pytest.fixture
def children(db):
    """Children who lie in one place, in several, at a school alone, and nowhere."""
    for code in (factories.EAST, factories.WEST, NORTH):
        factories.region(code)
    at = {"school_code": factories.PRIMARY, "grade": 3, "class_name": "1"}
    return [
        factories.child("林小雨"),
        factories.child("苏小禾", place=factories.WEST, hukou=factories.EAST),
        factories.child("江晚", place=NORTH),
        factories.child("白露", place=NORTH, **at),
        factories.child("云生", place=None, hukou=factories.WEST, **at),
        factories.child("石上", place=None),
        factories.child("海棠", place=None, school_code="9900010021"),
    ]


@pytest.mark.parametrize(("role", "where"), POSTS, ids=lambda part: str(part))
def test_list_and_policy_agree(children, acting, role, where):
    by = acting(role, **where)

    shown = set(Child.objects.visible_to(by))

    assert shown == {c for c in children if policy.allows(by, Permission.CHILD_VIEW, c)}


@pytest.mark.parametrize(("role", "where"), POSTS, ids=lambda part: str(part))
def test_what_belongs_to_a_child_is_reached_with_it(children, acting, role, where):
    by = acting(role, **where)
    for child in children:
        child.guardians.create(name="梅青")

    reached = Guardian.objects.filter(reaches_child(by))

    allowed = {child for child in children if policy.allows(by, Permission.CHILD_VIEW, child)}
    assert {guardian.child for guardian in reached} == allowed


def test_a_community_has_no_say_over_a_school_that_stands_in_it(children, acting):
    school = factories.school()
    school.region = factories.region(factories.EAST)
    school.save()
    by = acting(Role.COMM)

    assert "白露" not in {child.name for child in Child.objects.visible_to(by)}


def test_who_was_merged_is_listed_no_more(children, education_officer):
    merged, kept = children[0], children[1]
    merged.merged_into = kept
    merged.save()

    assert merged not in Child.objects.visible_to(education_officer)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("小雨", {"林小雨"}),
        ("lxy", {"林小雨"}),
        ("linxiao", {"林小雨"}),
        ("15000001207", {"林小雨"}),
        ("1207", {"林小雨"}),
        (factories.id_no()[-4:], {"苏小禾"}),
        (factories.id_no().lower(), {"苏小禾"}),
        ("G" + factories.id_no(), {"苏小禾"}),
        ("没有这个人", set()),
    ],
)
def test_a_child_is_found_by(db, words, found):
    factories.child("林小雨", phone="15000001207")
    factories.child("苏小禾", id_no=factories.id_no(), student_no="G" + factories.id_no())

    assert {child.name for child in Child.objects.found_by(words)} == found
