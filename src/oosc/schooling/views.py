"""入学花名册, 未入学花名册: page, workbook, paper and seal."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import Permission
from oosc.children.actions import leave_search
from oosc.children.forms import GRADES, communities_of, schools_of
from oosc.children.models import Child
from oosc.children.rules import read_search
from oosc.kernel import clock
from oosc.lists.forms import PURPOSES, ExportForm
from oosc.lists.page import Filter, ListPage, Rows, Search, list_page
from oosc.lists.papers import Paper, check_size, long_date
from oosc.members.acting import Acting
from oosc.members.http import OfficerRequest
from oosc.schooling import actions, open_cases, papers, queries
from oosc.schooling.answers import status_of, tried
from oosc.schooling.forms import (
    CorrectSealedForm,
    SealForm,
    StatusForm,
)
from oosc.schooling.models import SealedRoster
from oosc.schooling.queries import Masking
from oosc.schooling.rules import Column
from oosc.schooling.states import OF_HEALTH, RosterKind, Source, Status
from rosterlink import school_age

# By key, which is the order of the codes as regions are imported, and of an index.
BY_COMMUNITY = {"community": ["region_id", "grade"]}
# A list of those in school may be of a whole county: it has no order that is not an index.
SORTS = {
    RosterKind.ENROLLED: BY_COMMUNITY,
    RosterKind.NOT_ENROLLED: BY_COMMUNITY
    | {"name": ["child__name_initials"], "birth": ["child__birth_date"]},
}
ROWS_A_PAGE = 50
LONGEST_SEEN = 500  # a child has a dozen school years


@require_GET
def enrolled(request: OfficerRequest) -> HttpResponse:
    return _roster_page(request, RosterKind.ENROLLED)


@require_GET
def not_enrolled(request: OfficerRequest) -> HttpResponse:
    return _roster_page(request, RosterKind.NOT_ENROLLED)


@require_POST
def export(request: OfficerRequest, kind: str) -> HttpResponse:
    """The list as it stands on the page, masked as there, for a purpose."""
    asked = _kind(kind)
    form = ExportForm(request.POST, with_pdf=True)
    if not form.is_valid():
        return HttpResponseBadRequest("请从花名册页面选择用途后导出。")
    page, school_year = page_of(request, asked)
    check_size(page.total, form.cleaned_data["form"])
    actions.exported(
        None, by=request.acting, purpose=form.cleaned_data["purpose"], what=asked.value,
        rows_count=page.total, form=form.cleaned_data["form"],
    )  # fmt: skip
    paper = _paper(request, asked, school_year, count=page.total)
    rows = queries.rows(queries.in_portions(page.rows), Masking.of(request.acting), clock.today())
    return papers.answer(request, paper, rows, form.cleaned_data["form"], page.total)


@require_http_methods(["GET", "POST"])
def seal(request: OfficerRequest) -> HttpResponse:
    """Choose what to seal; the counts beside it say what will be in it."""
    by, today = request.acting, clock.today()
    form = SealForm(
        request.POST or None,
        by=by,
        years=queries.school_years(today),
        initial={
            "kind": request.GET.get("kind", RosterKind.NOT_ENROLLED),
            "school_year": request.GET.get("year", school_age.school_year(today)),
        },
    )
    if request.method == "POST" and form.is_valid():
        roster = actions.seal(by=by, on=today, **form.cleaned_data)
        messages.success(request, f"已封存 {roster.rows_count:,} 人。以后只能更正留痕，不能改动。")
        return redirect("schooling:sealed_roster", roster.pk)
    return render(request, "schooling/seal.html", {"form": form}, status=status_of(form))


@require_GET
def sealed(request: OfficerRequest) -> HttpResponse:
    rosters = SealedRoster.objects.visible_to(request.acting).select_related("region")
    page = list_page(
        request,
        rosters,
        filters=[
            Filter("year", "学年", _in_year, _years()),
            Filter("kind", "名册", _of_kind, RosterKind.choices),
        ],
        sorts={"sealed": ["sealed_on"]},
        default_sort="-sealed",
        unit="本",
    )
    return render(request, "schooling/sealed.html", {"page": page})


@require_GET
def sealed_roster(request: OfficerRequest, pk: UUID) -> HttpResponse:
    roster = _sealed(request, pk)
    rows = actions.sealed_rows(roster)
    pages = Paginator(range(1, len(rows) + 1), ROWS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "roster": roster,
        "columns": queries.columns_of(roster),
        "pages": page,
        "lines": queries.corrected_lines(
            roster, [rows[n - 1] for n in page.object_list], page.start_index(), request.acting
        ),
        "corrections": queries.corrections_of(roster, request.acting),
        "purposes": PURPOSES,
    }
    return render(request, "schooling/sealed_roster.html", context)


@require_POST
def export_sealed(request: OfficerRequest, pk: UUID) -> HttpResponse:
    roster = _sealed(request, pk)
    form = ExportForm(request.POST, with_pdf=True)
    if not form.is_valid():
        return HttpResponseBadRequest("请从封存件页面选择用途后导出。")
    check_size(roster.rows_count, form.cleaned_data["form"])
    actions.exported(
        roster, by=request.acting, purpose=form.cleaned_data["purpose"], what=roster.kind,
        rows_count=roster.rows_count, form=form.cleaned_data["form"],
    )  # fmt: skip
    rows = queries.as_printed(roster, actions.sealed_rows(roster), request.acting)
    corrected = roster.corrections.count()
    scope = f"{long_date(roster.sealed_on)}封存 {roster.rows_count:,} {roster.unit}"
    paper = Paper(
        title=f"{roster.region.name} {_words(roster.school_year)} 学年{roster.get_kind_display()}",
        by=request.acting,
        made_by=roster.sealed_by_name,
        on=roster.sealed_on,
        columns=queries.columns_of(roster),
        scope=f"{scope}，此后更正 {corrected} 处" if corrected else scope,
    )
    return papers.answer(request, paper, rows, form.cleaned_data["form"], roster.rows_count)


@require_http_methods(["GET", "POST"])
def correct_sealed(request: OfficerRequest, pk: UUID) -> HttpResponse:
    roster = _sealed(request, pk)
    form = CorrectSealedForm(
        request.POST or None, roster=roster, initial={"row": request.GET.get("row")}
    )
    if request.method == "POST" and form.is_valid():
        actions.correct_sealed(roster, by=request.acting, on=clock.today(), **form.cleaned_data)
        messages.success(request, "已更正，原内容仍在，更正列在名册下面。")
        return redirect("schooling:sealed_roster", roster.pk)
    context = {"form": form, "roster": roster}
    return render(request, "schooling/correct_sealed.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def set_status(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """登记就学状态. Who saves second is told what the first changed, and keeps what was typed."""
    found = Child.objects.visible_to(request.acting)
    child = get_object_or_404(found.select_related("home", "hukou", "school__region"), pk=pk)
    today = clock.today()
    form = StatusForm(
        request.POST or None,
        years=queries.school_years(today),
        schools=schools_of(request.acting, Permission.CHILD_EDIT),
        has_student_number=bool(child.student_no),
        initial={
            "school_year": school_age.school_year(today), "on": today,
            "school": child.school_id, "grade": child.grade,
        },
    )  # fmt: skip
    if form.is_valid() and tried(request, form, lambda: _set_status(request, child, form)):
        messages.success(request, "已记下就学状态。")
        return redirect("children:detail", child.pk)
    context = {
        "form": form,
        "child": child,
        "case": open_cases.of(child),
        "years": queries.years_of(child, today),
        "seen": _written(queries.versions_of(child)),
    }
    return render(request, "schooling/set_status.html", context, status=status_of(form))


def _set_status(request: OfficerRequest, child: Child, form: StatusForm) -> None:
    data = {**form.cleaned_data, "status": Status(form.cleaned_data["status"])}
    seen = _read(request.POST.get("seen", ""))
    version = None if seen is None else seen.get(data["school_year"], 0)
    actions.set_status(child, by=request.acting, source=Source.HAND, version=version, **data)


def _written(versions: Mapping[str, int]) -> str:
    """The records an officer has before his eyes: 2026-2027:3 2025-2026:1; 0 says there is none."""
    return " ".join(f"{year}:{version}" for year, version in versions.items()) or "0"


def _read(seen: str) -> dict[str, int] | None:
    """The same, read again; None where the page did not say."""
    if not seen:
        return None
    parts = (part.partition(":") for part in seen[:LONGEST_SEEN].split())
    return {year: int(version) for year, _, version in parts if version.isdecimal()}


def _roster_page(request: OfficerRequest, kind: RosterKind) -> HttpResponse:
    page, school_year = page_of(request, kind)
    if page.query:
        searched = read_search(page.query).kind.name.lower()
        leave_search(by=request.acting, kind=searched, found=page.total)
    statuses = queries.cut(page)
    rows = queries.rows(statuses, Masking.of(request.acting), clock.today(), page.first)
    return render(
        request,
        "schooling/roster.html",
        {
            "page": page,
            "kind": kind,
            "lines": list(zip(statuses, rows, strict=True)),
            "school_year": school_year,
            "year_words": _words(school_year),
            "purposes": PURPOSES,
        },
    )


def page_of(request: OfficerRequest, kind: RosterKind) -> tuple[ListPage, str]:
    """The list that the address asks for; without a year in it, of this school year."""
    today = clock.today()
    years = queries.school_years(today)
    asked = request.GET.get("year", "")
    school_year = asked if asked in years else school_age.school_year(today)
    statuses = queries.within(request.acting, school_year)
    page = list_page(
        request,
        statuses.of_kind(kind),
        filters=_filters(request.acting, kind),
        sorts=SORTS[kind],
        default_sort="community",
        search=Search("姓名", _search, "姓名、首字母或号码"),
    )
    if not page.is_filtered:
        page.total = queries.totals(statuses)[kind]
    return page, school_year


def _filters(by: Acting, kind: RosterKind) -> list[Filter]:
    permission = Permission.SCHOOLING_VIEW
    communities, schools = communities_of(by, permission), schools_of(by, permission)
    statuses = [(s.value, s.label) for s in Status if s in kind.statuses and not s.is_restricted]
    offered = [
        Filter("year", "学年", _any_year, _years(), "本学年"),
        Filter("community", "社区", _in_community, communities, "全部社区"),
        Filter("school", "学校", _at_school, schools, "全部学校"),
        Filter("grade", "年级", _in_grade, GRADES, "全部年级"),
        Filter("status", "就学状态", _of_status, statuses, "全部", restricted=OF_HEALTH),
    ]
    return [one for one in offered if len(one.choices) > 1]


def _years() -> list[tuple[str, str]]:
    return [(year, _words(year)) for year in queries.school_years(clock.today())]


def _words(school_year: str) -> str:
    return school_year.replace("-", "—")


def _any_year(rows: Rows, value: str) -> Rows:
    return rows  # the year decides which statuses the list begins with


def _in_year(rows: Rows, value: str) -> Rows:
    return rows.filter(school_year=value)


def _of_kind(rows: Rows, value: str) -> Rows:
    return rows.filter(kind=value)


def _in_community(rows: Rows, value: str) -> Rows:
    return rows.filter(region=value)


def _at_school(rows: Rows, value: str) -> Rows:
    return rows.filter(school=value)


def _in_grade(rows: Rows, value: str) -> Rows:
    return rows.filter(grade=value)


def _of_status(rows: Rows, value: str) -> Rows:
    return rows.filter(status=value)


def _search(rows: Rows, words: str) -> Rows:
    return rows.filter(child__in=Child.objects.found_by(words))


def _kind(text: str) -> RosterKind:
    if text not in {RosterKind.ENROLLED, RosterKind.NOT_ENROLLED}:
        raise Http404("no such roster")
    return RosterKind(text)


def _sealed(request: OfficerRequest, pk: UUID) -> SealedRoster:
    found = SealedRoster.objects.visible_to(request.acting).select_related("region")
    return get_object_or_404(found, pk=pk)


def _paper(
    request: OfficerRequest, kind: RosterKind, school_year: str, *, count: int
) -> Paper[Column]:
    by = request.acting
    return Paper(
        title=f"{by.unit_name} {_words(school_year)} 学年{kind.label}",
        by=by,
        on=clock.today(),
        columns=queries.columns(kind),
        scope=f"{count:,} 人",
    )
