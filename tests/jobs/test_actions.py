"""A job from asking to its end, and who may write on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from oosc.audit.models import Event
from oosc.jobs import actions, registry
from oosc.jobs.actions import Figures
from oosc.jobs.models import Job
from oosc.jobs.rules import LEASE, MAX_ATTEMPTS
from oosc.jobs.states import LeaseLost, State, Stopped
from oosc.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known_task(task):
    task(lambda progress: None)


@pytest.fixture
def queued(education_officer):
    return actions.enqueue("test.work", by=education_officer, title="检查花名册", roster="1")


@pytest.fixture
def running(queued):
    return actions.claim()


def put_lease(job, **late):
    """As if so much time had passed since the last heartbeat."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + timedelta(**late))


def test_asking_keeps_who_asked_and_what_for(queued, education_officer):
    assert str(queued) == "检查花名册（排队中）"
    assert (queued.post_id, queued.unit_id) == (
        education_officer.post_id,
        education_officer.unit_id,
    )
    assert queued.arguments == {"roster": "1"}


def test_the_system_can_ask_by_itself():
    assert actions.enqueue("test.work", by=None, title="夜间清理").post_id is None


def test_an_unknown_task_is_refused_when_it_is_asked_for():
    with pytest.raises(registry.UnknownTask):
        actions.enqueue("test.nowhere", by=None, title="无")


def test_what_is_rolled_back_was_never_asked_for(education_officer):
    with transaction.atomic():
        actions.enqueue("test.work", by=education_officer, title="检查花名册")
        transaction.set_rollback(True)

    assert actions.claim() is None


def test_a_job_is_seen_by_its_post_and_its_unit_only(queued, education_officer, police_officer):
    actions.enqueue("test.work", by=None, title="夜间清理")

    assert list(Job.objects.visible_to(education_officer)) == [queued]
    assert not Job.objects.visible_to(police_officer).exists()


def test_the_oldest_is_taken_first_and_once(queued):
    second = actions.enqueue("test.work", by=None, title="第二件")

    first, then = actions.claim(), actions.claim()

    assert (first, then) == (queued, second)
    assert (first.state, first.attempts) == (State.RUNNING, 1)
    assert first.owner != then.owner
    assert actions.claim() is None


def test_a_job_whose_worker_lives_is_left_to_it(running):
    put_lease(running, seconds=1)

    assert actions.claim() is None


def test_a_job_whose_worker_died_is_begun_again(running):
    put_lease(running, seconds=-1)

    again = actions.claim()

    assert (again, again.attempts) == (running, 2)
    assert again.owner != running.owner


def test_a_lease_made_before_the_clock_was_put_back_does_not_hold(running):
    put_lease(running, days=1)

    assert actions.claim() == running


def test_a_job_that_kills_its_worker_is_given_up(running):
    Job.objects.update(attempts=MAX_ATTEMPTS)
    put_lease(running, seconds=-1)

    assert actions.claim() is None

    running.refresh_from_db()
    assert running.state == State.FAILED
    assert "连续 5 次" in running.trouble


def test_one_given_up_does_not_hold_up_the_next(running):
    Job.objects.update(attempts=MAX_ATTEMPTS)
    put_lease(running, seconds=-1)
    behind = actions.enqueue("test.work", by=None, title="第二件")

    assert actions.claim() == behind


def test_between_looking_and_taking_another_may_have_taken_it(queued, monkeypatch):
    claimable = Job.objects.claimable
    found = [claimable(timezone.now()), Job.objects.none()]
    monkeypatch.setattr(Job.objects, "claimable", lambda now: found.pop(0))

    assert actions.claim() is None


def test_a_heartbeat_prolongs_the_lease_and_tells_how_far(running):
    put_lease(running, seconds=1)

    assert not actions.heartbeat(running.pk, running.owner, Figures(3, 4, "正在保存"))

    running.refresh_from_db()
    assert running.lease_until > timezone.now() + LEASE / 2
    assert (running.done, running.total, running.sentence) == (3, 4, "正在保存")


def test_who_lost_the_lease_can_write_nothing(running):
    put_lease(running, seconds=-1)
    assert actions.claim() == running
    effects = []

    with pytest.raises(LeaseLost):
        actions.heartbeat(running.pk, running.owner, Figures())
    with pytest.raises(LeaseLost):
        actions.finish(running.pk, running.owner, lambda: effects.append("写入"))
    with pytest.raises(LeaseLost), actions.step(running.pk, running.owner, {}):
        effects.append("写入")
    with pytest.raises(LeaseLost), actions.part(running.pk, running.owner):
        effects.append("写入")
    actions.fail(running.pk, running.owner, "出错")
    actions.stop(running.pk, running.owner)
    actions.release(running.pk, running.owner)

    running.refresh_from_db()
    assert (running.state, effects) == (State.RUNNING, [])


def test_a_result_is_kept(running):
    actions.finish(running.pk, running.owner, {"rows": 3})

    running.refresh_from_db()
    assert (running.state, running.result) == (State.DONE, {"rows": 3})
    assert (running.owner, running.lease_until) == ("", None)
    assert running.finished_at is not None


def test_the_last_step_and_the_end_are_one(running):
    def last():
        Event.objects.create(at=clock.now(), verb="test.effect")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        actions.finish(running.pk, running.owner, last)
    assert not Event.objects.filter(verb="test.effect").exists()

    actions.finish(running.pk, running.owner, lambda: None)
    running.refresh_from_db()
    assert (running.state, running.result) == (State.DONE, {})


def test_a_step_and_its_mark_are_one(running):
    Job.objects.update(attempts=3)
    with actions.step(running.pk, running.owner, {"after": 7}):
        pass
    with pytest.raises(ZeroDivisionError), actions.step(running.pk, running.owner, {"after": 8}):
        1 / 0  # noqa: B018 - something goes wrong in the middle

    running.refresh_from_db()
    assert (running.checkpoint, running.attempts) == ({"after": 7}, 1)


def test_a_released_job_is_as_if_not_begun(running):
    actions.release(running.pk, running.owner)

    running.refresh_from_db()
    assert (running.state, running.attempts, running.started_at) == (State.QUEUED, 0, None)
    assert actions.claim() == running


def test_a_queued_job_stops_at_once(queued, education_officer):
    job = actions.cancel(queued, by=education_officer)

    assert job.state == State.STOPPED
    assert actions.claim() is None
    assert Event.objects.get(verb="job.cancelled").post_id == education_officer.post_id


def test_a_running_job_is_asked_to_stop_and_writes_nothing_more(running, education_officer):
    actions.cancel(running.pk, by=education_officer)

    assert actions.heartbeat(running.pk, running.owner, Figures())
    with pytest.raises(Stopped):
        actions.finish(running.pk, running.owner, {"rows": 3})
    with pytest.raises(Stopped), actions.step(running.pk, running.owner, {}):
        pass
    actions.stop(running.pk, running.owner)
    running.refresh_from_db()
    assert (running.state, running.result) == (State.STOPPED, {})


def test_a_job_asked_to_stop_is_not_begun_again(running, education_officer):
    actions.cancel(running, by=education_officer)
    put_lease(running, seconds=-1)

    assert actions.claim() is None

    running.refresh_from_db()
    assert running.state == State.STOPPED


def test_stopping_twice_or_too_late_changes_nothing(running, education_officer):
    actions.cancel(running, by=education_officer)
    actions.cancel(running, by=education_officer)
    actions.stop(running.pk, running.owner)

    assert actions.cancel(running, by=education_officer).state == State.STOPPED
    assert Event.objects.filter(verb="job.cancelled").count() == 1


def test_old_jobs_are_forgotten_and_open_ones_are_not(running):
    waiting = actions.enqueue("test.work", by=None, title="第二件")
    actions.finish(running.pk, running.owner, None)

    assert actions.delete_ended(timedelta(days=1)) == 0
    assert actions.delete_ended(timedelta(days=-1)) == 1
    assert list(Job.objects.all()) == [waiting]


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.RUNNING},
        {"state": State.DONE},
        {"state": State.FAILED, "finished_at": timezone.now()},
        {"owner": "x"},
        {"trouble": "出错"},
    ],
)
def test_the_table_holds_no_half_state(queued, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(**values)
