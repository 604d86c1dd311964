"""Cases in every state there is, each as the posts in charge would have carried it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from uuid6 import uuid7

from oosc.access.roles import Role
from oosc.cases.actions import (
    assigning,
    opening,
    proving,
    reporting,
    striking_off,
    visiting,
    withdrawing,
)
from oosc.cases.actions.opening import Suspicion
from oosc.cases.actions.reporting import Telling
from oosc.cases.actions.visiting import VisitFacts
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.states import (
    CLOSINGS,
    MUST_BE_TOLD,
    AddressMatch,
    Body,
    Claim,
    Conclusion,
    Means,
    Met,
    Mode,
    Reason,
    Safety,
    Source,
)
from oosc.children import actions as children
from oosc.children.states import Masked, Purpose
from oosc.kernel import clock
from oosc.linkage import actions as linkage
from oosc.linkage.models import Finding, Run
from oosc.linkage.states import Kind
from oosc.members.acting import Acting
from oosc.portal.demo.days import Days
from oosc.portal.demo.people import People
from rosterlink.school_age import school_year_start

# A picture of one point, where a stamped paper would be photographed.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class Turn(Enum):
    """What else became of a case, so many working days ago."""

    WITHDRAWN = auto()
    HANDED_BACK = auto()
    REASSIGNED = auto()
    CORRECTED = auto()
    REOPENED = auto()
    ASKED_AFTER = auto()  # a colleague asks the head to open what is masked


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
    reason: Reason = Reason.ENROLLED_ELSEWHERE
    turn: Turn | None = None
    turned: int = 0


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
    # What waits for another body than the centre alone: C15, C08, C16.
    Story(9, 8, 6, Conclusion.RULED_OUT, asked=3, reason=Reason.NO_SUCH_PERSON),
    Story(8, 7, 5, Conclusion.RULED_OUT, asked=2, reason=Reason.HOME_DELIVERY),
    Story(7, 6, 5, Conclusion.RULED_OUT, asked=2, reason=Reason.MISSING),
    Story(9, 8, 6, Conclusion.RULED_OUT, asked=4, struck_off=2, reason=Reason.DEFERRED),
    Story(6, 5, 3, Conclusion.ENROLLED_UNREGISTERED),
    Story(7, 6, 4, Conclusion.ILLEGAL_ALTERNATIVE),
    Story(6, 5, turn=Turn.WITHDRAWN, turned=4),
    Story(4, 3, turn=Turn.HANDED_BACK, turned=1),
    Story(5, 4, turn=Turn.REASSIGNED, turned=2),
    Story(6, 5, 3, Conclusion.DROPOUT, turn=Turn.CORRECTED, turned=1),
    Story(11, 10, 9, Conclusion.RULED_OUT, asked=7, struck_off=5, turn=Turn.REOPENED, turned=1),
    Story(8, 7, 5, Conclusion.RULED_OUT, asked=4, struck_off=3, turn=Turn.ASKED_AFTER),
)
APPROVERS = {
    Role.EDU: "教育中心",
    Role.LEAD: "领导小组",
    Role.POLICE: "派出所",
    Role.CIVIL: "社会事务办〔民政〕",
}
LEAVE_LEFT = timedelta(days=8)  # soon enough that the community is reminded
ACCOUNTS = {
    Conclusion.NEVER_ENROLLED: "祖母在家，说暑假随父亲外出，八月底回来，还没有报名。",
    Conclusion.DROPOUT: "父母在外务工，孩子九月起没有再去学校，现在家中。",
    Conclusion.ILLEGAL_ALTERNATIVE: "家长说孩子在家里由亲戚教读，没有办理入学。",
    Conclusion.ENROLLED_UNREGISTERED: "孩子在校上课，学校说转入后学籍还没有办下来。",
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
            assigning.assign(case, by=office, on=day, region=case.region, school=case.school)
        community = self.people.acting(f"{case.region.name}居委会")
        if story.visited is not None:
            with self.days.ago(story.visited) as day:
                self._visit(case, story, community, day)
        if story.asked is not None:
            with self.days.ago(story.asked) as day:
                self._rule_out(case, story.reason, community, day)
        if story.struck_off is not None:
            with self.days.ago(story.struck_off) as day:
                for role in CLOSINGS[story.reason].approvers:
                    by = self.people.acting(APPROVERS[role])
                    striking_off.approve_closing(case, by=by, on=day)
        if story.turn is not None:
            with self.days.ago(story.turned) as day:
                self._turn(case, story.turn, community, day)

    def _turn(self, subject: Case, turn: Turn, community: Acting, day: date) -> None:
        office = self.people.acting("教育中心")
        match turn:
            case Turn.WITHDRAWN:
                withdrawing.withdraw(subject, by=office, on=day, why="示例：重复立案")
            case Turn.HANDED_BACK:
                why = "示例：不属本社区，邻居说一家已搬走"
                assigning.hand_back(subject, by=community, on=day, why=why)
            case Turn.REASSIGNED:
                other = next(one for one in self.people.communities() if one != subject.region)
                assigning.reassign(
                    subject, by=office, on=day, region=other, school=subject.school,
                    why="示例：已搬到该社区",
                )  # fmt: skip
            case Turn.CORRECTED:
                wrong = subject.visits.get()
                visiting.correct_visit(wrong, by=community, on=day, why="示例：结论点错了")
            case Turn.REOPENED:
                told = "示例：邻居反映孩子又没有上学"
                heard = Suspicion(subject.child, Source.TIP, opening.BY_HAND, told)
                opening.raise_suspicion(heard, by=office, on=day)
            case Turn.ASKED_AFTER:
                children.request_reveal(
                    subject.child, by=community, fields=[Masked.ID_NO], purpose=Purpose.CORRECT,
                    reason="示例：核对证件号", at=clock.now(),
                )  # fmt: skip

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
        visiting.record_visit(case, by=community, facts=facts)
        for report in MandatoryReport.objects.filter(case=case):
            if story.reported:
                _report(report, community)
                words = "示例：已派员到场，亲属陪护。"
                reporting.answer_mandatory(report, by=community, body=Body.POLICE, answer=words)

    def _rule_out(self, case: Case, reason: Reason, community: Acting, day: date) -> None:
        for kind in CLOSINGS[reason].needs:
            proving.add_evidence(case, by=community, kind=kind, file=PIXEL, number="示例编号")
        is_leave = CLOSINGS[reason].has_term
        striking_off.rule_out(
            case, by=community, on=day, reason=reason, words="示例：材料已核对",
            since=school_year_start(day) if is_leave else None,
            until=self.people.today + LEAVE_LEFT if is_leave else None,
        )  # fmt: skip


def _visitors(community: Acting) -> Sequence[str]:
    return [community.officer_name, "椿同行（示例，班主任）"]


def _report(report: MandatoryReport, community: Acting) -> None:
    reporting.report_mandatory(
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
