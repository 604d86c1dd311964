"""明文导出: masked is the rule; more than a few rows take a second person; the file is locked."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import msoffcrypto
import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse

import factories
from oosc.access import policy
from oosc.access.policy import Level, Permission
from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.children.models import Child, Circumstance
from oosc.children.states import Kind, Masked
from oosc.exports import actions, queries, sources
from oosc.exports.actions import Listed
from oosc.exports.models import ClearExport, Export
from oosc.exports.states import ClearState
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.acting import in_post
from oosc.members.models import Officer
from oosc.parameters.models import Parameter
from oosc.places.models import School
from oosc.places.states import Stage
from oosc.schooling.actions import StatusRow, set_statuses
from oosc.schooling.states import Status
from oosc.vault.models import StoredFile

pytestmark = pytest.mark.django_db

NUMBER, PHONE, ADDRESS = factories.id_no(), "13900477391", "梧桐巷七十七号"
ASKED = {
    "fields_": ["id_no", "guardian_phone", "residence_address"], "purpose": "核对信息",
    "destination": "派出所 & 户籍窗口", "reason": "核对户籍",
}  # fmt: skip
ASK = reverse("exports:ask_clear", args=["children"])
YEAR = "2026-2027"


@pytest.fixture
def children():
    """Three, of whom the first has everything that may be shown in clear."""
    first = factories.child("林小雨", id_no=NUMBER, phone=PHONE, address=ADDRESS)
    return [first, factories.child("苏小禾"), factories.child("江小晚", place=factories.WEST)]


@pytest.fixture
def edu(client_as, children):
    return client_as("edu")


def parameter(code: str, value: str, client) -> None:
    Parameter.objects.create(
        code=code, value=value, region=factories.region(), basis="本地约定",
        effective_from=date(2026, 9, 1), set_at=clock.now(), set_by=client.acting.post_id,
        set_by_words="教育中心",
    )  # fmt: skip


def ask(client, query: str = "", **more: object) -> ClearExport:
    response = client.post(ASK + query, {**ASKED, **more})
    assert response.status_code == 302, response.content.decode()
    return ClearExport.objects.latest("asked_at")


def answer(client, clear: ClearExport, granted: str = "1", words: str = ""):
    address = reverse("exports:answer_clear", args=[clear.pk])
    return client.post(address, {"granted": granted, "answer": words})


def made(client, clear: ClearExport) -> str:
    response = client.post(reverse("exports:make_clear", args=[clear.pk]))
    assert response.status_code == 200, response.content.decode()
    found = re.search(r'id="password">([a-z2-9-]+)<', response.content.decode())
    assert found is not None
    return found[1]


def locked(client, clear: ClearExport) -> bytes:
    clear.refresh_from_db()
    response = client.post(reverse("exports:fetch", args=[clear.export_id]))
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def opened(file: bytes, password: str):
    office, plain = msoffcrypto.OfficeFile(BytesIO(file)), BytesIO()
    office.load_key(password=password, verify_password=True)
    office.decrypt(plain, verify_integrity=True)
    return openpyxl.load_workbook(plain).active


def opened_anew(client, clear: ClearExport):
    password = made(client, clear)
    return opened(locked(client, clear), password)


def says(client, clear: ClearExport) -> str:
    return client.get(reverse("exports:clear", args=[clear.pk])).content.decode()


def test_a_few_rows_are_made_at_once_locked_and_in_clear(edu):
    clear = ask(edu, "?sort=name")

    password = made(edu, clear)
    file = locked(edu, clear)
    page = opened(file, password)
    rows = [[str(cell or "") for cell in row] for row in page.iter_rows(values_only=True)]

    assert clear.state == ClearState.ALONE
    assert rows[2] == [
        "序号", "姓名", "性别", "出生日期", "居住社区", "户籍社区", "学校", "班级",
        "监护人", "证件号", "监护人电话", "现住址",
    ]  # fmt: skip
    assert [row[1] for row in rows[3:6]] == ["江小晚", "林小雨", "苏小禾"]
    assert rows[4][8:] == ["梅青（母）", NUMBER, PHONE, ADDRESS]
    assert rows[3][8:] == ["", "", "", ""]
    assert NUMBER.encode() not in file


def test_the_password_is_kept_nowhere_and_the_file_opens_with_no_other(edu):
    clear = ask(edu)
    first = made(edu, clear)
    file = locked(edu, clear)
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        opened(file, first[:-1] + ("a" if first[-1] != "a" else "b"))

    second = made(edu, clear)

    assert first != second
    assert first not in says(edu, clear)
    assert second not in says(edu, clear)
    assert not [
        event for event in Event.objects.all() if first in str(event.facts) or first in event.verb
    ]
    assert Export.objects.filter(destroyed_at=None).count() == 1
    assert StoredFile.objects.filter(destroyed_at=None).count() == 1
    opened(locked(edu, clear), second)


def test_every_printed_page_says_who_when_what_for_and_where_to(edu):
    clear = ask(edu)
    page = opened_anew(edu, clear)

    header = page.oddHeader.left.text
    for words in (clear.officer.name, "教育中心", "2026-09-21", "核对信息", "户籍窗口"):
        assert words in header
        assert words in page["A2"].value
    assert page.print_title_rows == "$1:$3"


def test_more_rows_wait_for_the_head(edu, client_as):
    parameter("clear_export_alone_rows", "2", edu)
    clear = ask(edu)
    lead = client_as("lead")

    early = edu.post(reverse("exports:make_clear", args=[clear.pk]))
    home = lead.get(reverse("portal:home")).content.decode()
    waiting = lead.get(reverse("exports:clear_list")).content.decode()
    assert (clear.state, early.status_code) == (ClearState.ASKED, 409)
    assert "1 份待答复" in home
    assert reverse("exports:clear", args=[clear.pk]) in waiting
    assert "派出所 &amp; 户籍窗口" in says(lead, clear)

    assert answer(lead, clear).status_code == 302
    assert "1 份申请有了答复" in edu.get(reverse("portal:home")).content.decode()
    assert "已同意" in says(edu, clear)
    assert "有了答复" not in edu.get(reverse("portal:home")).content.decode()

    assert opened_anew(edu, clear).max_row >= 6


def test_rows_taken_bit_by_bit_add_up(edu):
    parameter("clear_export_alone_rows", "4", edu)

    first, second = ask(edu), ask(edu)
    ClearExport.objects.filter(pk=first.pk).update(asked_at=clock.now() - timedelta(hours=25))
    third = ask(edu, f"?community={factories.region(factories.WEST).pk}")

    assert (first.state, second.state) == (ClearState.ALONE, ClearState.ASKED)
    assert (third.rows, third.state) == (1, ClearState.ALONE)


def test_the_head_refuses_with_a_reason(edu, client_as):
    parameter("clear_export_alone_rows", "0", edu)
    clear, lead = ask(edu), client_as("lead")

    silent = answer(lead, clear, "0")
    spoken = answer(lead, clear, "0", "请改用打印页")

    assert silent.status_code == 422
    assert "请写明理由" in silent.content.decode()
    assert spoken.status_code == 302
    assert "请改用打印页" in says(edu, clear)
    assert edu.post(reverse("exports:make_clear", args=[clear.pk])).status_code == 409
    assert answer(lead, clear).status_code == 409


def test_nobody_agrees_to_their_own_in_whatever_post(edu, client_as):
    parameter("clear_export_alone_rows", "0", edu)
    clear = ask(edu)
    who = Officer.objects.get(pk=edu.acting.officer_id)
    head_too = in_post(factories.holding("lead", who=who))

    assert answer(edu, clear).status_code == 409
    assert answer(client_as(head_too), clear).status_code == 404
    with pytest.raises(Refused, match="不能批准自己的申请"):
        actions.answer_clear(clear, by=head_too, granted=True, answer="", at=clock.now())
    assert not queries.waiting_for(head_too).exists()


def test_the_database_refuses_what_the_page_would_not_do(edu):
    parameter("clear_export_alone_rows", "0", edu)
    clear = ask(edu)
    now = clock.now()
    rows = ClearExport.objects.filter(pk=clear.pk)
    answered = {
        "state": ClearState.AGREED, "answered_by": clear.post_id, "answered_at": now,
        "expires_at": now,
    }  # fmt: skip

    for wrong in (
        {**answered, "answered_by_officer": clear.officer_id},  # by oneself
        {**answered},  # by nobody
        {"state": ClearState.ALONE, "expires_at": now},  # more than a few
        {"expires_at": now},  # not answered
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


def test_whom_the_head_named_answers_within_reach(edu, client_as):
    parameter("clear_export_alone_rows", "0", edu)
    of_the_office = ask(edu)
    east = client_as("comm")
    of_the_community = ask(east)
    named = factories.holding("comm", title="书记")
    type(named).objects.filter(pk=named.pk).update(may_approve_reveals=True)
    secretary = in_post(type(named).objects.with_place().get(pk=named.pk))

    assert list(queries.waiting_for(secretary)) == [of_the_community]
    with pytest.raises(Refused, match="不能答复"):
        actions.answer_clear(
            of_the_office, by=secretary, granted=True, answer="", at=clock.now()
        )  # fmt: skip
    actions.answer_clear(
        of_the_community, by=secretary, granted=True, answer="", at=clock.now()
    )  # fmt: skip


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.EDU, Role.COMM, Role.SCHOOL, Role.LEAD}))
def test_no_other_office_asks_or_answers(role, edu, client_as):
    parameter("clear_export_alone_rows", "0", edu)
    clear, client = ask(edu), client_as(role)

    assert client.get(ASK).status_code == 404
    assert client.post(ASK, ASKED).status_code == 404
    assert answer(client, clear).status_code == 404
    with pytest.raises(Refused):
        actions.answer_clear(clear, by=client.acting, granted=True, answer="", at=clock.now())
    with pytest.raises(Refused):
        actions.ask_clear(
            LISTED, by=client.acting, fields=["id_no"], purpose="核对信息", destination="某处",
            reason="某事", at=clock.now(),
        )  # fmt: skip


LISTED = Listed("children", "/children/", "", "", "儿童名单", "不限", rows=1)


def test_the_head_of_another_place_and_colleagues_see_nothing(edu, client_as):
    parameter("clear_export_alone_rows", "0", edu)
    clear = ask(edu)
    elsewhere = client_as(factories.acting("lead", place="990001002"))

    for client in (elsewhere, client_as("comm"), client_as("school")):
        assert client.get(reverse("exports:clear", args=[clear.pk])).status_code == 404
        assert answer(client, clear).status_code == 404
        assert client.post(reverse("exports:make_clear", args=[clear.pk])).status_code == 404
    assert edu.post(ASK.replace("children", "nothing"), ASKED).status_code == 404


def test_the_head_reads_nothing_in_full_and_has_nothing_to_take(client_as, children):
    lead = client_as("lead")

    assert lead.get(ASK).status_code == 409
    assert sources.find("children").fields(lead.acting) == []


def test_what_is_offered_is_what_the_matrix_gives_in_full():
    source = sources.find("children")
    for role in Role:
        by = factories.acting(role)
        codes = {code for code, _ in source.fields(by)}
        full = {f.value for f in Masked if policy.level(by, f.data_class) >= Level.FULL}
        assert codes == (full if policy.holds(by, Permission.EXPORT_CLEAR) else set())


def test_a_field_that_is_not_offered_is_refused(edu):
    assert edu.post(ASK, {**ASKED, "fields_": ["health"]}).status_code == 422
    assert edu.post(ASK, {**ASKED, "fields_": []}).status_code == 422
    assert edu.post(ASK, {**ASKED, "destination": ""}).status_code == 422
    with pytest.raises(Refused, match="请改选"):
        actions.ask_clear(
            LISTED, by=edu.acting, fields=["id_no", "health"], purpose="核对信息",
            destination="某处", reason="某事", at=clock.now(),
        )  # fmt: skip
    assert not ClearExport.objects.exists()


def test_too_many_rows_and_none_are_refused(edu):
    parameter("clear_export_most_rows", "2", edu)
    none = f"?grade=3&community={factories.region(factories.WEST).pk}"

    assert "一次最多导出 2 人" in edu.get(ASK).content.decode()
    assert edu.post(ASK, ASKED).status_code == 409
    assert "名单是空的" in edu.get(ASK + none).content.decode()
    assert edu.post(ASK + none, ASKED).status_code == 409
    assert not ClearExport.objects.exists()


def test_an_agreement_runs_out(edu, client_as):
    parameter("clear_export_alone_rows", "0", edu)
    clear = ask(edu)
    answer(client_as("lead"), clear)
    clear.refresh_from_db()
    end = clear.expires_at

    assert end - clear.answered_at == timedelta(hours=24)
    keys = [child.pk for child in Child.objects.all()]
    with pytest.raises(Refused, match="已过有效期"):
        actions.make_clear(clear, by=edu.acting, keys=keys, at=end)
    actions.make_clear(clear, by=edu.acting, keys=keys, at=end - timedelta(seconds=1))

    ClearExport.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    Export.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert "已过有效期，不能再制作" in says(edu, clear)
    clear.refresh_from_db()
    assert edu.post(reverse("exports:fetch", args=[clear.export_id])).status_code == 409


def test_a_list_that_has_grown_is_asked_for_again(edu):
    clear = ask(edu)
    factories.child("何安安")

    response = edu.post(reverse("exports:make_clear", args=[clear.pk]))

    assert response.status_code == 409
    assert "比申请时的 3 人多" in response.content.decode()
    assert not Export.objects.exists()


def test_filters_and_words_hold_and_the_words_lie_encrypted(edu):
    back = edu.post(reverse("lists:search"), {"q": "林小", "back": reverse("children:list")})
    query = "?" + back.headers["Location"].partition("?")[2]
    clear = ask(edu, query + f"&community={factories.region(factories.EAST).pk}")

    page = opened_anew(edu, clear)

    assert (clear.rows, clear.words) == (1, "林小")
    assert clear.scope == "社区：东桥社区；按姓名或号码查找"
    assert "s=" not in clear.query
    assert [page.cell(4, 2).value, page.cell(5, 2).value] == ["林小雨", None]


def test_no_list_of_what_is_s3r_and_no_word_of_it_leaves(edu, children):
    child = children[0]
    Circumstance.objects.create(child=child, kind=Kind.DISABILITY, since=factories.LONG_AGO)
    Circumstance.objects.create(child=child, kind=Kind.DIBAO, since=factories.LONG_AGO)
    pupil = factories.child("白一", school_code=factories.PRIMARY, class_name="特教班")
    factories.school(factories.JUNIOR)  # so that there is one to choose
    School.objects.filter(pk=pupil.school_id).update(stage=Stage.SPECIAL)
    civil = {"kind": Kind.DIBAO.value}
    taken = {"schooling": "home_delivery"}

    for narrowed in (civil, taken, {"school": str(pupil.school_id)}):
        query = "?" + "&".join(f"{key}={value}" for key, value in narrowed.items())
        assert "这份名单不能导出明文" in edu.get(ASK + query).content.decode()
        assert edu.post(ASK + query, ASKED).status_code == 409
    page = opened_anew(edu, ask(edu))
    said = " ".join(str(cell) for row in page.iter_rows(values_only=True) for cell in row)
    assert "白一" in said
    assert not re.search("低保|残疾|特教|云屏中心小学", said)


def test_each_step_leaves_its_trace_and_each_child_its_own(edu, client_as, children):
    parameter("clear_export_alone_rows", "0", edu)
    clear = ask(edu)
    answer(client_as("lead"), clear)
    made(edu, clear)
    locked(edu, clear)
    taken_back = ask(edu)
    edu.post(reverse("exports:withdraw_clear", args=[taken_back.pk]))

    own = Event.objects.filter(verb__startswith="export.").exclude(verb="export.row_in_clear")
    each = Event.objects.filter(verb="export.row_in_clear")
    assert list(own.order_by("id").values_list("verb", flat=True)) == [
        "export.clear_asked", "export.clear_answered", "export.clear_made", "export.fetched",
        "export.clear_asked", "export.clear_withdrawn",
    ]  # fmt: skip
    assert {event.subject_id for event in each} == {str(child.pk) for child in children}
    assert {event.purpose for event in each} == {"核对信息"}
    facts = str(list(Event.objects.filter(Q(verb__startswith="export.")).values_list("facts")))
    assert not re.search(f"{NUMBER}|{PHONE}|{ADDRESS}|户籍", facts)
    file = edu.get(reverse("children:detail", args=[children[0].pk])).content.decode()
    assert "随明文名单导出证件号、监护人电话、现住址" in file


def test_taking_back_is_for_who_asked_and_once(edu, client_as):
    parameter("clear_export_alone_rows", "0", edu)
    clear = ask(edu)
    address = reverse("exports:withdraw_clear", args=[clear.pk])

    assert client_as("lead").post(address).status_code == 404
    assert edu.post(address).status_code == 302
    assert edu.post(address).status_code == 409
    assert answer(client_as("lead"), clear).status_code == 409


def test_the_page_of_a_masked_export_leads_to_that_of_one_in_clear(edu):
    clear = ask(edu)
    made(edu, clear)
    clear.refresh_from_db()

    response = edu.get(reverse("exports:detail", args=[clear.export_id]))

    assert response.headers["Location"] == reverse("exports:clear", args=[clear.pk])


def test_a_school_takes_along_its_own_pupils_alone(client_as, children):
    pupil = factories.child("白一", school_code=factories.PRIMARY, id_no=NUMBER)
    client = client_as("school")

    clear = ask(client, fields_=["id_no"])
    page = opened_anew(client, clear)

    assert clear.rows == 1
    assert page.cell(4, 2).value == pupil.name


def test_the_rosters_of_the_year_leave_with_their_children_and_no_word_of_health(edu, children):
    missing, on_leave, pupil = children
    rows = [
        StatusRow(missing.pk, YEAR, Status.SUSPECTED, region_id=missing.home_id),
        StatusRow(on_leave.pk, YEAR, Status.DEFERRED, region_id=on_leave.home_id),
        StatusRow(pupil.pk, YEAR, Status.HOME_DELIVERY, region_id=pupil.home_id),
    ]
    set_statuses(rows, by=None, on=factories.TODAY)

    names = {}
    for kind in ("not_enrolled", "enrolled"):
        asked = reverse("exports:ask_clear", args=[kind])
        assert asked in edu.get(reverse(f"schooling:{kind}")).content.decode()
        assert edu.post(asked, ASKED).status_code == 302
        clear = ClearExport.objects.latest("asked_at")
        page = opened_anew(edu, clear)
        said = [[str(cell or "") for cell in row] for row in page.iter_rows(values_only=True)]
        names[clear.title] = {row[1] for row in said[3 : 3 + clear.rows]}
        assert clear.scope == "学年：2026—2027"
        assert not re.search("缓学|送教|疑似", str(said))

    assert names == {"未入学花名册": {"林小雨", "苏小禾"}, "入学花名册": {"江小晚"}}
    traced = Event.objects.filter(verb="export.row_in_clear").values_list("subject_id", flat=True)
    assert set(traced) == {str(child.pk) for child in children}


@pytest.mark.parametrize("query", ["?status=deferred", "?status=suspended&year=2026-2027"])
def test_a_roster_narrowed_to_a_form_that_tells_of_health_does_not_leave(edu, query):
    asked = reverse("exports:ask_clear", args=["not_enrolled"]) + query

    assert "这份名单不能导出明文" in edu.get(asked).content.decode()
    assert edu.post(asked, ASKED).status_code == 409
