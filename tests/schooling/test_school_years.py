"""A roster of another school year shows that year: its grade due, its school, its class."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

import factories
from oosc.children.models import Child
from oosc.children.states import PlaceKind
from oosc.kernel import clock
from oosc.parameters.models import Parameter
from oosc.schooling import actions, queries
from oosc.schooling.actions import StatusRow
from oosc.schooling.queries import CLEAR
from oosc.schooling.states import RosterKind, Source, Status

LAST, THIS, NEXT = "2025-2026", "2026-2027", "2027-2028"
TODAY = factories.TODAY
NINE_IN_APRIL = date(2017, 4, 20)  # 2023 in grade 1: 2025 in grade 3


@pytest.fixture
def child(db) -> Child:
    """In 三年级2班 of the primary school last year, in 四年级1班 of it this year."""
    made = factories.child(
        "苏小禾", birth_date=NINE_IN_APRIL, school_code=factories.PRIMARY, grade=4, class_name="1"
    )
    made.places.filter(kind=PlaceKind.SCHOOL).update(since=date(2026, 9, 1))
    made.places.create(
        kind=PlaceKind.SCHOOL, school=factories.school(), grade=3, class_name="2",
        since=date(2025, 9, 1), until=date(2026, 9, 1),
    )  # fmt: skip
    return made


def told(child: Child, year: str, status: Status, **more) -> None:
    row = StatusRow(child.pk, year, status, region_id=child.home_id, **more)
    actions.set_statuses([row], by=None, on=TODAY)


def row_of(year: str, kind: RosterKind = RosterKind.NOT_ENROLLED) -> dict[str, str]:
    [row] = queries.rows(queries.in_portions(queries.roster(kind, year)), CLEAR, TODAY)
    return row


@pytest.mark.parametrize(("year", "grade"), [(LAST, "三年级"), (THIS, "四年级"), (NEXT, "五年级")])
def test_the_grade_due_is_that_of_the_year_on_every_paper(client_as, child, year, grade):
    told(child, year, Status.SUSPECTED)
    client = client_as("edu")
    address = reverse("schooling:export", args=["not_enrolled"]) + f"?year={year}"

    page = client.get(reverse("schooling:not_enrolled"), {"year": year}).content.decode()
    book = client.post(address, {"purpose": "存档备查", "form": "xlsx"})
    sheet = client.post(address, {"purpose": "存档备查", "form": "sheet"}).content.decode()
    sealed = actions.seal(
        RosterKind.NOT_ENROLLED, year, factories.region(factories.EAST),
        by=factories.acting("comm"), on=TODAY,
    )  # fmt: skip

    assert grade in page
    [*_, line] = [[cell.value for cell in line] for line in _lines(book)]
    assert grade in line
    assert f">{grade.removesuffix('年级')}<" in sheet
    assert actions.sealed_rows(sealed)[0]["due_grade"] == grade


def _lines(book):
    sheet = openpyxl.load_workbook(BytesIO(book.content)).active
    return [line for line in sheet.iter_rows() if str(line[0].value).isdecimal()]


@pytest.mark.parametrize(
    ("year", "grade", "class_name"),
    [(LAST, 3, "三年级2班"), (THIS, 4, "四年级1班"), (NEXT, 5, "")],
)
def test_the_class_is_that_of_the_year(child, year, grade, class_name):
    told(child, year, Status.ENROLLED_LOCAL, school_id=factories.school().pk, grade=grade)

    assert row_of(year, RosterKind.ENROLLED)["class_name"] == class_name


def test_a_child_that_moved_stands_at_the_school_of_the_year(child):
    child.places.filter(kind=PlaceKind.SCHOOL, until=None).update(
        school=factories.school(factories.JUNIOR)
    )
    told(child, LAST, Status.SUSPECTED)
    told(child, THIS, Status.SUSPECTED)

    assert row_of(LAST)["due_school"] == "云屏中心小学"
    assert row_of(THIS)["due_school"] == "云屏中学"


def test_a_past_year_set_by_hand_takes_the_school_and_grade_of_then(child, education_officer):
    record = actions.set_status(
        child, school_year=LAST, status=Status.ENROLLED_LOCAL, by=education_officer,
        source=Source.HAND, on=TODAY, evidence="学籍查询", student_no="G" + factories.id_no(),
    )  # fmt: skip

    assert (record.grade, record.school) == (3, factories.school())


def test_next_years_grade_is_not_guessed_from_this_years(child, education_officer):
    record = actions.set_status(
        child, school_year=NEXT, status=Status.TRANSFER_IN_PROGRESS, by=education_officer,
        source=Source.HAND, on=TODAY, evidence="转学申请单 5",
    )  # fmt: skip

    assert record.grade is None


# The parameters of the office, and years put off


def test_every_page_says_the_same_grade_by_the_offices_own_cut_off(client_as, education_officer):
    born = date(2020, 8, 15)
    child = factories.child("江晚", birth_date=born)
    Parameter.objects.create(
        code="entry_cutoff", value="07-31", region=factories.region(), basis="招生通知",
        effective_from=date(2026, 1, 1), set_at=clock.now(), set_by=education_officer.post_id,
        set_by_words="教育中心",
    )  # fmt: skip
    told(child, NEXT, Status.PENDING)
    client = client_as("edu")

    listed = client.get(reverse("children:list")).content.decode()
    file = client.get(reverse("children:detail", args=[child.pk])).content.decode()

    assert "应读一年级" not in listed
    assert "不在义务教育年龄" in file
    assert row_of(NEXT)["due_grade"] == "一年级"


def test_who_was_put_off_a_year_is_due_in_the_first_grade_a_year_later(
    client_as, education_officer
):
    child = factories.child("江晚", birth_date=date(2019, 4, 20))  # six in 2025
    actions.set_status(
        child, school_year=LAST, status=Status.DEFERRED, by=education_officer, source=Source.HAND,
        on=date(2025, 9, 1), until=date(2026, 8, 31), evidence="批准文号 3",
    )  # fmt: skip
    told(child, THIS, Status.SUSPECTED)
    client = client_as("edu")

    file = client.get(reverse("children:detail", args=[child.pk])).content.decode()
    listed = client.get(reverse("children:list")).content.decode()

    assert row_of(LAST)["due_grade"] == row_of(THIS)["due_grade"] == "一年级"
    assert "应读一年级" in file
    assert "应读一年级" in listed


def test_who_went_to_school_in_the_year_after_all_was_not_put_off(education_officer):
    child = factories.child(
        "江晚", birth_date=date(2019, 4, 20), student_no="G" + factories.id_no(),
        school_code=factories.PRIMARY,
    )  # fmt: skip
    for status in (Status.DEFERRED, Status.ENROLLED_LOCAL):
        actions.set_status(
            child, school_year=LAST, status=status, by=education_officer, source=Source.HAND,
            on=date(2025, 9, 1), until=date(2026, 8, 31), evidence="批准文号 3",
        )  # fmt: skip
    told(child, THIS, Status.SUSPECTED)

    assert row_of(THIS)["due_grade"] == "二年级"
