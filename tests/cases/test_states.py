"""The table of states: every arrow may be taken, and from every state one may not."""

from __future__ import annotations

import pytest

from oosc.access.policy import Permission
from oosc.access.roles import Role
from oosc.cases import rules
from oosc.cases.states import (
    ARROWS,
    CLOSINGS,
    NEXT,
    NUMBERED,
    ONLY_AGREE,
    Reason,
    State,
    reasons_of,
)
from oosc.kernel.refusal import Refused
from oosc.parameters.definitions import BY_CODE
from oosc.schooling.states import Status

# domain §4.2, drawn once more.
DRAWN = {
    State.SUSPECTED: {State.ASSIGNED, State.CLOSED, State.CLOSING},
    State.ASSIGNED: {
        State.ASSIGNED,  # to another community
        State.SUSPECTED,
        State.VERIFYING,
        State.CLOSED,
        State.CLOSING,
    },
    State.VERIFYING: {State.CONFIRMED, State.CLOSING, State.ASSIGNED, State.SUSPECTED},
    State.CONFIRMED: {State.PERSUADING, State.CLOSING, State.VERIFYING},
    State.PERSUADING: {State.AGREED, State.CLOSING},
    State.AGREED: {State.RETURNED, State.PERSUADING},
    State.RETURNED: {State.OBSERVING},
    State.OBSERVING: {State.CLOSING, State.PERSUADING},
    State.CLOSING: {
        State.CLOSED,
        State.SUSPECTED,
        State.ASSIGNED,
        State.VERIFYING,
        State.CONFIRMED,
        State.PERSUADING,
        State.OBSERVING,
    },
    State.CLOSED: {State.VERIFYING, State.PERSUADING},
}
FORBIDDEN = {
    State.SUSPECTED: "confirm",
    State.ASSIGNED: "rule_out",
    State.VERIFYING: "approve",
    State.CONFIRMED: "confirm",
    State.PERSUADING: "confirm",
    State.AGREED: "approve",
    State.RETURNED: "withdraw",
    State.OBSERVING: "assign",
    State.CLOSING: "rule_out",
    State.CLOSED: "withdraw",
}


def test_the_table_is_the_one_that_is_drawn():
    assert NEXT == DRAWN


@pytest.mark.parametrize("step", ARROWS, ids=lambda a: f"{a.event}-{a.now}-{a.to}")
def test_every_arrow_may_be_taken(step):
    taken = rules.arrow(step.event, step.now, step.to)

    assert (taken.now, taken.to) == (step.now, step.to)


@pytest.mark.parametrize(("state", "event"), FORBIDDEN.items())
def test_from_every_state_one_arrow_may_not(state, event):
    with pytest.raises(Refused, match=f"“{state.label}”的个案不能办理"):
        rules.arrow(event, state)


def test_an_arrow_leads_only_where_the_table_says():
    with pytest.raises(Refused, match="不能办理“退回”"):
        rules.arrow("send_back", State.CLOSING, State.RETURNED)


def test_an_event_that_there_is_not_is_refused_too():
    with pytest.raises(Refused, match="不能办理“evaporate”"):
        rules.arrow("evaporate", State.VERIFYING)


@pytest.mark.parametrize("step", ARROWS, ids=lambda a: f"{a.event}-{a.now}-{a.to}")
def test_every_arrow_names_a_permission_and_a_limit_that_there_are(step):
    assert step.permission in set(Permission)
    assert not step.limit or step.limit in BY_CODE


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_it_needs_who_approves_and_what_follows(reason):
    closing = CLOSINGS[reason]

    assert closing.approvers
    assert closing.needs or reason is Reason.WITHDRAWN
    assert set(closing.statuses) <= set(Status.values)
    assert not (closing.statuses and closing.puts_back)


def test_what_is_proved_by_a_number_is_needed_somewhere():
    needed = {kind for closing in CLOSINGS.values() for kind in closing.needs}

    assert needed >= NUMBERED


def test_the_bodies_beside_the_centre_and_the_head_are_those_of_c08_c11_and_c15():
    asked = {role for closing in CLOSINGS.values() for role in closing.approvers}

    assert asked - {Role.EDU, Role.LEAD} == ONLY_AGREE
    assert reasons_of(Role.CIVIL) == [Reason.HOME_DELIVERY]
    assert reasons_of(Role.POLICE) == [Reason.ABROAD, Reason.NO_SUCH_PERSON]
