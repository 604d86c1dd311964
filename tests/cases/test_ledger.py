"""The working ledger: what narrows it, what stands on its papers and in its seal."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

import factories
from cases_made import Maker
from oosc.audit.models import Event
from oosc.cases import ledger
from oosc.cases.models import Case
from oosc.cases.states import Conclusion, State
from oosc.children.states import PlaceKind
from oosc.schooling import actions as schooling
from oosc.schooling.models import SealedRoster

LAST, THIS = "2025-2026", "2026-2027"
TODAY = factories.TODAY
NUMBER = factories.id_no()
PHONE = "15000001207"


@pytest.fixture
def make(db) -> Maker:
    return Maker()


@pytest.fixture
def books(make):
    """One case for each of the three books, the dropout opened last school year."""
    suspected = make.case(State.SUSPECTED, make.child("林小雨"))
    never = make.case(State.VERIFYING, make.child("苏小禾"))
    make.visit(never, conclusion=Conclusion.NEVER_ENROLLED)
    dropout = make.case(State.VERIFYING, make.child("江小晚"))
    Case.objects.filter(pk=dropout.pk).update(
        found=Conclusion.DROPOUT, left_on=date(2026, 3, 1), school_year=LAST,
        opened_on=date(2026, 3, 9),
    )  # fmt: skip
    return suspected, never, dropout


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"year": THIS}, {"林小雨", "苏小禾"}),
        ({"year": LAST}, {"江小晚"}),
        ({"kind": "suspected"}, {"林小雨"}),
        ({"kind": "never_enrolled"}, {"苏小禾"}),
        ({"kind": "dropout"}, {"江小晚"}),
        ({"from": "2026-03-10"}, {"林小雨", "苏小禾"}),
        ({"to": "2026-03-09"}, {"江小晚"}),
        ({"from": "2026-03-09", "to": "2026-03-09"}, {"江小晚"}),
        ({"from": "nonsense", "year": "1999-2000"}, {"林小雨", "苏小禾", "江小晚"}),
    ],
)
def test_it_is_narrowed_by_year_book_and_days(client_as, books, asked, found):
    page = client_as("edu").get(reverse("cases:ledger"), asked).content.decode()

    assert {name for name in ("林小雨", "苏小禾", "江小晚") if name in page} == found


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("", "教育中心 疑似失学辍学台账（各学年）"),
        (f"?year={THIS}", "教育中心 2026—2027 学年疑似失学辍学台账"),
        (f"?year={LAST}&kind=dropout", "教育中心 2025—2026 学年辍学台账"),
    ],
)
def test_the_title_says_the_year_and_the_book(client_as, books, asked, title):
    lines = workbook(client_as("edu"), asked)

    assert lines[0][0] == title


def test_the_paper_says_between_which_days(client_as, books):
    answer = export(client_as("edu"), "sheet", "?from=2026-03-01&to=2026-03-31")

    assert "2026-03-01 至 2026-03-31 立案　1 件" in answer.content.decode()


def export(client, form, asked=""):
    return client.post(reverse("cases:export") + asked, {"purpose": "存档备查", "form": form})


def workbook(client, asked=""):
    sheet = openpyxl.load_workbook(BytesIO(export(client, "xlsx", asked).content)).active
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


def in_full(make) -> Case:
    """A case of last year, of a child of whom the register knows all, in another class by now."""
    child = make.child(
        "林小雨", id_no=NUMBER, student_no="G" + NUMBER, phone=PHONE, address="竹溪路 12 号",
        hukou=factories.WEST, birth_date=date(2017, 4, 20), grade=4, class_name="1",
    )  # fmt: skip
    child.places.filter(kind=PlaceKind.SCHOOL).update(since=date(2026, 9, 1))
    hukou = child.places.get(kind=PlaceKind.HUKOU)
    hukou.address = "榕树巷 3 号"
    hukou.save()
    child.places.create(
        kind=PlaceKind.SCHOOL, school=factories.school(), grade=3, class_name="2",
        since=date(2025, 9, 1), until=date(2026, 9, 1),
    )  # fmt: skip
    case = make.case(State.VERIFYING, child)
    make.visit(case, conclusion=Conclusion.NOT_FOUND)
    Case.objects.filter(pk=case.pk).update(school_year=LAST, class_name="", round=2)
    return case


def test_a_row_says_all_of_the_office_s_columns_masked(client_as, make):
    in_full(make)

    lines = workbook(client_as("edu"))

    headings = [column.heading for column in ledger.COLUMNS]
    said = dict(zip(headings, lines[4], strict=True))
    assert said["全国学籍号"] == "G35058*************"
    assert said["监护人电话"] == "150****1207"
    assert (said["户籍地址"], said["现住址"]) == ("西桥社区", "东桥社区")
    assert (said["学年"], said["年级"], said["班级"]) == (LAST, "三年级", "三年级2班")
    for secret in (NUMBER, PHONE, "竹溪路", "榕树巷"):
        assert secret not in str(lines)


def test_its_head_has_two_rows_and_the_name_stays_in_sight(client_as, make):
    in_full(make)

    sheet = openpyxl.load_workbook(BytesIO(export(client_as("edu"), "xlsx").content)).active

    top, under = ([cell.value for cell in sheet[row]] for row in (3, 4))
    at = [column.key for column in ledger.COLUMNS].index
    assert (top[at("guardian")], under[at("guardian")]) == ("监护人", "姓名")
    assert (top[at("phone")], under[at("phone")]) == (None, "电话")
    assert (top[at("name")], under[at("name")]) == ("姓名", None)
    assert {"F3:F4", "N3:P3"} <= {str(one) for one in sheet.merged_cells.ranges}
    assert sheet.freeze_panes == "G5"  # to the right of the name, below both rows


def test_its_seal_is_the_same_book(client_as, make):
    case = in_full(make)
    region = factories.region(factories.EAST)
    client = client_as("comm")

    client.post(reverse("cases:seal"), {"school_year": LAST, "region": str(region.pk)})

    roster = SealedRoster.objects.get()
    [row] = schooling.sealed_rows(roster)
    visit = case.visits.get()
    assert row["due_grade"] == "三年级"
    assert (row["source"], row["relapses"]) == ("比对", "1")
    assert row["visitors"] == "、".join(visit.visitors)
    assert row["visited_on"] == f"{visit.visited_on:%Y-%m-%d}"
    assert (row["phone"], row["address"]) == (PHONE, "竹溪路 12 号")
    page = client.get(reverse("schooling:sealed_roster", args=[roster.pk])).content.decode()
    for column in ledger.COLUMNS:
        assert f">{column.heading}<" in page
    assert "未入学情况" not in page
    assert '<th scope="col" class="is-first">姓名</th>' in page  # stays when the rest moves
    assert re.search(r'<th scope="row" class="is-first">\s*林小雨</th>', page)
    assert "150****1207" in page
    for secret in (NUMBER, PHONE, "竹溪路", "榕树巷"):
        assert secret not in page


def test_the_paper_of_its_seal_has_the_columns_that_fit(client_as, make):
    in_full(make)
    client = client_as("comm")
    region = factories.region(factories.EAST)
    client.post(reverse("cases:seal"), {"school_year": LAST, "region": str(region.pk)})
    address = reverse("schooling:export_sealed", args=[SealedRoster.objects.get().pk])

    sheet = client.post(address, {"purpose": "存档备查", "form": "sheet"}).content.decode()
    book = client.post(address, {"purpose": "存档备查", "form": "xlsx"})

    assert "东桥社区 2025—2026 学年疑似台账" in sheet
    assert "封存 1 件" in sheet
    assert "办理状态" in sheet
    assert "监护人电话" not in sheet
    cells = openpyxl.load_workbook(BytesIO(book.content)).active
    assert len(next(iter(cells.iter_rows(min_row=3, max_row=3)))) == len(ledger.COLUMNS)


def test_a_row_of_its_seal_is_corrected(client_as, make):
    in_full(make)
    client = client_as("comm")
    region = factories.region(factories.EAST)
    client.post(reverse("cases:seal"), {"school_year": LAST, "region": str(region.pk)})
    address = reverse("schooling:correct_sealed", args=[SealedRoster.objects.get().pk])

    offered = client.get(address).content.decode()
    done = client.post(
        address, {"row": "1", "column": "visitors", "now": "梅小青", "why": "漏记一人"}
    )

    assert 'value="phone"' not in offered
    assert 'value="case_number"' not in offered
    assert done.status_code == 302
    event = Event.objects.get(verb="schooling.sealed_corrected")
    assert (event.facts["row"], event.facts["column"]) == (1, "visitors")


@pytest.mark.parametrize(
    ("words", "kind"),
    [("林小雨", "name"), ("LXY", "letters"), ("990001001-2026", "case_number"), (NUMBER, "number")],
)
def test_a_search_leaves_its_kind_and_never_its_words(client_as, make, words, kind):
    make.case(State.SUSPECTED, make.child("林小雨", id_no=NUMBER))
    client = client_as("edu")

    client.post(reverse("lists:search"), {"q": words, "back": reverse("cases:ledger")}, follow=True)

    event = Event.objects.get(verb="child.searched")
    assert event.facts == {"kind": kind, "found": 1}


def test_without_a_search_there_is_none(client_as, books):
    client_as("edu").get(reverse("cases:ledger"), {"year": THIS})

    assert not Event.objects.filter(verb="child.searched").exists()
