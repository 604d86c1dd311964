"""The pages of the comparison."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.audit import trail
from oosc.children import actions as children
from oosc.children.rules import read_search
from oosc.jobs import queries as jobs
from oosc.jobs.models import Job
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.linkage import actions, listing, manifests, pairs, queries
from oosc.linkage.forms import StartForm
from oosc.linkage.models import Finding, FindingQuerySet, Pair, Run
from oosc.linkage.states import Change, Kind, RunState, Verdict
from oosc.lists import workbook
from oosc.members.http import OfficerRequest
from oosc.rosters.models import Roster

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_PAIR = "last_pair"
HELD_IN_MEMORY = 8 * 2**20  # bytes of a workbook before it goes to disk
MOST_PICKS = 200
MOST_DECIDED = 200
MOST_CHANGED = 200  # shown of each group before 看全部


@require_GET
def runs(request: OfficerRequest) -> HttpResponse:
    """All comparisons, the newest first."""
    found = Run.objects.visible_to(request.acting).select_related("region", "requested_by__unit")
    shown = [actions.follow(run) for run in found[:50]]
    return render(request, "linkage/runs.html", {"runs": shown})


@require_http_methods(["GET", "POST"])
def start(request: OfficerRequest) -> HttpResponse:
    """Choose the rosters, by default the latest of each sender or those of another run; begin."""
    offered = queries.offered(request.acting.region_code or "")
    like = _like(request)
    initial: dict[str, object] = {"on": like.judged_on if like else clock.today()}
    if like:
        again, gone = offered.like(like)
        initial["rosters"] = [roster.pk for roster in again]
        _say_what_is_gone(request, gone)
    form = StartForm(
        request.POST or None, latest=offered.latest, earlier=offered.earlier, initial=initial
    )
    if form.is_valid():
        run = actions.start_run(
            by=request.acting,
            on=form.cleaned_data["on"],
            rosters=form.cleaned_data["rosters"],
            now=clock.now(),
        )
        messages.success(request, "已开始比对。可以离开本页，完成后名单会出现在这里。")
        return redirect("linkage:run", run.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "linkage/start.html", {"form": form, "like": like}, status=status)


@require_GET
def run(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """One comparison: its progress, or its sum and lists."""
    one = actions.follow(_visible(request, pk))
    words: dict[str, object] = {"run": one, "rosters": one.rosters.with_places()}
    if one.state == RunState.DONE:
        words["sum"] = queries.sum_of(one, request.acting)
        words["counts"] = queries.counts(one, request.acting)
        words["review"] = queries.progress_of(one, request.acting)
        words["facts"] = list(manifests.facts(one))
        words["digest"] = manifests.digest(one)
        words["is_whole"] = policy.allows(request.acting, Permission.LIST_VIEW, one)
    elif one.job_id:
        job = Job.objects.filter(pk=one.job_id).first()
        words["sight"] = jobs.sight(job, clock.now()) if job else None
    return render(request, "linkage/run.html", words)


@require_GET
def manifest(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The manifest as a file. It counts the whole of the run: for whom all of it is in reach."""
    one = _done(request, pk)
    if not policy.allows(request.acting, Permission.LIST_VIEW, one):
        raise Http404
    trail.record("run.manifest_exported", one, by=request.acting)
    name = f"比对清单-{one.judged_on:%Y%m%d}-第{one.number}次.json"
    response = HttpResponse(manifests.as_json(one), content_type="application/json")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@require_GET
def newest_list(request: OfficerRequest, kind: Kind) -> HttpResponse:
    """A list of the newest comparison."""
    newest = queries.newest(request.acting)
    if newest is None:
        return render(request, "linkage/no_run.html", {"title": kind.label})
    return _list(request, newest, kind)


@require_GET
def run_list(request: OfficerRequest, pk: UUID, kind: str) -> HttpResponse:
    return _list(request, _done(request, pk), _kind(kind))


@require_GET
def print_list(request: OfficerRequest, pk: UUID, kind: str) -> HttpResponse:
    one, which = _done(request, pk), _kind(kind)
    found = listing.printed(listing.page(request, one, which), request.acting)
    trail.record("run.list_printed", one, by=request.acting, kind=which.value, rows=len(found))
    words = {"run": one, "kind": which, "columns": listing.COLUMNS, "rows": found}
    return render(request, "linkage/print.html", words | {"today": clock.today()})


@require_GET
def export_list(request: OfficerRequest, pk: UUID, kind: str) -> FileResponse:
    """The list as filtered, to Excel, masked as shown."""
    policy.require(request.acting, Permission.EXPORT)
    one, which = _done(request, pk), _kind(kind)
    found = listing.exported(listing.page(request, one, which), request.acting)
    sheet = workbook.Sheet(
        title=which.label,
        subtitle=f"{request.acting.unit_name}　{one}　导出 {clock.today():%Y-%m-%d}",
        columns=[workbook.Column(heading, width) for heading, width in listing.COLUMNS],
        rows=found,
    )
    out = tempfile.SpooledTemporaryFile(HELD_IN_MEMORY)  # noqa: SIM115  # the response closes it
    written = workbook.write(sheet, cast(BinaryIO, out))
    trail.record("run.list_exported", one, by=request.acting, kind=which.value, rows=written)
    out.seek(0)
    name = f"{which.label}-{one.judged_on:%Y%m%d}.xlsx"
    return FileResponse(out, as_attachment=True, filename=name, content_type=EXCEL)


@require_http_methods(["GET", "POST"])
def raise_cases(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """立案: first a page that lists what will happen, then it happens."""
    one = _done(request, pk)
    picked = {UUID(key) for key in request.POST.getlist("pick") if _is_uuid(key)}
    if len(picked) > MOST_PICKS:
        raise Refused(f"一次最多立案 {MOST_PICKS} 人，请分批勾选。")
    suspected = queries.lists_of(one, request.acting).filter(kind=Kind.SUSPECTED)
    found = list(suspected.filter(pk__in=picked).select_related("child", "region"))
    if not found:
        messages.warning(request, "还没有勾选儿童。请在名单里勾选后再立案。")
        return redirect("linkage:list", pk, Kind.SUSPECTED.value)
    if "confirm" not in request.POST:
        return render(request, "linkage/raise.html", {"run": one, "findings": found})
    raised = actions.raise_suspicions(one, found, by=request.acting, on=clock.today())
    words = f"已立案 {len(raised.cases)} 人，待派核。"
    if raised.already:
        words += f"另有 {len(raised.already)} 人已有未销号的个案，没有重复立案。"
    if raised.placeless:
        words += f"{len(raised.placeless)} 人还不知道住在哪个社区，请补上居住地再立案。"
    messages.success(request, words)
    return redirect("cases:ledger")


@require_GET
def review(request: OfficerRequest) -> HttpResponse:
    """人工判定: the next doubtful pair, side by side."""
    newest = queries.newest(request.acting)
    if newest is None:
        return render(request, "linkage/no_run.html", {"title": "人工判定"})
    after = request.GET.get("after", "")
    pair = actions.claim_next_pair(
        newest,
        by=request.acting,
        now=clock.now(),
        after=int(after) if after.isdigit() and len(after) < 9 else 0,
    )
    words: dict[str, object] = {"run": newest, "pair": pair}
    words["progress"] = queries.progress_of(newest, request.acting)
    words["last"] = _last_pair(request)
    if pair:
        trail.record("pair.opened", pair, by=request.acting)
        lines = pairs.compare(pair.left, pair.right)
        words |= {"lines": lines, "tally": pairs.tally(lines)}
    return render(request, "linkage/review.html", words)


@require_POST
def decide(request: OfficerRequest, pk: UUID) -> HttpResponse:
    pair = _visible_pair(request, pk)
    answer = request.POST.get("verdict", "")
    if answer not in Verdict.values:
        raise Refused("请选“是同一人”“不是同一人”或“跳过”。")
    actions.decide(pair, by=request.acting, verdict=Verdict(answer), now=clock.now())
    request.session[LAST_PAIR] = str(pair.pk)
    back = redirect("linkage:review")
    if answer == Verdict.SKIPPED:
        back["Location"] += f"?after={pair.rank}"
    return back


@require_POST
def undo(request: OfficerRequest, pk: UUID) -> HttpResponse:
    pair = actions.undo(_visible_pair(request, pk), by=request.acting, now=clock.now())
    request.session.pop(LAST_PAIR, None)
    messages.success(request, "已撤销，这一对重新待判。")
    return redirect(f"/linkage/review/?after={max(pair.rank - 1, 0)}")


@require_GET
def decided(request: OfficerRequest) -> HttpResponse:
    """What was decided, newest first; each can be taken back."""
    newest = queries.newest(request.acting)
    found = queries.pairs_of(newest, request.acting) if newest else Pair.objects.none()
    decided = found.exclude(verdict="").select_related("decided_by__unit")
    shown = decided.order_by("-decided_at", "-pk")[:MOST_DECIDED]
    return render(request, "linkage/decided.html", {"pairs": shown, "run": newest})


@require_GET
def compare(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """This run against an earlier one: newly missing, still open, resolved, gone."""
    one = _done(request, pk)
    wanted = request.GET.get("with", "")
    earlier = one.previous
    if wanted and _is_uuid(wanted):
        earlier = _done(request, UUID(wanted))
    if earlier is None:
        messages.warning(request, "这是第一次比对，还没有可比的。")
        return redirect("linkage:run", pk)
    groups = [(change, queries.changed(one, earlier, change, request.acting)) for change in Change]
    words: dict[str, object] = {"run": one, "earlier": earlier, "others": _others(request, one)}
    wanted = request.GET.get("change", "")
    if wanted in Change.values:
        page = listing.changed(request, dict(groups)[Change(wanted)])
        words |= {"page": page, "groups": [(Change(wanted), page.total, page.objects)]}
    else:
        words["groups"] = [(change, *_first(rows)) for change, rows in groups]
    return render(request, "linkage/compare.html", words)


def _list(request: OfficerRequest, run: Run, kind: Kind) -> HttpResponse:
    page = listing.page(request, run, kind)
    if page.query:
        searched = read_search(page.query).kind.name.lower()
        children.leave_search(by=request.acting, kind=searched, found=page.total)
    for finding in page.objects:
        finding.nearest = listing.shown_nearest(finding.nearest, by=request.acting)  # type: ignore[attr-defined]  # a Finding
    words = {
        "run": run,
        "kind": kind,
        "page": page,
        "sum": queries.sum_of(run, request.acting),
        "lead": listing.LEADS[kind],
        "is_suspected": kind is Kind.SUSPECTED,
        "is_resident": kind in (Kind.SUSPECTED, Kind.EXPLAINED, Kind.FOUND),
    }
    return render(request, "linkage/list.html", words)


def _like(request: OfficerRequest) -> Run | None:
    """The run that is to be made once more, if the address names one."""
    wanted = request.GET.get("like", "")
    return _done(request, UUID(wanted)) if _is_uuid(wanted) else None


def _say_what_is_gone(request: OfficerRequest, gone: Sequence[Roster]) -> None:
    if gone and request.method == "GET":
        named = "、".join(map(str, gone))
        messages.warning(request, f"那次用的{named}已撤回或销毁，不能照原样再比，请换一份。")


def _visible(request: OfficerRequest, pk: UUID) -> Run:
    found = Run.objects.visible_to(request.acting).select_related("region", "previous")
    return get_object_or_404(found, pk=pk)


def _done(request: OfficerRequest, pk: UUID) -> Run:
    found = Run.objects.visible_to(request.acting).done().select_related("region", "previous")
    return get_object_or_404(found, pk=pk)


def _others(request: OfficerRequest, run: Run) -> list[Run]:
    found = Run.objects.visible_to(request.acting).done().filter(region=run.region)
    return list(found.exclude(pk=run.pk).order_by("-id")[:20])


def _visible_pair(request: OfficerRequest, pk: UUID) -> Pair:
    return get_object_or_404(Pair.objects.visible_to(request.acting), pk=pk)


def _last_pair(request: OfficerRequest) -> Pair | None:
    key = request.session.get(LAST_PAIR)
    seen = Pair.objects.visible_to(request.acting).exclude(verdict="")
    return seen.filter(pk=key).first() if key else None


def _kind(text: str) -> Kind:
    if text not in Kind.values:
        raise Http404
    return Kind(text)


def _first(rows: FindingQuerySet) -> tuple[int, list[Finding]]:
    """How many there are, and the first of them."""
    first = list(rows[:MOST_CHANGED])
    return len(first) if len(first) < MOST_CHANGED else rows.count(), first


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
