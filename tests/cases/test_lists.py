"""The lists of this room: nothing is cut in silence, and what is late stands in front."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

import factories
from oosc.audit.models import Event
from oosc.cases import queries
from oosc.cases.actions import reporting
from oosc.cases.actions.reporting import Telling
from oosc.cases.models import Case, MandatoryReport
from oosc.cases.states import MUST_BE_TOLD, Body, Means, Reason, Safety, State
from oosc.kernel import clock
from oosc.kernel.clock import OFFICIAL_TIME
from oosc.parameters.actions import set_parameter

TODAY = factories.TODAY
NOON = datetime(2026, 9, 21, 12, 0, tzinfo=OFFICIAL_TIME)
pytestmark = pytest.mark.django_db


def shown(client, route: str, **query: str) -> str:
    return client.get(reverse(f"cases:{route}"), query).content.decode()


def order(words: str, *names: str) -> list[str]:
    return sorted((name for name in names if name in words), key=words.index)


def many(make, count: int) -> None:
    """So many more cases that wait for a visit, each of a child of its own."""
    first = make.case(State.ASSIGNED)
    for number in range(count - 1):
        child = factories.child(f"竹{number}", id_no="", school_code=factories.PRIMARY)
        Case.objects.create(
            number=f"990001001-2026-{number + 500}", child=child, region=first.region,
            school=first.school, state=State.ASSIGNED, state_since=TODAY,
            school_year=first.school_year, source="match", trigger_code="never_on_roll",
            trigger="学籍中没有此人", opened_on=TODAY, due_on=first.due_on, due_unit="working_days",
        )  # fmt: skip


def test_of_more_than_a_hundred_to_visit_none_is_cut(make, client_as):
    many(make, 104)
    client = client_as("comm")

    assert "共 104 件" in shown(client, "visits")
    assert "第 101—104 件" in shown(client, "visits", size="100", page="2")
    assert len(queries.waiting(make.community)) == 104


def test_what_is_due_first_stands_in_front_and_what_has_no_limit_last(make, client_as):
    for name, due in (("江晚", None), ("苏小禾", "2026-09-25"), ("林小雨", "2026-09-18")):
        case = make.case(State.ASSIGNED, make.child(name))
        Case.objects.filter(pk=case.pk).update(due_on=due)
    client, names = client_as("comm"), ("江晚", "苏小禾", "林小雨")

    assert order(shown(client, "visits"), *names) == ["林小雨", "苏小禾", "江晚"]
    assert order(shown(client, "visits", sort="-due"), *names)[-1] == "江晚"
    assert order(shown(client, "visits", due="late"), *names) == ["林小雨"]
    assert order(shown(client, "visits", due="in_time"), *names) == ["苏小禾"]


def test_whom_to_visit_is_found_by_name_and_by_state(make, client_as):
    make.case(State.ASSIGNED, make.child("林小雨"))
    make.case(State.VERIFYING, make.child("苏小禾"))
    client = client_as("comm")

    assert order(shown(client, "visits", state="verifying"), "林小雨", "苏小禾") == ["苏小禾"]
    back = {"q": "林小雨", "back": reverse("cases:visits")}
    found = client.post(reverse("lists:search"), back, follow=True).content.decode()
    assert "去核查：林小雨" in found
    assert "去核查：苏小禾" not in found


def test_what_to_approve_is_filtered_by_its_reason(make, client_as):
    make.closing(Reason.ENROLLED, make.child("林小雨"))
    make.closing(Reason.DECEASED, make.child("苏小禾"))
    client = client_as("edu")

    assert order(shown(client, "approvals"), "林小雨", "苏小禾") == ["林小雨", "苏小禾"]
    assert order(shown(client, "approvals", reason="C10"), "林小雨", "苏小禾") == ["苏小禾"]
    assert "没有符合条件的申请" in shown(client, "approvals", reason="C05")


@pytest.fixture
def reported(make):
    """One report told to all, one to nobody, one annulled."""
    for name in ("林小雨", "苏小禾", "江晚"):
        make.visit(make.case(State.VERIFYING, make.child(name)), safety=Safety.DANGER)
    told, _, mistaken = MandatoryReport.objects.order_by("found_at", "pk")
    reporting.report_mandatory(
        told, by=make.community, kind=MandatoryReport.Kind.HARM, account="手臂有伤", measures="",
        told=[Telling(body, "值班员 3021", Means.PHONE, clock.now()) for body in MUST_BE_TOLD],
    )  # fmt: skip
    reporting.answer_mandatory(told, by=make.community, body=Body.POLICE, answer="已立案")
    reporting.annul_report(mistaken, by=make.community, why="点错了")
    return told


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"林小雨", "苏小禾", "江晚"}),
        ({"stand": "to_make"}, {"苏小禾"}),
        ({"stand": "made"}, {"林小雨"}),
        ({"stand": "answered"}, {"林小雨"}),
        ({"stand": "unanswered"}, set()),
        ({"stand": "annulled"}, {"江晚"}),
        ({"since": "2026-09-22"}, set()),
    ],
)
def test_reports_are_filtered_by_how_they_stand(reported, client_as, query, names):
    words = shown(client_as("comm"), "reports", **query)

    assert {name for name in ("林小雨", "苏小禾", "江晚") if name in words} == names


def test_the_workbook_of_reports_says_that_they_were_made_and_not_what_was_found(
    reported, client_as
):
    address = f"{reverse('cases:export_reports')}?stand=made"
    answer = client_as("edu").post(address, {"purpose": "报送上级", "form": "xlsx"})

    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert {"林小雨", "公安、民政、教育", "1 次", "已报告"} <= cells
    assert "苏小禾" not in cells
    assert not any("手臂有伤" in cell for cell in cells)
    event = Event.objects.get(verb="mandatory_report.exported")
    assert (event.facts["rows"], event.purpose) == (1, "报送上级")


def test_without_a_purpose_no_list_goes_out(reported, client_as):
    answer = client_as("edu").post(reverse("cases:export_reports"), {"form": "xlsx"})

    assert answer.status_code == 400


# --- the report on its page -----------------------------------------------------------------


def telling(**changes: str) -> dict[str, str]:
    told = f"{clock.now():%Y-%m-%dT%H:%M}"
    sent = {"kind": "harm", "account": "手臂有伤", "measures": "送医"}
    for body in ("police", "civil", "education"):
        sent |= {f"{body}-person": "", f"{body}-means": "phone", f"{body}-told_at": told}
    return {**sent, **changes}


@pytest.fixture
def report(make, verifying) -> MandatoryReport:
    make.visit(verifying, safety=Safety.DANGER)
    found = verifying.mandatory_reports.get()
    MandatoryReport.objects.filter(pk=found.pk).update(found_at=NOON - timedelta(days=1))
    return found


def test_a_blank_left_as_it_was_is_not_taken(report, client_as):
    client, address = client_as("comm"), reverse("cases:report", args=[report.pk])

    blank = client.post(address, telling(**{"police-person": "派出所（　）"}))
    nobody = client.post(address, telling())

    assert (blank.status_code, nobody.status_code) == (422, 409)
    assert client.post(address, {}).status_code == 422
    assert "括号里不要空着" in blank.content.decode()
    assert "至少写明一家" in nobody.content.decode()
    assert "手臂有伤" in blank.content.decode()
    assert not report.told.exists()


def test_told_one_by_one_answered_and_printed(report, client_as):
    client, address = client_as("comm"), reverse("cases:report", args=[report.pk])

    first = client.post(address, telling(**{"police-person": "王警官"}), follow=True)
    assert "还没有向民政、教育报告" in first.content.decode()
    assert "王警官" in first.content.decode()
    rest = {"civil-person": "民政值班员 12", "education-person": "教育中心槐序"}
    client.post(address, telling(**rest))
    for words in ("已出警", "已立案"):
        client.post(reverse("cases:answer", args=[report.pk]), {"body": "police", "answer": words})

    page = client.get(address).content.decode()
    report.refresh_from_db()
    assert report.reported_at
    assert "已出警" in page
    assert "已立案" in page
    paper = client.get(reverse("cases:report_print", args=[report.pk]))
    assert paper.content.startswith(b"%PDF-")


def test_one_opened_by_mistake_is_annulled_on_its_page(report, client_as):
    client, address = client_as("comm"), reverse("cases:annul_report", args=[report.pk])

    assert client.post(address, {"why": " "}).status_code == 422
    after = client.post(address, {"why": "点错了"}, follow=True).content.decode()

    assert "本单已作废：点错了" in after
    assert queries.reports(client.acting, clock.now()) == []


def test_the_hours_are_those_of_the_parameter(make, education_officer, verifying):
    set_parameter(
        "mandatory_report_hours", "4", by=education_officer, region=make.school.region,
        effective_from=TODAY, today=TODAY, basis="会议",
    )  # fmt: skip
    make.visit(verifying, safety=Safety.DANGER)
    report = verifying.mandatory_reports.get()

    [todo] = queries.reports(make.community, report.found_at)
    assert todo.light.rule == "限 4 小时"
    assert report.due_at - report.found_at == timedelta(hours=4)
