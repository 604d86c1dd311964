"""A table of schools: read, compared line by line, taken in."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

import factories
from hostile_workbooks import hostile, refused_soon
from oosc.audit.models import Event
from oosc.kernel.refusal import Refused
from oosc.places import actions, rules, tables
from oosc.places.models import Region, School
from oosc.places.states import Stage

pytestmark = pytest.mark.django_db
HEADS = ["学校标识码", "学校名称", "办学类型", "所在社区或街道"]
NEW = ["9900010019", "云屏第二小学", "小学", "东桥社区"]


def book(*lines: list[object], title: str = "") -> SimpleUploadedFile:
    workbook = Workbook()
    sheet = workbook.active
    for line in [[title], *lines] if title else lines:
        sheet.append(line)
    out = io.BytesIO()
    workbook.save(out)
    return SimpleUploadedFile("学校.xlsx", out.getvalue())


@pytest.fixture
def client(client_as):
    factories.region(factories.EAST)
    return client_as("edu")


@pytest.fixture
def address() -> str:
    return reverse("places:import_schools")


def look(client, address, *lines, **more):
    return client.post(address, {"file": book(*lines, **more)})


def take(client, address, answer):
    return client.post(address, {"step": "import", "text": answer.context["text"]}, follow=True)


# What stands in a table


def test_columns_stand_in_any_order_under_their_usual_names():
    table = rules.read_schools(
        [
            ["云屏街道学校一览"],
            ["学校", "所在", "学段", "备注", "标识码*"],
            ["云屏小学", "东桥社区", "完全小学", "百年", " 9900010019 "],
            ["", "", "", "", ""],
        ]
    )

    assert table.rows == [rules.SchoolRow(3, "9900010019", "云屏小学", Stage.PRIMARY, "东桥社区")]
    assert table.problems == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({0: "99000"}, "应是 10 位数字，现在是“99000”"),
        ({0: ""}, "缺学校标识码"),
        ({1: ""}, "缺学校名称"),
        ({1: "长" * 81}, "超过 80 个字"),
        ({2: "大学"}, "不认识办学类型“大学”，请写小学、初中、九年一贯制、特殊教育学校之一"),
        ({3: ""}, "缺所在社区或街道"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(change, says):
    good = ["9900010029", *NEW[1:]]
    wrong = [change.get(number, cell) for number, cell in enumerate(NEW)]

    table = rules.read_schools([HEADS, good, wrong])

    [(line, problem)] = table.problems
    assert (line, len(table.rows)) == (3, 1)
    assert says in problem


def test_a_code_stands_once():
    table = rules.read_schools([HEADS, NEW, [NEW[0], "别的小学", "小学", "东桥社区"]])

    assert table.problems == [(3, "标识码 9900010019 与第 2 行重复，只收前一行。")]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([["姓名", "年龄"], ["林小雨", "9"]], "没有找到表头"),
        ([["学校名称", "办学类型"], ["云屏小学", "小学"]], "没有学校标识码、所在社区或街道"),
        ([HEADS, *[NEW] * 5001], "一次最多导入 5,000 所"),
    ],
)
def test_what_is_no_table_of_schools_is_refused(lines, says):
    with pytest.raises(Refused, match=says):
        rules.read_schools(lines)


def test_pasted_without_headings_it_is_read_in_our_order():
    [row] = rules.read_schools(tables.parted("9900010019\t云屏二小\t小学\t990001001001")).rows

    assert (row.name, row.place) == ("云屏二小", "990001001001")


# The pages


def test_line_by_line_before_anything_is_written(client, address):
    old = factories.school()
    answer = look(
        client, address, HEADS, NEW,
        [old.code, "改了名的小学", old.get_stage_display(), old.region.code],
        ["9900010029", "无处小学", "小学", "不存在的社区"],
        title="2026 年学校表",
    )  # fmt: skip
    words = answer.text

    assert "新增 1 所，修改 1 所，不变 0 所；1 行有问题，不收" in words
    assert f"名称 {old.name} → 改了名的小学" in words
    assert "<span>第 5 行</span><span>没有“不存在的社区”这个街道或社区" in words
    assert not School.objects.filter(code=NEW[0]).exists()

    done = take(client, address, answer)

    assert "已收下：新增 1 所，修改 1 所。" in done.text
    made = School.objects.get(code=NEW[0])
    assert (made.name, made.stage, made.region.code) == (NEW[1], "primary", factories.EAST)
    was = old.version
    old.refresh_from_db()
    assert (old.name, old.version) == ("改了名的小学", was + 1)
    event = Event.objects.get(verb="school.imported")
    assert (event.facts["new"], event.facts["changed"]) == (1, 1)


def test_the_same_table_again_changes_nothing(client, address):
    take(client, address, look(client, address, HEADS, NEW))

    again = look(client, address, HEADS, NEW).text

    assert "新增 0 所，修改 0 所，不变 1 所" in again
    assert "没有要改的" in again


def test_the_exported_list_comes_back_as_it_went(client, address):
    factories.school()
    taken = client.post(
        reverse("places:export_schools"), {"form": "xlsx", "purpose": "存档备查"}
    ).content

    answer = client.post(address, {"file": SimpleUploadedFile("学校.xlsx", taken)})

    assert "新增 0 所，修改 0 所，不变 1 所" in answer.text


def test_a_place_outside_ones_reach_is_not_taken(client, address):
    other = factories.region("990001002")
    other.name = "别处街道"
    other.save()

    words = look(client, address, HEADS, [*NEW[:3], "别处街道"]).text

    assert "“别处街道”不在本单位管辖范围" in words
    assert "没有要改的" in words


def test_two_places_of_one_name_ask_for_the_code(client, address):
    for code in ("990001001071", "990001001072"):
        factories.region(code)
    Region.objects.filter(code__startswith="99000100107").update(name="同名社区")

    assert "叫“同名社区”的不止一个" in look(client, address, HEADS, [*NEW[:3], "同名社区"]).text


def test_an_alias_of_a_place_is_known(client, address):
    factories.region(factories.EAST).aliases.create(name="东桥村")

    assert "新增 1 所" in look(client, address, HEADS, [*NEW[:3], "东桥村"]).text


def test_a_closed_school_is_opened_on_its_own_page(client, address):
    old = factories.school()
    School.objects.filter(pk=old.pk).update(closed_on=factories.TODAY)

    words = look(client, address, HEADS, [old.code, "云屏小学", "小学", "东桥社区"]).text

    assert "已记为撤并" in words


def test_a_school_of_another_place_stays_there(education_officer):
    other = factories.region("990001002")
    School.objects.create(code="9900010099", name="别处小学", stage="primary", region=other)
    row = rules.SchoolRow(2, "9900010099", "夺来的小学", Stage.PRIMARY, factories.SUBDISTRICT)
    factories.region(factories.SUBDISTRICT)

    done = actions.import_schools([row], by=education_officer)

    assert "别处的“别处小学”" in done.problems[0][1]
    assert School.objects.get(code="9900010099").name == "别处小学"


def test_the_example_is_filled_in_and_imported(client, address):
    answer = client.get(reverse("places:school_example"))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[3]] == HEADS

    again = client.post(address, {"file": SimpleUploadedFile("示例.xlsx", answer.content)})

    assert (
        "<span>第 4 行</span><span>没有“示例社区”" in again.text
    )  # a sample left in by mistake is no school


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("学校.xlsx", b"PK\x03\x04 not a workbook", "工作簿"),
        ("学校.docx", b"words", "请"),
        ("学校.xlsx", b"", "空"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(client, address, name, content, says):
    answer = client.post(address, {"file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert says in answer.text


@pytest.mark.parametrize(
    "what", ["zip bomb", "entity bomb", "corner cell", "encrypted", "truncated"]
)
def test_a_workbook_meant_to_hurt_is_refused(what):
    name, content, sentence = hostile(what)

    with refused_soon(), pytest.raises(Refused, match=sentence):
        tables.read(name, content)


def test_neither_file_nor_text(client, address):
    answer = client.post(address, {"text": ""})

    assert answer.status_code == 422
    assert "请选择文件，或粘贴表格。" in answer.text
