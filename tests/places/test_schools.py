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
