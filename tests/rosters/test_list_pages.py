"""The figures of a roster lead to exactly their rows, its problems to their places."""

from __future__ import annotations

import re
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from oosc.audit.models import Event
from oosc.parameters.models import Parameter
from oosc.rosters import queries
from oosc.rosters.models import Roster
from roster_files import HEADINGS, child, hand_in, later, receive, workbook

pytestmark = pytest.mark.django_db

BAD = "990000201506220320"


@pytest.fixture
def client(client_as, police_officer):
    return client_as(police_officer)


@pytest.fixture
def second(police_officer) -> Roster:
    """One new, one moved to another community, thirty as they were, two gone."""
    rows = [child(number) for number in range(10, 40)]
    receive(police_officer, workbook([*rows, child(1), child(2), child(3)]))
    moved = [*child(3)[:4], "西桥社区", "正常"]
    return hand_in(police_officer, workbook([child(4), moved, *rows]), at=later(1))


def rows_page(client, roster: Roster, which: str, **query: str):
    return client.get(reverse("rosters:changes", args=[roster.pk, which]), query)


def search(client, page, words: str):
    back = page.request["PATH_INFO"]
    return client.post(reverse("lists:search"), {"back": back, "q": words}, follow=True)


def exported(answer) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)


@pytest.mark.parametrize(
    ("which", "count"), [("new", 1), ("changed", 1), ("unchanged", 30), ("gone", 2)]
)
def test_each_figure_leads_to_its_rows(client, second, which, count):
    address = reverse("rosters:changes", args=[second.pk, which])
    preview = client.get(reverse("rosters:check", args=[second.pk])).content.decode()
    page = client.get(address)

    assert re.search(f'href="{address}" [^>]*>{count}</a>', preview)
    assert page.context["page"].total == count == getattr(second, which)


def test_who_is_gone_is_told_by_name_and_place_and_never_by_number(client, second):
    page = rows_page(client, second, "gone").content.decode()

    for number, row in ((1, 32), (2, 33)):
        name, _, _, id_no, *_ = child(number)
        assert name in page
        assert f"第 {row} 行" in page
        assert id_no not in page
    assert "990000************" in page


def test_what_changed_is_named(client, second):
    page = rows_page(client, second, "changed")

    assert [row.differs for row in page.context["page"].objects] == [("所属社区",)]
    assert 'data-label="改了什么">所属社区</td>' in page.content.decode()


def test_rows_are_paged_searched_narrowed_and_taken_along(client, second):
    page = rows_page(client, second, "unchanged", page="2")
    assert (page.context["page"].first, page.context["page"].last) == (21, 30)

    found = search(client, page, child(12)[3])
    assert [row.id_no for row in found.context["page"].objects] == [child(12)[3]]
    assert child(12)[3] not in found.redirect_chain[-1][0]
    assert rows_page(client, second, "new", place="1").context["page"].total == 1
    assert rows_page(client, second, "new", place="9").context["page"].total == 1  # no such choice

    address = reverse("rosters:export_changes", args=[second.pk, "gone"])
    lines = exported(client.post(address, {"purpose": "核对信息", "form": "xlsx"}))
    assert child(1)[0] in str(lines)
    assert child(1)[3] not in str(lines)
    assert Event.objects.filter(verb="list.exported").exists()


def test_another_office_is_told_figures_alone_where_the_matrix_says_so(client_as, second):
    centre = client_as("edu")
    assert rows_page(centre, second, "gone").status_code == 200

    Roster.objects.filter(pk=second.pk).update(kind="border_exits")

    page = centre.get(reverse("rosters:check", args=[second.pk])).content.decode()
    assert reverse("rosters:changes", args=[second.pk, "gone"]) not in page
    assert rows_page(centre, second, "gone").status_code == 409
    assert rows_page(centre, second, "nothing").status_code == 404


def test_problems_are_listed_by_kind_and_place(client, police_officer):
    rows = [child(number, id_no=BAD) for number in range(24)]
    roster = hand_in(police_officer, workbook([*rows, ["", *child(30)[1:]]]))
    check = client.get(reverse("rosters:check", args=[roster.pk])).content.decode()
    address = reverse("rosters:problems", args=[roster.pk])

    page = client.get(address)
    assert page.context["page"].total == roster.problems > 24
    assert page.context["page"].pages == 2
    first, *_ = page.context["kinds"]
    assert f'href="{address}?kind={first.number}"' in check
    assert client.get(address, {"kind": "1"}).context["page"].total == first.count
    assert {p.heading for p in client.get(address, {"heading": "1"}).context["page"].lines} == {
        min({"公民身份号码", "姓名"})
    }
    assert BAD not in page.content.decode()

    taken = reverse("rosters:export_problems", args=[roster.pk]) + "?kind=1"
    lines = exported(client.post(taken, {"purpose": "核对信息", "form": "xlsx"}))
    assert sum(line[2] == first.heading for line in lines) == first.count
    assert BAD not in str(lines)


def test_problems_of_several_sheets_say_in_which(client, police_officer):
    book = openpyxl.Workbook()
    for title, number in (("一年级", 1), ("二年级", 2)):
        sheet = book.create_sheet(title)
        sheet.append(HEADINGS)
        sheet.append(child(number, id_no=BAD))
    del book["Sheet"]
    out = BytesIO()
    book.save(out)
    roster = hand_in(police_officer, out.getvalue())

    page = client.get(reverse("rosters:check", args=[roster.pk])).content.decode()
    assert 'data-label="工作表">二年级</td>' in page
    narrowed = client.get(reverse("rosters:problems", args=[roster.pk]), {"sheet": "2"})
    assert {problem.sheet for problem in narrowed.context["page"].lines} == {"二年级"}


def test_a_roster_without_a_fault_says_so(client, police_officer):
    roster = hand_in(police_officer, workbook([child(1)]))

    page = client.get(reverse("rosters:problems", args=[roster.pk])).content.decode()

    assert "没有发现问题" in page


@pytest.fixture
def over(received) -> Roster:
    """Received so long ago that its time has just run out."""
    Roster.objects.filter(pk=received.pk).update(received_at=later(-366))
    return received


def test_what_is_over_is_listed_first_and_destroyed_when_approved(
    client_as, education_officer, over
):
    centre = client_as(education_officer)
    page, approve = reverse("rosters:destruction"), reverse("rosters:destroy")
    assert f'value="{over.pk}"' in centre.get(page).content.decode()
    assert "1 份花名册留存期满" in centre.get(reverse("rosters:list")).content.decode()

    for wrong in ({}, {"roster": str(over.pk)}, {"roster": "x", "approved": "yes"}):
        answer = centre.post(approve, wrong, follow=True)
        assert f'value="{over.pk}"' in answer.content.decode()
    done = centre.post(approve, {"roster": str(over.pk), "approved": "yes"}, follow=True)

    assert "已销毁 1 份" in done.content.decode()
    assert [one.pk for one in done.context["page"].objects] == [over.pk]
    over.refresh_from_db()
    assert over.file_destroyed_on
    address = reverse("rosters:export_destroyed")
    lines = exported(centre.post(address, {"purpose": "存档备查", "form": "xlsx"}))
    assert over.file_hash in str(lines)
    detail = centre.get(reverse("rosters:detail", args=[over.pk])).content.decode()
    assert "按期销毁" in detail
    assert reverse("rosters:changes", args=[over.pk, "new"]) not in detail


def test_what_is_over_waits_on_the_home_page_of_who_may_approve(
    client_as, education_officer, police_officer, over
):
    home, page = reverse("portal:home"), reverse("rosters:destruction")
    centre = client_as(education_officer)

    waiting = centre.get(home).text
    assert "1 份花名册" in waiting
    assert f'<a class="btn bx-btn" href="{page}" aria-label="去核对：到期销毁">' in waiting
    assert "到期销毁</b>" not in client_as(police_officer).get(home).text

    centre.post(reverse("rosters:destroy"), {"roster": str(over.pk), "approved": "yes"})
    assert "到期销毁</b>" not in centre.get(home).text


def test_what_is_destroyed_by_itself_waits_for_nobody(education_officer, over):
    assert queries.to_destroy(education_officer, later(0).date()) == 1
    Parameter.objects.create(
        code="roster_destruction_by_itself", value="1", basis="会议", set_at=later(0),
        effective_from=later(-400).date(), set_by=education_officer.post_id,
        set_by_words="教育中心",
    )  # fmt: skip

    assert queries.to_destroy(education_officer, later(0).date()) == 0


def test_a_sender_destroys_nothing(client, over):
    assert client.get(reverse("rosters:destruction")).status_code in (403, 404)
    assert client.post(reverse("rosters:destroy")).status_code in (403, 404)
