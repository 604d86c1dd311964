"""Regions: reach as a range of codes, new codes from a day, the import of a table."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection

import factories
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.places import actions
from oosc.places.models import Region, RegionAlias, RegionCode

pytestmark = pytest.mark.django_db

DAY = date(2026, 9, 1)


def codes(regions) -> list[str]:
    return list(regions.order_by("code").values_list("code", flat=True))


def test_a_prefix_is_a_range_of_the_index():
    for code in (
        "35",
        "3505",
        "350582",
        "350582001",
        "350582001001",
        "350583",
        "36",
        "34",
        "350581",
    ):
        Region.objects.create(code=code, name=code)

    assert codes(Region.objects.below("350582")) == ["350582", "350582001", "350582001001"]
    assert codes(Region.objects.below("35")) == [
        "35",
        "3505",
        "350581",
        "350582",
        "350582001",
        "350582001001",
        "350583",
    ]


def test_a_prefix_that_ends_in_nine_is_one_too():
    for code in ("9", "99", "9900", "999999", "999999999"):
        Region.objects.bulk_create([Region(code=code, name=code, level=max(len(code), 2))])

    assert codes(Region.objects.below("99")) == ["99", "9900", "999999", "999999999"]


def test_the_empty_prefix_is_the_nation():
    factories.region()

    assert Region.objects.below("").count() == 4


def test_codes_are_compared_byte_by_byte_under_any_collation():
    """Under a Chinese collation of PostgreSQL the column alone decides: it is COLLATE "C"."""
    for code in ("35058200100A", "350582001001", "350582001~"):
        Region.objects.bulk_create([Region(code=code, name=code, level=12)])

    assert codes(Region.objects.below("350582")) == ["350582001001", "35058200100A", "350582001~"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT collation_name FROM information_schema.columns"
                " WHERE table_name = 'places_region' AND column_name = 'code'"
            )
            assert cursor.fetchone() == ("C",)


def test_a_region_of_no_known_level_is_refused():
    with pytest.raises(IntegrityError):
        Region.objects.create(code="12345", name="不是哪一级")


@pytest.mark.parametrize("role", [Role.EDU, Role.LEAD])
def test_an_office_sees_its_own_region_and_what_lies_below(acting, role):
    for code in factories.REGIONS:
        factories.region(code)

    seen = codes(Region.objects.visible_to(acting(role)))

    assert seen == [factories.SUBDISTRICT, factories.EAST, factories.WEST]


def test_a_community_sees_no_page_of_regions(client_as):
    assert client_as("comm").get("/places/regions/").status_code == 404


def test_a_new_code_takes_all_below_with_it(sys_officer):
    region = factories.region(factories.EAST)
    subdistrict = factories.region()
    factories.region("990001002")

    actions.recode(subdistrict, by=sys_officer, code="990001009", on=DAY, today=factories.TODAY)

    region.refresh_from_db()
    assert region.code == "990001009001"
    assert set(RegionCode.objects.values_list("code", "until")) == {
        (factories.SUBDISTRICT, DAY),
        (factories.EAST, DAY),
    }
    assert codes(Region.objects.below("990001002")) == ["990001002"]
    event = Event.objects.get()
    assert (event.verb, event.facts["moved"]) == ("region.recoded", 2)


def test_a_roster_of_the_time_before_finds_the_region_by_its_old_code(sys_officer):
    east = factories.region(factories.EAST)
    actions.recode(east, by=sys_officer, code="990001001101", on=DAY, today=factories.TODAY)
    successor = Region.objects.create(code=factories.EAST, name="新桥社区")

    assert Region.objects.by_code(factories.EAST, date(2026, 8, 31)) == east
    assert Region.objects.by_code(factories.EAST, DAY) == successor
    assert Region.objects.by_code("990001001101", DAY) == east
    assert Region.objects.by_code("990001001199", DAY) is None


def test_a_code_in_use_is_not_given_twice(sys_officer):
    east, _ = factories.region(factories.EAST), factories.region(factories.WEST)

    with pytest.raises(Refused, match="已有区划使用"):
        actions.recode(east, by=sys_officer, code=factories.WEST, on=DAY, today=factories.TODAY)


def test_a_code_of_tomorrow_waits(sys_officer):
    with pytest.raises(Refused, match="到时再办"):
        actions.recode(
            factories.region(),
            by=sys_officer,
            code="990001009",
            on=date(2026, 9, 22),
            today=factories.TODAY,
        )


def test_a_region_ends_after_what_lies_below(sys_officer):
    subdistrict, east = factories.region(), factories.region(factories.EAST)

    with pytest.raises(Refused, match="先办理下面的"):
        actions.end_region(subdistrict, by=sys_officer, on=DAY)
    actions.end_region(east, by=sys_officer, on=DAY)
    actions.end_region(subdistrict, by=sys_officer, on=DAY)

    assert not Region.objects.communities().exists()


def test_an_import_enters_what_is_new_and_keeps_old_names_as_aliases(sys_officer):
    factories.region(factories.EAST)
    names = {factories.EAST: "东桥新村社区", factories.WEST: "西桥社区", "99": "云岭省"}

    done = actions.import_regions(names, by=sys_officer)

    assert done.new == {factories.WEST: "西桥社区"}
    assert done.renamed == {factories.EAST: ("东桥社区", "东桥新村社区")}
    assert done.unchanged == 1
    assert RegionAlias.objects.get().name == "东桥社区"
    assert Region.objects.get(code=factories.WEST).level == 12
    assert Event.objects.get().facts == {"new": 1, "renamed": 1}


@pytest.mark.parametrize("role", [Role.EDU, Role.COMM, Role.SECADMIN, Role.AUDIT])
def test_only_sys_imports(acting, role):
    with pytest.raises(Refused):
        actions.import_regions({"99": "云岭省"}, by=acting(role))


def test_the_page_shows_what_would_change_before_it_does(client_as):
    client = client_as("sys")
    table = "990001001001\t东桥社区\n990001001002\t西桥社区\nx\ty\n"

    preview = client.post("/places/regions/import/", {"text": table})
    before = Region.objects.filter(code=factories.EAST).exists()
    done = client.post("/places/regions/import/", {"text": table, "step": "import"})

    page = preview.content.decode()
    assert "新增 2 个，改名 0 个，不变 0 个；1 行读不懂，不收" in page
    assert "第 3 行：代码须为" in page
    assert not before
    assert done["Location"] == "/places/regions/"
    assert Region.objects.filter(code__in=(factories.EAST, factories.WEST)).count() == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_text_file_in_either_encoding_is_read(client_as, encoding):
    file = SimpleUploadedFile("区划.csv", "99,云岭省\n".encode(encoding))

    page = client_as("sys").post("/places/regions/import/", {"file": file}).content.decode()

    assert "改名 0 个，不变 1 个" in page or "新增 1 个" in page


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe\xfa\xfb", "读不出文字"), (b"9" * (2 * 1024 * 1024 + 1), "文件超过 2 MB")],
)
def test_a_file_that_is_no_text_is_refused_in_a_sentence(client_as, content, says):
    file = SimpleUploadedFile("区划.csv", content)

    response = client_as("sys").post("/places/regions/import/", {"file": file})

    assert response.status_code == 422
    assert says in response.content.decode()


def test_nothing_pasted_is_refused(client_as):
    response = client_as("sys").post("/places/regions/import/", {"text": " "})

    assert response.status_code == 422
    assert "请粘贴表格，或选择文件" in response.content.decode()


def test_an_alias_is_added_and_taken_away(client_as, sys_officer):
    client, east = client_as(sys_officer), factories.region(factories.EAST)

    client.post(f"/places/regions/{east.pk}/aliases/", {"name": "东桥村"})
    twice = client.post(f"/places/regions/{east.pk}/aliases/", {"name": "东桥村"})
    alias = RegionAlias.objects.get()
    page = client.get(f"/places/regions/{east.pk}/").content.decode()
    client.post(f"/places/aliases/{alias.pk}/remove/")

    assert twice.status_code == 409
    assert "东桥村" in page
    assert not RegionAlias.objects.exists()


def test_a_region_is_found_by_name_alias_and_earlier_code(client_as, sys_officer):
    client, east = client_as(sys_officer), factories.region(factories.EAST)
    actions.add_alias(east, by=sys_officer, name="东头村")
    actions.recode(east, by=sys_officer, code="990001001101", on=DAY, today=factories.TODAY)

    for words in ("东桥", "东头", factories.EAST, "990001001101"):
        found = client.post("/lists/search/", {"back": "/places/regions/", "q": words}, follow=True)
        assert [region.pk for region in found.context["page"].objects] == [east.pk]


def test_the_pages_of_a_region_work(client_as, sys_officer):
    client, east = client_as(sys_officer), factories.region(factories.EAST)
    new = {"code": "990001001101", "on": "2026-09-01"}

    listed = client.get("/places/regions/?level=12&state=open&sort=-name")
    wrong = client.post(f"/places/regions/{east.pk}/recode/", {"code": "", "on": ""})
    too_long = client.post(f"/places/regions/{east.pk}/aliases/", {"name": ""})
    recoded = client.post(f"/places/regions/{east.pk}/recode/", new)
    ended = client.post(f"/places/regions/{east.pk}/end/")

    assert [region.pk for region in listed.context["page"].objects] == [east.pk]
    assert (wrong.status_code, too_long.status_code) == (422, 422)
    assert recoded["Location"] == ended["Location"] == f"/places/regions/{east.pk}/"
    assert "已撤并" in client.get(f"/places/regions/{east.pk}/").content.decode()


def test_a_region_out_of_reach_is_not_there(client_as):
    other = factories.region("990001002")

    assert client_as("edu").get(f"/places/regions/{other.pk}/").status_code == 404


def test_a_region_ended_by_mistake_is_reopened_after_those_above_it(client_as, sys_officer):
    client = client_as(sys_officer)
    community, subdistrict = factories.region(factories.EAST), factories.region()
    for one in (community, subdistrict):
        client.post(f"/places/regions/{one.pk}/end/")
    too_early = client.post(f"/places/regions/{community.pk}/reopen/")
    for one in (subdistrict, community):
        client.post(f"/places/regions/{one.pk}/reopen/")

    assert "请先恢复上级" in too_early.text
    assert not Region.objects.exclude(ended_on=None).exists()


def test_ending_a_region_asks_first(client_as):
    region = factories.region(factories.EAST)

    asked = client_as("sys").get(f"/places/regions/{region.pk}/end/").text

    region.refresh_from_db()
    assert "记错了，可以在它的页面上恢复" in asked
    assert region.ended_on is None


def test_an_alias_is_changed_and_taken_out_after_a_question(client_as):
    client, region = client_as("sys"), factories.region()
    alias = region.aliases.create(name="老镇")
    at = f"/places/aliases/{alias.pk}/"
    form = client.get(at).context["form"].initial

    client.post(at, {**form, "name": "老街"})
    asked = client.get(f"{at}remove/").text
    names = [one.name for one in region.aliases.all()]
    client.post(f"{at}remove/")

    assert names == ["老街"]
    assert "不再认作" in asked
    assert not region.aliases.exists()


def test_two_who_change_a_region_do_not_overwrite_each_other(client_as):
    first, second = client_as("sys"), client_as("sys")
    region = factories.region("990001001003")
    at = f"/places/regions/{region.pk}/"
    seen = first.get(at).context["recode_form"].initial
    names = second.get(at).context["alias_form"].initial

    first.post(f"{at}recode/", {**seen, "code": "990001001004"})
    told = second.post(f"{at}recode/", {**seen, "code": "990001001005"})
    alias = second.post(f"{at}aliases/", {**names, "name": "新村"})

    region.refresh_from_db()
    assert region.code == "990001001004"
    assert (told.status_code, alias.status_code) == (409, 409)
    assert "新代码现为“990001001004”" in told.text
    assert 'value="新村"' in alias.text


def test_regions_go_along_as_they_stand(client_as):
    factories.region(factories.EAST)

    paper = client_as("sys").post(
        "/places/regions/export/?level=12", {"purpose": "核对信息", "form": "sheet"}
    )

    assert "东桥社区" in paper.text
    assert "云屏街道" not in paper.text
