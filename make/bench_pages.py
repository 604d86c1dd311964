"""Fill a register with 300,000 made-up children and time its pages at the server.

Prints one line of JSON: what, measured, budget, remark. Run by make/bench.py on each database;
with the word `register` it fills the register and stops there.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import sys
from collections.abc import Callable, Iterator
from datetime import date
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

import django

CHILDREN = int(os.environ.get("BENCH_CHILDREN", "300000"))
ON = date(2026, 9, 1)
YEAR = "2026-2027"
MISSING = 50  # of so many children one is not in school
TIMES = 7
LIST_BUDGET = "≤ 150 ms, ≤ 12 queries"


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    lines = [*filled(), *([] if "register" in sys.argv else pages())]
    print(json.dumps(lines, ensure_ascii=False))


def filled() -> Iterator[dict[str, str]]:
    """Fill the register, the rosters of the school year and the ledger."""
    from oosc.children import actions

    regions, schools = places()
    began, busy = perf_counter(), process_time()
    found = actions.upsert_from_run(facts(regions, schools), by=None, on=ON)
    busy = process_time() - busy
    yield {
        "words": f"{CHILDREN:,} children from a run into the register",
        "measured": f"{perf_counter() - began:.0f} s",
        "budget": "—",
        "remark": f"{busy / CHILDREN * 1000:.2f} ms of the processor a child",
    }
    schooled(list(found.values()), regions, schools)


def places() -> tuple[list[Any], list[Any]]:  # Any: a Region, a School
    from django.db import transaction

    from oosc.places.models import Region, School

    regions, schools = [], []
    with transaction.atomic():
        Region.objects.create(code="990001", name="澄海市")
        for town in range(1, 21):
            for community in range(1, 16):
                code, name = f"990001{town:03d}{community:03d}", f"示例{town}街{community}社区"
                regions.append(Region.objects.create(code=code, name=name))
            school = School.objects.create(
                code=f"99000100{town:02d}", name=f"示例{town}小学", stage="primary",
                region=regions[-1],
            )  # fmt: skip
            schools.append(school)
    return regions, schools


def schooled(children: list[UUID], regions: list[Any], schools: list[Any]) -> None:  # Any: as above
    """A status of the school year for every child; some are not in school, and have a case."""
    from django.apps import apps

    from oosc.cases.models import Case
    from oosc.cases.states import Source, State
    from oosc.database import bulk
    from oosc.schooling.actions import StatusRow, set_statuses
    from oosc.schooling.states import Status

    make = bulk.maker(Case)
    cases, statuses = [], []
    for n, child in enumerate(children):
        region, school = regions[n % len(regions)].pk, schools[n % len(schools)].pk
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
    for model in apps.get_models():
        bulk.analyse(model)


def facts(regions: list[object], schools: list[object]) -> Iterator[object]:
    """Children as a run has them, one after another in constant memory."""
    from oosc.children.facts import GuardianFacts, PlaceFacts, RunFacts
    from oosc.children.states import PlaceKind
    from rosterlink.identity_number import check_digit

    surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
    given = "安宁晨曦若溪沐阳子墨一诺雨桐思远景行明哲书瑶欣怡梓涵"
    for n in range(CHILDREN):
        region, school = regions[n % len(regions)], schools[n % len(schools)]
        birth = date(2011 + n % 9, 1 + n % 12, 1 + n % 28)
        head = f"990001{birth:%Y%m%d}{n % 1000:03d}"
        name = (
            surnames[n % len(surnames)]
            + given[n % len(given)]
            + given[n // len(given) % len(given)]
        )
        yield RunFacts(
            key=str(n),
            name=name,
            sex="男" if n % 2 else "女",
            birth_date=birth,
            id_no=head + check_digit(head),
            guardians=(
                GuardianFacts(surnames[n % 30] + "示例", "父亲", None, f"1390{n % 10**7:07d}"),
            ),
            places=(
                PlaceFacts(PlaceKind.HUKOU, region_id=region.pk, address=f"示例路{n}号"),  # type: ignore[attr-defined]  # a Region
                PlaceFacts(PlaceKind.SCHOOL, school_id=school.pk, grade=1 + n % 9, class_name="1"),  # type: ignore[attr-defined]  # a School
            ),
        )


def pages() -> list[dict[str, str]]:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from oosc.places.models import Region

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.post(reverse("members:sign_in"), {"username": "bench", "password": officer_of_county()})
    children, enrolled = reverse("children:list"), reverse("schooling:enrolled")
    missing, ledger = reverse("schooling:not_enrolled"), reverse("cases:ledger")
    region = Region.objects.get(code="990001003007").pk
    community = f"community={region}"
    found = client.post(reverse("lists:search"), {"q": "林示", "back": children}).headers[
        "Location"
    ]
    by_letters = client.post(reverse("lists:search"), {"q": "LC", "back": children})
    asked: tuple[tuple[str, str], ...] = (
        ("home page of the busiest officer", reverse("portal:home")),
        ("list of children, first page", children),
        ("list of children, filtered by grade, sorted by birth", f"{children}?grade=3&sort=birth"),
        ("list of children, sorted by birth, latest first", f"{children}?sort=-birth"),
        ("list of children, page 5,000", f"{children}?page=5000"),
        ("list of children, sorted by birth, page 5,000", f"{children}?sort=birth&page=5000"),
        ("list of children of one community", f"{children}?{community}"),
        ("list of children, a name looked for", found),
        ("list of children, initials looked for", by_letters.headers["Location"]),
        ("roster of those in school", enrolled),
        ("roster of those in school, page 5,000", f"{enrolled}?page=5000"),
        ("roster of those in school, one community", f"{enrolled}?{community}&sort=community"),
        ("roster of those not in school", missing),
        ("roster of those not in school, by name", f"{missing}?sort=name&page=50"),
        ("ledger", ledger),
        ("ledger, by name, page 100", f"{ledger}?sort=name&page=100"),
        ("ledger of one community", f"{ledger}?region={region}"),
    )
    lines = []
    for words, address in asked:
        budget = LIST_BUDGET if address != asked[0][1] else "≤ 200 ms"
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked_of_database = len(queries)  # before the next request empties the log
        took = statistics.median(
            milliseconds(lambda a=address: client.get(a)) for _ in range(TIMES)
        )
        remark = f"{asked_of_database} queries, {len(answer.content) // 1024} KB"
        lines.append(
            {"words": words, "measured": f"{took:.0f} ms", "budget": budget, "remark": remark}
        )
    return lines


def officer_of_county() -> str:
    """Make an officer of the education centre of the whole county; return the password."""
    from oosc.access.roles import Role
    from oosc.kernel import clock
    from oosc.members.models import Holding, Officer, Post, Unit
    from oosc.places.models import Region

    county = Region.objects.get(code="990001")
    unit, _ = Unit.objects.get_or_create(
        region=county, name="县教育中心", defaults={"role": Role.EDU}
    )
    post, _ = Post.objects.get_or_create(
        unit=unit, title="主任", defaults={"role": Role.EDU, "since": ON}
    )
    officer = Officer.objects.create(username="bench", name="测速", must_change_password=False)
    password = secrets.token_urlsafe(16)
    officer.set_password(password)
    officer.password_changed_at = clock.now()
    officer.save()
    Holding.objects.begin(post, officer, ON)
    return password


def milliseconds(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
