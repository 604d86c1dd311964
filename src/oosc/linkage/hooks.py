"""What this room registers with the rooms below."""

from __future__ import annotations

from oosc.access import policy
from oosc.access.policy import Acting, Permission
from oosc.cases.models import Case
from oosc.children import merging, tasks_cover
from oosc.children.models import Child
from oosc.children.tasks_cover import Task
from oosc.kernel import clock
from oosc.linkage import actions, queries
from oosc.linkage.models import Finding
from oosc.linkage.states import Kind
from oosc.rosters import effects
from oosc.rosters.models import Roster


def register() -> None:
    effects.register(rests_on)
    effects.on_withdraw(undo)
    tasks_cover.register(covering_run)
    merging.register("linkage", findings_going_over)


def rests_on(roster: Roster) -> list[str]:
    """Say what a roster has caused: runs, and suspicions that rest on it alone."""
    runs = roster.runs.count()
    if not runs:
        return []
    alone = Case.objects.unfinished().filter(roster_ids=[str(roster.pk)])
    visited = alone.filter(visits__isnull=False).distinct().count()
    waiting = alone.count() - visited
    sentences = [f"已用于 {runs} 次比对；这些比对的结果会注明所用名册已撤回。"]
    if waiting:
        sentences.append(f"只凭它立案、还没有走访的 {waiting} 件个案将一并撤销。")
    if visited:
        sentences.append(f"只凭它立案、已有走访记录的 {visited} 件个案将转为待人工核定。")
    return sentences


def undo(roster: Roster, *, by: Acting, why: str) -> None:
    actions.withdraw_with(roster, by=by, why=why, on=clock.today())  # type: ignore[arg-type]  # the one Acting there is


def covering_run(by: Acting, child: Child) -> list[Task]:
    """The newest run covers a child on its list of suspicions, as long as there is no case."""
    if not policy.holds(by, Permission.SUSPICION_RAISE):
        return []
    run = queries.newest(by)  # type: ignore[arg-type]  # as above
    if run is None:
        return []
    listed = Finding.objects.filter(run=run, child=child, kind=Kind.SUSPECTED)
    is_listed = listed.visible_to(by).exists()  # type: ignore[arg-type]  # as above
    return [Task(run.pk, f"比对：{run}")] if is_listed else []


def findings_going_over(kept: Child, lost: Child) -> list[merging.Rows]:
    """The lines of runs, so that each goes on leading to its child."""
    return [Finding.objects.filter(child=lost)]
