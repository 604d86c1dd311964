"""How a page finds its child: within reach, else it is not there; a merged one leads on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.children.models import Child
from oosc.members.http import OfficerRequest

PLACES = ("home", "hukou", "school__region")


def child_of(
    request: OfficerRequest, pk: UUID, permission: Permission = Permission.CHILD_VIEW
) -> Child:
    found = Child.objects.visible_to(request.acting).select_related(*PLACES, "household__region")
    child = get_object_or_404(found, pk=pk)
    if not policy.allows(request.acting, permission, child):
        raise Http404("not for this post")
    return child


def to_child(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Back to the file, or, where the child has just left one's reach, to the list."""
    if Child.objects.visible_to(request.acting).filter(pk=pk).exists():
        return redirect("children:detail", pk)
    messages.info(request, "该儿童已不在您的管辖范围内。")
    return redirect("children:list")


def status_of(form: Any) -> int:  # any form
    return 422 if form.is_bound and form.errors else 200
