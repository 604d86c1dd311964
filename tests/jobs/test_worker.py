"""The worker: what becomes of a job, however its task ends."""

from __future__ import annotations

import errno
import threading

import pytest
from django.db import DatabaseError, OperationalError

from oosc.audit import trail
from oosc.audit.models import Event
from oosc.jobs import actions, worker
from oosc.jobs.models import Job
from oosc.jobs.states import Interrupted, LeaseLost, State, Stopped
from oosc.jobs.worker import Heart, Progress, Worker
from oosc.kernel.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(task, education_officer):
    """Ask for a task and let the worker do it: `ask(function)` returns the job."""

    def ask_for(function, **arguments):
        task(function)
        job = actions.enqueue("test.work", by=education_officer, title="检查", **arguments)
        assert Worker().work_off() == 1
        job.refresh_from_db()
        return job

    return ask_for


def raising(error):
    def function(progress):
        raise error

    return function


def test_a_result_is_kept(ask):
    job = ask(lambda progress, *, rows: {"rows": rows}, rows=3)

    assert (job.state, job.result) == (State.DONE, {"rows": 3})


def test_the_last_step_is_done_at_the_end(ask):
    job = ask(lambda progress: lambda: {"rows": 3})

    assert (job.state, job.result) == (State.DONE, {"rows": 3})


def test_a_checkpoint_is_handed_to_the_next_attempt(ask):
    def function(progress):
        before = dict(progress.checkpoint)
        with progress.step({"after": 7}):
            pass
        return {"before": before}

    job = ask(function)

    assert (job.result, job.checkpoint) == ({"before": {}}, {"after": 7})


def test_a_part_is_written_whole_or_not_and_leaves_no_mark(ask):
    def function(progress):
        with progress.part():
            trail.record("test.whole", by=None)
        with progress.part():
            trail.record("test.half", by=None)
            raise Refused("这份花名册已撤回。")

    job = ask(function)

    assert (job.state, job.checkpoint) == (State.FAILED, {})
    written = Event.objects.filter(verb__in=["test.whole", "test.half"])
    assert [event.verb for event in written] == ["test.whole"]


def test_a_refusal_is_told_as_it_is(ask):
    job = ask(raising(Refused("这份花名册已撤回，请重新收取。")))

    assert (job.state, job.trouble) == (State.FAILED, "这份花名册已撤回，请重新收取。")


def test_an_error_is_told_with_what_to_do(ask, caplog):
    job = ask(raising(ZeroDivisionError("林小雨 350582201503042311")))

    assert job.state == State.FAILED
    assert job.trouble == (
        f"后台出错。请再办一次；仍不成，请把编号 {job.pk.hex[-8:]} 告诉系统管理员。"
    )
    assert "job failed" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Quota exceeded"),
        OperationalError("database or disk is full"),
        OperationalError("could not extend file: No space left on device"),
    ],
)
def test_a_full_disk_is_called_by_its_name(ask, error):
    assert "磁盘已满" in ask(raising(error)).trouble


@pytest.mark.parametrize("error", [OSError(errno.EIO, "I/O"), DatabaseError("no such table")])
def test_another_fault_of_the_machine_is_not(ask, error):
    assert "后台出错" in ask(raising(error)).trouble


def test_an_unknown_task_fails_and_does_not_stop_the_worker(ask, monkeypatch, task):
    def vanish(progress):
        raise AssertionError("not called")

    task(vanish)
    job = actions.enqueue("test.work", by=None, title="检查")
    Job.objects.update(name="test.removed")

    assert Worker().work_off() == 1

    job.refresh_from_db()
    assert job.state == State.FAILED


def test_a_stop_is_heard_at_the_next_report(ask, education_officer):
    def function(progress):
        assert not progress.cancelled
        actions.cancel(progress.job_id, by=education_officer)
        Heart(progress).beat()
        assert progress.cancelled
        progress.report(1, 2)

    assert ask(function).state == State.STOPPED


def test_a_stop_in_the_last_moment_still_stops(ask, education_officer):
    def function(progress):
        actions.cancel(progress.job_id, by=education_officer)
        return {"rows": 3}

    job = ask(function)

    assert (job.state, job.result) == (State.STOPPED, {})


def test_who_lost_the_lease_gives_up(ask, caplog):
    def function(progress):
        Job.objects.update(owner="another")
        Heart(progress).beat()
        progress.report(1, 2)

    job = ask(function)

    assert (job.state, job.owner) == (State.RUNNING, "another")
    assert "lease lost" in caplog.text


def test_a_worker_that_goes_home_puts_its_job_back(task):
    job = _queued(task, lambda progress: progress.report(1, 2))
    tired = Worker()
    tired.go_home()

    assert tired.do_next()

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.QUEUED, 0)


def test_the_heart_beats_while_the_task_works(task):
    job = _queued(task, lambda progress: None)
    claimed = actions.claim()
    progress = Progress(claimed, threading.Event())
    progress.report(1, 4, "正在读取")
    heard = threading.Event()
    heart = Heart(progress, every_s=0)
    heart.beat = heard.set

    with heart:
        assert heard.wait(10)

    Heart(progress).beat()
    job.refresh_from_db()
    assert (job.done, job.total, job.sentence) == (1, 4, "正在读取")
    assert progress.end is None


def test_a_missed_beat_is_no_harm(task, monkeypatch, caplog):
    _queued(task, lambda progress: None)
    progress = Progress(actions.claim(), threading.Event())
    closed = []
    monkeypatch.setattr(worker.actions, "heartbeat", _down)
    monkeypatch.setattr(worker.connection, "close", lambda: closed.append(True))

    Heart(progress).beat()

    assert progress.end is None
    assert (closed, "heartbeat failed" in caplog.text) == ([True], True)


@pytest.mark.parametrize("end", [Stopped, LeaseLost])
def test_a_report_ends_the_task(task, end):
    _queued(task, lambda progress: None)
    progress = Progress(actions.claim(), threading.Event())
    progress.end = end

    with pytest.raises(end):
        progress.report(1, 2)


def test_a_report_ends_the_task_when_the_worker_goes_home(task):
    _queued(task, lambda progress: None)
    going_home = threading.Event()
    progress = Progress(actions.claim(), going_home)
    progress.report(1, 2)
    going_home.set()

    assert progress.cancelled
    with pytest.raises(Interrupted):
        progress.report(2, 2)


@pytest.mark.django_db(transaction=True)
def test_the_worker_works_until_it_is_told_to_go_home(task, monkeypatch):
    busy = Worker()
    job = _queued(task, lambda progress: {})
    monkeypatch.setattr(worker, "POLL_S", 0)
    monkeypatch.setattr(worker, "WAIT_FOR_DATABASE_S", 0)
    monkeypatch.setattr(worker.connection, "close", lambda: None)
    claims = [actions.claim, lambda: None, _down, busy.go_home]
    monkeypatch.setattr(worker.actions, "claim", lambda: claims.pop(0)())

    busy.run()

    job.refresh_from_db()
    assert (job.state, claims) == (State.DONE, [])


def _down(*_):
    raise OperationalError("the server closed the connection")


def _queued(task, function):
    task(function)
    return actions.enqueue("test.work", by=None, title="检查")
