"""The example subdistrict: made-up people in made-up places, through the same actions as real ones.

Nothing is put in by hand that an office would do: rosters are handed in, checked, received and
compared, cases are raised, assigned, visited and struck off by the posts that may.
"""

from __future__ import annotations

import secrets
import string
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice
from uuid6 import uuid7

from oosc.access.roles import ADMINISTRATORS, Role
from oosc.audit import trail
from oosc.cases import actions as cases
from oosc.cases.actions import VisitFacts
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.states import (
    AddressMatch,
    Claim,
    Conclusion,
    EvidenceKind,
    Met,
    Mode,
    Reason,
    Safety,
)
from oosc.jobs.worker import Worker
from oosc.kernel import clock
from oosc.linkage import actions as linkage
from oosc.linkage.models import Finding, Pair, Run
from oosc.linkage.states import Kind as List
from oosc.linkage.states import Verdict
from oosc.members.acting import Acting, in_post
from oosc.members.models import (
    GroupMember,
    GroupRole,
    Holding,
    LeadingGroup,
    Officer,
    Post,
    Unit,
)
from oosc.places.models import Region, School, Stage
from oosc.rosters import actions as rosters
from oosc.rosters import queries
from oosc.rosters.states import Kind
from oosc.schooling import actions as schooling
from oosc.schooling.states import RosterKind
from rosterlink import synthetic
from rosterlink.school_age import school_year, school_year_start

CHILDREN = 3000
SEED = 20260901
SUBDISTRICT = "990001001"
PASSWORD_LETTERS = string.ascii_letters + string.digits
MARK = "demo"

OFFICES = (
    ("教育中心", Role.EDU, "主任"),
    ("党政综合办公室", Role.OFFICE, "干事"),
    ("领导小组", Role.LEAD, "组长"),
    ("派出所", Role.POLICE, "户籍民警"),
    ("社会事务办〔民政〕", Role.CIVIL, "干事"),
    ("社会事务办〔卫健〕", Role.HEALTH, "干事"),
    ("司法所", Role.JUSTICE, "干事"),
    ("劳务所", Role.LABOR, "干事"),
    ("乡村振兴服务科", Role.RURAL, "干事"),
    ("文体服务科", Role.CULTURE, "干事"),
    ("市场监管所", Role.MARKET, "干事"),
    ("综合执法队", Role.ENFORCEMENT, "队员"),
    ("党建办〔统战〕", Role.UNITED_FRONT, "干事"),
    ("团工委、妇工委", Role.YOUTH, "干事"),
    ("系统管理", Role.SYS, "系统管理员"),
    ("安全管理", Role.SECADMIN, "安全管理员"),
    ("审计管理", Role.AUDIT, "审计管理员"),
)
# Officers are named after trees and stones, as nobody is.
SURNAMES = "竹梅松柏桐枫榆槐柳桑棠榕栎楠樟杉梧椿荷兰菊"
SENDERS = {
    Kind.POLICE_HUKOU: "派出所",
    Kind.POLICE_FLOATING: "派出所",
    Kind.BORDER_EXITS: "派出所",
    Kind.DEATHS: "派出所",
    Kind.SCHOOL_ROLL: "教育中心",
    Kind.ELSEWHERE_ROLL: "教育中心",
    Kind.DEFERRAL: "教育中心",
    Kind.KINDERGARTEN_LEAVERS: "教育中心",
    Kind.DISABLED_CERT: "社会事务办〔民政〕",
    Kind.POVERTY: "社会事务办〔民政〕",
    Kind.LEFT_BEHIND: "社会事务办〔民政〕",
    Kind.VACCINATION: "社会事务办〔卫健〕",
}
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass
class Account:
    """One sign-in of the demo, as it is printed at the end."""

    role: Role
    username: str
    password: str
    where: str
    secret: str = ""


@dataclass
class Demo:
    say: Callable[[str], None]
    today: date
    region: Region = field(init=False)
    accounts: list[Account] = field(default_factory=list)
    posts: dict[str, Post] = field(default_factory=dict)

    def load(self) -> None:
        """Make everything, once. What is there already is left alone."""
        self.say("正在建示例街道…")
        with transaction.atomic():
            self.places()
            self.people()
        self.say("正在收花名册…")
        self.rosters()
        self.say("正在比对…")
        run = self.compare()
        self.say("正在办理个案…")
        self.review(run)
        self.cases(run)
        self.seal()
        trail.record("demo.loaded", by=None, children=CHILDREN)
        (settings.DATA_DIR / MARK).write_text("示例数据\n", encoding="utf-8")

    # ---- where and who

    def places(self) -> None:
        made = synthetic.example_region()
        self.region, _ = Region.objects.get_or_create(code=SUBDISTRICT, defaults={"name": made.name})
        for one in made.communities:
            Region.objects.get_or_create(code=one.code, defaults={"name": one.name})
        for school in made.schools:
            stage = school.stage if school.stage in Stage.values else Stage.JUNIOR
            home = Region.objects.get(code=school.community_code)
            School.objects.get_or_create(
                code=school.code, defaults={"name": school.name, "stage": stage, "region": home}
            )

    def people(self) -> None:
        county, _ = Region.objects.get_or_create(code="990001", defaults={"name": "澄海市"})
        for name, role, title in OFFICES:
            self.post(name, role, title, self.region)
        self.post("市教育局", Role.COUNTY, "干事", county)
        for community in Region.objects.below(SUBDISTRICT).communities():
            self.post(f"{community.name}居委会", Role.COMM, "专干", community)
        for school in School.objects.filter(region__code__startswith=SUBDISTRICT):
            self.post(school.name, Role.SCHOOL, "学籍员", school.region, school)
        first = School.objects.filter(region__code__startswith=SUBDISTRICT).first()
        if first:
            self.post(first.name, Role.TEACHER, "三年级1班班主任", first.region, first, "1")
        self.group()

    def post(
        self,
        unit_name: str,
        role: Role,
        title: str,
        region: Region,
        school: School | None = None,
        class_name: str = "",
    ) -> None:
        unit_role = Role.SCHOOL if school else role
        unit, _ = Unit.objects.get_or_create(
            region=region, name=unit_name, defaults={"role": unit_role, "school": school}
        )
        since = school_year_start(self.today)
        post, is_new = Post.objects.get_or_create(
            unit=unit, title=title, defaults={"role": role, "since": since, "class_name": class_name}
        )
        self.posts.setdefault(unit_name, post)
        number = Post.objects.count()
        username = f"{role.value}{number:02d}"
        if is_new:
            name = f"{SURNAMES[number % len(SURNAMES)]}示例{number:02d}"
            officer = Officer(username=username, name=name, must_change_password=False)
            officer.set_unusable_password()
            officer.save()
            Holding.objects.begin(post, officer, since)  # type: ignore[attr-defined]  # of HoldingQuerySet

    def group(self) -> None:
        group, is_new = LeadingGroup.objects.get_or_create(
            region=self.region,
            document_number="云街〔2026〕示例1号",
            defaults={
                "title": "云屏街道义务教育控辍保学工作领导小组",
                "effective_from": school_year_start(self.today),
                "published_by": self.posts["党政综合办公室"],
            },
        )
        if not is_new:
            return
        seats = [
            (GroupRole.LEADER, "社会事务服务中心主任", "领导小组"),
            (GroupRole.DEPUTY, "派出所副所长", "派出所"),
            (GroupRole.DEPUTY, "教育中心主任", "教育中心"),
            *((GroupRole.MEMBER, name, name) for name, _, _ in OFFICES[4:14]),
        ]
        for order, (role, duty, unit) in enumerate(seats):
            GroupMember.objects.create(
                group=group, role=role, duty=duty, post=self.posts[unit], order=order
            )

    def renew_passwords(self) -> None:
        """Give every account a new password, and the three administrators a known secret."""
        now = clock.now()
        for holding in Holding.objects.held_on(self.today).with_place():  # type: ignore[attr-defined]  # of HoldingQuerySet
            officer, role = holding.officer, Role(holding.post.role)
            password = _password()
            officer.set_password(password)
            officer.password_changed_at, officer.must_change_password = now, False
            officer.save()
            secret = _factor(officer) if role in ADMINISTRATORS else ""
            where = f"{holding.post.unit.name}{holding.post.title}"
            self.accounts.append(Account(role, officer.username, password, where, secret))
        self.accounts.sort(key=lambda account: list(Role).index(account.role))

    def acting(self, unit: str) -> Acting:
        holding = Holding.objects.held_on(self.today).with_place().get(post=self.posts[unit])  # type: ignore[attr-defined]  # of HoldingQuerySet
        return in_post(holding, address="示例数据")

    # ---- what the offices do

    def rosters(self) -> None:
        on = school_year_start(self.today)
        made = synthetic.make(CHILDREN, seed=SEED, on=on, region=synthetic.example_region())
        with tempfile.TemporaryDirectory() as folder:
            for path in synthetic.write(made, Path(folder), "xlsx"):
                if path.stem in Kind.values:
                    self.receive(path, Kind(path.stem), on)

    def receive(self, path: Path, kind: Kind, as_of: date) -> None:
        by = self.acting(SENDERS[kind])
        with path.open("rb") as file:
            roster = rosters.hand_in(
                file,
                name=f"{kind.label}.xlsx",
                size=path.stat().st_size,
                kind=kind,
                sender=self.posts[SENDERS[kind]].unit,
                as_of=as_of,
                at=clock.now(),
                by=by,
            )
        Worker().work_off()
        roster.refresh_from_db()
        rosters.receive(roster, by=by, at=clock.now())

    def compare(self) -> Run:
        by = self.acting("教育中心")
        chosen = queries.latest(SUBDISTRICT)
        run = linkage.start_run(by=by, on=self.today, rosters=chosen, now=clock.now())
        Worker().work_off()
        run.refresh_from_db()
        return run

    def review(self, run: Run) -> None:
        """Decide a few of the doubtful pairs; the others wait for whoever tries the demo."""
        by, now = self.acting("教育中心"), clock.now()
        for pair in Pair.objects.filter(run=run)[:3]:
            linkage.decide(pair, by=by, verdict=Verdict.SAME, now=now)

    def cases(self, run: Run) -> None:
        """Cases in every state there is, their days set back so that the lights differ."""
        by = self.acting("教育中心")
        listed = Finding.objects.filter(run=run, kind=List.SUSPECTED, region__isnull=False)
        found = list(listed.select_related("child", "region")[:16])
        raised: list[Case] = []
        for finding, day in zip(found, _days(self.today), strict=False):
            raised += linkage.raise_suspicions(run, [finding], by=by, on=day).cases
        for number, case in enumerate(raised[2:], start=2):
            self.carry(number, case, by)

    def carry(self, number: int, case: Case, by: Acting) -> None:
        """Take a case a little further than the one before it."""
        cases.assign(case, by=by, on=case.opened_on, region=case.region, school=case.school)
        community = self.acting(f"{case.region.name}居委会")
        if number < 6:
            return
        conclusion, safety = _FOUND[number % len(_FOUND)]
        facts = VisitFacts(
            client_key=uuid7(),
            visited_on=max(case.opened_on, self.today - timedelta(days=2)),
            mode=Mode.HOME_VISIT,
            visitors=[community.officer_name, "同行老师（示例）"],
            conclusion=conclusion,
            safety=safety,
            address_match=AddressMatch.MATCHES,
            met=Met.GRANDPARENTS,
            child_present=True,
            claim=Claim.NONE if conclusion is not Conclusion.RULED_OUT else Claim.ELSEWHERE,
            account="示例：祖母在家，说暑假随父亲外出，八月底回来，没有报名。",
        )
        cases.record_visit(case, by=community, facts=facts)
        case.refresh_from_db()
        if conclusion is Conclusion.RULED_OUT:
            self.rule_out(number, case, community, by)
        for report in MandatoryReport.objects.filter(case=case):
            self.report(report, community)

    def rule_out(self, number: int, case: Case, community: Acting, by: Acting) -> None:
        for kind in (EvidenceKind.SCHOOL_PROOF, EvidenceKind.STUDENT_NO):
            cases.add_evidence(case, by=community, kind=kind, file=PIXEL, number="示例编号")
        reason = Reason.ENROLLED_ELSEWHERE
        cases.rule_out(case, by=community, on=self.today, reason=reason, words="示例：就读证明已盖章")
        if number % 2:
            cases.approve_closing(case, by=by, on=self.today)

    def report(self, report: MandatoryReport, community: Acting) -> None:
        now: datetime = clock.now()
        cases.report_mandatory(
            report,
            by=community,
            kind=MandatoryReport.Kind.UNATTENDED,
            account="示例：家中无成年人照看。",
            measures="已联系亲属到场。",
            reported_to="派出所、社会事务办〔民政〕、教育中心",
            reported_at=now,
        )

    def seal(self) -> None:
        """One community has sealed its roster; the others still have to."""
        community = Region.objects.below(SUBDISTRICT).communities().first()
        if community:
            by = self.acting(f"{community.name}居委会")
            year = school_year(self.today)
            schooling.seal(RosterKind.NOT_ENROLLED, year, community, by=by, on=self.today)


_FOUND = (
    (Conclusion.NEVER_ENROLLED, Safety.NONE),
    (Conclusion.RULED_OUT, Safety.NONE),
    (Conclusion.DROPOUT, Safety.NONE),
    (Conclusion.NOT_FOUND, Safety.NONE),
    (Conclusion.RULED_OUT, Safety.NONE),
    (Conclusion.NEVER_ENROLLED, Safety.SUSPECTED_HARM),
    (Conclusion.RULED_OUT, Safety.NONE),
)


def _days(today: date) -> Iterator[date]:
    """Opening days: some long ago, so that limits have run out, some of today."""
    for back in (0, 1, 12, 9, 7, 3, 10, 9, 8, 8, 7, 6, 5, 4, 3, 2):
        yield today - timedelta(days=back)


def _password() -> str:
    """A password of the graded-protection profile: 14 letters and digits, and a sign."""
    while True:
        text = "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(14))
        if any(c.isdigit() for c in text) and any(c.islower() for c in text) and any(c.isupper() for c in text):
            return text + "#"


def _factor(officer: Officer) -> str:
    """Return the secret of a confirmed second factor, as an authenticator takes it."""
    import base64

    TOTPDevice.objects.filter(user=officer).delete()
    device = TOTPDevice.objects.create(user=officer, name="示例", confirmed=True)
    return base64.b32encode(device.bin_key).decode()


def is_loaded() -> bool:
    return (settings.DATA_DIR / MARK).exists()


def table(accounts: Sequence[Account]) -> str:
    """One account for each role, as lines to print."""
    shown: dict[Role, Account] = {}
    for account in accounts:
        shown.setdefault(account.role, account)
    lines = [f"{'角色':<14}{'用户名':<18}{'密码':<20}岗位"]
    for account in shown.values():
        lines.append(
            f"{account.role.label:<14}{account.username:<18}{account.password:<20}{account.where}"
            + (f"　动态口令密钥 {account.secret}" if account.secret else "")
        )
    return "\n".join(lines)
