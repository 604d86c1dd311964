"""Pages of the jobs: what is being done, how far it is, and the button that stops it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from oosc.audit.trail import Actor
from oosc.jobs import actions, queries
from oosc.jobs.models import Job
from oosc.kernel import clock


class OfficerRequest(HttpRequest):
    """A request after the middleware has said who acts."""

    acting: Actor


@require_GET
def job_list(request: OfficerRequest) -> HttpResponse:
    rows = queries.latest(request.acting, clock.now())
    return render(request, "jobs/list.html", {"rows": rows, "shown": queries.SHOWN})


@require_GET
def job_detail(request: OfficerRequest, pk: UUID) -> HttpResponse:
    return render(request, "jobs/detail.html", {"sight": _sight(request, pk)})


@require_GET
def progress(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The piece that the page asks for every two seconds; at the end the page comes anew."""
    sight = _sight(request, pk)
    response = render(request, "jobs/_progress.html", {"sight": sight})
    if sight.job.has_ended:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel(request: OfficerRequest, pk: UUID) -> HttpResponse:
    job = actions.cancel(_visible(request, pk), by=request.acting)
    if request.headers.get("HX-Request"):
        return render(request, "jobs/_progress.html", {"sight": queries.sight(job, clock.now())})
    return redirect("jobs:detail", pk)


def _sight(request: OfficerRequest, pk: UUID) -> queries.Sight:
    return queries.sight(_visible(request, pk), clock.now())


def _visible(request: OfficerRequest, pk: UUID) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.acting), pk=pk)
