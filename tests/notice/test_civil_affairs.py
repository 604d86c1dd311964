"""六·社会事务办〔民政〕: what the notice asks of civil affairs, clause by clause."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from oosc.parameters.definitions import BY_CODE, Standing
from oosc.rosters import queries
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind
from roster_files import id_number, receive, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.clause("MZ-3b")]

HEADINGS = ("姓名", "性别", "公民身份号码", "残疾人证号", "残疾类别")


def roster_on(by, day: int, month: int) -> Roster:
    number = id_number(1)
    content = workbook([["桑夏至", "女", number, f"{number}43", "肢体"]], HEADINGS)
    at = datetime(2026, month, day, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    return receive(
        by, content, kind=Kind.DISABLED_CERT, as_of=date(2026, month, day), at=at, name="残疾.xlsx"
    )


def disability(by, today: date) -> queries.Due:
    (due,) = [due for due in queries.due(by, today) if due.kind == Kind.DISABLED_CERT]
    return due


def test_the_day_is_fixed_by_the_notice():
    definition = BY_CODE["disability_roster_day"]

    assert (definition.default, definition.standing) == ("06-30", Standing.FIXED)


@pytest.mark.parametrize(
    ("today", "colour", "words"),
    [
        (date(2026, 1, 1), "green", "剩 180 天"),
        (date(2026, 6, 20), "amber", "剩 10 天"),
        (date(2026, 6, 30), "amber", "今天到期"),
        (date(2026, 7, 1), "red", "逾期 1 天"),
        (date(2026, 12, 31), "red", "逾期 184 天"),
    ],
)
def test_the_roster_of_disabled_children_by_the_30th_of_june(civil_officer, today, colour, words):
    due = disability(civil_officer, today)

    assert (due.due_on, due.light.colour, due.light.words) == (date(2026, 6, 30), colour, words)


def test_handed_in_in_the_first_half_year(civil_officer):
    roster = roster_on(civil_officer, 15, 5)

    due = disability(civil_officer, date(2026, 7, 1))
    assert (due.received, due.light.words) == (roster, "按时收下")


def test_last_years_roster_does_not_count(civil_officer):
    roster_on(civil_officer, 15, 5)

    due = disability(civil_officer, date(2027, 1, 4))
    assert due.received is None
    assert due.last is not None


def test_it_goes_to_the_education_centre(civil_officer, education_officer):
    roster = roster_on(civil_officer, 15, 5)

    assert roster in Roster.objects.visible_to(education_officer)
