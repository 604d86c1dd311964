"""A roster as it leaves the platform: workbook, PDF, or a page to print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from oosc.documents import rendering
from oosc.kernel.refusal import Refused
from oosc.lists import workbook
from oosc.lists.papers import MOST_IN_A_WORKBOOK, MOST_ON_PAPER, long_date, workbook_answer
from oosc.schooling import rules
from oosc.schooling.queries import Row
from oosc.schooling.rules import Column, on_a4

ENDINGS = {"grade": "年级", "due_grade": "年级", "community": "社区"}
NARROW = frozenset({"number", "sex", "birth_date", "id_no", "grade", "due_grade", "class_name"})


@dataclass(frozen=True)
class Paper:
    """The words around the rows, as offices print them."""

    title: str
    unit: str
    made_by: str
    on: date
    columns: Sequence[Column]
    demo: bool = False
    scope: str = ""

    @property
    def left(self) -> str:
        return f"填报单位：{self.unit}{'（示例数据）' if self.demo else ''}"

    @property
    def right(self) -> str:
        return f"数据时点：{long_date(self.on)}{'　　' + self.scope if self.scope else ''}"

    @property
    def left_span(self) -> int:
        return len(self.columns) // 2

    @property
    def right_span(self) -> int:
        return len(self.columns) - self.left_span

    @property
    def signers(self) -> list[tuple[str, str]]:
        return [
            ("制表人", self.made_by),
            ("审核人", ""),
            ("单位负责人", ""),
            ("填报日期", long_date(self.on)),
        ]


def check_size(count: int, form: str) -> None:
    """Refuse what would come out unusable, and say how to ask for less."""
    if form == "xlsx" and count > MOST_IN_A_WORKBOOK:
        raise Refused(
            "人数超过 100 万，一个表格装不下好用的名册。请先按社区、学校或年级筛选再导出。"
        )
    if form != "xlsx" and count > MOST_ON_PAPER:
        raise Refused("人数超过 3,000，不宜整本打印。请先按社区、学校或年级筛选，或改导出 Excel。")


def answer(
    request: HttpRequest, paper: Paper, rows: Iterable[Row], form: str, total: int
) -> HttpResponse:
    """The paper in the form asked for; a long workbook is made in the background."""
    if form == "xlsx":
        return workbook_answer(request, _sheet(paper, rows), total)
    paper = replace(paper, columns=on_a4(paper.columns))
    if form == "pdf":
        return _download(_pdf(paper, rows), "application/pdf", f"{paper.title}.pdf")
    context = {"paper": paper, "lines": _lines(paper, rows)}
    return render(request, "schooling/sheet.html", context)


def _lines(paper: Paper, rows: Iterable[Row]) -> list[list[tuple[Column, str]]]:
    return [[(column, _short(column, row)) for column in paper.columns] for row in rows]


def _short(column: Column, row: Row) -> str:
    """A cell as it stands under its heading on paper: 一 under 年级, 东桥 under 社区."""
    return row.get(column.key, "").removesuffix(ENDINGS.get(column.key, ""))


def _sheet(paper: Paper, rows: Iterable[Row]) -> workbook.Sheet:
    return workbook.Sheet(
        title=paper.title,
        subtitle=f"{paper.left}　　{paper.right}",
        columns=[
            workbook.Column(c.in_group or c.heading, c.width, c.key in NARROW, c.group)
            for c in paper.columns
        ],
        rows=([row.get(column.key, "") for column in paper.columns] for row in rows),
        fixed=rules.fixed(paper.columns),
        foot="　　".join(f"{label}：{name or '＿＿＿＿＿＿'}" for label, name in paper.signers),
    )


def _pdf(paper: Paper, rows: Iterable[Row]) -> bytes:
    return rendering.pdf(
        "ledger",
        {
            "title": paper.title,
            "left": paper.left,
            "right": paper.right,
            "columns": [{"heading": c.heading, "width": c.width} for c in paper.columns],
            "rows": [[_short(column, row) for column in paper.columns] for row in rows],
            "signers": paper.signers,
        },
    )


def _download(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
