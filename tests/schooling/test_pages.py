"""入学花名册, 未入学花名册: page, workbook, paper, seal."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

import factories
from oosc.audit.models import Event
from oosc.schooling import actions
from oosc.schooling.actions import StatusRow
from oosc.schooling.models import SchoolYearStatus, SealedRoster
from oosc.schooling.papers import SAID_ABOVE
from oosc.schooling.states import RosterKind, Status

YEAR = "2026-2027"
TODAY = factories.TODAY
NUMBER = factories.id_no()


def told(child, status, **more):
    row = StatusRow(child.pk, YEAR, status, region_id=child.home_id, **more)
    actions.set_statuses([row], by=None, on=TODAY)
    return child


@pytest.fixture
def rosters(db):
    told(factories.child("林小雨", id_no=NUMBER, phone="15000001207"), Status.SUSPECTED)
    told(
        factories.child("苏小禾", school_code=factories.PRIMARY, grade=3, class_name="1"),
        Status.ENROLLED_LOCAL, school_id=factories.school().pk, grade=3,
    )  # fmt: skip
    told(factories.child("江晚", place=factories.WEST), Status.DEFERRED)


def text_of(answer) -> str:
    return answer.content.decode()


def test_each_child_is_on_one_roster(client_as, rosters):
    client = client_as("edu")

    enrolled = text_of(client.get(reverse("schooling:enrolled")))
    missing = text_of(client.get(reverse("schooling:not_enrolled")))

    assert "苏小禾" in enrolled
    assert "林小雨" not in enrolled
    assert "林小雨" in missing
    assert "江晚" in missing
    assert NUMBER not in missing


def test_a_community_has_its_own_rows(client_as, rosters):
    missing = text_of(client_as("comm").get(reverse("schooling:not_enrolled")))

    assert "林小雨" in missing
    assert "江晚" not in missing


def test_a_school_has_its_own_rows(client_as, rosters):
    own = text_of(client_as("school").get(reverse("schooling:enrolled")))
    other = text_of(
        client_as("school", school_code=factories.JUNIOR).get(reverse("schooling:enrolled"))
    )

    assert "苏小禾" in own
    assert "苏小禾" not in other


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": "suspected"}, True),
        ({"status": "dropout"}, False),
        ({"year": "2025-2026"}, False),
    ],
)
def test_a_roster_is_narrowed(client_as, rosters, filters, found):
    missing = text_of(client_as("edu").get(reverse("schooling:not_enrolled"), filters))

    assert ("林小雨" in missing) == found


def export(client, form, **more):
    url = reverse("schooling:export", args=["not_enrolled"])
    return client.post(url, {"purpose": "存档备查", "form": form, **more})


def test_a_workbook_has_the_usual_columns_masked(client_as, rosters):
    answer = export(client_as("edu"), "xlsx")

    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines[0][0] == "教育中心 2026—2027 学年未入学花名册"
    assert lines[2][:5] == ["序号", "姓名", "性别", "出生日期", "公民身份号码"]
    assert lines[3][1] == "林小雨"
    assert lines[3][4] == "350582************"
    assert NUMBER not in str(lines)
    event = Event.objects.get(verb="schooling.exported")
    assert (event.purpose, event.facts["rows"]) == ("存档备查", 2)


def test_a_workbook_has_the_numbers_to_call_and_to_look_up_by_masked(client_as, db):
    child = factories.child("苏小禾", student_no="G" + NUMBER, phone="15000001207")
    told(child, Status.SUSPECTED)
    told(factories.child("江晚", student_no="G" + NUMBER), Status.ENROLLED_LOCAL)
    client = client_as("edu")

    book = export(client, "xlsx")
    lines = openpyxl.load_workbook(BytesIO(book.content)).active.iter_rows(values_only=True)
    [*_, heads, row, _] = [line for line in lines if any(line)]
    enrolled = client.post(
        reverse("schooling:export", args=["enrolled"]), {"purpose": "存档备查", "form": "xlsx"}
    )
    written = openpyxl.load_workbook(BytesIO(enrolled.content)).active.iter_rows(values_only=True)

    assert dict(zip(heads, row, strict=True))["监护人电话"] == "150****1207"
    assert "G35058*************" in str(list(written))
    assert "监护人电话" not in text_of(export(client, "sheet"))


def test_an_export_is_of_what_the_page_shows(client_as, rosters):
    client = client_as("edu")
    url = reverse("schooling:export", args=["not_enrolled"]) + "?status=deferred"

    text = text_of(client.post(url, {"purpose": "存档备查", "form": "sheet"}))

    assert "江晚" in text
    assert "林小雨" not in text


def test_an_export_without_a_purpose_is_refused(client_as, rosters):
    answer = export(client_as("edu"), "xlsx", purpose="")

    assert answer.status_code == 400
    assert not Event.objects.filter(verb="schooling.exported").exists()


def test_a_sheet_repeats_its_head_and_names_who_signs(client_as, rosters):
    text = text_of(export(client_as("edu"), "sheet"))

    head = text[text.index("<thead>") : text.index("</thead>")]
    assert "填报单位：教育中心" in head
    assert "数据时点：2026年9月21日" in head
    assert "单位负责人" in text


@pytest.mark.parametrize(
    ("column", "written", "printed"),
    [
        ("community", "青桥社区居委会", "青桥"),
        ("community", "东桥社区", "东桥"),
        ("community", "石井村民委员会", "石井村"),
        ("community", "社区", "社区"),
        ("class_name", "一年级3班", "3班"),
        ("class_name", "一年级", "一年级"),
        ("due_grade", "九年级", "九"),
        ("status", "疑似失学辍学", "疑似"),
        ("status", "失学", "失学"),
    ],
)
def test_paper_does_not_say_again_what_the_heading_says(column, written, printed):
    assert SAID_ABOVE[column].sub("", written) == printed


def test_a_pdf_is_a_pdf(client_as, rosters):
    answer = export(client_as("edu"), "pdf")

    assert answer.content.startswith(b"%PDF")


def test_a_roster_is_sealed_corrected_and_printed(client_as, rosters):
    client = client_as("comm")
    region = factories.region(factories.EAST)

    client.post(
        reverse("schooling:seal"),
        {"kind": "not_enrolled", "school_year": YEAR, "region": str(region.pk)},
    )
    roster = SealedRoster.objects.get()
    client.post(
        reverse("schooling:correct_sealed", args=[roster.pk]),
        {"row": "1", "column": "guardian", "now": "梅小青", "why": "原件误写"},
    )
    page = text_of(client.get(reverse("schooling:sealed_roster", args=[roster.pk])))
    paper = text_of(
        client.post(
            reverse("schooling:export_sealed", args=[roster.pk]),
            {"purpose": "存档备查", "form": "sheet"},
        )
    )

    assert "<mark>梅小青</mark>" in page
    assert "原件误写" in page
    assert NUMBER not in page
    assert "梅小青" in paper
    assert "2026年9月21日封存 1 人" in paper


def test_a_corrected_seal_prints_what_was_sealed_beside_it(client_as, rosters, community_officer):
    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip
    for now, why in (("苏晓雨", "误写"), ("林晓雨", "户口簿核对")):
        actions.correct_sealed(
            roster, row=1, column="name", now=now, why=why, by=community_officer, on=TODAY
        )
    url = reverse("schooling:export_sealed", args=[roster.pk])
    said = {"purpose": "存档备查"}

    sheet = text_of(client_as("comm").post(url, {**said, "form": "sheet"}))
    book = client_as("comm").post(url, {**said, "form": "xlsx"})
    masked = text_of(client_as("lead").post(url, {**said, "form": "sheet"}))

    assert "林晓雨（封存时：林小雨）" in sheet
    assert "封存 1 人，此后更正 2 处" in sheet
    lines = openpyxl.load_workbook(BytesIO(book.content)).active.iter_rows(values_only=True)
    assert "林晓雨（封存时：林小雨）" in str(list(lines))
    assert "林*（封存时：林*）" in masked
    assert Event.objects.filter(verb="schooling.sealed_corrected").count() == 2


def test_each_correction_says_what_stood_there_before_it(rosters, community_officer):
    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip
    for now in ("苏晓雨", "林晓雨"):
        actions.correct_sealed(
            roster, row=1, column="name", now=now, why="核对", by=community_officer, on=TODAY
        )

    words = [one.words for one in roster.corrections.order_by("id")]
    assert [(one["was"], one["now"]) for one in words] == [
        ("林小雨", "苏晓雨"), ("苏晓雨", "林晓雨"),
    ]  # fmt: skip


def test_a_seal_keeps_the_headings_it_was_sealed_with(client_as, rosters, community_officer):
    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip
    SealedRoster.objects.filter(pk=roster.pk).update(
        columns=[["number", "号", 6, 0], ["name", "孩子", 12, 0]]
    )

    page = text_of(client_as("comm").get(reverse("schooling:sealed_roster", args=[roster.pk])))

    assert ">孩子<" in page
    assert ">监护人姓名<" not in page


def test_a_seal_from_before_headings_were_kept_reads_as_it_did(
    client_as, rosters, community_officer
):
    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip
    SealedRoster.objects.filter(pk=roster.pk).update(kind=RosterKind.SUSPECTED, columns=[])

    page = text_of(client_as("comm").get(reverse("schooling:sealed_roster", args=[roster.pk])))

    assert ">未入学情况<" in page


@pytest.mark.parametrize(
    ("words", "kind"), [("林小雨", "name"), ("LXY", "letters"), (NUMBER, "number")]
)
def test_a_search_leaves_its_kind_and_never_its_words(client_as, rosters, words, kind):
    back = reverse("schooling:not_enrolled")

    client_as("comm").post(reverse("lists:search"), {"q": words, "back": back}, follow=True)

    assert Event.objects.get(verb="child.searched").facts == {"kind": kind, "found": 1}


def test_a_head_reads_a_sealed_roster_masked(client_as, rosters, community_officer):
    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip

    page = text_of(client_as("lead").get(reverse("schooling:sealed_roster", args=[roster.pk])))

    assert "林*" in page
    assert "林小雨" not in page


def test_a_sealed_roster_out_of_reach_is_not_there(client_as, rosters, community_officer):
    roster = actions.seal(
        RosterKind.NOT_ENROLLED, YEAR, factories.region(factories.EAST), by=community_officer,
        on=TODAY,
    )  # fmt: skip
    url = reverse("schooling:sealed_roster", args=[roster.pk])

    assert client_as("comm", place=factories.WEST).get(url).status_code == 404


def test_a_school_sets_a_status_by_hand(client_as, rosters):
    client = client_as("school")
    child = SchoolYearStatus.objects.get(child__name="苏小禾").child
    url = reverse("schooling:set_status", args=[child.pk])
    said = {
        "school_year": YEAR,
        "status": "suspended",
        "on": "2026-09-10",
        "evidence": "批准文号 12",
    }

    unsaid = client.post(url, said)
    client.post(url, {**said, "until": "2027-01-20"})

    assert unsaid.status_code == 422
    assert SchoolYearStatus.objects.get(child=child).status == Status.SUSPENDED


def test_the_file_shows_the_school_years(client_as, rosters):
    child = SchoolYearStatus.objects.get(child__name="林小雨").child

    text = text_of(client_as("edu").get(reverse("children:detail", args=[child.pk])))
    police = text_of(client_as("police").get(reverse("children:detail", args=[child.pk])))

    assert "2026—2027" in text
    assert "疑似失学辍学" in text
    assert "疑似失学辍学" not in police


def test_a_roster_asks_few_questions(client_as, django_assert_max_num_queries):
    for number in range(25):
        told(factories.child(f"林小{number}", phone="15000001207"), Status.SUSPECTED)
    client = client_as("edu")

    with django_assert_max_num_queries(12):
        client.get(reverse("schooling:not_enrolled"))
