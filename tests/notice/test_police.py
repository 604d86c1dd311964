"""六·派出所: what the notice asks of the police, clause by clause."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from oosc.members.models import Unit
from oosc.rosters import queries
from oosc.rosters.states import Kind
from roster_files import NOON, child, receive, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.clause("GA-1")]


def owed(by, today: date) -> dict[Kind, queries.Due]:
    return {due.kind: due for due in queries.due(by, today)}


def test_the_police_owe_residents_floating_and_exits(police_officer):
    assert set(owed(police_officer, date(2026, 8, 10))) == {
        Kind.POLICE_HUKOU,
        Kind.POLICE_FLOATING,
        Kind.BORDER_EXITS,
    }


@pytest.mark.parametrize(
    ("today", "due_on", "colour", "words"),
    [
        (date(2026, 8, 10), date(2026, 8, 31), "green", "剩 21 天"),
        (date(2026, 8, 25), date(2026, 8, 31), "amber", "剩 6 天"),
        (date(2026, 8, 31), date(2026, 8, 31), "amber", "今天到期"),
        (date(2026, 9, 21), date(2026, 8, 31), "red", "逾期 21 天"),
        (date(2027, 2, 1), date(2027, 2, 28), "green", "剩 27 天"),
    ],
)
def test_in_april_august_and_february(police_officer, today, due_on, colour, words):
    due = owed(police_officer, today)[Kind.POLICE_HUKOU]

    assert (due.due_on, due.light.colour, due.light.words) == (due_on, colour, words)


def test_what_came_is_owed_no_more_and_the_receipt_says_how_late(police_officer):
    receive(police_officer, workbook([child(1)]))

    due = owed(police_officer, date(2026, 9, 21))
    assert due[Kind.POLICE_HUKOU].light.words == "已收下，迟 21 天"
    assert due[Kind.POLICE_FLOATING].light.colour == "red"


def test_the_centre_sees_what_the_police_owe(education_officer, police_officer):
    senders = {due.sender for due in queries.due(education_officer, date(2026, 9, 21))}

    assert Unit.objects.get(pk=police_officer.unit_id) in senders


def test_the_hand_over_form_names_both_sides_day_rows_and_duty(
    police_officer, education_officer, client_as
):
    roster = receive(police_officer, workbook([child(1), child(2)]))

    page = client_as(police_officer).get(reverse("rosters:receipt", args=[roster.pk]))

    words = page.content.decode()
    for expected in (
        "派出所",
        "教育中心",
        "户籍学龄人口",
        "2026年9月1日",
        "2 条",
        "保密要求",
        "回",
    ):
        assert expected in words
    assert police_officer.officer_name in words


def test_the_centre_may_also_take_it_in_for_them(education_officer, police_officer):
    station = Unit.objects.get(pk=police_officer.unit_id)

    roster = receive(education_officer, workbook([child(1)]), sender=station, at=NOON)

    assert owed(police_officer, date(2026, 9, 21))[Kind.POLICE_HUKOU].received == roster
