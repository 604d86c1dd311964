"""The guardians of a child, by hand: added, corrected, made the main one, taken off."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from oosc.access.policy import Permission
from oosc.children import actions, queries
from oosc.children.finding import child_of, status_of, to_child
from oosc.children.forms import GuardianForm
from oosc.children.models import Child, Guardian
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile
from oosc.lists.confirm import Question, ask
from oosc.members.http import OfficerRequest

GET_POST = require_http_methods(["GET", "POST"])


@GET_POST
def add(request: OfficerRequest, pk: UUID) -> HttpResponse:
    child = child_of(request, pk, Permission.CHILD_EDIT)
    form = GuardianForm(request.POST or None, initial={"version": child.version})
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_guardian(
                child, by=request.acting, facts=form.facts(), is_main=data["is_main"],
                version=data["version"],
            )  # fmt: skip
        except ChangedMeanwhile:
            child, status = child_of(request, pk), 409
            form.overtaken(version=child.version, now={})
        else:
            messages.success(request, "已加监护人。")
            return to_child(request, pk)
    context = {"form": form, "child": child, "guardian": None}
    return render(request, "children/guardian.html", context, status=status)


@GET_POST
def change(request: OfficerRequest, pk: UUID) -> HttpResponse:
    guardian = _guardian(request, pk)
    now = {"name": guardian.name, "relation": guardian.relation}
    initial = {**now, "version": guardian.child.version}
    form = GuardianForm(request.POST or None, known=True, initial=initial)
    status = status_of(form)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.change_guardian(
                guardian, by=request.acting, facts=form.facts(), version=version
            )
        except ChangedMeanwhile:
            guardian, status = _guardian(request, pk), 409
            form.overtaken(version=guardian.child.version, now=now)
        else:
            messages.success(request, "已改监护人，并留痕。")
            return to_child(request, guardian.child_id)
    context = {"form": form, "child": guardian.child, "guardian": guardian}
    return render(request, "children/guardian.html", context, status=status)


@require_POST
def make_main(request: OfficerRequest, pk: UUID) -> HttpResponse:
    guardian = actions.make_main(_guardian(request, pk), by=request.acting)
    shown = queries.shown_guardian(guardian.name, by=request.acting)
    messages.success(request, f"{shown}现在是主要联系人。")
    return to_child(request, guardian.child_id)


@GET_POST
def end(request: OfficerRequest, pk: UUID) -> HttpResponse:
    guardian = _guardian(request, pk)
    if request.method == "GET":
        shown = queries.shown_guardian(guardian.name, by=request.acting)
        return ask(
            request,
            Question(
                f"移除监护人{shown}？",
                (
                    "今天起不再列为监护人，走访、联系时不再显示；记录留在档案里，不删除。",
                    "以后的比对也不再改动这名儿童的监护人。",
                    "移错了，可以在档案页上恢复。",
                ),
                "移除监护人",
                reverse("children:detail", args=[guardian.child_id]),
            ),
        )
    actions.end_guardian(guardian, by=request.acting, on=clock.today())
    messages.success(request, "已移除监护人。移错了可在本页恢复。")
    return to_child(request, guardian.child_id)


@require_POST
def restore(request: OfficerRequest, pk: UUID) -> HttpResponse:
    guardian = actions.restore_guardian(_guardian(request, pk), by=request.acting)
    messages.success(request, "已恢复监护人。")
    return to_child(request, guardian.child_id)


def _guardian(request: OfficerRequest, pk: UUID) -> Guardian:
    reached = Child.objects.visible_to(request.acting)
    guardians = Guardian.objects.filter(child__in=reached).select_related("child")
    return get_object_or_404(guardians, pk=pk)
