"""A roster as it leaves the platform: workbook, PDF, or a page to print."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from oosc.documents import rendering
from oosc.lists import workbook
from oosc.lists.papers import Paper, workbook_answer
from oosc.schooling import rules
from oosc.schooling.queries import Row
from oosc.schooling.rules import Column, on_a4

# What the heading over a cell says already, so that a child takes one line of paper and not two.
SAID_ABOVE = {
    "grade": re.compile("年级$"),
    "due_grade": re.compile("年级$"),
    "class_name": re.compile("^[一二三四五六七八九]年级(?=.)"),
    "status": re.compile("(?<=疑似)失学辍学$"),
    "community": re.compile("(?<=.)(社区(居民?委员?会)?|(?<=村)民?委员?会)$"),
}
NARROW = frozenset({"number", "sex", "birth_date", "id_no", "grade", "due_grade", "class_name"})


def answer(
    request: HttpRequest, paper: Paper[Column], rows: Iterable[Row], form: str, total: int
) -> HttpResponse:
    """The paper in the form asked for; a long workbook is made in the background."""
    if form == "xlsx":
        return workbook_answer(request, _sheet(paper, rows), total)
    paper = replace(paper, columns=on_a4(paper.columns))
    if form == "pdf":
        return _download(_pdf(paper, rows), "application/pdf", f"{paper.title}.pdf")
    context = {"paper": paper, "lines": _lines(paper, rows)}
    return render(request, "schooling/sheet.html", context)


def _lines(paper: Paper[Column], rows: Iterable[Row]) -> list[list[tuple[Column, str]]]:
    return [[(column, _short(column, row)) for column in paper.columns] for row in rows]


def _short(column: Column, row: Row) -> str:
    """A cell as it stands under its heading on paper: 一 under 年级, 东桥 under 社区."""
    text, said = row.get(column.key, ""), SAID_ABOVE.get(column.key)
    return said.sub("", text) if said else text


def _sheet(paper: Paper[Column], rows: Iterable[Row]) -> workbook.Sheet:
    return workbook.Sheet(
        title=paper.title,
        subtitle=f"{paper.left}　　{paper.right}",
        columns=[
            workbook.Column(c.in_group or c.heading, c.width, c.key in NARROW, c.group)
            for c in paper.columns
        ],
        rows=([row.get(column.key, "") for column in paper.columns] for row in rows),
        fixed=rules.fixed(paper.columns),
        foot=paper.foot,
    )


def _pdf(paper: Paper[Column], rows: Iterable[Row]) -> bytes:
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
