"""Schools and campuses."""

from __future__ import annotations

import pytest

import factories
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.places import actions
from oosc.places.models import School

pytestmark = pytest.mark.django_db

NEW = {
    "code": "9900010019",
    "name": "云屏第二小学",
    "stage": "primary",
    "region": f"{factories.SUBDISTRICT} 云屏街道",
}


@pytest.mark.parametrize("role", ["sys", "edu"])
def test_sys_and_the_education_centre_enter_a_school(client_as, role):
    response = client_as(role).post("/places/schools/new/", NEW)

    school = School.objects.get(code="9900010019")
    assert response["Location"] == f"/places/schools/{school.pk}/"
    assert Event.objects.get().verb == "school.added"


def test_a_school_outside_ones_reach_is_refused(education_officer):
    other = factories.region("990001002")

    with pytest.raises(Refused, match="没有办理此事项的权限"):
        actions.add_school(
            by=education_officer, code="9900010029", name="云溪二小", stage="primary", region=other
        )


def test_a_school_is_not_moved_out_of_ones_reach(education_officer):
    school, other = factories.school(), factories.region("990001002")

    with pytest.raises(Refused):
        actions.change_school(
            school, by=education_officer, name="搬走的小学", stage="primary", region=other
        )


@pytest.mark.parametrize("role", [Role.COMM, Role.SCHOOL, Role.LEAD, Role.SECADMIN, Role.AUDIT])
def test_nobody_else_changes_schools(acting, role):
    with pytest.raises(Refused):
        actions.close_school(factories.school(), by=acting(role), on=factories.TODAY)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("code", "123", "学校标识码是 10 位数字"),
        ("region", "无此社区", "没有这个街道或社区"),
        ("region", "同名社区", "有几个同名的区划"),
        ("name", "", "必填"),
    ],
)
def test_wrong_input_is_answered_beside_the_field(client_as, field, value, says):
    for code in ("990001001071", "990001001072"):
        region = factories.region(code)
        region.name = "同名社区"
        region.save()

    response = client_as("edu").post("/places/schools/new/", {**NEW, field: value})

    assert response.status_code == 422
    assert says in response.content.decode()


def test_a_code_is_entered_once(client_as):
    client = client_as("edu")
    client.post("/places/schools/new/", NEW)

    response = client.post("/places/schools/new/", NEW)

    assert response.status_code == 409
    assert "已经录入过" in response.content.decode()


def test_the_life_of_a_school(client_as, education_officer):
    client, school = client_as(education_officer), factories.school()
    at = f"/places/schools/{school.pk}"
    changed = {"name": "云屏实验小学", "stage": "nine_year", "region": factories.EAST}
    factories.region(factories.EAST)

    client.post(f"{at}/change/", changed)
    client.post(f"{at}/campuses/", {"name": "东校区", "address": "东桥路 1 号"})
    same_name = client.post(f"{at}/campuses/", {"name": "东校区"})
    page = client.get(f"{at}/").content.decode()
    client.post(f"{at}/close/")
    again = client.post(f"{at}/close/")

    school.refresh_from_db()
    assert (school.name, school.stage, school.region.code) == (
        "云屏实验小学",
        "nine_year",
        factories.EAST,
    )
    assert "东校区" in page
    assert school.closed_on == factories.TODAY
    assert (same_name.status_code, again.status_code) == (409, 409)
    assert list(
        Event.objects.exclude(verb="access.refused").order_by("id").values_list("verb", flat=True)
    ) == [
        "school.changed",
        "campus.added",
        "school.closed",
    ]
    assert not School.objects.open_on(factories.TODAY).filter(pk=school.pk).exists()


def test_wrong_changes_keep_the_page(client_as, education_officer):
    client, school = client_as(education_officer), factories.school()

    changed = client.post(f"/places/schools/{school.pk}/change/", {"name": ""})
    campus = client.post(f"/places/schools/{school.pk}/campuses/", {"name": ""})

    assert (changed.status_code, campus.status_code) == (422, 422)


def test_schools_are_listed_within_reach(client_as):
    factories.school()
    factories.school("9900010021")

    page = client_as("edu").get("/places/schools/?stage=primary&state=open").context["page"]
    filtered = client_as("edu").get("/places/schools/?stage=junior").context["page"]

    assert [school.code for school in page.objects] == [factories.PRIMARY]
    assert filtered.objects == []


def test_a_school_knows_where_it_lies():
    school = factories.school()

    assert school.region_codes == [factories.SUBDISTRICT]
    assert school.school_ids == [school.pk]
    assert school.class_names == []
    assert factories.region().school_ids == factories.region().class_names == []
    assert str(school) == "云屏中心小学"


def test_schools_are_found_by_name_or_code(client_as):
    client, school = client_as("edu"), factories.school()

    for words in ("中心", "99000100"):
        found = client.post("/lists/search/", {"back": "/places/schools/", "q": words}, follow=True)
        assert [one.pk for one in found.context["page"].objects] == [school.pk]


def _form(client, address, name="form"):
    """What the page's form would post, as its browser fills it in."""
    form = client.get(address).context[name]
    return {field: value for field, value in form.initial.items() if value is not None}


def test_who_saves_second_is_told_and_keeps_what_was_typed(client_as):
    first, second = client_as("edu"), client_as("sys")
    school = factories.school()
    at = f"/places/schools/{school.pk}/"
    typed, later = _form(first, at), _form(second, at)

    first.post(f"{at}change/", {**typed, "name": "云屏实验小学"})
    told = second.post(f"{at}change/", {**later, "name": "云屏第一小学"})
    again = second.post(
        f"{at}change/", {**told.context["form"].data.dict(), "name": "云屏第一小学"}
    )

    assert told.status_code == 409
    assert "学校名称现为“云屏实验小学”" in told.text
    assert 'value="云屏第一小学"' in told.text
    assert again.status_code == 302
    school.refresh_from_db()
    assert school.name == "云屏第一小学"


def test_a_campus_is_changed_and_taken_out_after_a_question(client_as):
    client, school = client_as("edu"), factories.school()
    campus = school.campuses.create(name="东校区")
    at = f"/places/campuses/{campus.pk}/"

    client.post(at, {**_form(client, at), "name": "南校区", "address": "南桥路 2 号"})
    campus.refresh_from_db()
    asked = client.get(f"{at}remove/")
    there = school.campuses.count()
    client.post(f"{at}remove/")

    assert (campus.name, campus.address) == ("南校区", "南桥路 2 号")
    assert "去错了，用“加校区”再加上即可" in asked.text
    assert (there, school.campuses.count()) == (1, 0)
    assert set(Event.objects.values_list("verb", flat=True)) == {
        "campus.changed", "campus.removed",
    }  # fmt: skip


def test_a_campus_changed_by_two_tells_the_second(client_as):
    first, second = client_as("edu"), client_as("sys")
    campus = factories.school().campuses.create(name="东校区")
    at = f"/places/campuses/{campus.pk}/"
    typed, later = _form(first, at), _form(second, at)

    first.post(at, {**typed, "name": "南校区"})
    told = second.post(at, {**later, "name": "北校区"})

    assert told.status_code == 409
    assert 'value="北校区"' in told.text


def test_a_school_closed_by_mistake_is_reopened(client_as):
    client, school = client_as("edu"), factories.school()
    at = f"/places/schools/{school.pk}/"

    asked = client.get(f"{at}close/").text
    client.post(f"{at}close/")
    page = client.get(at).text
    client.post(f"{at}reopen/")
    twice = client.post(f"{at}reopen/")

    assert "记错了，可以在它的页面上恢复" in asked
    assert "恢复为在办" in page
    school.refresh_from_db()
    assert school.closed_on is None
    assert twice.status_code == 409


def test_the_list_goes_along_as_it_stands_with_a_trace(client_as):
    client = client_as("edu")
    factories.school()
    factories.school(factories.JUNIOR)

    paper = client.post(
        "/places/schools/export/?stage=junior", {"purpose": "存档备查", "form": "sheet"}
    )
    book = client.post("/places/schools/export/", {"purpose": "存档备查", "form": "xlsx"})
    unsaid = client.post("/places/schools/export/", {"form": "xlsx"})

    assert "云屏中学" in paper.text
    assert "云屏中心小学" not in paper.text
    assert book.content[:2] == b"PK"
    assert unsaid.status_code == 400
    facts = [(e.facts["rows"], e.facts["form"]) for e in Event.objects.filter(verb="list.exported")]
    assert sorted(facts) == [(1, "sheet"), (2, "xlsx")]
    assert {e.purpose for e in Event.objects.filter(verb="list.exported")} == {"存档备查"}
