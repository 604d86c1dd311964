"""Communities and schools under the names that rosters write."""

from __future__ import annotations

from datetime import date

import pytest

import factories
from oosc.linkage.gazetteer import Gazetteer
from oosc.places.models import Region, RegionAlias, RegionCode, School

pytestmark = pytest.mark.django_db
HERE, THERE = factories.SUBDISTRICT, "990001002"


@pytest.fixture
def county() -> Region:
    for code in (factories.EAST, factories.WEST, f"{THERE}001"):
        factories.region(code)
    return Region.objects.get(code="990001")


def names(county: Region) -> Gazetteer:
    return Gazetteer.of(county, factories.TODAY)


@pytest.mark.parametrize(
    "words",
    [
        "东桥社区",
        "东桥",
        "东桥居委会",
        "东桥社区居委会",
        "东桥社区居民委员会",
        "东桥村",
        " 东 桥社区 ",
        "云屏街道东桥社区",
        "云屏街道办事处东桥居委会",
        factories.EAST,
    ],
)
def test_one_community_under_many_names(county, words):
    assert names(county).community(words, HERE).code == factories.EAST


@pytest.mark.parametrize("words", ["", "南桥社区", "社区", "村", "云屏街道", "990001009009"])
def test_what_names_no_community_is_none(county, words):
    assert names(county).community(words, HERE) is None


def test_by_another_name_and_by_the_code_of_before(county):
    east = Region.objects.get(code=factories.EAST)
    RegionAlias.objects.create(region=east, name="东岗村")
    RegionCode.objects.create(region=east, code="990001001099", until=date(2020, 1, 1))

    assert names(county).community("东岗村委会", HERE) == east
    assert names(county).community("990001001099", HERE) == east


def test_of_two_communities_of_one_name_the_senders_own_is_meant(county):
    twin = Region.objects.create(code=f"{THERE}009", name="东桥社区")

    assert names(county).community("东桥社区", HERE).code == factories.EAST
    assert names(county).community("东桥社区", THERE) == twin
    assert names(county).community("东桥社区", county.code) is None


def test_a_community_that_is_no_more_gives_way(county):
    Region.objects.create(code=f"{HERE}009", name="东桥村", ended_on=date(2020, 1, 1))

    assert names(county).community("东桥", HERE).code == factories.EAST


def test_a_name_that_ends_like_two_is_taken_as_it_stands_first(county):
    village = Region.objects.create(code=f"{HERE}008", name="新村")
    community = Region.objects.create(code=f"{HERE}007", name="新社区")

    assert names(county).community("新村", HERE) == village
    assert names(county).community("新社区", HERE) == community


def test_a_school_by_its_code_else_by_its_name(county):
    primary = factories.school(factories.PRIMARY)
    found = names(county)

    assert found.school(primary.code, "别的名字", HERE) == primary
    assert found.school("", " 云屏中心小学", HERE) == primary
    assert found.school("0000000000", "云屏中心小学", HERE) == primary
    assert found.school("", "没有的小学", HERE) is None


def test_a_school_that_was_closed_gives_way_to_the_one_that_took_its_name(county):
    old = factories.school(factories.PRIMARY)
    old.closed_on = date(2024, 8, 31)
    old.save()
    new = School.objects.create(
        code="9900010077", name=old.name, stage=old.stage, region=old.region
    )

    assert names(county).school("", old.name, HERE) == new
