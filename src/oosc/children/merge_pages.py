"""Two records found to be one child: found, looked at side by side, joined, parted again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.access.policy import Permission
from oosc.children import actions, merging, queries
from oosc.children.finding import child_of, status_of
from oosc.children.forms import MergeForm
from oosc.children.models import Child, Merge
from oosc.kernel import clock
from oosc.kernel.keys import key_in
from oosc.lists.page import Rows, Search, list_page
from oosc.members.http import OfficerRequest


@require_GET
def duplicates(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Records that may be the same child; a search looks through all within reach."""
    child = child_of(request, pk, Permission.CHILD_MERGE)
    by = request.acting
    searching = bool(request.GET.get("s"))
    alike = (
        queries.mergeable(by).exclude(pk=pk) if searching else queries.perhaps_same(child, by=by)
    )
    page = list_page(
        request, alike, sorts={"name": ["name_initials"], "birth": ["birth_date"]},
        default_sort="name", search=Search("另一条记录", _search, "姓名、首字母或号码"), unit="条",
    )  # fmt: skip
    if page.query:
        actions.leave_search(by=by, kind="duplicate", found=page.total)
    return render(request, "children/duplicates.html", {"child": child, "page": page})


@require_http_methods(["GET", "POST"])
def merge(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The record of the address stays; the one that `with` names goes into it."""
    kept = child_of(request, pk, Permission.CHILD_MERGE)
    other = key_in(request.GET.get("with", ""))
    if other is None or other == pk:
        return redirect("children:duplicates", pk)
    lost = child_of(request, other, Permission.CHILD_MERGE)
    between = queries.differences(kept, lost, by=request.acting)
    seen = {"versions": f"{kept.version},{lost.version}"}
    form = MergeForm(request.POST or None, between=between, initial=seen)
    if request.method == "POST" and form.is_valid():
        actions.merge_children(
            kept, lost, by=request.acting, take=form.taken, on=clock.today(), at=clock.now(),
            versions=form.cleaned_data["versions"],
        )  # fmt: skip
        messages.success(request, "已合并为一份档案。没有别的改动之前，可以在本页撤回。")
        return redirect("children:detail", kept.pk)
    context = {
        "kept": kept,
        "lost": lost,
        "form": form,
        "obstacles": merging.obstacles(kept, lost),
        "notes": merging.notes(kept, lost),
        "goes": _counts(kept, lost),
    }
    return render(request, "children/merge.html", context, status=status_of(form))


@require_POST
def undo(request: OfficerRequest, pk: UUID) -> HttpResponse:
    reached = Child.objects.visible_to(request.acting)
    merge = get_object_or_404(Merge.objects.filter(kept__in=reached), pk=pk)
    actions.undo_merge(merge, by=request.acting, at=clock.now())
    messages.success(request, "已撤回合并，两条记录恢复原样。")
    return redirect("children:detail", merge.kept_id)


def _counts(kept: Child, lost: Child) -> list[str]:
    """What goes over, in words: 个案 2 条."""
    own: list[Rows] = [lost.guardians.all(), lost.places.all(), lost.sources.all()]
    counted = [(r.model._meta.verbose_name, r.count()) for r in own]
    counted += [(r.model._meta.verbose_name, r.count()) for r in merging.going_over(kept, lost)]
    return [f"{name} {count} 条" for name, count in counted if count]


def _search(rows: Rows, words: str) -> Rows:
    return rows.filter(pk__in=Child.objects.found_by(words))
