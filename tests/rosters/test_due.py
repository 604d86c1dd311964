"""What a unit owes: the roll of all schools, exported by the education centre, is theirs too."""

from __future__ import annotations

from datetime import date

import pytest

from oosc.rosters import queries
from oosc.rosters.states import Kind
from roster_files import child, receive, workbook

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
