"""Fill a register with 300,000 made-up children and time its pages at the server.

Prints one line of JSON: what, measured, budget, remark. Run by make/bench.py on each database.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import sys
from collections.abc import Callable, Iterator
from datetime import date
from time import perf_counter

import django

CHILDREN = int(os.environ.get("BENCH_CHILDREN", "300000"))
ON = date(2026, 9, 1)
TIMES = 7


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    seconds = fill()
    lines = [
        {
            "words": f"{CHILDREN:,} children from a run into the register",
            "measured": f"{seconds:.0f} s",
            "budget": "—",
            "remark": "",
        }
    ]
    lines += pages()
    print(json.dumps(lines, ensure_ascii=False))


def fill() -> float:
    from oosc.children import actions
    from oosc.places.models import Region, School

    Region.objects.get_or_create(code="990001", defaults={"name": "澄海市"})
    regions, schools = [], []
    for town in range(1, 21):
        for community in range(1, 16):
            code = f"990001{town:03d}{community:03d}"
            region, _ = Region.objects.get_or_create(
                code=code, defaults={"name": f"示例{town}街{community}社区"}
            )
            regions.append(region)
        school, _ = School.objects.get_or_create(
            code=f"99000100{town:02d}",
            defaults={"name": f"示例{town}小学", "stage": "primary", "region": regions[-1]},
        )
        schools.append(school)
    began = perf_counter()
    actions.upsert_from_run(facts(regions, schools), by=None, on=ON)
    return perf_counter() - began


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

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.post(reverse("members:sign_in"), {"username": "bench", "password": officer_of_county()})
    children = reverse("children:list")
    asked = (
        ("home page of the busiest officer", reverse("portal:home"), "≤ 200 ms"),
        ("list of children, first page", children, "≤ 150 ms, ≤ 12 queries"),
        (
            "list of children, filtered by grade and sorted by birth",
            f"{children}?grade=3&sort=birth",
            "≤ 150 ms, ≤ 12 queries",
        ),
        ("list of children, page 5,000", f"{children}?page=5000", "≤ 150 ms, ≤ 12 queries"),
    )
    lines = []
    for words, address, budget in asked:
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
