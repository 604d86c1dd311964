"""A list as it leaves the platform: a workbook, or a page to print, with the rows as shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Protocol, Self, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from oosc.audit import trail
from oosc.kernel.refusal import Refused
from oosc.lists import later, workbook

MOST_ON_PAPER = 3000
MOST_IN_A_WORKBOOK = 1_000_000  # a sheet of Excel has 1,048,576
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Maker(trail.Actor, Protocol):
    """Who takes a list along, with the words that stand under it."""

    @property
    def officer_name(self) -> str: ...
    @property
    def unit_name(self) -> str: ...
    def for_purpose(self, purpose: str) -> Self: ...


@dataclass(frozen=True)
class Column:
    """One column on paper: its heading, its width in characters, and how a row fills it."""

    heading: str
    width: int
    of: Callable[[Any], object]  # Any: a row of whichever list
    centred: bool = False


C = TypeVar("C")  # the columns of whichever room


@dataclass(frozen=True)
class Paper(Generic[C]):
    """The words around the rows, as offices print them."""

    title: str
    by: Maker
    on: date
    columns: Sequence[C]
    scope: str = ""  # what the list was narrowed to, in words
    made_by: str = ""  # who made what is on it, where that is not who takes it along

    @property
    def left(self) -> str:
        return f"填报单位：{self.by.unit_name}{'（示例数据）' if settings.DEMO else ''}"

    @property
    def day(self) -> str:
        return long_date(self.on)

    @property
    def right(self) -> str:
        return f"数据时点：{self.day}{'　　' + self.scope if self.scope else ''}"

    @property
    def left_span(self) -> int:
        return max(len(self.columns) // 2, 1)

    @property
    def right_span(self) -> int:
        return max(len(self.columns) - self.left_span, 1)

    @property
    def signers(self) -> list[tuple[str, str]]:
        maker = self.made_by or self.by.officer_name
        return [("制表人", maker), ("审核人", ""), ("单位负责人", ""), ("填报日期", self.day)]

    @property
    def foot(self) -> str:
        return "　　".join(f"{label}：{name or '＿＿＿＿＿＿'}" for label, name in self.signers)


def long_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def check_size(count: int, form: str) -> None:
    """Refuse what would come out unusable, and say how to ask for less."""
    if form == "xlsx" and count > MOST_IN_A_WORKBOOK:
        raise Refused("名单超过 100 万行，一个表格装不下好用的。请先筛选再导出。")
    if form != "xlsx" and count > MOST_ON_PAPER:
        raise Refused("名单超过 3,000 行，不宜整本打印。请先筛选，或改导出 Excel。")


def answer(
    request: HttpRequest,
    paper: Paper[Column],
    rows: Iterable[Any],
    form: str,
    total: int,
    sheet: str = "lists/sheet.html",
) -> HttpResponse:  # Any: as in Column
    """The paper in the form asked for: a workbook to keep, or a page to print.

    A long workbook is made in the background, and the answer leads to where it will be.
    """
    lines = ([str(column.of(row) or "") for column in paper.columns] for row in rows)
    if form == "xlsx":
        return workbook_answer(request, _sheet(paper, lines), total)
    cells = [list(zip(paper.columns, line, strict=True)) for line in lines]
    return render(request, sheet, {"paper": paper, "lines": cells})


def workbook_answer(request: HttpRequest, sheet: workbook.Sheet, total: int) -> HttpResponse:
    """Answer with a workbook, or with where it will be when it has been made."""
    made_later = later.answer(request, sheet, total)
    if made_later is not None:
        return made_later
    response = HttpResponse(workbook.to_bytes(sheet), content_type=XLSX)
    named = content_disposition_header(True, f"{sheet.title}.xlsx")
    response.headers["Content-Disposition"] = named or ""
    return response


def _sheet(paper: Paper[Column], lines: Iterable[Sequence[str]]) -> workbook.Sheet:
    return workbook.Sheet(
        title=paper.title,
        subtitle=f"{paper.left}　　{paper.right}",
        columns=[workbook.Column(c.heading, c.width, c.centred) for c in paper.columns],
        rows=lines,
        foot=paper.foot,
    )
