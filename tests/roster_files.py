"""Made-up rosters as files, and the steps by which one comes in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from oosc.jobs.worker import Worker
from oosc.members.models import Unit
from oosc.rosters import actions
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind
from rosterlink.identity_number import check_digit

NOON = datetime(2026, 9, 21, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
AS_OF = date(2026, 9, 1)
HEADINGS = ("姓名", "性别", "出生日期", "公民身份号码", "所属社区", "户籍状态")
NAMES = ("桑夏至", "禾小满", "溪立冬", "莲小雪", "柚霜降", "蕉大寒")


def id_number(number: int, born: str = "20150622") -> str:
    """A number of region 990000, which does not exist, of a girl."""
    body = f"990000{born}{number:02d}2"
    return body + check_digit(body)


def child(number: int, *, name: str = "", id_no: str = "", born: str = "2015-06-22") -> list[str]:
    return [
        name or NAMES[number % len(NAMES)],
        "女",
        born,
        id_no or id_number(number, born.replace("-", "")),
        "东桥社区",
        "正常",
    ]


def workbook(
    rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, title: str = ""
) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": NOON.replace(tzinfo=None)})  # equal rows, equal files
    sheet = book.add_worksheet("名册")
    first = 0
    if title:
        sheet.merge_range(0, 0, 0, len(headings) - 1, title)
        first = 1
    for number, line in enumerate([headings, *rows], start=first):
        for column, words in enumerate(line):
            sheet.write_string(number, column, words)
    book.close()
    return out.getvalue()


def upload(content: bytes, name: str = "户籍学龄人口.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def hand_in(
    by: object,
    content: bytes,
    *,
    kind: str = Kind.POLICE_HUKOU,
    sender: Unit | None = None,
    as_of: date = AS_OF,
    at: datetime = NOON,
    name: str = "户籍学龄人口.xlsx",
    supplements: Roster | None = None,
) -> Roster:
    """Hand a file in, and let the worker check it."""
    roster = put_in(
        by,
        content,
        kind=kind,
        sender=sender,
        as_of=as_of,
        at=at,
        name=name,
        supplements=supplements,
    )
    run_jobs()
    roster.refresh_from_db()
    return roster


def put_in(
    by: object,
    content: bytes,
    *,
    kind: str = Kind.POLICE_HUKOU,
    sender: Unit | None = None,
    as_of: date = AS_OF,
    at: datetime = NOON,
    name: str = "户籍学龄人口.xlsx",
    supplements: Roster | None = None,
) -> Roster:
    """Hand a file in; nobody checks it yet."""
    return actions.hand_in(
        BytesIO(content),
        name=name,
        size=len(content),
        kind=kind,
        sender=sender or Unit.objects.get(pk=by.unit_id),
        as_of=as_of,
        at=at,
        by=by,
        supplements=supplements,
    )


def receive(by: object, content: bytes, *, at: datetime = NOON, **facts: object) -> Roster:
    return actions.receive(hand_in(by, content, at=at, **facts), by=by, at=at)


def later(days: int) -> datetime:
    return NOON + timedelta(days=days)


def run_jobs() -> None:
    Worker().work_off()
