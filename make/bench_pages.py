"""Fill a register with 300,000 made-up children and time its pages at the server.

Prints one line of JSON: what, measured, budget, remark. Run by make/bench.py on each database.
With the word `register` it fills the register and stops there; with `again` it times the pages of
one that was filled before.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import bench_filling as filling
import django

TIMES = 7
MOST_QUERIES = 12
LIST_BUDGET = f"≤ 150 ms, ≤ {MOST_QUERIES} queries"
HOME_BUDGET = "≤ 200 ms"
COUNTY, TOWN, COMMUNITY = "990001", "990001003", "990001003007"


@dataclass(frozen=True)
class Asked:
    """A page as somebody asks for it. In `query`: keys in braces; `words` are searched for."""

    said: str
    route: str
    query: str = ""
    role: str = "edu"
    where: str = COUNTY
    words: str = ""
    budget: str = LIST_BUDGET


A = Asked
PAGES = (
    A("home page of the busiest officer", "portal:home", budget=HOME_BUDGET),
    A("home page of the lead of a town", "portal:home", "", "lead", TOWN, budget=HOME_BUDGET),
    A("home page of a community", "portal:home", "", "comm", COMMUNITY, budget=HOME_BUDGET),
    A("list of children, first page", "children:list"),
    A("list of children, by grade, sorted by birth", "children:list", "grade=3&sort=birth"),
    A("list of children, sorted by birth, latest first", "children:list", "sort=-birth"),
    A("list of children, page 5,000", "children:list", "page=5000"),
    A("list of children, sorted by birth, page 5,000", "children:list", "sort=birth&page=5000"),
    A("list of children of one community", "children:list", "community={community}"),
    A("list of children of a town, page 100", "children:list", "page=100", "lead", TOWN),
    A("list of children, a name looked for", "children:list", words="林安宁"),
    A("list of children, one character of a name", "children:list", words="林"),
    A("list of children, initials looked for", "children:list", words="LC"),
    A("list of children, last four of a number", "children:list", words="0124"),
    A("list of children, a guardian looked for", "children:list", words="林示例"),
    A("requests to see", "children:requests", role="lead"),
    A("roster of those in school", "schooling:enrolled"),
    A("roster of those in school, page 5,000", "schooling:enrolled", "page=5000"),
    A(
        "roster of those in school, one community",
        "schooling:enrolled", "community={community}&sort=community",
    ),
    A("roster of those in school, of a town", "schooling:enrolled", "", "lead", TOWN),
    A("roster of those in school, one character", "schooling:enrolled", words="林"),
    A("roster of those not in school", "schooling:not_enrolled"),
    A("roster of those not in school, by name", "schooling:not_enrolled", "sort=name&page=50"),
    A("ledger", "cases:ledger"),
    A("ledger, by name, page 100", "cases:ledger", "sort=name&page=100"),
    A("ledger of one community", "cases:ledger", "region={community}"),
    A("ledger of a town", "cases:ledger", "", "lead", TOWN),
    A("ledger, one character of a name", "cases:ledger", words="林"),
    A("cases to visit, of a community", "cases:visits", "", "comm", COMMUNITY),
    A("requests to strike off", "cases:approvals"),
    A("mandatory reports", "cases:reports"),
    A("runs", "linkage:runs"),
    A("suspected", "linkage:suspected"),
    A("suspected, by name, page 200", "linkage:suspected", "sort=name&page=200"),
    A("suspected without a case", "linkage:suspected", "case=none"),
    A("suspected, one character of a name", "linkage:suspected", words="林"),
    A("suspected of a town", "linkage:suspected", "", "lead", TOWN),
    A("explained", "linkage:explained", "page=500"),
    A("found in school, of a community", "linkage:found", "", "comm", COMMUNITY),
    A("in school without residence", "linkage:ghosts", "grade=3"),
    A("twice in the rosters", "linkage:duplicates"),
    A("unregistered", "linkage:unregistered", "sort=birth"),
    A("two runs compared, newly missing", "linkage:compare"),
    A("two runs compared, still missing", "linkage:compare", "change=open"),
    A("two runs compared, found or explained", "linkage:compare", "change=resolved"),
    A("doubtful pairs", "linkage:pairs"),
    A("doubtful pairs, one character of a name", "linkage:pairs", words="林"),
    A("a doubtful pair side by side", "linkage:review"),
    A("rosters handed in", "rosters:list"),
    A("rosters due", "rosters:due"),
    A("rosters to be destroyed", "rosters:destruction"),
    A("the group", "members:group", role="lead"),
    A("officers", "members:officers", role="sys"),
    A("offices and posts", "members:units", role="secadmin"),
    A("posts to hand over", "members:hand_over"),
    A("resets of second factors", "members:factor_resets", role="secadmin"),
    A("places", "places:regions", role="sys"),
    A("schools", "places:schools", role="sys"),
    A("parameters", "parameters:list"),
    A("own jobs", "jobs:list"),
    A("the queue of jobs", "jobs:queue", role="sys"),
    A("lists in clear", "exports:clear_list", role="lead"),
    A("sealed rosters", "schooling:sealed"),
    A("the trail", "portal:trail", role="audit"),
    A("the trail, page 10,000", "portal:trail", "page=10000", role="audit"),
    A("the trail, of one sort", "portal:trail", "group=case", role="audit"),
    A("the trail, of one office", "portal:trail", "unit={unit}", role="audit"),
    A("the trail, of one role", "portal:trail", "role=comm", role="audit"),
    A("the trail, from a day on", "portal:trail", "from=2026-09-10", role="audit"),
    A("the trail, an officer looked for", "portal:trail", role="audit", words="林示例"),
    A("the trail, the end of a key looked for", "portal:trail", role="audit", words="0123abcd"),
)  # fmt: skip


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    lines = [] if "again" in sys.argv else list(filling.filled())
    if "register" not in sys.argv:
        if "again" not in sys.argv:
            filling.worked(post_of("edu", COUNTY))
        lines += pages()
    print(json.dumps(lines, ensure_ascii=False))


def pages() -> Iterator[dict[str, str]]:
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["testserver"]
    clients: dict[tuple[str, str], Any] = {}
    for one in PAGES:
        if (who := (one.role, one.where)) not in clients:
            clients[who] = client_of(*who)
        client, address = clients[who], address_of(one, clients[who])
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked_of_database = len(queries)  # before the next request empties the log
        took = statistics.median(
            milliseconds(lambda c=client, a=address: c.get(a)) for _ in range(TIMES)
        )
        remark = f"{asked_of_database} queries, {len(answer.content) // 1024} KB"
        yield {
            "words": one.said,
            "measured": f"{took:.0f} ms",
            "budget": one.budget,
            "remark": remark,
        }


def address_of(one: Asked, client: Any) -> str:  # Any: a Client of Django
    from django.urls import reverse

    from oosc.linkage.models import Run

    pages_of_a_run = {"linkage:compare"}
    newest = Run.objects.newest()
    arguments = [newest.pk] if newest and one.route in pages_of_a_run else []
    page = f"{reverse(one.route, args=arguments)}?{one.query.format(**keys())}"
    if not one.words:
        return page
    asked = client.post(reverse("lists:search"), {"q": one.words, "back": page})
    return str(asked.headers["Location"])


def keys() -> Mapping[str, object]:
    from oosc.members.models import Unit
    from oosc.places.models import Region

    here = Region.objects.get(code=COMMUNITY)
    return {"community": here.pk, "unit": Unit.objects.filter(region=here).first().pk}  # type: ignore[union-attr]  # there are two


def post_of(role: str, where: str) -> Any:  # a Post
    """A post of this role that somebody holds; the one of the bench in this place."""
    from oosc.members.models import Holding, Officer, Post, Unit
    from oosc.places.models import Region

    name = f"测速{role}{where}"
    unit, _ = Unit.objects.get_or_create(
        region=Region.objects.get(code=where), name=name, defaults={"role": role}
    )
    post, is_new = Post.objects.get_or_create(
        unit=unit, title="主任", defaults={"role": role, "since": filling.ON}
    )
    if is_new:
        officer = Officer.objects.create(username=name, name="测速", must_change_password=False)
        Holding.objects.begin(post, officer, filling.ON)
    return post


def client_of(role: str, where: str) -> Any:  # a Client of Django
    """A client signed in, with a second factor where the role needs one."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import Client

    from oosc.kernel import clock
    from oosc.members import sessions
    from oosc.members.models import Factor, Officer

    post = post_of(role, where)
    officer = Officer.objects.get(username=post.unit.name)
    officer.password_changed_at = clock.now()
    officer.save()
    device, _ = Factor.objects.get_or_create(user=officer, confirmed=True, name="动态口令")
    session = SessionStore()
    session["_auth_user_id"] = str(officer.pk)
    session["_auth_user_backend"] = "oosc.members.backends.OfficerBackend"
    session["_auth_user_hash"] = officer.get_session_auth_hash()
    session["otp_device_id"] = device.persistent_id
    sessions.fill(session, officer, clock.now())
    session[sessions.POST] = str(post.pk)
    session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def milliseconds(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oosc.settings")
    sys.exit(main())
