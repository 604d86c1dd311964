"""The pages of the comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
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
from oosc.kernel.keys import key_in
from oosc.kernel.refusal import Refused
from oosc.linkage import actions, listing, manifests, pair_list, pairs, papers, queries
from oosc.linkage.forms import StartForm
from oosc.linkage.listing import Listed
from oosc.linkage.models import Batch, Finding, Pair, Run
from oosc.linkage.states import Change, Kind, RunState, Verdict
from oosc.lists.forms import PURPOSES
from oosc.lists.page import Filter, ListPage, Rows, list_page
from oosc.members.http import OfficerRequest
from oosc.rosters.models import Roster

LAST_PAIR = "last_pair"
MOST_PICKS = 200


@require_GET
def runs(request: OfficerRequest) -> HttpResponse:
    """All comparisons, the newest first."""
    found = Run.objects.visible_to(request.acting).select_related("region", "requested_by__unit")
    page = list_page(
        request,
        found,
        filters=[Filter("state", "状态", _in_state, RunState.choices)],
        sorts={"run": ["id"], "judged": ["judged_on"]},
        default_sort="-run",
        unit="次",
    )
    runs = [actions.follow(cast(Run, run)) for run in page.objects]
    shown = queries.shown(runs, request.acting)
    return render(request, "linkage/runs.html", {"page": page, "shown": shown})


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
    return _list(request, newest, listing.listed(kind))


@require_GET
def run_list(request: OfficerRequest, pk: UUID, kind: str) -> HttpResponse:
    return _list(request, _done(request, pk), listing.listed(kind))


@require_POST
def export_list(request: OfficerRequest, pk: UUID, kind: str) -> HttpResponse:
    """The list as filtered, masked as shown, for a purpose: workbook, PDF or paper."""
    one, which = _done(request, pk), listing.listed(kind)
    page = listing.page(request, one, which)
    taken = papers.Taken(
        one, which.value, f"{which.label}名单", listing.COLUMNS, listing.PAPER_COLUMNS
    )
    return papers.take_along(request, page, taken, listing.rows(page, request.acting))


@require_http_methods(["GET", "POST"])
def raise_cases(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """立案: first a page that lists what will happen, then it happens."""
    one = _done(request, pk)
    page = listing.page(request, one, listing.listed(Kind.SUSPECTED))
    keys = listing.to_raise(page) if "all" in request.POST else _picked(request, one)
    back = _with_query(request, reverse("linkage:list", args=[pk, Kind.SUSPECTED.value]))
    if not keys:
        messages.warning(request, "还没有勾选儿童。请在名单里勾选后再立案。")
        return redirect(back)
    counted = request.POST.get("confirm")
    if counted != str(len(keys)):
        if counted:
            messages.warning(request, "名单刚刚有变化，人数和您看到的不同。请核对后再立案。")
        return _ask_to_raise(request, one, page, keys, back)
    batch = actions.raise_batch(one, keys, by=request.acting, on=clock.today(), now=clock.now())
    if batch.job_id:
        return redirect("linkage:batch", batch.pk)
    return redirect(back + ("&" if "?" in back else "?") + f"batch={batch.pk}")


@require_GET
def batch(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """One batch: how far it is, what came of it, and the way to take it back."""
    one = _batch(request, pk)
    job = Job.objects.filter(pk=one.job_id).first() if one.job_id else None
    sight = jobs.sight(job, clock.now()) if job else None
    return render(request, "linkage/batch.html", {"sight": sight, **_told_of(one)})


@require_POST
def withdraw_batch(request: OfficerRequest, pk: UUID) -> HttpResponse:
    one = actions.withdraw_batch(
        _batch(request, pk), by=request.acting, on=clock.today(), now=clock.now()
    )
    return redirect("linkage:batch", one.pk)


@require_GET
def newest_pairs(request: OfficerRequest) -> HttpResponse:
    """The doubtful pairs of the newest comparison, one a row."""
    newest = queries.newest(request.acting)
    if newest is None:
        return render(request, "linkage/no_run.html", {"title": "人工判定"})
    return _pairs(request, newest)


@require_GET
def pairs_of_run(request: OfficerRequest, pk: UUID) -> HttpResponse:
    return _pairs(request, _done(request, pk))


@require_POST
def export_pairs(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The pairs as filtered, for a purpose."""
    one = _done(request, pk)
    page = pair_list.page(request, one)
    taken = papers.Taken(one, "pairs", "人工判定清单", pair_list.COLUMNS, pair_list.COLUMNS)
    return papers.take_along(request, page, taken, pair_list.rows(page, request.acting))


@require_GET
def review(request: OfficerRequest) -> HttpResponse:
    """人工判定: the next doubtful pair, or the one that was picked from the list, side by side."""
    newest = queries.newest(request.acting)
    if newest is None:
        return render(request, "linkage/no_run.html", {"title": "人工判定"})
    pair = _pair_to_see(request, newest)
    run = pair.run if pair else newest
    words: dict[str, object] = {"run": run, "pair": pair}
    words["progress"] = queries.progress_of(run, request.acting)
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
    """Take a verdict back, and return to the list it was taken back from, or to the pair."""
    pair = actions.undo(_visible_pair(request, pk), by=request.acting, now=clock.now())
    request.session.pop(LAST_PAIR, None)
    messages.success(request, "已撤销，这一对重新待判。")
    back = request.POST.get("back", "")
    if back.startswith(reverse("linkage:runs")):
        return redirect(back)
    return redirect(f"{reverse('linkage:review')}?pair={pair.pk}")


@require_GET
def compare(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """This run against an earlier one: newly missing, still open, resolved, gone."""
    one, earlier = _done(request, pk), _earlier(request, pk)
    if earlier is None:
        messages.warning(request, "这是第一次比对，还没有可比的。")
        return redirect("linkage:run", pk)
    by, change = request.acting, _change(request)
    page = listing.changed(request, one, queries.changed(one, earlier, change, by))
    counts = queries.changes(one, earlier, by)
    if not page.is_filtered:
        page.total = counts[change]
    _leave_search(request, page)
    _mask_nearest(request, page)
    words = {
        "run": one,
        "earlier": earlier,
        "others": queries.others(one, by),
        "change": change,
        "page": page,
        "counts": counts,
        "purposes": PURPOSES,
    }
    return render(request, "linkage/compare.html", words)


@require_POST
def export_changes(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """One group of the comparison of two runs, as filtered, for a purpose."""
    one, earlier = _done(request, pk), _earlier(request, pk)
    if earlier is None:
        raise Refused("这是第一次比对，还没有可比的。")
    change = _change(request)
    page = listing.changed(request, one, queries.changed(one, earlier, change, request.acting))
    title = f"与第 {earlier.number} 次比：{change.label}"
    taken = papers.Taken(one, change.value, title, listing.COLUMNS, listing.PAPER_COLUMNS)
    return papers.take_along(request, page, taken, listing.rows(page, request.acting))


def _list(request: OfficerRequest, run: Run, which: Listed) -> HttpResponse:
    page = listing.page(request, run, which)
    _leave_search(request, page)
    _mask_nearest(request, page)
    words: dict[str, object] = {
        "run": run,
        "kind": which,
        "page": page,
        "sum": queries.sum_of(run, request.acting),
        "counts": queries.counts(run, request.acting),
        "purposes": PURPOSES,
    }
    raised = _raised(request, run)
    if raised:
        words |= _told_of(raised)
    return render(request, "linkage/list.html", words)


def _pairs(request: OfficerRequest, run: Run) -> HttpResponse:
    page = pair_list.page(request, run)
    _leave_search(request, page)
    words = {
        "run": run,
        "page": page,
        "progress": queries.progress_of(run, request.acting),
        "purposes": PURPOSES,
    }
    return render(request, "linkage/pairs.html", words)


def _pair_to_see(request: OfficerRequest, newest: Run) -> Pair | None:
    by, wanted = request.acting, request.GET.get("pair", "")
    if key := key_in(wanted):
        return actions.claim_pair(_visible_pair(request, key), by=by, now=clock.now())
    after = request.GET.get("after", "")
    rank = int(after) if after.isdecimal() and len(after) < 9 else 0
    return actions.claim_next_pair(newest, by=by, now=clock.now(), after=rank)


def _leave_search(request: OfficerRequest, page: ListPage) -> None:
    if page.query:
        searched = read_search(page.query).kind.name.lower()
        children.leave_search(by=request.acting, kind=searched, found=page.total)


def _mask_nearest(request: OfficerRequest, page: ListPage) -> None:
    for finding in page.objects:
        finding.nearest = listing.shown_nearest(finding.nearest, by=request.acting)  # type: ignore[attr-defined]  # a Finding


def _picked(request: OfficerRequest, run: Run) -> list[str]:
    picked = set(filter(None, map(key_in, request.POST.getlist("pick"))))
    if len(picked) > MOST_PICKS:
        raise Refused(f"一次最多勾选 {MOST_PICKS} 人。人多时请用“全选筛选结果”。")
    suspected = queries.lists_of(run, request.acting).filter(kind=Kind.SUSPECTED)
    found = suspected.filter(pk__in=picked, child__isnull=False)
    return [str(key) for key in found.values_list("pk", flat=True)]


def _ask_to_raise(
    request: OfficerRequest, run: Run, page: ListPage, keys: Sequence[str], back: str
) -> HttpResponse:
    listed = Finding.objects.filter(run=run, pk__in=keys[:MOST_PICKS]).order_by("region_code", "id")
    words = {
        "run": run,
        "findings": listed.select_related("child", "region"),
        "count": len(keys),
        "is_all": "all" in request.POST,
        "narrowed": listing.in_words(page),
        "is_job": len(keys) > actions.AT_ONCE,
        "back": back,
    }
    return render(request, "linkage/raise.html", words)


def _raised(request: OfficerRequest, run: Run) -> Batch | None:
    """The batch that was just raised from this list, if the address names it."""
    wanted = key_in(request.GET.get("batch", ""))
    mine = Batch.objects.visible_to(request.acting).filter(run=run)
    return mine.filter(pk=wanted).first() if wanted else None


def _told_of(one: Batch) -> dict[str, object]:
    return {
        "batch": one,
        "raised": one.cases.count(),
        "visited": queries.visited_of(one),
        "left": one.cases.unfinished().count() if one.withdrawn_at else 0,
        "is_running": queries.is_being_raised(one),
    }


def _batch(request: OfficerRequest, pk: UUID) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.acting).select_related("run"), pk=pk)


def _with_query(request: OfficerRequest, address: str) -> str:
    kept = request.GET.copy()
    kept.pop("batch", None)
    return f"{address}?{kept.urlencode()}" if kept else address


def _change(request: OfficerRequest) -> Change:
    wanted = request.GET.get("change", "")
    return Change(wanted) if wanted in Change.values else Change.NEW


def _earlier(request: OfficerRequest, pk: UUID) -> Run | None:
    """The run to compare with: the one the address names, else the one before."""
    wanted = key_in(request.GET.get("with", ""))
    return _done(request, wanted) if wanted else _done(request, pk).previous


def _in_state(rows: Rows, value: str) -> Rows:
    return rows.filter(state=value)


def _like(request: OfficerRequest) -> Run | None:
    """The run that is to be made once more, if the address names one."""
    wanted = key_in(request.GET.get("like", ""))
    return _done(request, wanted) if wanted else None


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


def _visible_pair(request: OfficerRequest, pk: UUID) -> Pair:
    return get_object_or_404(Pair.objects.visible_to(request.acting), pk=pk)


def _last_pair(request: OfficerRequest) -> Pair | None:
    key = request.session.get(LAST_PAIR)
    seen = Pair.objects.visible_to(request.acting).exclude(verdict="")
    return seen.filter(pk=key).first() if key else None
