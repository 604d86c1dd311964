"""The frame of every page: rooms still to come, the red figure, the clauses on the home page."""

from __future__ import annotations

import pytest
from django.urls import reverse

import world
from oosc.access.roles import ADMINISTRATORS, Role
from oosc.cases.models import Case
from oosc.portal.context import ROOMS

pytestmark = pytest.mark.django_db
COUNT = reverse("portal:todo_count")
DESIGNED = ["待办", "花名册", "比对", "儿童", "台账", "文书", "检查", "机制", "指标", "系统"]


def test_the_rooms_of_the_design_stand_in_its_order():
    assert [room.label for room in ROOMS if room.label in DESIGNED] == DESIGNED


@pytest.mark.parametrize("role", Role.values)
def test_offices_see_what_is_still_to_come_and_cannot_open_it(role, client_as):
    shown = client_as(role).get(reverse("portal:notice")).content.decode()

    unbuilt = shown.count("<small>尚未建成</small>")
    assert unbuilt == (0 if role in ADMINISTRATORS else sum(not room.is_built for room in ROOMS))
    assert 'href="#"' not in shown


def test_the_red_figure_is_what_is_late_on_the_home_page(client_as):
    here = world.home()
    centre = client_as(here.acting(Role.COMM))
    assert "bx-count" not in centre.get(COUNT).content.decode()
    Case.objects.filter(pk=here.case.pk).update(due_on="2026-09-01")

    figure = centre.get(COUNT).content.decode()

    home = centre.get("/").content.decode()
    assert "1<span" in figure
    assert "逾期 1<" in home
    assert f'hx-get="{COUNT}"' in home
    assert "<html" not in figure
