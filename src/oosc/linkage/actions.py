"""Every write of the comparison: a run begun, a pair decided, suspicions raised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.cases.actions import opening, withdrawing
from oosc.cases.actions.opening import Raised, Suspicion
from oosc.cases.models import Case
from oosc.cases.states import Source
from oosc.cases.states import State as CaseState
from oosc.jobs.actions import enqueue
from oosc.jobs.models import Job
from oosc.jobs.states import State as JobState
from oosc.kernel.refusal import Refused
from oosc.linkage import queries
from oosc.linkage.models import Batch, Decision, Finding, Pair, Run
from oosc.linkage.states import Kind, RunState, Verdict
from oosc.members.acting import Acting
from oosc.parameters import values
from oosc.places.models import Region
from oosc.rosters.models import Roster
from oosc.rosters.queries import has_rows
from oosc.rosters.states import Kind as RosterKind
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.states import Source as StatusSource
from oosc.schooling.states import Status
from rosterlink.school_age import school_year, school_year_start

TASK = "linkage.perform"
RAISE = "linkage.raise_batch"
WITHDRAW = "linkage.withdraw_batch"
RESIDENTS = frozenset({RosterKind.POLICE_HUKOU, RosterKind.POLICE_FLOATING})
# A clerk who has gone to lunch gives the pair back after so long.
CLAIM = timedelta(minutes=10)
PORTION = 50  # cases opened in one transaction: others write between two of them
AT_ONCE = 200  # more than so many are a job's work
_ENDINGS = {JobState.FAILED: RunState.FAILED, JobState.STOPPED: RunState.STOPPED}


@transaction.atomic
def start_run(*, by: Acting, on: date, rosters: Collection[Roster], now: datetime) -> Run:
    """Begin a comparison over these rosters, judged on a day (JY-2a). It runs as a job."""
    region = Region.objects.select_for_update().get(code=by.region_code)
    require(by, Permission.RUN_START, region)
    check_rosters(rosters)
    waiting = Run.objects.filter(region=region, state__in=[RunState.QUEUED, RunState.RUNNING])
    if any(follow(run).state in (RunState.QUEUED, RunState.RUNNING) for run in waiting):
        raise Refused("上一次比对还没有结束，请等它完成，或先在作业页停止它。")
    last = Run.objects.filter(region=region).order_by("-number").first()
    run = Run.objects.create(
        number=last.number + 1 if last else 1,
        region=region,
        judged_on=on,
        previous=Run.objects.filter(region=region).newest(),
        requested_by_id=by.post_id,
        requested_at=now,
    )
    run.rosters.set(rosters)
    job = enqueue(TASK, by=by, title=f"{run}", run=str(run.pk))
    run.job_id = job.pk
    run.save(update_fields=["job_id"])
    trail.record("run.started", run, by=by, rosters=len(rosters))
    return run


def follow(run: Run) -> Run:
    """Learn from the job of a run that has not ended whether it came to grief meanwhile."""
    if run.state not in (RunState.QUEUED, RunState.RUNNING):
        return run
    job = Job.objects.filter(pk=run.job_id).first() if run.job_id else None
    if job and job.state in _ENDINGS:
        run.state = _ENDINGS[JobState(job.state)]
        run.failure = job.trouble[:300]
        run.save(update_fields=["state", "failure"])
    return run


@transaction.atomic
def claim_next_pair(run: Run, *, by: Acting, now: datetime, after: int = 0) -> Pair | None:
    """Give this officer the next undecided pair, and keep it from every other for a while."""
    require(by, Permission.PAIR_DECIDE)
    free = Pair.objects.filter(run=run, verdict="", rank__gt=after).visible_to(by)
    free = free.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=now) | Q(claimed_by=by.officer_id)
    )
    skip_locked = connection.features.has_select_for_update_skip_locked
    locked = free.select_for_update(of=("self",), skip_locked=skip_locked)
    pair = locked.order_by("rank").first()
    if pair is None:
        return claim_next_pair(run, by=by, now=now) if after else None
    pair.claimed_by, pair.claimed_until = by.officer_id, now + CLAIM
    pair.save(update_fields=["claimed_by", "claimed_until"])
    return pair


@transaction.atomic
def claim_pair(pair: Pair, *, by: Acting, now: datetime) -> Pair:
    """Take one pair from the list to look at; one that is decided is only shown."""
    pair = Pair.objects.select_for_update(of=("self",)).select_related("run").get(pk=pair.pk)
    require(by, Permission.PAIR_DECIDE, pair)
    if pair.verdict in (Verdict.SAME, Verdict.DIFFERENT):
        return pair
    _refuse_if_held(pair, by, now)
    pair.claimed_by, pair.claimed_until = by.officer_id, now + CLAIM
    pair.save(update_fields=["claimed_by", "claimed_until"])
    return pair


@transaction.atomic
def decide(pair: Pair, *, by: Acting, verdict: Verdict, now: datetime) -> Pair:
    """Write down what a clerk said of a pair; later runs honour it."""
    pair = Pair.objects.select_for_update(of=("self",)).select_related("run").get(pk=pair.pk)
    require(by, Permission.PAIR_DECIDE, pair)
    if pair.verdict in (Verdict.SAME, Verdict.DIFFERENT):
        raise Refused("这一对已由同事判定，请看下一对。如有不同意见，请先撤销原判定。")
    _refuse_if_held(pair, by, now)
    pair.verdict, pair.decided_by_id, pair.decided_at = verdict, by.post_id, now
    pair.claimed_by, pair.claimed_until = None, None
    pair.save()
    if verdict is not Verdict.SKIPPED:
        _remember(pair, by=by, same=verdict is Verdict.SAME, now=now)
    trail.record("pair.decided", pair, by=by, verdict=verdict.value)
    return pair


@transaction.atomic
def undo(pair: Pair, *, by: Acting, now: datetime) -> Pair:
    """Take a verdict back: the pair is open again, and later runs do not know of it."""
    pair = Pair.objects.select_for_update(of=("self",)).select_related("run").get(pk=pair.pk)
    require(by, Permission.PAIR_DECIDE, pair)
    if not pair.verdict:
        raise Refused("这一对还没有判定，不用撤销。")
    # A later verdict on the same two rows, given in another run, stays.
    _standing(pair).filter(pair=pair).update(undone_at=now)
    trail.record("pair.undone", pair, by=by, verdict=pair.verdict)
    pair.verdict, pair.decided_by, pair.decided_at = "", None, None
    pair.claimed_by, pair.claimed_until = by.officer_id, now + CLAIM
    pair.save()
    return pair


def raise_batch(run: Run, keys: Sequence[str], *, by: Acting, on: date, now: datetime) -> Batch:
    """立案 for these rows of the list of suspicions, as one batch that can be taken back (JY-5a).

    Many are raised by a job, whose page says how far it is.
    """
    require(by, Permission.SUSPICION_RAISE)
    if len(keys) <= AT_ONCE:
        with transaction.atomic():
            batch = _begin_batch(run, keys, by=by, now=now)
            raise_portion(batch, keys, by=by, on=on)
        return batch
    with transaction.atomic():
        batch = _begin_batch(run, keys, by=by, now=now)
        title = f"立案 {len(keys):,} 人"
        batch.job_id = enqueue(RAISE, by=by, title=title, batch=str(batch.pk)).pk
        batch.save(update_fields=["job_id"])
    return batch


@transaction.atomic
def raise_rest(batch: Batch, *, by: Acting) -> Batch:
    """Go on with a batch that ended early: only those who were not reached are raised."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    require(by, Permission.SUSPICION_RAISE)
    _check_own(batch, by)
    if batch.withdrawn_at:
        raise Refused("这一批已经撤回，孩子们仍在疑似名单里，请回到名单重新立案。")
    done = _reached(batch)
    if done >= len(batch.picked):
        raise Refused("这一批已经立完，没有要补的。")
    title = f"立案 {len(batch.picked) - done:,} 人（接着上次）"
    batch.job_id = enqueue(RAISE, by=by, title=title, batch=str(batch.pk), done=done).pk
    batch.save(update_fields=["job_id"])
    trail.record("run.batch_continued", batch, by=by, left=len(batch.picked) - done)
    return batch


@transaction.atomic
def withdraw_rest(batch: Batch, *, by: Acting) -> Batch:
    """Go on with taking a batch back: what was taken back stays so."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    require(by, Permission.CASE_WITHDRAW)
    _check_own(batch, by)
    if batch.withdrawn_at is None:
        raise Refused("这一批没有撤回过，请在这一批的页面里撤回。")
    if queries.is_being_raised(batch):
        raise Refused("这一批正在撤回，请等它做完。")
    batch.job_id = enqueue(WITHDRAW, by=by, title=f"撤回其余立案，{batch}", batch=str(batch.pk)).pk
    batch.save(update_fields=["job_id"])
    trail.record("run.batch_withdrawn", batch, by=by, cases=batch.cases.count())
    return batch


@transaction.atomic
def raise_portion(batch: Batch, keys: Sequence[str], *, by: Acting, on: date) -> None:
    """Raise some of a batch; what came of them is added to it."""
    listed = Finding.objects.filter(run=batch.run_id, kind=Kind.SUSPECTED, pk__in=keys)
    found = list(listed.select_related("child__home", "child__hukou", "region"))
    raised = raise_suspicions(batch.run, [f for f in found if f.child], by=by, on=on)
    batch.cases.add(*raised.cases)
    batch.already += len(raised.already)
    batch.placeless += len(raised.placeless)
    batch.save(update_fields=["already", "placeless"])


def withdraw_batch(batch: Batch, *, by: Acting, on: date, now: datetime) -> Batch:
    """Take a whole batch back (C00), as long as none of its children was visited."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        require(by, Permission.CASE_WITHDRAW)
        _check_withdrawal(batch, by, now)
        batch.withdrawn_at = now
        trail.record("run.batch_withdrawn", batch, by=by, cases=batch.cases.count())
        keys = [str(key) for key in batch.cases.order_by("pk").values_list("pk", flat=True)]
        if len(keys) > AT_ONCE:
            title = f"撤回立案 {len(keys):,} 人"
            batch.job_id = enqueue(WITHDRAW, by=by, title=title, batch=str(batch.pk)).pk
        else:
            withdraw_portion(keys, by=by, on=on)
        batch.save(update_fields=["withdrawn_at", "job_id"])
    return batch


@transaction.atomic
def withdraw_portion(keys: Sequence[str], *, by: Acting, on: date) -> None:
    """Withdraw these cases as far as they still wait to be looked into."""
    waiting = [CaseState.SUSPECTED, CaseState.ASSIGNED, CaseState.VERIFYING]
    for case in Case.objects.filter(pk__in=keys, state__in=waiting).order_by("pk"):
        if withdrawing.may_withdraw(case, by):
            withdrawing.withdraw(case, by=by, on=on, why="整批立案后撤回")


@transaction.atomic
def raise_suspicions(run: Run, findings: Sequence[Finding], *, by: Acting, on: date) -> Raised:
    """立案 for the children picked from the list of suspicions (JY-5a)."""
    require(by, Permission.SUSPICION_RAISE)
    if any(f.run_id != run.pk or f.kind != Kind.SUSPECTED or f.child is None for f in findings):
        raise Refused("只能对疑似未入学名单里的儿童立案，请回到名单重新勾选。")
    return _raise(run, findings, by=by, on=on)


def raise_pending(*, on: date) -> int:
    """Turn 待核实 into 疑似 where the school year is days old and nothing has turned up (JY-5a).

    Only of the newest run of each region, once a child and school year; where an office does not
    want it (`pending_by_itself`), a clerk raises. Return how many cases were opened.
    """
    regions = Run.objects.done().order_by().values_list("region", flat=True).distinct()
    newest = [Run.objects.filter(region=region).newest() for region in regions]
    return sum(_raise_pending_of(run, on) for run in newest if run and _is_time(run, on))


def exported(run: Run, *, by: Acting, what: str, purpose: str, rows: int, form: str) -> None:
    """Leave the trace of a list that is taken along."""
    require(by, Permission.EXPORT)
    by = by.for_purpose(purpose)
    trail.record("run.list_exported", run, by=by, what=what, rows=rows, form=form)


@transaction.atomic
def withdraw_with(roster: Roster, *, by: Acting, why: str, on: date) -> None:
    """Undo what rests on a roster alone: its suspicions go with it (C00)."""
    came_to = withdrawing.withdraw_resting_on(roster.pk, by=by, on=on)
    trail.record("run.roster_withdrawn", roster, by=by, **came_to)


def _is_time(run: Run, on: date) -> bool:
    here = values.as_of(run.region.code, on)
    if not here.number("pending_by_itself") or school_year(run.judged_on) != school_year(on):
        return False
    if run.rosters.filter(withdrawn_at__isnull=False).exists():
        return False  # what it says rests on what is no longer held
    # A run of today has been looked at by nobody yet: its clerks have until tomorrow.
    is_fresh = run.finished_at is None or localtime(run.finished_at).date() >= on
    return not is_fresh and (on - school_year_start(on)).days >= here.number("pending_days")


def _raise_pending_of(run: Run, on: date) -> int:
    year = school_year(on)
    had = Case.objects.filter(child=OuterRef("child"))
    had = had.filter(Q(school_year=year) | Q(closed_on__isnull=True))
    pending = SchoolYearStatus.objects.filter(
        child=OuterRef("child"), school_year=year, status=Status.PENDING, source=StatusSource.RUN
    )
    listed = Finding.objects.filter(run=run, kind=Kind.SUSPECTED).filter(Exists(pending))
    keys = list(listed.exclude(Exists(had)).order_by("pk").values_list("pk", flat=True))
    opened = 0
    for start in range(0, len(keys), PORTION):
        portion = Finding.objects.filter(pk__in=keys[start : start + PORTION])
        found = list(portion.select_related("child__home", "child__hukou", "region"))
        opened += len(_raise(run, found, by=None, on=on).cases)
    return opened


@transaction.atomic
def _raise(run: Run, findings: Sequence[Finding], *, by: Acting | None, on: date) -> Raised:
    items = [
        Suspicion(
            child=finding.child,
            source=Source.MATCH,
            trigger_code=finding.reason_code,
            trigger=finding.reason[:200],
            region=finding.region,
            run_id=run.pk,
            roster_ids=finding.roster_ids,
        )
        for finding in findings
        if finding.child
    ]
    raised = opening.raise_suspicions(items, by=by, on=on)
    trail.record("run.suspicions_raised", run, by=by, cases=len(raised.cases))
    return raised


def check_rosters(rosters: Collection[Roster]) -> None:
    """Refuse to compare what lacks one of the two sides, is gone, or would count one twice."""
    kinds = {roster.kind for roster in rosters}
    if not kinds & RESIDENTS:
        raise Refused("请至少选一份公安的户籍或流动学龄人口名册，没有它无从比对。")
    if RosterKind.SCHOOL_ROLL not in kinds:
        raise Refused("请至少选一份学籍名册，没有它无从比对。")
    seen: set[tuple[UUID, str]] = set()
    for roster in rosters:
        if not has_rows(roster):
            raise Refused(f"“{roster}”的原始内容已按期销毁，不能再比对，请换一份。")
        if (roster.sender_id, roster.kind) in seen:
            raise Refused(
                f"“{roster.sender.name}”的{roster.get_kind_display()}选了不止一份，"
                "每个人会被算两次。同一单位同一种名册请只留一份。"
            )
        seen.add((roster.sender_id, roster.kind))


def _refuse_if_held(pair: Pair, by: Acting, now: datetime) -> None:
    held = pair.claimed_until is not None and pair.claimed_until >= now
    if held and pair.claimed_by != by.officer_id:
        raise Refused("这一对正由另一位同事在看，请看下一对。")


def _remember(pair: Pair, *, by: Acting, same: bool, now: datetime) -> None:
    _standing(pair).update(undone_at=now)
    Decision.objects.create(
        left_print=pair.left_print,
        right_print=pair.right_print,
        same=same,
        pair=pair,
        by_id=by.post_id,
        at=now,
    )


def _reached(batch: Batch) -> int:
    """How many of those picked the last job of a batch got through, whatever came of each."""
    job = Job.objects.filter(pk=batch.job_id).first() if batch.job_id else None
    if job is None or job.state == JobState.DONE:
        return len(batch.picked)
    if not job.has_ended:
        raise Refused("这一批正在立案，请等它做完。")
    return int(job.checkpoint.get("done", job.arguments.get("done", 0)))


def _check_own(batch: Batch, by: Acting) -> None:
    if batch.by_id != by.post_id:
        raise Refused("这一批由别的岗位立案，请由那个岗位办理，或在台账里逐件办。")


def _begin_batch(run: Run, keys: Sequence[str], *, by: Acting, now: datetime) -> Batch:
    return Batch.objects.create(run=run, by_id=by.post_id, at=now, picked=list(keys))


def _check_withdrawal(batch: Batch, by: Acting, now: datetime) -> None:
    _check_own(batch, by)
    if batch.withdrawn_at:
        raise Refused("这一批已经撤回过了。")
    if queries.is_being_raised(batch):
        raise Refused("这一批还在立案。请等它做完，或先停止它，再撤回。")
    if visited := queries.visited_of(batch):
        raise Refused(
            f"其中 {visited:,} 人已有走访记录，不能整批撤回。误立的，请在各自的个案里撤销。"
        )


def _standing(pair: Pair) -> QuerySet[Decision]:
    return Decision.objects.filter(
        left_print=pair.left_print, right_print=pair.right_print, undone_at__isnull=True
    )
