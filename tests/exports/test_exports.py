"""A long list is made by the worker: asked for once, masked as its page, kept for a while."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.conf import settings
from django.urls import reverse

import factories
from oosc.audit.models import Event
from oosc.children.models import Child
from oosc.exports import actions
from oosc.exports.models import Export
from oosc.jobs import actions as jobs
from oosc.jobs.models import Job
from oosc.jobs.states import State
from oosc.jobs.worker import Worker
from oosc.kernel import clock
from oosc.lists import workbook
from oosc.members.acting import in_post
from oosc.members.models import Holding, Officer
from oosc.parameters.models import Parameter
from oosc.schooling import actions as schooling
from oosc.schooling.actions import StatusRow
from oosc.schooling.states import RosterKind, Status
from oosc.vault.models import StoredFile

pytestmark = pytest.mark.django_db

NAMES = ("林小雨", "苏小禾", "江小晚")
ASKED = {"purpose": "核对信息", "form": "xlsx"}
LIST = reverse("children:export")


@pytest.fixture
def clerk(client_as):
    """An officer of the education centre, where lists of more than two rows are long."""
    for name in NAMES:
        factories.child(name, id_no=factories.id_no(serial=11 + 2 * NAMES.index(name)))
    client = client_as("edu")
    Parameter.objects.create(
        code="export_at_once_rows", value="2", region=factories.region(), basis="本地约定",
        effective_from=date(2026, 9, 1), set_at=clock.now(), set_by=client.acting.post_id,
        set_by_words="教育中心",
    )  # fmt: skip
    return client


def ask(client, address: str = LIST) -> Export:
    response = client.post(address, ASKED)
    export = Export.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("exports:detail", args=[export.pk])
    return export


def fetched(client, export: Export) -> list[tuple[object, ...]]:
    response = client.post(reverse("exports:fetch", args=[export.pk]))
    assert response.status_code == 200
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    return list(book.active.iter_rows(min_row=3, values_only=True))


def verbs() -> list[str]:
    found = Event.objects.filter(verb__contains="export").order_by("id")
    return list(found.values_list("verb", flat=True))


def test_a_long_list_is_made_by_the_worker_and_fetched(clerk):
    export = ask(clerk)
    waiting = clerk.get(reverse("exports:detail", args=[export.pk])).content.decode()

    Worker().work_off()

    ready = clerk.get(reverse("exports:detail", args=[export.pk])).content.decode()
    rows = fetched(clerk, Export.objects.get())
    assert "下载 Excel" not in waiting
    assert "下载 Excel" in ready
    assert [row[0] for row in rows[1:4]] == ["江小晚", "林小雨", "苏小禾"]
    assert verbs() == ["list.exported", "export.asked", "export.made", "export.fetched"]
    assert Event.objects.get(verb="export.fetched").purpose == "核对信息"


def test_what_is_masked_on_the_page_is_masked_in_the_file(clerk):
    export = ask(clerk)

    Worker().work_off()

    said = str(fetched(clerk, export))
    assert "350582************" in said
    assert factories.id_no() not in said


def test_a_short_list_comes_at_once(clerk):
    response = clerk.post(f"{LIST}?community=none&grade=3", ASKED)

    assert response.status_code == 200
    assert not Export.objects.exists()


def test_filters_and_search_hold_in_the_file(clerk):
    back = clerk.post(reverse("lists:search"), {"q": "小", "back": reverse("children:list")})
    query = back.headers["Location"].partition("?")[2]
    export = ask(clerk, f"{LIST}?sort=-name&{query}")
    factories.child("何安安")

    Worker().work_off()

    rows = fetched(clerk, Export.objects.get())
    assert [row[0] for row in rows[1:4]] == ["苏小禾", "林小雨", "江小晚"]
    assert "何安安" not in str(rows)
    assert "小" not in export.query
    assert export.words == "小"


def test_nobody_else_and_no_other_post_sees_it(clerk, client_as):
    export = ask(clerk)
    Worker().work_off()
    who = Officer.objects.get(pk=clerk.acting.officer_id)
    other_post = in_post(factories.holding("lead", who=who))

    for client in (client_as(other_post), client_as("comm"), client_as("office")):
        assert client.get(reverse("exports:detail", args=[export.pk])).status_code == 404
        assert client.post(reverse("exports:fetch", args=[export.pk])).status_code == 404


def test_it_is_destroyed_when_its_time_is_over(clerk):
    export = ask(clerk)
    Worker().work_off()
    export.refresh_from_db()

    assert actions.destroy_expired(export.expires_at - timedelta(seconds=1)) == 0
    assert actions.destroy_expired(export.expires_at) == 1
    assert actions.destroy_expired(export.expires_at) == 0

    response = clerk.post(reverse("exports:fetch", args=[export.pk]))
    page = clerk.get(reverse("exports:detail", args=[export.pk])).content.decode()
    assert response.status_code == 409
    assert "已过保存期" in page
    assert StoredFile.objects.get(sha256=export.file_key).destroyed_at
    assert verbs()[-1] == "export.destroyed"


def test_one_that_was_stopped_leaves_nothing(clerk):
    export = ask(clerk)
    jobs.cancel(export.job_id, by=clerk.acting)

    Worker().work_off()

    export.refresh_from_db()
    assert (export.file_key, Job.objects.get().state) == ("", State.STOPPED)
    assert not StoredFile.objects.exists()
    assert list((settings.DATA_DIR / "exports").glob("*")) == []
    assert clerk.post(reverse("exports:fetch", args=[export.pk])).status_code == 409


def test_who_left_the_post_gets_nothing(clerk):
    ask(clerk)
    Holding.objects.filter(post=clerk.acting.post_id).update(until=date(2026, 9, 1))

    Worker().work_off()

    assert Job.objects.get().state == State.FAILED
    assert "不在提出导出时的岗位" in Job.objects.get().trouble
    assert not StoredFile.objects.exists()


def test_a_paper_is_never_made_in_the_background(clerk):
    response = clerk.post(LIST, {**ASKED, "form": "sheet"})

    assert response.status_code == 200
    assert not Export.objects.exists()


def test_many_rows_take_little_memory(tmp_path):
    columns = [workbook.Column(f"第 {number} 列") for number in range(8)]
    rows = ([f"第 {number} 行"] * 8 for number in range(20_000))
    with (tmp_path / "a.xlsx").open("wb") as file:
        tracemalloc.start()
        written = workbook.write(workbook.Sheet("名单", columns, rows), file)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert written == 20_000
    assert most < 8 * 2**20
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_long_roster_of_the_school_year_is_made_in_its_own_columns(clerk):
    schooling.set_statuses(
        [
            StatusRow(child.pk, "2026-2027", Status.ENROLLED_LOCAL, region_id=child.home_id)
            for child in Child.objects.all()
        ],
        by=None,
        on=date(2026, 9, 20),
    )
    address = reverse("schooling:export", args=[RosterKind.ENROLLED.value])
    assert clerk.post(address, {"purpose": "存档备查", "form": "xlsx"}).status_code == 302

    Worker().work_off()

    headings, *rows = fetched(clerk, Export.objects.get())
    assert headings[:5] == ("序号", "姓名", "性别", "出生日期", "公民身份号码")
    assert [row[:2] for row in rows[:3]] == [("1", "江小晚"), ("2", "林小雨"), ("3", "苏小禾")]
