"""What a unit owes, whether it came, and what is written to those who have not sent it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from oosc.rosters import queries
from oosc.rosters.states import Kind, Standing
from roster_files import NOON, child, later, receive, workbook

pytestmark = pytest.mark.django_db


def test_a_roll_from_the_education_centre_is_its_schools_as_well(education_officer, school_officer):
    before = [due.received for due in queries.due(school_officer, date(2026, 9, 21))]
    receive(education_officer, workbook([child(1)]), kind=Kind.SCHOOL_ROLL)

    after = [
        due
        for due in queries.due(school_officer, date(2026, 9, 21))
        if due.kind is Kind.SCHOOL_ROLL
    ]

    assert before == [None]
    assert after[0].received is not None


TODAY = date(2026, 9, 21)  # the exchange of August was due on the last of its days


def standing_of(by, kind: Kind) -> queries.Due:
    return next(one for one in queries.due(by, TODAY) if one.kind is kind)


def test_a_roster_that_came_late_has_no_green_light(police_officer):
    receive(police_officer, workbook([child(1)]))

    late = standing_of(police_officer, Kind.POLICE_HUKOU)
    missing = standing_of(police_officer, Kind.BORDER_EXITS)

    assert (late.standing, late.light.colour) == (Standing.LATE, "amber")
    assert late.light.words == "已收下，迟 21 天"
    assert (missing.standing, missing.light.colour) == (Standing.OVERDUE, "red")


def test_one_that_came_in_its_time_has(police_officer):
    receive(police_officer, workbook([child(1)]), as_of=date(2026, 8, 1), at=later(-30))

    in_time = standing_of(police_officer, Kind.POLICE_HUKOU)

    assert (in_time.standing, in_time.light.colour) == (Standing.IN_TIME, "green")


def test_a_reminder_names_all_that_one_sender_owes_and_no_child(education_officer, police_officer):
    receive(police_officer, workbook([child(1)]), at=NOON)
    owed = queries.due(education_officer, TODAY)

    told = {
        one.sender.name: one.words for one in queries.reminders(owed, TODAY, by=education_officer)
    }

    words = told["派出所"]
    assert "户籍学龄人口" not in words  # it came
    assert (
        "1. 流动学龄人口：至迟 2026-08-31，已逾期 21 天（派出所（一），每年 2、4、8 月）" in words
    )
    assert "2. 出入境记录" in words
    assert words.endswith(education_officer.unit_name)


def test_the_page_narrows_by_standing_and_goes_along(client_as, education_officer, police_officer):
    receive(police_officer, workbook([child(1)]))
    client = client_as(education_officer)
    address = reverse("rosters:due")

    page = client.get(address, {"standing": "overdue"})
    assert {one.standing for one in page.context["page"].lines} == {Standing.OVERDUE}
    assert "至迟 2026-08-31" in page.content.decode()
    late = client.get(address, {"standing": "late"}).content.decode()
    assert "已收下，迟 21 天" in late
    assert "至迟" not in late

    taken = client.post(
        reverse("rosters:export_due") + "?standing=late", {"purpose": "报送上级", "form": "xlsx"}
    )
    lines = list(openpyxl.load_workbook(BytesIO(taken.content)).active.values)
    assert [line[0] for line in lines if "2026-08-31" in line] == ["户籍学龄人口"]
    paper = client.post(reverse("rosters:export_due"), {"purpose": "报送上级", "form": "sheet"})
    assert "花名册应报情况表" in paper.content.decode()


def test_a_sender_sees_its_own_and_is_led_to_the_form(client_as, police_officer):
    client = client_as(police_officer)

    page = client.get(reverse("rosters:due"))

    assert {one.sender.name for one in page.context["page"].lines} == {"派出所"}
    assert page.context["reminders"] == []
    link = f"{reverse('rosters:receive')}?kind=border_exits&amp;sender={police_officer.unit_id}"
    assert link in page.content.decode()
    form = client.get(link.replace("&amp;", "&")).context["form"]
    assert form["kind"].value() == "border_exits"


def test_the_list_of_what_came_goes_along(client_as, education_officer, police_officer):
    receive(police_officer, workbook([child(1)]))

    taken = client_as(education_officer).post(
        reverse("rosters:export_rosters"), {"purpose": "存档备查", "form": "xlsx"}
    )

    lines = list(openpyxl.load_workbook(BytesIO(taken.content)).active.values)
    assert ["户籍学龄人口", "派出所"] in [list(line[:2]) for line in lines]
