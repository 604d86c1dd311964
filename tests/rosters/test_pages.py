"""The pages of the rosters, through the client."""

from __future__ import annotations

import zipfile
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from oosc.audit.models import Event
from oosc.members.models import Unit
from oosc.rosters import actions
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind, State
from oosc.vault import files
from oosc.vault.models import StoredFile
from roster_files import (
    child,
    hand_in,
    id_number,
    later,
    put_in,
    receive,
    run_jobs,
    upload,
    workbook,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_as, police_officer):
    return client_as(police_officer)


def posted(client, content, **facts):
    data = {"as_of": "2026-09-01", "sender": str(client.acting.unit_id), "kind": ""}
    return client.post(reverse("rosters:receive"), {"file": content, **data, **facts})


def test_from_the_file_to_the_receipt(client):
    answer = posted(client, upload(workbook([child(1), child(2)], title="2026 年学龄人口")))
    roster = Roster.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("rosters:check", args=[roster.pk])
    assert roster.kind == Kind.POLICE_HUKOU  # guessed

    waiting = client.get(answer.url)
    assert "可以离开本页" in waiting.content.decode()
    run_jobs()
    done = client.get(reverse("rosters:progress", args=[roster.pk]))
    assert done["HX-Redirect"] == answer.url
    assert "收下 2 行" in client.get(answer.url).content.decode()

    accepted = client.post(reverse("rosters:accept", args=[roster.pk]), follow=True)
    assert "已收下 2 行" in accepted.content.decode()
    receipt = client.get(reverse("rosters:receipt", args=[roster.pk])).content.decode()
    assert "数据移交单" in receipt
    assert child(1)[0] not in receipt
    paper = client.get(reverse("rosters:receipt_pdf", args=[roster.pk]))
    assert b"".join(paper.streaming_content).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.et", b"WPS"),
        ("a.xlsm", b"PK\x03\x04"),
        ("a.exe", b"MZ"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 40),
        ("a.xlsx", b"<html>"),
        ("a.xlsx", b""),
        ("a.pdf", b"%PDF-1.7"),
    ],
)
def test_a_wrong_file_is_refused_beside_its_field_and_nothing_is_kept(client, name, content):
    answer = posted(client, upload(content, name), kind="police_hukou")

    error = answer.context["form"].errors["file"]
    assert answer.status_code == 422
    assert len(error) == 1
    assert error[0].count("。") >= 1
    assert not Roster.objects.exists()
    assert not StoredFile.objects.exists()
    assert client.get(reverse("rosters:list")).status_code == 200


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"as_of": "2026-10-05"}, "as_of", "时点在今天之后。请填文件导出的那一天。"),
        ({"as_of": "昨天"}, "as_of", "请填一个日期"),
        ({"sender": "x"}, "sender", "请从列出的几项里选一项。"),
        ({"kind": "poverty"}, "kind", "请从列出的几项里选一项。"),
    ],
)
def test_wrong_answers_are_told_beside_their_fields(client, facts, field, sentence):
    answer = posted(client, upload(workbook([child(1)])), **facts)

    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors[field][0]


def test_a_file_without_a_word_about_itself_asks_for_its_kind(client):
    answer = posted(client, upload(workbook([["1", "2"]], ("甲", "乙")), "a.xlsx"))

    assert answer.status_code == 422
    assert "看不出是哪种名册" in answer.context["form"].errors["kind"][0]


EXITS = ("姓名", "护照号", "出境日期", "入境日期", "出生日期")
JOURNEY = ["桑夏至", "E12345678", "2026-03-01", "", "2015-06-22"]


def test_a_file_of_another_kind_is_told(client):
    answer = posted(client, upload(workbook([JOURNEY], EXITS), "出境.xlsx"), kind="police_hukou")

    page = client.get(answer.url).content.decode()
    assert "文件更像是“出入境记录”" in page


def test_a_kind_that_the_sender_does_not_send_is_refused_by_name(client_as):
    civil = client_as("civil")

    answer = posted(civil, upload(workbook([JOURNEY], EXITS), "出境.xlsx"))

    assert answer.status_code == 422
    assert "文件像是“出入境记录”" in answer.context["form"].errors["file"][0]


def test_the_same_file_again_is_recognised(client, received):
    answer = posted(client, upload(files.read(received.file_key)))

    assert answer.status_code == 422
    assert "已于 2026-09-21 收下" in answer.context["form"].errors["file"][0]


def test_the_clerk_maps_a_heading_by_hand(client):
    headings = ("人名", "性别", "出生日期", "公民身份号码", "所属社区", "户籍状态")
    posted(client, upload(workbook([child(1)], headings)), kind="police_hukou")
    run_jobs()
    page = reverse("rosters:check", args=[Roster.objects.get().pk])
    asked = client.get(page).content.decode()
    assert "人名" in asked
    assert "按指定的列重新检查" in asked

    twice = client.post(page, {"name": "人名", "former_name": "人名"})
    assert twice.status_code == 422
    client.post(page, {"name": "人名"})
    run_jobs()

    assert "照上次指定" in client.get(page).content.decode()


def test_the_preview_shows_places_and_never_a_cell(client, received):
    page = client.get(reverse("rosters:detail", args=[received.pk])).content.decode()

    assert "公民身份号码" in page
    assert "990000201506220320" not in page
    assert child(3)[0] not in page


def test_workbooks_for_the_sender(client, received):
    marked = client.get(reverse("rosters:marked", args=[received.pk]))
    failed = client.get(reverse("rosters:failed", args=[received.pk]))

    assert openpyxl.load_workbook(BytesIO(b"".join(marked.streaming_content))).active["D4"].comment
    assert b"".join(failed.streaming_content).startswith(b"PK")
    assert Event.objects.filter(verb="roster.downloaded").count() == 2


def test_the_centre_sees_the_roster_but_takes_no_workbook_of_another(client_as, received):
    centre = client_as("edu")

    assert centre.get(reverse("rosters:detail", args=[received.pk])).status_code == 200
    assert centre.get(reverse("rosters:failed", args=[received.pk])).status_code == 409


def test_another_office_does_not_find_it(client_as, received):
    for role in ("civil", "school", "comm"):
        answer = client_as(role).get(reverse("rosters:detail", args=[received.pk]))
        assert answer.status_code == 404


def test_failed_rows_come_back(client, received):
    book = openpyxl.load_workbook(
        BytesIO(
            b"".join(client.get(reverse("rosters:failed", args=[received.pk])).streaming_content)
        )
    )
    book.active.cell(4, 6).value = id_number(3)
    out = BytesIO()
    book.save(out)
    page = reverse("rosters:correct", args=[received.pk])
    assert client.get(page).status_code == 200

    answer = client.post(page, {"file": upload(out.getvalue(), "改好的.xlsx")})
    run_jobs()

    corrected = Roster.objects.get(supplements=received)
    assert answer.status_code == 302
    assert (corrected.state, corrected.rows, corrected.problems) == (State.CHECKED, 3, 0)
    assert client.get(answer.url).status_code == 200


def test_withdrawing_on_the_page(client, received):
    page = reverse("rosters:withdraw", args=[received.pk])
    assert "撤回不影响别的" in client.get(page).content.decode()
    assert client.post(page, {"why": ""}).status_code == 422

    answer = client.post(page, {"why": "发错了文件"}, follow=True)

    assert "发错了文件" in answer.content.decode()
    assert Roster.objects.get().state == State.WITHDRAWN


def test_putting_a_roster_away(client, police_officer):
    roster = hand_in(police_officer, workbook([child(1)]))

    client.post(reverse("rosters:discard", args=[roster.pk]))

    assert Roster.objects.get().state == State.DISCARDED
    assert client.get(reverse("rosters:check", args=[roster.pk])).status_code == 200


def test_a_check_that_stopped_offers_to_begin_again(client, police_officer):
    roster = put_in(police_officer, workbook([child(1)]))
    actions.jobs.cancel(roster.job_id, by=police_officer)
    page = reverse("rosters:check", args=[roster.pk])
    assert "重新检查" in client.get(page).content.decode()

    client.post(reverse("rosters:check_again", args=[roster.pk]))
    run_jobs()

    assert "收下 1 行" in client.get(page).content.decode()


@pytest.mark.parametrize("shown", ["latest", "open", "all", "withdrawn", "x"])
def test_the_list_and_its_tabs(client, received, police_officer, shown):
    hand_in(police_officer, workbook([child(1)]))

    page = client.get(reverse("rosters:list"), {"shown": shown, "kind": "police_hukou"})

    assert page.status_code == 200
    assert page.context["page"].total == {"withdrawn": 0}.get(shown, 1)


def test_a_second_officer_finds_it_received(client, police_officer):
    roster = hand_in(police_officer, workbook([child(1)]))
    page = reverse("rosters:accept", args=[roster.pk])
    client.post(page)

    assert client.post(page).status_code == 409
    assert Event.objects.filter(verb="roster.received").count() == 1


def test_a_workbook_that_declares_entities_is_refused_and_the_page_lives_on(client):
    bomb = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook([child(1)]))) as whole,
        zipfile.ZipFile(bomb, "w") as made,
    ):
        for part in whole.namelist():
            content = whole.read(part)
            if part.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + content.split(b"?>", 1)[1]
            made.writestr(part, content)

    answer = posted(client, upload(bomb.getvalue(), "a.xlsx"), kind="police_hukou")

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert client.get(reverse("rosters:list")).status_code == 200


def test_the_list_asks_few_questions(client_as, police_officer, django_assert_max_num_queries):
    for number in range(4):
        receive(police_officer, workbook([child(number)]), at=later(number))
    client = client_as("edu")
    client.get(reverse("rosters:list"))

    with django_assert_max_num_queries(12):
        client.get(reverse("rosters:list"), {"shown": "all"})


@pytest.mark.parametrize("kind", Kind.values)
def test_every_template_can_be_read_by_us(client_as, kind):
    answer = client_as("edu").get(reverse("rosters:template", args=[kind]))

    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    headings = [cell.value for cell in book.worksheets[0][1]]
    assert headings.count("姓名") == 1
    assert book.sheetnames[1] == "填表说明"
    number = book.worksheets[0].column_dimensions
    assert any(column.width == pytest.approx(22, abs=1) for column in number.values())


def test_a_filled_template_comes_in(client, police_officer):
    answer = client.get(reverse("rosters:template", args=[Kind.POLICE_HUKOU]))
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    sheet = book.worksheets[0]
    for column in range(1, sheet.max_column + 1):
        heading = sheet.cell(1, column).value
        given = {"姓名": "桑夏至", "身份证件号": id_number(1), "性别": "女"}
        sheet.cell(2, column).value = given.get(heading)
    out = BytesIO()
    book.save(out)

    roster = hand_in(police_officer, out.getvalue())

    assert (roster.state, roster.rows) == (State.CHECKED, 1)


def test_no_such_template(client):
    assert client.get(reverse("rosters:template", args=["nothing"])).status_code == 404
    assert client.get(reverse("rosters:templates")).status_code == 200


def test_the_centre_chooses_the_sender(client_as, police_officer):
    centre = client_as("edu")
    station = Unit.objects.get(pk=police_officer.unit_id)

    posted(centre, upload(workbook([child(1)])), sender=str(station.pk))

    assert Roster.objects.get().sender == station
