"""A small subdistrict with one thing of everything: a child, its case, a roster, a run …

Two of them, in two counties: what lies in one is foreign to whoever works in the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import factories
import roster_files
from oosc.access.roles import Role
from oosc.cases.actions import assigning, opening, proving, visiting
from oosc.cases.actions.opening import Suspicion
from oosc.cases.actions.visiting import VisitFacts
from oosc.cases.models import Case
from oosc.cases.states import Conclusion, EvidenceKind, Mode, Reason, Safety, Source, State
from oosc.children.models import AccessRequest, Child, Circumstance
from oosc.children.states import Kind, Purpose
from oosc.exports.models import ClearExport, Export
from oosc.jobs.models import Job
from oosc.jobs.states import State as JobState
from oosc.kernel import clock
from oosc.linkage.models import Batch, Finding, Pair, Run
from oosc.linkage.states import Kind as List
from oosc.linkage.states import RunState
from oosc.members.acting import Acting
from oosc.members.models import FactorReset, GroupMember, LeadingGroup, Unit
from oosc.parameters import actions as parameters
from oosc.places.models import Region, School
from oosc.places.states import Stage
from oosc.rosters.mappings import KINDS_OF
from oosc.rosters.models import Roster
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import RosterKind, Status

TODAY = factories.TODAY
NOON = datetime(2026, 9, 21, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
THIS_YEAR = "2026-2027"
CLASS = "三年级1班"
SENDERS = (Role.POLICE, Role.CIVIL, Role.HEALTH, Role.RURAL, Role.SCHOOL, Role.COMM, Role.EDU)


@dataclass(frozen=True)
class Secrets:
    """What nobody reads who need not: unlike anything else on any page."""

    name: str
    id_no: str
    phone: str
    address: str

    @property
    def never_shown(self) -> tuple[str, ...]:
        """What no page shows before it is opened with a purpose."""
        return (self.id_no, self.id_no[6:], self.id_no[6:14], self.phone, self.address)


@dataclass
class World:
    county: str
    secrets: Secrets
    things: dict[str, object] = field(default_factory=dict)

    @property
    def subdistrict(self) -> str:
        return f"{self.county}001"

    @property
    def community(self) -> str:
        return f"{self.county}001001"

    def acting(self, role: str) -> Acting:
        """Who works here in this role."""
        if role in (Role.SCHOOL, Role.TEACHER):
            return factories.acting(
                role, place=self.subdistrict, school_code=self.school.code,
                class_name=CLASS if role == Role.TEACHER else "",
            )  # fmt: skip
        place = {Role.COMM: self.community, Role.COUNTY: self.county}.get(
            Role(role), self.subdistrict
        )
        return factories.acting(role, place=place)

    @property
    def school(self) -> School:
        return self.things["school"]

    @property
    def child(self) -> Child:
        return self.things["child"]

    @property
    def case(self) -> Case:
        return self.things["case"]


HERE = Secrets("鹿晴川", factories.id_no(date(2017, 11, 23), 901), "13900477391", "梧桐巷七十七号")
THERE = Secrets("雁归南", factories.id_no(date(2017, 12, 14), 903), "13900488265", "芦苇荡九十九号")


def home() -> World:
    return build("990001", HERE)


def abroad() -> World:
    return build("990002", THERE)


def build(county: str, secrets: Secrets) -> World:
    """Fill a county: places, people in posts, and one thing of everything."""
    world = World(county, secrets)
    _places(world)
    _parameters(world)
    _register(world)
    _people(world)
    _rosters(world)
    _export(world)
    _case(world)
    _run(world)
    _schooling(world)
    return world


def _places(world: World) -> None:
    community = factories.region(world.community)
    subdistrict = Region.objects.get(code=world.subdistrict)
    factories.SCHOOLS.setdefault(
        f"{world.county}9001", (f"{world.county}小学", Stage.PRIMARY, world.subdistrict)
    )
    school = factories.school(f"{world.county}9001")
    world.things |= {
        "region": subdistrict,
        "community": community,
        "alias": subdistrict.aliases.create(name=f"老{world.county}镇"),
        "school": school,
        "campus": school.campuses.create(name="东校区"),
    }


def _parameters(world: World) -> None:
    """A value that will hold from next year on."""
    world.things["value"] = parameters.set_parameter(
        "amber_days", "3", by=world.acting(Role.EDU), region=world.things["region"],
        effective_from=date(2027, 1, 1), basis="会议纪要", today=TODAY,
    )  # fmt: skip


def _register(world: World) -> None:
    told = world.secrets
    child = factories.child(
        told.name, place=world.community, school_code=world.school.code, grade=3,
        class_name=CLASS, phone=told.phone, address=told.address, id_no=told.id_no, sex="男",
        birth_date=date(2017, 11, 23) if told is HERE else date(2017, 12, 14),
    )  # fmt: skip
    twice = factories.child(f"{told.name}二", place=world.community)
    factories.Child.objects.filter(pk=twice.pk).update(merged_into=child)
    world.things |= {
        "child": child,
        "guardian": child.guardians.get(),
        "merge": child.merges.create(
            lost=twice,
            merged_at=NOON,
            merged_by_id=world.acting(Role.EDU).post_id,
            before={},
            kept_version=0,
        ),
        "place": child.places.get(kind="residence"),
        "circumstance": Circumstance.objects.create(
            child=child, kind=Kind.LEFT_BEHIND, since=factories.LONG_AGO
        ),
    }


def _people(world: World) -> None:
    office, secadmin = world.acting(Role.OFFICE), world.acting(Role.SECADMIN)
    group = LeadingGroup.objects.create(
        region=world.things["region"], document_number=f"{world.county}号", title="领导小组",
        effective_from=factories.LONG_AGO, published_by_id=office.post_id,
    )  # fmt: skip
    holding = factories.holding(Role.POLICE, place=world.subdistrict)
    world.things |= {
        "group": group,
        "group member": GroupMember.objects.create(
            group=group, role="member", duty="干事", post_id=office.post_id
        ),
        "holding": holding,
        "post": holding.post,
        "unit": holding.post.unit,
        "officer": holding.officer,
        "factor reset": FactorReset.objects.create(
            officer_id=holding.officer_id, reason="手机丢失", asked_by_id=office.officer_id,
            asked_at=NOON,
        ),
    }  # fmt: skip
    assert secadmin


def _rosters(world: World) -> None:
    """A roster of every sender; that of the police is a real workbook with a wrong number."""
    police = world.acting(Role.POLICE)
    told = world.secrets
    rows = [
        roster_files.child(1, name=told.name, id_no=told.id_no, born=str(world.child.birth_date)),
        roster_files.child(2, name=told.name, id_no=told.id_no[:-1] + "#"),
    ]
    first = roster_files.receive(police, roster_files.workbook(rows))
    for role in SENDERS:
        by = world.acting(role)
        roster = first if role == Role.POLICE else _copied(first, by, KINDS_OF[role][0])
        world.things[f"roster of {role}"] = roster
        world.things[f"job of {role}"] = Job.objects.create(
            name="rosters.check", title="检查花名册", state=JobState.DONE, created_at=NOON,
            finished_at=NOON, post_id=by.post_id, unit_id=by.unit_id,
        )  # fmt: skip


def _export(world: World) -> None:
    """A list that the education centre asked for, and that nobody has made yet."""
    by = world.acting(Role.EDU)
    world.things["export"] = Export.objects.create(
        officer_id=by.officer_id, post_id=by.post_id, path="/children/export/", title="儿童名单",
        purpose="核对信息", rows=1, asked_at=NOON,
    )  # fmt: skip
    world.things["clear export"] = ClearExport.objects.create(
        officer_id=by.officer_id, post_id=by.post_id, source="children", path="/children/",
        title="儿童名单", scope="不限", fields=["id_no"], purpose="核对信息", destination="派出所",
        reason="核对户籍", rows=30, alone_rows=20, asked_at=NOON,
    )  # fmt: skip


def another_roster(first: Roster, **changes: object) -> Roster:
    """The same roster once more, received as another file."""
    copied = {
        f.attname: getattr(first, f.attname) for f in Roster._meta.concrete_fields if f.name != "id"
    }
    return Roster.objects.create(**{**copied, "file_hash": uuid4().hex * 2, **changes})


def _copied(first: Roster, by: Acting, kind: str) -> Roster:
    unit = Unit.objects.get(pk=by.unit_id)
    changes = {
        "kind": kind, "sender_id": unit.pk, "region_id": unit.region_id,
        "school_id": unit.school_id, "checked_by_id": by.post_id, "received_by_id": by.post_id,
    }  # fmt: skip
    return another_roster(first, **changes)


def _case(world: World) -> None:
    """A case under verification, visited once by the community, with a hit of 安全筛查."""
    edu, comm = world.acting(Role.EDU), world.acting(Role.COMM)
    raised = opening.raise_suspicion(
        Suspicion(world.child, Source.MATCH, "never_on_roll", "学籍中没有此人"), by=edu, on=TODAY
    )
    assigning.assign(
        raised, by=edu, on=TODAY, region=world.things["community"], school=world.school,
        class_name=CLASS,
    )  # fmt: skip
    visit = visiting.record_visit(raised, by=comm, facts=visit_facts(safety=Safety.SUSPECTED_HARM))
    case = Case.objects.get(pk=raised.pk)
    evidence = proving.add_evidence(
        case, by=comm, kind=EvidenceKind.OTHER_PROOF, file=PDF, number="1"
    )
    world.things |= {
        "case": case,
        "asked case": _asked_case(world),
        "visit": visit,
        "evidence": evidence,
        "report": case.mandatory_reports.get(),
        "request": AccessRequest.objects.create(
            post_id=comm.post_id, officer_id=comm.officer_id, child=world.child,
            fields=["id_no"], purpose=Purpose.values[0], reason="核对", asked_at=clock.now(),
        ),
    }  # fmt: skip


def _asked_case(world: World) -> Case:
    """A case of nobody (查无此人) that waits for the education centre and the police."""
    child = factories.child("空挂户", place=world.community)
    suspicion = Suspicion(child, Source.COMMUNITY, "reported", "入户查无此人")
    case = opening.raise_suspicion(suspicion, by=world.acting(Role.EDU), on=TODAY)
    asked = {
        "state": State.CLOSING, "closing_reason": Reason.NO_SUCH_PERSON,
        "closing_from": State.VERIFYING, "closing_by_id": world.acting(Role.COMM).officer_id,
    }  # fmt: skip
    Case.objects.filter(pk=case.pk).update(**asked)
    return Case.objects.get(pk=case.pk)


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def visit_facts(**changes: object) -> VisitFacts:
    """A home visit by two that found nothing yet, unless said otherwise."""
    facts = {
        "client_key": uuid4(),
        "visited_on": TODAY,
        "mode": Mode.HOME_VISIT,
        "visitors": ["梅青", "江晚"],
        "conclusion": Conclusion.NOT_FOUND,
        "safety": Safety.NONE,
        "account": "邻居说搬走了。",
        "refused_to_sign": True,
    }
    return VisitFacts(**{**facts, **changes})


def _run(world: World) -> None:
    edu = world.acting(Role.EDU)
    run = Run.objects.create(
        number=1, region=world.things["region"], judged_on=TODAY, state=RunState.DONE,
        requested_by_id=edu.post_id, requested_at=NOON, finished_at=NOON,
        counts={"residents_of_school_age": 3, "suspected": 1, "review": 1},
    )  # fmt: skip
    run.rosters.set([world.things[f"roster of {Role.POLICE}"]])
    for kind in List:
        Finding.objects.create(**finding_of(world, run, kind))
    row = {
        "name": world.secrets.name, "id_no": world.secrets.id_no, "phone": world.secrets.phone,
        "address": world.secrets.address, "sex": "男", "birth_date": "2017-11-23",
        "roster": "户籍学龄人口", "sender": "派出所", "as_of": "2026-09-01", "row": "2",
        "guardian": "", "community": "", "school": "",
    }  # fmt: skip
    world.things |= {
        "run": run,
        "batch": Batch.objects.create(run=run, by_id=edu.post_id, at=NOON),
        "pair": Pair.objects.create(
            run=run, rank=1, left_key="1", right_key="2", left_print=b"1", right_print=b"2",
            left=row, right=row | {"id_no": factories.id_no(date(2017, 3, 1), 905)},
            probability=0.5, region_code=world.community,
        ),
    }  # fmt: skip


def finding_of(world: World, run: Run, kind: List) -> dict[str, object]:
    told = world.secrets
    return {
        "run": run, "kind": kind, "child": world.child, "row_key": f"1:{uuid4()}",
        "name": told.name, "sex": "男", "birth_date": world.child.birth_date, "grade": 3,
        "region": world.things["community"], "region_code": world.community,
        "school": world.school, "class_name": CLASS, "id_head": told.id_no[:6],
        "id_no": told.id_no, "reason_code": "never_on_roll", "reason": "学籍中没有此人",
        "nearest": f"{told.name}，{world.school.name}", "print": b"p",
    }  # fmt: skip


def _schooling(world: World) -> None:
    row = StatusRow(
        world.child.pk, THIS_YEAR, Status.SUSPECTED, region_id=world.things["community"].pk
    )
    schooling.set_statuses([row], by=None, on=TODAY)
    world.things["sealed"] = schooling.seal(
        RosterKind.NOT_ENROLLED, THIS_YEAR, world.things["community"],
        by=world.acting(Role.COMM), on=TODAY,
    )  # fmt: skip
