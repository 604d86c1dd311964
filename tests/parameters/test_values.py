"""The value in force: the most specific region, then the latest day; else the default."""

from __future__ import annotations

from datetime import date

import pytest

from oosc.kernel import clock
from oosc.kernel.limits import TimeUnit
from oosc.parameters import values
from oosc.parameters.models import Parameter
from oosc.places.models import Region

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 21)
COMMUNITY = "990000004001"


@pytest.fixture
def county():
    return Region.objects.create(code="990000", name="云屏县")


@pytest.fixture
def subdistrict():
    return Region.objects.create(code="990000004", name="云屏街道")


def test_without_any_value_the_default_holds():
    assert values.number("case.verify", COMMUNITY, TODAY) == 5
    assert values.text("sealing_day", None, TODAY) == "09-20"


def test_the_most_specific_region_wins_whatever_came_later(county, subdistrict):
    _set(subdistrict, "4", date(2026, 1, 1))
    _set(county, "6", date(2026, 8, 1))
    _set(None, "9", date(2026, 9, 1))

    assert values.number("case.verify", COMMUNITY, TODAY) == 4
    assert values.number("case.verify", "990000005", TODAY) == 6
    assert values.number("case.verify", "980000", TODAY) == 9


def test_in_one_region_the_later_day_wins_and_the_future_waits(subdistrict):
    _set(subdistrict, "4", date(2026, 1, 1))
    _set(subdistrict, "7", date(2026, 9, 21))
    _set(subdistrict, "8", date(2026, 9, 22))

    assert values.number("case.verify", COMMUNITY, date(2026, 9, 20)) == 4
    assert values.number("case.verify", COMMUNITY, TODAY) == 7
    assert values.number("case.verify", COMMUNITY, date(2026, 9, 22)) == 8


def test_a_neighbour_with_a_longer_code_is_not_below(subdistrict):
    _set(subdistrict, "4", date(2026, 1, 1))

    assert values.number("case.verify", "990000", TODAY) == 5
    assert values.number("case.verify", "990000040001", TODAY) == 5


def test_all_values_are_read_at_once(subdistrict, django_assert_num_queries):
    _set(subdistrict, "4", date(2026, 1, 1))

    with django_assert_num_queries(1):
        here = values.as_of(COMMUNITY, TODAY)

    assert here.number("case.verify") == 4
    assert here.number("suspect_days") == 7
    assert here.text("entry_cutoff") == "08-31"


def test_a_limit_comes_with_its_calendar():
    term = values.limit("case.verify", COMMUNITY, TODAY)

    assert term.unit is TimeUnit.WORKING_DAYS
    assert term.words == "5 个工作日"
    assert term.last_day(date(2026, 9, 21)) == date(2026, 9, 29)
    assert term.days_left(date(2026, 9, 24), date(2026, 9, 29)) == 2


def test_a_day_of_the_year():
    assert values.yearly("sealing_day", None, year=2027, on=TODAY) == date(2027, 9, 20)


def _set(region, value, effective_from):
    Parameter.objects.create(
        code="case.verify", value=value, region=region, effective_from=effective_from,
        basis="街道办公会议纪要", set_at=clock.now(), set_by="00000000-0000-7000-8000-000000000001",
        set_by_words="教育中心 干事 棠以宁",
    )  # fmt: skip
