"""Pages of the jobs: what is being done, how far it is, and the button that stops it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from oosc.audit.trail import Actor
from oosc.jobs import actions, queries, registry
from oosc.jobs.models import Job, JobQuerySet
from oosc.jobs.states import State
from oosc.kernel import clock
from oosc.lists.page import Filter, ListPage, list_page


class OfficerRequest(HttpRequest):
    """A request after the middleware has said who acts."""

    acting: Actor


@require_GET
def job_list(request: OfficerRequest) -> HttpResponse:
    """The jobs of one's own unit, newest first."""
    page = _page(request, Job.objects.visible_to(request.acting))
    rows = queries.sights(page.objects, clock.now())  # type: ignore[arg-type]  # all are jobs
    return render(request, "jobs/list.html", {"page": page, "rows": rows})


@require_GET
def queue(request: OfficerRequest) -> HttpResponse:
    """Whether the queue moves, for whoever keeps the machine: what kind of work, never what of."""
    page = _page(request, Job.objects.all())
    rows = queries.sights(page.objects, clock.now())  # type: ignore[arg-type]  # all are jobs
    words = {"page": page, "rows": rows, "queue": queries.queue()}
    return render(request, "jobs/queue.html", words)


def _page(request: OfficerRequest, jobs: JobQuerySet) -> ListPage:
    return list_page(
        request,
        jobs,
        filters=[
            Filter("state", "状态", lambda rows, value: rows.filter(state=value), State.choices),
            Filter("task", "种类", lambda rows, value: rows.filter(name=value), registry.titles()),
            Filter(
                "since",
                "提交自",
                lambda rows, on: rows.filter(created_at__date__gte=on),
                kind="date",
            ),
        ],
        sorts={"created": ["id"], "finished": [F("finished_at").asc(nulls_last=True)]},
        default_sort="-created",
        unit="件",
    )


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


@require_POST
def again(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """再来一次: the same work as a new job; what the room refuses is said as anywhere."""
    return redirect("jobs:detail", actions.again(_visible(request, pk), by=request.acting))


def _sight(request: OfficerRequest, pk: UUID) -> queries.Sight:
    return queries.sight(_visible(request, pk), clock.now())


def _visible(request: OfficerRequest, pk: UUID) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.acting), pk=pk)
