"""系统 → 学校 → 导入学校表."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from oosc.lists.papers import workbook_answer
from oosc.lists.workbook import Column, Sheet
from oosc.places import actions, rules
from oosc.places.forms import SchoolTableForm
from oosc.places.views import SHOWN_LINES, OfficerRequest

EXAMPLE = Sheet(
    title="学校表示例",
    subtitle="下面一行是示例，填好后删去。标识码 10 位；所在写社区、街道的名称或区划代码。",
    columns=[
        Column(names[0], width)
        for names, width in zip(rules.SCHOOL_HEADS.values(), (16, 30, 16, 24), strict=True)
    ],
    rows=[("9900010019", "示例小学", "小学", "示例社区")],
)


@require_http_methods(["GET", "POST"])
def import_schools(request: OfficerRequest) -> HttpResponse:
    """Choose a table of schools, see line by line what it would change, then take it in."""
    form = SchoolTableForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "places/import_schools.html", {"form": form}, status=status)
    table = form.cleaned_data["table"]
    if request.POST.get("step") == "import":
        done = actions.import_schools(table.rows, by=request.acting)
        messages.success(request, f"已收下：新增 {len(done.new)} 所，修改 {len(done.changed)} 所。")
        return redirect("places:schools")
    difference = actions.compare_schools(table.rows, by=request.acting)
    problems = sorted([*table.problems, *difference.problems])
    words = {
        "text": form.cleaned_data["told"],
        "difference": difference,
        "new": difference.new[:SHOWN_LINES],
        "changed": difference.changed[:SHOWN_LINES],
        "problems": problems[:SHOWN_LINES],
        "problem_count": len(problems),
        "changes": len(difference.new) + len(difference.changed),
        "most": SHOWN_LINES,
    }
    return render(request, "places/schools_preview.html", words)


@require_GET
def school_example(request: OfficerRequest) -> HttpResponse:
    """A workbook to fill in."""
    return workbook_answer(request, EXAMPLE, len(EXAMPLE.columns))
