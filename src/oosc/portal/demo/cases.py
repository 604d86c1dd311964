"""Cases in every state there is, each as the posts in charge would have carried it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from uuid6 import uuid7

from oosc.cases import actions
from oosc.cases.actions import Telling, VisitFacts
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.states import (
    MUST_BE_TOLD,
    AddressMatch,
    Claim,
    Conclusion,
    EvidenceKind,
    Means,
    Met,
    Mode,
    Reason,
    Safety,
)
from oosc.kernel import clock
from oosc.linkage import actions as linkage
from oosc.linkage.models import Finding, Run
from oosc.linkage.states import Kind
from oosc.members.acting import Acting
from oosc.portal.demo.days import Days
from oosc.portal.demo.people import People

# A picture of one point, where a stamped paper would be photographed.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True)
class Story:
    """How far a case has come, and how many working days ago each step was taken."""

    opened: int
    assigned: int | None = None
    visited: int | None = None
    found: Conclusion = Conclusion.NOT_FOUND
    safety: Safety = Safety.NONE
    reported: bool = True
    asked: int | None = None
    struck_off: int | None = None


# The limits are 1, 5 and 5 working days unless an office sets others: amber from the last two.
# The first are told of the first community, whose account is printed and whose home is looked at.
STORIES = (
    Story(5, 4),
    Story(9, 8),
    Story(1, 0),
    Story(5, 4, 2),
    Story(2, 1, 0, Conclusion.NOT_FOUND, Safety.DANGER, reported=False),
    Story(6, 5, 3, Conclusion.RULED_OUT, asked=1),
    Story(6, 5, 3, Conclusion.DROPOUT),
    Story(0),
    Story(1),
    Story(4),
    Story(3, 2, 1),
    Story(10, 9, 6),
    Story(5, 4, 2, Conclusion.NEVER_ENROLLED),
    Story(4, 3, 1, Conclusion.NEVER_ENROLLED, Safety.SUSPECTED_HARM),
    Story(9, 8, 6, Conclusion.RULED_OUT, asked=4),
    Story(11, 11, 10, Conclusion.RULED_OUT, asked=8),
    Story(9, 8, 5, Conclusion.RULED_OUT, asked=4, struck_off=2),
    Story(8, 7, 4, Conclusion.RULED_OUT, asked=3, struck_off=1),
)
ACCOUNTS = {
    Conclusion.NEVER_ENROLLED: "祖母在家，说暑假随父亲外出，八月底回来，还没有报名。",
    Conclusion.DROPOUT: "父母在外务工，孩子九月起没有再去学校，现在家中。",
    Conclusion.RULED_OUT: "家长出示外地学校的就读证明，孩子已随父母转去就读。",
    Conclusion.NOT_FOUND: "家里没有人，邻居说一家人周末才回来，约定再访。",
}


@dataclass(frozen=True)
class Cases:
    """Raises the cases of a run and carries each as far as its story goes."""

    people: People
    days: Days
    run: Run

    def tell(self) -> None:
        listed = Finding.objects.filter(run=self.run, kind=Kind.SUSPECTED, region__isnull=False)
        found = listed.select_related("child", "region").order_by("region__code", "pk")[
            : len(STORIES)
        ]
        for finding, story in zip(found, STORIES, strict=False):
            self._tell(finding, story)

    def _tell(self, finding: Finding, story: Story) -> None:
        office = self.people.acting("教育中心")
        with self.days.ago(story.opened) as day:
            [case] = linkage.raise_suspicions(self.run, [finding], by=office, on=day).cases
        if story.assigned is None:
            return
        with self.days.ago(story.assigned) as day:
            actions.assign(case, by=office, on=day, region=case.region, school=case.school)
        community = self.people.acting(f"{case.region.name}居委会")
        if story.visited is not None:
            with self.days.ago(story.visited) as day:
                self._visit(case, story, community, day)
        if story.asked is not None:
            with self.days.ago(story.asked) as day:
                self._rule_out(case, community, day)
        if story.struck_off is not None:
            with self.days.ago(story.struck_off) as day:
                actions.approve_closing(case, by=office, on=day)

    def _visit(self, case: Case, story: Story, community: Acting, day: date) -> None:
        away = story.found is Conclusion.NOT_FOUND
        facts = VisitFacts(
            client_key=uuid7(),
            visited_on=day,
            mode=Mode.HOME_VISIT,
            visitors=_visitors(community),
            conclusion=story.found,
            safety=story.safety,
            address_match=AddressMatch.MATCHES,
            met=Met.NEIGHBOURS if away else Met.GRANDPARENTS,
            child_present=not away,
            claim=Claim.ELSEWHERE if story.found is Conclusion.RULED_OUT else Claim.NONE,
            account=f"示例：{ACCOUNTS[story.found]}",
            refused_to_sign=away,
            signature=b"" if away else PIXEL,
        )
        actions.record_visit(case, by=community, facts=facts)
        for report in MandatoryReport.objects.filter(case=case):
            if story.reported:
                _report(report, community)

    def _rule_out(self, case: Case, community: Acting, day: date) -> None:
        for kind in (EvidenceKind.SCHOOL_PROOF, EvidenceKind.STUDENT_NO):
            actions.add_evidence(case, by=community, kind=kind, file=PIXEL, number="示例编号")
        words = "示例：就读证明已盖章"
        reason = Reason.ENROLLED_ELSEWHERE
        actions.rule_out(case, by=community, on=day, reason=reason, words=words)


def _visitors(community: Acting) -> Sequence[str]:
    return [community.officer_name, "椿同行（示例，班主任）"]


def _report(report: MandatoryReport, community: Acting) -> None:
    actions.report_mandatory(
        report,
        by=community,
        kind=MandatoryReport.Kind.UNATTENDED,
        account="示例：家中无成年人照看。",
        measures="已联系亲属到场。",
        told=[
            Telling(body, f"示例：{body.label}值班员", Means.PHONE, clock.now())
            for body in MUST_BE_TOLD
        ],
    )
