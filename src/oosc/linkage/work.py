"""The long work of this room: a run as a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.urls import reverse

from oosc.jobs.actions import Outcome
from oosc.jobs.periodic import every
from oosc.jobs.registry import Progress, again, task
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.linkage import actions, performing
from oosc.linkage.actions import PORTION, RAISE, TASK, WITHDRAW
from oosc.linkage.models import Batch, Run
from oosc.members.acting import Acting, in_post
from oosc.members.models import Holding


@task(
    TASK,
    "比对",
    stays="这次不出名单；已补进登记册的儿童留着，再比对一次不会登记两遍。",
)
def perform(progress: Progress, *, run: str) -> Outcome:
    one = Run.objects.select_related("region", "previous").get(pk=UUID(run))
    return performing.perform(one, progress)


@again(TASK)
def start_again(*, by: Acting, run: str) -> UUID:
    """A new run over the same rosters, judged today."""
    before = Run.objects.get(pk=UUID(run))
    started = actions.start_run(
        by=by, on=clock.today(), rosters=list(before.rosters.all()), now=clock.now()
    )
    assert started.job_id is not None  # it was queued just now
    return started.job_id


@task(RAISE, "成批立案", stays="已立的案留着，再来一次只补没轮到的人。")
def raise_batch(progress: Progress, *, batch: str, done: int = 0) -> Outcome:
    """Raise portion by portion: killed and begun again, it goes on where it was.

    `done`: so many of those picked were gone through by an earlier job of the same batch.
    """
    one = Batch.objects.select_related("run").get(pk=UUID(batch))
    by = _acting(one)
    address = reverse("linkage:batch", args=[one.pk])
    for reached, some in _portions(progress, one.picked, "已办", done):
        with progress.step({"done": reached, "address": address}):
            actions.raise_portion(one, some, by=by, on=clock.today())
    return {"address": address, "cases": one.cases.count()}


@again(RAISE)
def raise_rest(*, by: Acting, batch: str, **_before: object) -> UUID:
    return _job_of(actions.raise_rest(Batch.objects.get(pk=UUID(batch)), by=by))


@task(WITHDRAW, "撤回一批立案", stays="已撤回的不再恢复，再来一次只撤其余的。")
def withdraw_batch(progress: Progress, *, batch: str) -> Outcome:
    one = Batch.objects.select_related("run").get(pk=UUID(batch))
    by = _acting(one)
    keys = [str(key) for key in one.cases.order_by("pk").values_list("pk", flat=True)]
    address = reverse("linkage:batch", args=[one.pk])
    for reached, some in _portions(progress, keys, "已撤回"):
        with progress.step({"done": reached, "address": address}):
            actions.withdraw_portion(some, by=by, on=clock.today())
    return {"address": address}


@again(WITHDRAW)
def withdraw_rest(*, by: Acting, batch: str) -> UUID:
    return _job_of(actions.withdraw_rest(Batch.objects.get(pk=UUID(batch)), by=by))


def _job_of(batch: Batch) -> UUID:
    assert batch.job_id is not None  # it was queued just now
    return batch.job_id


def _acting(batch: Batch) -> Acting:
    """Who holds the post that asked for it."""
    held = Holding.objects.filter(post=batch.by_id).held_on(clock.today()).with_place().first()
    if held is None:
        raise Refused("交办的岗位现在没有人，请由接任的同事重新办理。")
    return in_post(held, address="后台作业")


def _portions(
    progress: Progress, keys: Sequence[str], verb: str, done: int = 0
) -> Iterator[tuple[int, Sequence[str]]]:
    """What is left of the keys in portions, each with how many are done when it is."""
    for start in range(int(progress.checkpoint.get("done", done)), len(keys), PORTION):
        progress.report(start, len(keys), f"{verb} {start:,} 人，共 {len(keys):,} 人")
        some = keys[start : start + PORTION]
        yield start + len(some), some


@every(86_400, "linkage.raise_pending")
def raise_pending() -> None:
    """Open a case for whom nothing has turned up, where the office leaves that to the system."""
    actions.raise_pending(on=clock.today())
