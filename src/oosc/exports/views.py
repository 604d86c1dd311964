"""A list made in the background: how far it is, and its file while it is kept."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from oosc.exports import actions
from oosc.exports.models import ClearExport, Export
from oosc.jobs.models import Job
from oosc.jobs.queries import sight
from oosc.kernel import clock
from oosc.lists.papers import XLSX
from oosc.members.http import OfficerRequest


@require_GET
def detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    export = _own(request, pk)
    clear = ClearExport.objects.filter(export=export).first()
    if clear:
        return redirect("exports:clear", clear.pk)
    now = clock.now()
    job = None
    if export.job_id and not export.file_key:
        job = Job.objects.filter(pk=export.job_id).first()  # forgotten after half a year
    context = {
        "export": export,
        "is_open": export.is_open(now),
        "sight": sight(job, now) if job else None,
    }
    return render(request, "exports/detail.html", context)


@require_POST
def fetch(request: OfficerRequest, pk: UUID) -> HttpResponseBase:
    """By POST, so that no browser fetches it ahead: each time leaves a trace."""
    export = _own(request, pk)
    pieces = actions.fetch(export, by=request.acting, at=clock.now())
    response = StreamingHttpResponse(pieces, content_type=XLSX)
    named = content_disposition_header(True, export.file_name)
    response.headers["Content-Disposition"] = named or ""
    return response


def _own(request: OfficerRequest, pk: UUID) -> Export:
    return get_object_or_404(Export.objects.visible_to(request.acting), pk=pk)
