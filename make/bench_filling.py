"""Made-up records for the bench of the pages: 300,000 children, and a year of an office's work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from time import perf_counter, process_time
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

CHILDREN = int(os.environ.get("BENCH_CHILDREN", "300000"))
TOWNS, COMMUNITIES = 20, 15  # of the county, and of each town
ON = date(2026, 9, 1)
AT = datetime(2026, 9, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
YEAR = "2026-2027"
MISSING = 50  # of so many children one is not in school
EVENTS = CHILDREN  # of the trail
JOBS = 5_000
PAIRS = 5_000
ROSTERS = 4  # of each sender and kind, four months apart
# Of so many children of a run one stands on this list.
STANDS = {"found": 3, "explained": 4, "suspected": 5, "ghost": 7, "duplicate": 11}
PORTION = 5_000
SHOWN_OF_A_PAIR = (
    *("roster", "sender", "as_of", "row", "name", "id_no", "birth_date", "sex", "guardian"),
    *("phone", "community", "address", "school"),
)
T = TypeVar("T")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "安宁晨曦若溪沐阳子墨一诺雨桐思远景行明哲书瑶欣怡梓涵"


def filled() -> Iterator[dict[str, str]]:
    """Fill the register, the rosters of the school year and the ledger."""
    from oosc.children import actions

    communities, schools = places()
    began, busy = perf_counter(), process_time()
    found = actions.upsert_from_run(facts(communities, schools), by=None, on=ON)
    busy = process_time() - busy
    yield {
        "words": f"{CHILDREN:,} children from a run into the register",
        "measured": f"{perf_counter() - began:.0f} s",
        "budget": "—",
        "remark": f"{busy / CHILDREN * 1000:.2f} ms of the processor a child",
    }
    schooled(list(found.values()), communities, schools)


def places() -> tuple[list[Any], list[Any]]:  # Any: a Region, a School
    """A county with its towns and communities, and a school in each community."""
    from django.db import transaction

    from oosc.places.models import Region, School

    communities, schools = [], []
    with transaction.atomic():
        Region.objects.create(code="990001", name="澄海市")
        for town in range(1, TOWNS + 1):
            Region.objects.create(code=f"990001{town:03d}", name=f"示例{town}街")
            for number in range(1, COMMUNITIES + 1):
                code, name = f"990001{town:03d}{number:03d}", f"示例{town}街{number}社区"
                communities.append(Region.objects.create(code=code, name=name))
                school = School.objects.create(
                    code=f"99{len(schools):08d}", name=f"示例{town}街第{number}小学",
                    stage="primary", region=communities[-1],
                )  # fmt: skip
                schools.append(school)
    return communities, schools


def schooled(children: list[UUID], communities: list[Any], schools: list[Any]) -> None:  # as above
    """A status of the school year for every child; some are not in school, and have a case."""
    from oosc.cases.models import Case
    from oosc.cases.states import Source, State
    from oosc.database import bulk
    from oosc.schooling.actions import StatusRow, set_statuses
    from oosc.schooling.states import Status

    make = bulk.maker(Case)
    cases, statuses = [], []
    for n, child in enumerate(children):
        region, school = communities[n % len(communities)].pk, schools[n % len(schools)].pk
        status = Status.ENROLLED_LOCAL if n % MISSING else Status.PENDING
        row = StatusRow(child, YEAR, status, region_id=region, school_id=school, grade=1 + n % 9)
        statuses.append(row)
        if not n % MISSING:
            case = make(
                number=f"990001-2026-{n:06d}", child_id=child, region_id=region, school_id=school,
                state=State.SUSPECTED, state_since=ON, school_year=YEAR, source=Source.MATCH,
                trigger_code="never_on_roll", opened_on=ON, due_on=date(2026, 9, 1 + n % 28),
            )  # fmt: skip
            cases.append(case)
    set_statuses(statuses, by=None, on=ON)
    bulk.insert(Case, cases)
    analyse()


def analyse() -> None:
    from django.apps import apps

    from oosc.database import bulk

    for model in apps.get_models():
        bulk.analyse(model)


def portions(things: Iterable[T]) -> Iterator[list[T]]:
    left = iter(things)
    while portion := list(islice(left, PORTION)):
        yield portion


def name_of(n: int) -> str:
    return SURNAMES[n % len(SURNAMES)] + GIVEN[n % len(GIVEN)] + GIVEN[n // len(GIVEN) % len(GIVEN)]


def born(n: int) -> date:
    return date(2011 + n % 9, 1 + n % 12, 1 + n % 28)


def facts(communities: Sequence[Any], schools: Sequence[Any]) -> Iterator[object]:  # as above
    """Children as a run has them, one after another in constant memory."""
    from oosc.children.facts import GuardianFacts, PlaceFacts, RunFacts
    from oosc.children.states import PlaceKind
    from rosterlink.identity_number import check_digit

    for n in range(CHILDREN):
        region, school = communities[n % len(communities)], schools[n % len(schools)]
        head = f"990001{born(n):%Y%m%d}{n % 1000:03d}"
        yield RunFacts(
            key=str(n),
            name=name_of(n),
            sex="男" if n % 2 else "女",
            birth_date=born(n),
            id_no=head + check_digit(head),
            guardians=(
                GuardianFacts(SURNAMES[n % 30] + "示例", "父亲", None, f"1390{n % 10**7:07d}"),
            ),
            places=(
                PlaceFacts(PlaceKind.HUKOU, region_id=region.pk, address=f"示例路{n}号"),
                PlaceFacts(PlaceKind.SCHOOL, school_id=school.pk, grade=1 + n % 9, class_name="1"),
            ),
        )


# A year of work


def worked(post: Any) -> None:  # Any: the Post of the education centre
    """Offices with their rosters and people, two runs, reports, requests, jobs and the trail."""
    units = offices(post)
    people(units)
    rosters(units, post)
    earlier = run(post, 1, None)
    run(post, 2, earlier)
    reports(post)
    jobs(post)
    trail(post)
    analyse()


def offices(post: Any) -> list[Any]:  # Any: a Post; Units
    """Each community and each school of the county, and four offices in each town."""
    from oosc.access.roles import Role
    from oosc.members.models import Unit
    from oosc.places.models import Region, School

    of_towns = (Role.POLICE, Role.CIVIL, Role.HEALTH, Role.RURAL)
    towns = Region.objects.filter(level=9)
    units = [
        *(Unit(name=f"{t}{r.label}", role=r, region=t) for t in towns for r in of_towns),
        *(Unit(name=f"{c}居委会", role=Role.COMM, region=c) for c in Region.objects.communities()),
        *(
            Unit(name=s.name, role=Role.SCHOOL, region=s.region, school=s)
            for s in School.objects.select_related("region")
        ),
    ]
    return [*Unit.objects.bulk_create(units), post.unit]


def people(units: Sequence[Any]) -> None:  # Any: a Unit
    """Two officers in each."""
    from oosc.members.models import Holding, Officer, Post

    each = [(unit, number) for unit in units for number in (1, 2)]
    posts = Post.objects.bulk_create(
        Post(unit=unit, role=unit.role, title=f"专员{number}", since=ON) for unit, number in each
    )
    officers = Officer.objects.bulk_create(
        Officer(username=f"bench{n}", name=name_of(n), password="!") for n in range(len(each))
    )
    Holding.objects.bulk_create(
        Holding(post=post, officer=officer, role=post.role, since=ON)
        for post, officer in zip(posts, officers, strict=True)
    )


def rosters(units: Sequence[Any], post: Any) -> None:  # Any: Units, a Post
    """The rosters of some years, of every sender and kind; nothing yet of this term."""
    from oosc.rosters.mappings import KINDS_OF
    from oosc.rosters.models import Roster
    from oosc.rosters.states import State

    sent = [
        (unit, kind, AT - timedelta(days=120 * (1 + number)))
        for unit in units
        for kind in KINDS_OF.get(unit.role, ())
        for number in range(ROSTERS)
    ]
    Roster.objects.bulk_create(
        (
            Roster(
                kind=kind, sender=unit, region=unit.region, school=unit.school, as_of=at.date(),
                state=State.RECEIVED, file_name="名册.xlsx", file_hash=uuid4().hex * 2,
                file_bytes=1, rows_key="rows", rows=1000, checked_by=post, uploaded_at=at,
                received_at=at, received_by=post,
            )
            for unit, kind, at in sent
        ),
        batch_size=1000,
    )  # fmt: skip


def run(post: Any, number: int, previous: Any) -> Any:  # Any: a Post, Runs
    """A run of the whole county. Between two of them some have come and some are gone."""
    from oosc.children.models import Child
    from oosc.database import bulk
    from oosc.linkage import performing
    from oosc.linkage.models import Finding, Pair, Run, Tally
    from oosc.linkage.states import Kind, RunState
    from oosc.places.models import Region

    county = Region.objects.get(code="990001")
    one = Run.objects.create(
        number=number, region=county, judged_on=ON, state=RunState.DONE, requested_by=post,
        requested_at=AT, finished_at=AT, previous=previous,
    )  # fmt: skip
    make = bulk.maker(Finding)
    children = Child.objects.select_related("hukou", "school").defer("id_no")
    kinds = [*STANDS, Kind.UNREGISTERED]
    for portion in portions(children.iterator(PORTION)):
        findings = []
        for n, child in enumerate(portion):
            if n % 2 or not (n // 2 + number) % 50:
                continue
            kind = next((kind for kind, each in STANDS.items() if not n // 2 % each), kinds[-1])
            findings.append(
                make(
                    run_id=one.pk, kind=kind, child_id=child.pk, row_key=f"1:{n}",
                    name=child.name, name_initials=child.name_initials, sex=child.sex,
                    birth_date=child.birth_date, grade=child.grade, region_id=child.hukou_id,
                    region_code=child.hukou.code, community=child.hukou.name,
                    school_id=child.school_id, school_name=child.school.name,
                    id_head="990001", reason_code="never_on_roll", reason="学籍中没有此人",
                    nearest=f"{child.name}，{child.school.name}", print=child.pk.bytes,
                    is_new=not n % 24,
                )
            )  # fmt: skip
        bulk.insert(Finding, findings)
    bulk.insert(Tally, performing.tallies(one))
    said = dict.fromkeys(SHOWN_OF_A_PAIR, "2026-09-01")
    make_pair = bulk.maker(Pair)
    bulk.insert(
        Pair,
        (
            make_pair(
                run_id=one.pk, rank=n, left_key=f"a{n}", right_key=f"b{n}", left=said, right=said,
                left_print=n.to_bytes(32), right_print=n.to_bytes(32), probability=0.5,
                region_code=f"990001{1 + n % 20:03d}{1 + n % 15:03d}", left_name=name_of(n),
                right_name=name_of(n), left_initials="LSL", right_initials="LSL",
            )
            for n in range(PAIRS)
        ),
    )  # fmt: skip
    return one


def reports(post: Any) -> None:  # Any: a Post
    """Of every tenth case a mandatory report, and a request to see of every sixtieth."""
    from oosc.cases.models import Case, MandatoryReport
    from oosc.children.models import AccessRequest
    from oosc.members.models import Holding

    officer = Holding.objects.filter(post=post).values_list("officer", flat=True).first()
    cases = list(Case.objects.only("child", "region").order_by("number"))
    MandatoryReport.objects.bulk_create(
        MandatoryReport(
            case=case, child_id=case.child_id, region_id=case.region_id, found_at=AT, due_at=AT,
            found_by=post, reported_at=AT, reported_by=post,
        )
        for case in cases[::10]
    )  # fmt: skip
    AccessRequest.objects.bulk_create(
        AccessRequest(
            post=post, officer_id=officer, child_id=case.child_id, fields=["id_no"],
            purpose="verify", reason="核对", asked_at=AT,
        )
        for case in cases[::60]
    )  # fmt: skip


def jobs(post: Any) -> None:  # Any: a Post
    from oosc.database import bulk
    from oosc.jobs.models import Job
    from oosc.jobs.states import State

    make = bulk.maker(Job)
    bulk.insert(
        Job,
        (
            make(
                name="rosters.check", title="示例", state=State.DONE, post_id=post.pk,
                unit_id=post.unit_id, created_at=AT, started_at=AT, finished_at=AT,
            )
            for _ in range(JOBS)
        ),
    )  # fmt: skip


def trail(post: Any) -> None:  # Any: a Post
    """What a county's officers leave in a year, every tenth of it about one child."""
    from oosc.audit import chain
    from oosc.audit.models import Event, Seal
    from oosc.audit.words import VERBS
    from oosc.children.models import Child
    from oosc.database import bulk
    from oosc.members.models import Holding

    held = list(Holding.objects.values_list("officer", "post", "post__unit", "role"))
    children = list(Child.objects.values_list("pk", flat=True)[: EVENTS // 10])
    verbs, make, seal = list(VERBS), bulk.maker(Event), bulk.maker(Seal)
    for numbers in portions(range(EVENTS)):
        events = []
        for n in numbers:
            officer, of_post, unit, role = held[n % len(held)]
            verb = verbs[n % len(verbs)] if n % 10 else "child.opened"
            about = ("", "") if n % 10 else ("children.Child", str(children[n // 10]))
            events.append(
                make(
                    at=AT + timedelta(seconds=5 * n), verb=verb, subject_type=about[0],
                    subject_id=about[1], officer_id=officer, post_id=of_post, unit_id=unit,
                    role=role, address="192.0.2.1",
                )
            )  # fmt: skip
        bulk.insert(Event, events)
        bulk.insert(
            Seal,
            [
                seal(number=n + 1, event_id=event.pk, previous=chain.FIRST, value=chain.FIRST)
                for n, event in zip(numbers, events, strict=True)
            ],
        )
