"""申请查看: asked for one child or for several, answered, taken back."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oosc.children import actions, queries
from oosc.children.finding import child_of, status_of
from oosc.children.forms import AnswerForm, RequestForm
from oosc.children.models import AccessRequest, Child
from oosc.children.states import Masked, Purpose, RequestState
from oosc.kernel import clock
from oosc.lists.page import Filter, Rows, list_page
from oosc.members.http import OfficerRequest
from oosc.parameters import values

SHOWN = 50  # requests that wait; who has answered them is shown the next


@require_http_methods(["GET", "POST"])
def ask_for_one(request: OfficerRequest, pk: UUID) -> HttpResponse:
    return _ask(request, [child_of(request, pk)])


@require_http_methods(["GET", "POST"])
def ask_for_several(request: OfficerRequest) -> HttpResponse:
    """The children picked in the list, for one task: one request, answered as one."""
    picked = _keys(request.POST.getlist("pick"))
    reached = Child.objects.visible_to(request.acting).filter(pk__in=picked)
    children = list(reached.order_by("name_initials", "pk")[: actions.MOST_IN_A_BATCH + 1])
    if not children:
        messages.info(request, "请先在儿童名单里选人，再申请查看。")
        return redirect("children:list")
    return _ask(request, children)


def _ask(request: OfficerRequest, children: list[Child]) -> HttpResponse:
    by = request.acting
    form = RequestForm(
        request.POST if request.POST.get("purpose") is not None else None,
        by=by,
        initial={"fields_": request.GET.getlist("field")},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        actions.request_reveals(
            children,
            by=by,
            fields=[Masked(value) for value in data["fields_"]],
            purpose=Purpose(data["purpose"]),
            reason=data["reason"],
            at=clock.now(),
        )
        hours = values.number("reveal_approval_hours", by.region_code, clock.today())
        messages.success(
            request, f"申请已送出。批准后 {hours} 小时内可以查看；答复会显示在首页和本页。"
        )
        return redirect("children:requests")
    context = {"form": form, "children": children, "child": children[0]}
    return render(request, "children/request.html", context, status=status_of(form))


@require_GET
def requests(request: OfficerRequest) -> HttpResponse:
    """What waits for one's answer, and what one asked."""
    by = request.acting
    mine = AccessRequest.objects.filter(officer=by.officer_id, post=by.post_id)
    page = list_page(
        request,
        mine.select_related("child", "answered_by_officer"),
        filters=[Filter("state", "答复", _in_state, RequestState.choices)],
        sorts={"asked": ["asked_at"]},
        default_sort="-asked",
        unit="份",
    )
    waiting = _batches(queries.waiting_for(by))
    answer = render(
        request,
        "children/requests.html",
        {
            "waiting": waiting[:SHOWN],
            "waiting_count": len(waiting),
            "page": page,
            "form": AnswerForm(),
            "now": clock.now(),
        },
    )
    actions.note_answers_seen(by=by, at=clock.now())
    return answer


@require_POST
def answer(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Answer one request, and with it those that were asked in the same batch."""
    by = request.acting
    asked = get_object_or_404(AccessRequest.objects.visible_to(by), pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for es in form.errors.values() for e in es))
        return redirect("children:requests")
    together = [one for one in queries.waiting_for(by) if asked.batch and one.batch == asked.batch]
    for one in together or [asked]:
        actions.answer_reveal(one, by=by, at=clock.now(), **form.cleaned_data)
    many = f" {len(together)} 人" if len(together) > 1 else ""
    messages.success(request, f"已答复{many}，申请人可以看到。")
    return redirect("children:requests")


@require_POST
def withdraw(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """Take back one's own request, and with it those of its batch that wait."""
    by = request.acting
    mine = AccessRequest.objects.filter(officer=by.officer_id, post=by.post_id)
    asked = mine.filter(pk=pk).first()
    if asked is None:
        raise Http404("not one's own")
    together = mine.filter(batch=asked.batch, state=RequestState.ASKED) if asked.batch else ()
    for one in list(together) or [asked]:
        actions.withdraw_request(one, by=by)
    messages.success(request, "已撤回申请。")
    return redirect("children:requests")


def _batches(waiting: list[AccessRequest]) -> list[list[AccessRequest]]:
    """Requests that are answered together, side by side."""
    ordered = sorted(waiting, key=lambda one: (str(one.batch or one.pk), one.pk))
    found = [list(group) for _, group in groupby(ordered, key=lambda one: one.batch or one.pk)]
    return sorted(found, key=lambda batch: batch[0].asked_at)


def _in_state(rows: Rows, value: str) -> Rows:
    return rows.filter(state=value)


def _keys(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Http404("no such child") from None
