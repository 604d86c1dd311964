"""The pages of cases: what they show, what they take, what they say of wrong input."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

import factories
import world
from oosc.audit.models import Event
from oosc.cases.models import Case, Visit
from oosc.cases.states import EvidenceKind, Reason, State

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY


def page(client, route: str, *args: object, **query: str):
    return client.get(reverse(f"cases:{route}", args=args), query)


def form(**changes: object) -> dict[str, object]:
    """What the thumb form sends."""
    return {
        "client_key": str(uuid4()), "visited_on": "2026-09-21", "visited_at": "15:30",
        "mode": "home_visit", "visitors": "梅青、江晚", "address_match": "matches",
        "met": "grandparents", "child_present": "no", "claim": "unclear", "safety": "none",
        "conclusion": "not_found", "account": "邻居说八月搬走了", "refused_to_sign": "on",
        **changes,
    }  # fmt: skip


def send(client, case: Case, **changes: object):
    return client.post(reverse("cases:visit", args=[case.pk]), form(**changes))


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (3000, 2000), "grey").save(out, "JPEG")
    return SimpleUploadedFile("走访.jpg", out.getvalue(), "image/jpeg")


# --- the ledger -----------------------------------------------------------------------------


@pytest.fixture
def three(make):
    return [
        make.case(State.SUSPECTED, make.child("林小雨")),
        make.case(State.ASSIGNED, make.child("苏小禾")),
        make.case(State.CLOSED, make.child("江晚")),
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"林小雨", "苏小禾", "江晚"}),
        ({"state": "assigned"}, {"苏小禾"}),
        ({"stand": "open"}, {"林小雨", "苏小禾"}),
        ({"stand": "closed"}, {"江晚"}),
        ({"stand": "to_visit"}, {"苏小禾"}),
        ({"stand": "overdue"}, set()),
        ({"source": "match"}, {"林小雨", "苏小禾", "江晚"}),
        ({"state": "nonsense"}, {"林小雨", "苏小禾", "江晚"}),
    ],
)
def test_the_ledger_is_filtered_by_its_address(three, client_as, query, names):
    words = page(client_as("edu"), "ledger", **query).content.decode()

    assert {name for name in ("林小雨", "苏小禾", "江晚") if name in words} == names


def test_what_is_overdue_says_so_in_words(make, client_as):
    case = make.case(State.SUSPECTED)
    Case.objects.filter(pk=case.pk).update(due_on="2026-09-18")

    words = page(client_as("edu"), "ledger", stand="overdue").content.decode()

    assert "林小雨" in words
    assert "逾期 2 个工作日" in words  # Friday; Sunday was worked


def test_a_case_is_found_by_its_number_and_by_name(three, client_as):
    client = client_as("edu")
    for words, name in ((three[1].number, "苏小禾"), ("林小雨", "林小雨")):
        back = {"q": words, "back": reverse("cases:ledger")}
        shown = client.post(reverse("lists:search"), back, follow=True).content.decode()
        others = {"林小雨", "苏小禾", "江晚"} - {name}
        assert f">{name}<" in shown or name in shown
        assert not any(re.search(rf"<(td|th|a)[^>]*>\s*{other}", shown) for other in others)


def export(client, form: str, **query: str):
    address = f"{reverse('cases:export')}?{urlencode(query)}"
    return client.post(address, {"purpose": "报送上级", "form": form})


def exported(client, form: str, **query: str):
    address = reverse("cases:export") + (f"?{urlencode(query)}" if query else "")
    return client.post(address, {"purpose": "核查就学情况", "form": form})


def test_the_workbook_has_the_rows_of_the_page_masked_as_there(three, client_as):
    answer = exported(client_as("lead"), "xlsx", stand="open")

    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert {"林*", "苏*"} <= cells
    assert not {"林小雨", "苏小禾", "江晚"} & cells
    assert Event.objects.get(verb="case.exported").facts["rows"] == 2


def test_on_paper_it_leaves_a_trace_with_its_purpose(three, client_as):
    answer = exported(client_as("comm"), "sheet")

    assert "林小雨" in answer.content.decode()
    assert Event.objects.get(verb="case.exported").purpose == "核查就学情况"


def test_without_a_purpose_nothing_goes_out(three, client_as):
    answer = client_as("edu").post(reverse("cases:export"), {"form": "xlsx"})

    assert answer.status_code == 400
    assert not Event.objects.filter(verb="case.exported").exists()


def test_a_class_teacher_sees_the_cases_of_the_class(make, client_as, teacher_officer):
    mine = make.child("林小雨", grade=3, class_name="三年级1班")
    make.case(State.ASSIGNED, mine)
    make.case(State.ASSIGNED, make.child("苏小禾", grade=4, class_name="四年级2班"))

    words = page(client_as(teacher_officer), "ledger").content.decode()

    assert "林小雨" in words
    assert "苏小禾" not in words


# --- the visit ------------------------------------------------------------------------------


def test_a_visit_with_photo_and_signature(assigned, client_as):
    out = io.BytesIO()
    Image.new("RGB", (300, 120), "white").save(out, "PNG")
    drawn = f"data:image/png;base64,{b64encode(out.getvalue()).decode()}"

    client = client_as("comm")

    answer = send(client, assigned, photos=photo(), signature=drawn, refused_to_sign="")

    visit = Visit.objects.get()
    paper = page(client, "visit_print", visit.pk).content
    assert b"/Width 300" in paper
    assert b"/Height 120" in paper
    assert answer.status_code == 302
    assert (len(visit.photo_keys), bool(visit.signature_key)) == (1, True)
    assert visit.account == "邻居说八月搬走了"


def test_a_photo_comes_back_small_and_opening_it_leaves_a_trace(assigned, client_as):
    send(client_as("comm"), assigned, photos=photo())
    evidence = assigned.evidence.get(kind=EvidenceKind.PHOTO)

    answer = page(client_as("comm"), "evidence_file", evidence.pk)

    assert max(Image.open(io.BytesIO(answer.content)).size) == 1600
    assert Event.objects.filter(verb="case.evidence_opened").count() == 1


def test_sent_twice_by_the_browser_it_is_one_visit(assigned, client_as):
    client, key = client_as("comm"), str(uuid4())

    first = send(client, assigned, client_key=key)
    second = send(client, assigned, client_key=key)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"visitors": "梅青"},
        {"visitors": ""},
        {"visited_on": "2026年9月31日"},
        {"safety": ""},
        {"conclusion": "perhaps"},
        {"client_key": "not-a-key"},
        {"claim": ""},
        {"refused_to_sign": ""},
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(assigned, client_as, wrong):
    answer = send(client_as("comm"), assigned, **wrong)

    assert answer.status_code == 422
    assert "邻居说八月搬走了" in answer.content.decode()
    assert not Visit.objects.exists()


def test_a_day_in_the_future_is_refused_in_a_sentence(assigned, client_as):
    answer = send(client_as("comm"), assigned, visited_on="2026-09-22")

    assert answer.status_code in (409, 422)
    assert "核查日期不能晚于今天" in answer.content.decode()


def test_a_danger_leads_to_the_report(assigned, client_as):
    answer = send(client_as("comm"), assigned, safety="danger")

    report = assigned.mandatory_reports.get()
    assert answer.headers["Location"] == reverse("cases:report", args=[report.pk])


def test_a_report_that_is_not_complete_yet_is_read_with_a_trace(assigned, client_as):
    client = client_as("comm")
    send(client, assigned, safety="danger")
    report = assigned.mandatory_reports.get()
    address = reverse("cases:report", args=[report.pk])

    client.get(address)
    client.post(address, {})  # what was refused shows what was read already

    [read] = Event.objects.filter(verb="mandatory_report.read")
    assert (read.subject_id, read.officer_id) == (str(report.pk), client.acting.officer_id)


def test_the_ruled_out_leads_to_the_evidence(assigned, client_as):
    answer = send(client_as("comm"), assigned, conclusion="ruled_out")

    assert answer.headers["Location"] == reverse("cases:rule_out", args=[assigned.pk])


def test_the_phone_lists_whom_to_visit(make, client_as):
    make.case(State.ASSIGNED, make.child("林小雨"))
    make.case(State.SUSPECTED, make.child("苏小禾"))

    words = page(client_as("comm"), "visits").content.decode()

    assert "林小雨" in words
    assert "苏小禾" not in words


# --- from ruling out to striking off --------------------------------------------------------


def test_an_approval_by_two_bodies_goes_through_the_pages(make, client_as, closing):
    police, centre = client_as("police"), client_as("edu")
    address = reverse("cases:approve", args=[closing.pk])

    assert closing.number in page(police, "approvals").content.decode()
    assert page(police, "detail", closing.pk).status_code == 200
    assert police.post(address).status_code == 302
    assert police.post(address).status_code == 409
    assert centre.post(address).status_code == 302

    closing.refresh_from_db()
    assert (closing.state, closing.closed_by_id) == (State.CLOSED, centre.acting.post_id)


def test_a_missing_proof_is_named(verifying, client_as):
    answer = client_as("comm").post(
        reverse("cases:rule_out", args=[verifying.pk]), {"reason": Reason.DECEASED.value}
    )

    assert answer.status_code == 409
    assert "还缺证据：死亡证明" in answer.content.decode()


def test_evidence_is_put_in_through_its_form(verifying, client_as):
    proof = SimpleUploadedFile("证明.pdf", world.PDF, "application/pdf")
    answer = client_as("comm").post(
        reverse("cases:add_evidence", args=[verifying.pk]),
        {"kind": "death", "file": proof, "number": "", "note": "户籍注销"},
    )

    assert answer.status_code == 302
    assert verifying.evidence.get().note == "户籍注销"


@pytest.mark.parametrize("step", ["send_back", "withdraw"])
def test_a_step_that_needs_a_reason_says_so(make, client_as, step):
    case = make.closing(Reason.ENROLLED) if step == "send_back" else make.case(State.SUSPECTED)

    answer = client_as("edu").post(reverse(f"cases:{step}", args=[case.pk]), {"why": " "})

    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.state in (State.CLOSING, State.SUSPECTED)


def test_a_community_registers_a_suspicion_of_its_own(make, client_as):
    child = make.child()

    answer = client_as("comm").post(
        reverse("cases:raise", args=[child.pk]),
        {"source": "community", "why": "上课时间在菜市场帮工"},
    )

    case = Case.objects.get()
    assert answer.headers["Location"] == reverse("cases:detail", args=[case.pk])
    assert (case.source, case.trigger) == ("community", "上课时间在菜市场帮工")


def test_a_report_on_paper(assigned, client_as):
    send(client_as("comm"), assigned, safety="danger")
    report = assigned.mandatory_reports.get()

    answer = page(client_as("comm"), "report_print", report.pk)

    assert answer.content.startswith(b"%PDF-")
    assert Event.objects.filter(verb="mandatory_report.printed").count() == 1
