"""A list asks the database as often for sixty rows as for five, and at most twelve times."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import factories
import world
from oosc.access.roles import Role
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.states import Reason, State
from oosc.children.models import AccessRequest
from oosc.exports.models import ClearExport
from oosc.jobs.models import Job
from oosc.jobs.states import State as JobState
from oosc.kernel import clock
from oosc.linkage import listing
from oosc.linkage.models import Finding, Pair, Run
from oosc.linkage.states import Kind, RunState, Verdict
from oosc.members.acting import Acting
from oosc.members.models import Factor, FactorReset, Holding, Officer, Post, Unit
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow
from oosc.schooling.models import SealedRoster
from oosc.schooling.states import Status

FEW, MANY, MOST = 5, 60, 12
# Route → the role that looks. The home page gathers from every room and has a bound of its own.
LISTS = {
    "cases:ledger": Role.EDU,
    "cases:visits": Role.COMM,
    "cases:approvals": Role.EDU,
    "cases:reports": Role.COMM,
    "children:list": Role.EDU,
    "children:requests": Role.LEAD,
    "exports:clear_list": Role.LEAD,
    "jobs:list": Role.EDU,
    "jobs:queue": Role.SYS,
    "linkage:pairs": Role.EDU,
    "linkage:duplicates": Role.EDU,
    "linkage:explained": Role.EDU,
    "linkage:found": Role.COMM,
    "linkage:ghosts": Role.EDU,
    "linkage:runs": Role.EDU,
    "linkage:suspected": Role.EDU,
    "linkage:unregistered": Role.EDU,
    "members:factor_resets": Role.SECADMIN,
    "members:group": Role.LEAD,
    "members:hand_over": Role.EDU,
    "members:officers": Role.SYS,
    "members:units": Role.SECADMIN,
    "parameters:list": Role.EDU,
    "places:regions": Role.SYS,
    "places:schools": Role.SYS,
    "portal:trail": Role.AUDIT,
    "rosters:destruction": Role.EDU,
    "rosters:due": Role.EDU,
    "rosters:list": Role.EDU,
    "schooling:enrolled": Role.EDU,
    "schooling:not_enrolled": Role.EDU,
    "schooling:sealed": Role.EDU,
}
BOUNDS = {"portal:home": 24}


@pytest.mark.django_db
def test_no_list_asks_more_often_for_more_rows():
    here = world.home()
    keys = {role: _signed_in(here.acting(role)) for role in {*LISTS.values(), Role.COMM}}
    _grow(here, range(FEW))
    few = _questions(keys)
    _grow(here, range(FEW, MANY))
    many = _questions(keys)

    wrong = [
        f"{route}: {few[route]} for {FEW} rows, {asked} for {MANY}"
        for route, asked in many.items()
        if asked > max(few[route], 1) or asked > BOUNDS.get(route, MOST)
    ]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Case, AccessRequest], ids=lambda model: model.__name__)
def test_what_belongs_to_children_is_not_joined_to_all_of_them(model, acting):
    """Joined, PostgreSQL reads every child of a county to count a few hundred rows."""
    reached = model.objects.visible_to(acting(Role.EDU))

    assert 'JOIN "children_child"' not in str(reached.query)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL sorts a handful of rows")
@pytest.mark.django_db
def test_the_suspected_are_read_in_their_order():
    run = world.home().things["run"]
    rows = Finding.objects.filter(run=run, kind=Kind.SUSPECTED)
    plan = rows.order_by(*listing.FIRST_OF_SUSPECTED, "pk").explain()

    assert "linkage_new_first" in plan
    assert "TEMP B-TREE" not in plan


def _questions(keys: dict[str, str]) -> dict[str, int]:
    return {
        route: _asked(reverse(route), keys[role])
        for route, role in {**LISTS, "portal:home": Role.EDU}.items()
    }


def _asked(address: str, key: str) -> int:
    """How often a page asks, at the second look: the first fills what is kept in memory."""
    client = _client(key)
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(found)


def _client(key: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def _signed_in(by: Acting) -> str:
    """The key of a session with a second factor: it is one question more."""
    session = factories.session_of(by)
    device, _ = Factor.objects.get_or_create(user_id=by.officer_id, confirmed=True, name="动态口令")
    session["otp_device_id"] = device.persistent_id
    session.save()
    return session.session_key


def _grow(here: world.World, numbers: range) -> None:
    """One more of everything for each number."""
    for number in numbers:
        _more_cases(here, number)
        _more_of_a_run(here, number)
        _more_people(here, number)
        _more_papers(here, number)


def _more_cases(here: world.World, number: int) -> None:
    states = [State.SUSPECTED, State.ASSIGNED, State.VERIFYING, State.CLOSING]
    state = states[number % len(states)]
    child = factories.child(
        f"林{number}", place=here.community, school_code=here.school.code, grade=3,
        class_name=world.CLASS, phone=f"139004{number:05d}",
    )  # fmt: skip
    asked = {
        "closing_reason": Reason.ENROLLED, "closing_from": State.VERIFYING,
        "closing_by_id": here.acting(Role.COMM).officer_id,
    }  # fmt: skip
    case = Case.objects.create(
        number=f"{here.subdistrict}-2026-{number + 1000}", child=child,
        region=here.things["community"], school=here.school, state=state,
        state_since=world.TODAY, school_year=world.THIS_YEAR, source="match",
        trigger_code="never_on_roll", trigger="学籍中没有此人", opened_on=world.TODAY,
        due_on=world.TODAY + timedelta(days=number % 9 - 4), due_unit="days",
        **(asked if state is State.CLOSING else {}),
    )  # fmt: skip
    MandatoryReport.objects.create(
        case=case, child=child, region=case.region, found_at=world.NOON, due_at=world.NOON,
        found_by_id=here.acting(Role.COMM).post_id,
    )  # fmt: skip
    AccessRequest.objects.create(
        post_id=here.acting(Role.COMM).post_id, officer_id=here.acting(Role.COMM).officer_id,
        child=child, fields=["id_no"], purpose="verify", reason="核对", asked_at=clock.now(),
    )  # fmt: skip
    ClearExport.objects.create(
        officer_id=here.acting(Role.COMM).officer_id, post_id=here.acting(Role.COMM).post_id,
        source="children", path="/children/", title="儿童名单", scope="不限", fields=["id_no"],
        purpose="核对信息", destination="派出所", reason="核对", rows=30, alone_rows=20,
        asked_at=clock.now(),
    )  # fmt: skip
    status = [Status.ENROLLED_LOCAL, Status.SUSPECTED][number % 2]
    row = StatusRow(child.pk, world.THIS_YEAR, status, region_id=here.things["community"].pk)
    schooling.set_statuses([row], by=None, on=world.TODAY)


def _more_of_a_run(here: world.World, number: int) -> None:
    run, by = here.things["run"], here.acting(Role.EDU)
    for kind in Kind:
        Finding.objects.create(**world.finding_of(here, run, kind))
    Pair.objects.create(
        run=run, rank=number + 10, left_key=f"a{number}", right_key=f"b{number}",
        left_print=b"l", right_print=b"r", left=PAIR, right=PAIR, probability=0.5,
        region_code=here.community, verdict=Verdict.SKIPPED, decided_by_id=by.post_id,
        decided_at=world.NOON,
    )  # fmt: skip
    # Queued runs ask after their job; runs that have ended do not.
    Run.objects.create(
        number=number + 10, region=run.region, judged_on=world.TODAY, state=RunState.FAILED,
        requested_by_id=by.post_id, requested_at=world.NOON,
    )  # fmt: skip


PAIR = dict.fromkeys(
    ("roster", "sender", "as_of", "row", "name", "id_no", "birth_date", "sex", "guardian",
     "phone", "community", "address", "school"), "2026-09-01",
)  # fmt: skip


def _more_people(here: world.World, number: int) -> None:
    who = Officer.objects.create(username=f"many{number}", name=f"棠{number}")
    unit = Unit.objects.create(name=f"第{number}所", role=Role.POLICE, region=here.things["region"])
    post = Post.objects.create(unit=unit, role=Role.POLICE, title="民警", since=factories.LONG_AGO)
    Holding.objects.begin(post, who, factories.LONG_AGO)
    FactorReset.objects.create(
        officer=who, reason="换机", asked_by_id=here.acting(Role.OFFICE).officer_id,
        asked_at=world.NOON,
    )  # fmt: skip
    factories.SCHOOLS[f"990001{number + 5000}"] = (f"第{number}小学", "primary", here.subdistrict)
    factories.school(f"990001{number + 5000}")
    here.things["region"].aliases.create(name=f"旧名{number}")


def _more_papers(here: world.World, number: int) -> None:
    by = here.acting(Role.EDU)
    roster = world.another_roster(here.things[f"roster of {Role.EDU}"])
    Job.objects.create(
        name="rosters.check", title=str(roster), state=JobState.DONE, created_at=world.NOON,
        finished_at=world.NOON, post_id=by.post_id, unit_id=by.unit_id,
    )  # fmt: skip
    sealed = here.things["sealed"]
    SealedRoster.objects.create(
        kind=sealed.kind, school_year=sealed.school_year, region=sealed.region,
        sealed_on=date(2026, 1, 1) + timedelta(days=number), sealed_by=sealed.sealed_by,
        sealed_by_name="梅青", rows_count=1, file_key=uuid4().hex,
    )  # fmt: skip
