"""四·教育中心: what the notice asks of the education centre, clause by clause."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

import factories
from oosc.schooling import actions, queries
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import RosterKind, Status

THIS_YEAR = "2026-2027"
TODAY = date(2026, 9, 20)


def counted(name: str, status: Status, place: str = factories.EAST) -> None:
    child = factories.child(name, place=place)
    row = StatusRow(child.pk, THIS_YEAR, status, region_id=child.home_id)
    actions.set_statuses([row], by=None, on=TODAY)


@pytest.mark.clause("JY-2b")
def test_the_centre_has_every_child_out_of_school_of_the_year(education_officer):
    counted("林小雨", Status.SUSPECTED)
    counted("江晚", Status.DEFERRED, factories.WEST)
    counted("苏小禾", Status.ENROLLED_LOCAL)

    ledger = queries.roster(RosterKind.NOT_ENROLLED, THIS_YEAR).visible_to(education_officer)

    assert set(ledger.values_list("child__name", flat=True)) == {"林小雨", "江晚"}


@pytest.mark.clause("JY-2b")
def test_the_figures_of_the_year_are_those_of_the_lists(education_officer):
    counted("林小雨", Status.SUSPECTED)
    counted("苏小禾", Status.ENROLLED_LOCAL)
    counted("云生", Status.DECEASED)

    standing = queries.counts(education_officer, TODAY)

    assert (standing.enrolled, standing.not_enrolled) == (1, 1)


@pytest.mark.clause("JY-2b")
def test_the_head_and_the_communities_read_the_ledger(client_as):
    counted("林小雨", Status.SUSPECTED)
    address = reverse("schooling:not_enrolled")

    assert "林*" in client_as("lead").get(address).content.decode()
    assert "林小雨" in client_as("comm").get(address).content.decode()
    assert client_as("police").get(address).status_code == 404


@pytest.mark.clause("JY-2b")
def test_the_ledger_of_the_whole_subdistrict_is_sealed(education_officer):
    counted("林小雨", Status.SUSPECTED)
    counted("江晚", Status.DEFERRED, factories.WEST)

    sealed = actions.seal(
        RosterKind.NOT_ENROLLED, THIS_YEAR, factories.region(factories.SUBDISTRICT),
        by=education_officer, on=TODAY,
    )  # fmt: skip

    assert sealed.rows_count == 2
