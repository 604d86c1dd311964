"""The grade due: by the entry age and the cut-off day of the region, and the years put off."""

from __future__ import annotations

from datetime import date

import pytest

from oosc.kernel import clock
from oosc.parameters.models import Parameter
from oosc.parameters.school_age import DueGrades
from oosc.places.models import Region

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 21)
YEAR = "2026-2027"
BORN = date(2020, 7, 1)  # six on 2026-07-01
EAST, WEST = "990001001001", "990001001002"


@pytest.fixture
def subdistrict():
    return Region.objects.create(code="990001001", name="云屏街道")


def _set(code: str, value: str, since: date, region: Region | None = None) -> None:
    Parameter.objects.create(
        code=code, value=value, region=region, effective_from=since, basis="招生通知",
        set_at=clock.now(), set_by="0192f000-0000-7000-8000-000000000001", set_by_words="教育中心",
    )  # fmt: skip


def test_by_default_as_the_law_and_the_notices_say():
    due = DueGrades.as_of(TODAY)

    assert due.grade(BORN, EAST, YEAR) == 1
    assert due.grade(date(2020, 9, 1), EAST, YEAR) is None
    assert due.words(BORN, EAST, YEAR) == "一年级"
    assert due.words(None, EAST, YEAR) == ""


def test_another_year_is_another_grade():
    due = DueGrades.as_of(TODAY)

    assert [due.grade(BORN, EAST, year) for year in ("2025-2026", YEAR, "2027-2028")] == [
        None,
        1,
        2,
    ]


def test_an_office_that_set_its_own_cut_off_day_is_heeded(subdistrict):
    _set("entry_cutoff", "06-30", date(2026, 1, 1), subdistrict)

    due = DueGrades.as_of(TODAY)

    assert due.grade(BORN, EAST, YEAR) is None
    assert due.grade(BORN, "990002001001", YEAR) == 1


def test_the_nearer_region_wins_and_the_later_day(subdistrict):
    east = Region.objects.create(code=EAST, name="东桥社区")
    _set("entry_age", "7", date(2026, 1, 1), east)
    _set("entry_age", "6", date(2026, 8, 1), subdistrict)

    due = DueGrades.as_of(TODAY)

    assert due.grade(BORN, EAST, YEAR) is None
    assert due.grade(BORN, WEST, YEAR) == 1


def test_a_past_year_is_judged_by_what_held_then(subdistrict):
    _set("entry_age", "7", date(2026, 9, 10), subdistrict)

    due = DueGrades.as_of(TODAY)

    assert due.grade(date(2019, 7, 1), EAST, "2025-2026") == 1
    assert due.grade(date(2019, 7, 1), EAST, YEAR) == 1  # seven now, and entered anew


def test_what_takes_effect_later_is_not_heeded_yet(subdistrict):
    _set("entry_age", "7", date(2027, 1, 1), subdistrict)

    assert DueGrades.as_of(TODAY).grade(BORN, EAST, YEAR) == 1


def test_a_year_put_off_counts_from_the_next_on():
    due, put_off = DueGrades.as_of(TODAY), ["2026-2027"]

    assert due.grade(BORN, EAST, "2026-2027", put_off) == 1
    assert due.grade(BORN, EAST, "2027-2028", put_off) == 1
    assert due.grade(BORN, EAST, "2028-2029", put_off) == 2


def test_all_regions_are_read_with_one_question(subdistrict, django_assert_num_queries):
    _set("entry_age", "7", date(2026, 1, 1), subdistrict)

    with django_assert_num_queries(1):
        due = DueGrades.as_of(TODAY)
        for code in (EAST, WEST, "990002001001", ""):
            due.grade(BORN, code, YEAR)
