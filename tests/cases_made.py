"""Cases brought into a state by the actions themselves, as far as there are any yet."""

from __future__ import annotations

from datetime import date

import factories
import world
from oosc.cases.actions import assigning, opening, proving, striking_off, visiting
from oosc.cases.actions.opening import Suspicion
from oosc.cases.models import Case, Evidence
from oosc.cases.states import CLOSINGS, EvidenceKind, Reason, Source, State
from oosc.children.models import Child

TODAY = factories.TODAY


class Maker:
    """Makes cases of 东桥社区 and 云屏中心小学."""

    def __init__(self) -> None:
        self.education = factories.acting("edu")
        self.community = factories.acting("comm")
        self.school = factories.school()
        self.papers = 0

    def child(self, name: str = "林小雨", **fields: object) -> Child:
        return factories.child(name, school_code=factories.PRIMARY, **fields)

    def case(self, state: State = State.SUSPECTED, child: Child | None = None) -> Case:
        suspicion = Suspicion(
            child or self.child(), Source.MATCH, "never_on_roll", "学籍中没有此人"
        )
        case = opening.raise_suspicion(suspicion, by=self.education, on=TODAY)
        if state is State.SUSPECTED:
            return case
        east = factories.region(factories.EAST)
        case = assigning.assign(case, by=self.education, on=TODAY, region=east, school=self.school)
        if state is State.ASSIGNED:
            return case
        case = assigning.start_verifying(case, by=self.community, on=TODAY)
        if state is State.VERIFYING:
            return case
        # The steps behind the verification are not built yet: the row says where it stands.
        asked = {}
        if state in (State.CLOSING, State.CLOSED):
            asked = {
                "closing_reason": Reason.ENROLLED, "closing_from": State.VERIFYING,
                "closing_by_id": self.community.officer_id,
            }  # fmt: skip
        if state is State.CLOSED:
            asked |= {"closed_on": TODAY, "closed_by_id": self.education.post_id}
        Case.objects.filter(pk=case.pk).update(state=state, **asked)
        return Case.objects.get(pk=case.pk)

    def prove(self, case: Case, reason: Reason) -> None:
        """Put into the case all that a reason needs."""
        for kind in CLOSINGS[reason].needs:
            self.proof(case, kind)

    def proof(self, case: Case, kind: EvidenceKind, number: str = "2026-17") -> Evidence:
        self.papers += 1  # one paper put in twice is one proof
        paper = world.PDF + b"%" + str(self.papers).encode()
        return proving.add_evidence(case, by=self.community, kind=kind, file=paper, number=number)

    def closing(self, reason: Reason, child: Child | None = None) -> Case:
        """A case whose exclusion the community asks for, with all evidence."""
        case = self.case(State.VERIFYING, child)
        self.prove(case, reason)
        return self.rule_out(case, reason)

    def rule_out(self, case: Case, reason: Reason, by=None) -> Case:
        term = {"since": date(2026, 9, 1), "until": date(2027, 8, 31)}
        return striking_off.rule_out(
            case, by=by or self.community, on=TODAY, reason=reason,
            **(term if CLOSINGS[reason].has_term else {}),
        )  # fmt: skip

    def visit(self, case: Case, by=None, **facts: object):
        return visiting.record_visit(
            case, by=by or self.community, facts=world.visit_facts(**facts)
        )
