"""What is done by the clock is done when it is due, and a failing duty disturbs no other."""

from __future__ import annotations

import threading

import pytest

from oosc.audit import trail
from oosc.audit.models import Seal
from oosc.jobs import actions, periodic, work
from oosc.jobs.periodic import Clock, Duty, every


def test_each_duty_is_done_when_it_is_due():
    done = []
    clock = Clock(
        [
            Duty("seal", 1, lambda: done.append("seal")),
            Duty("remind", 86_400, lambda: done.append("remind")),
        ]
    )

    assert clock.do_due(100.0) == 1
    assert clock.do_due(100.5) == 0.5
    assert clock.do_due(101.0) == 1

    assert done == ["seal", "remind", "seal"]


def test_without_duties_it_still_looks_now_and_then():
    assert Clock([]).do_due(0.0) == periodic.LONGEST_WAIT_S


def test_a_failing_duty_is_logged_and_tried_again(caplog, monkeypatch):
    monkeypatch.setattr(periodic.connection, "close", lambda: None)
    done = []
    clock = Clock([Duty("bad", 1, lambda: 1 / 0), Duty("good", 1, lambda: done.append("good"))])

    clock.do_due(0.0)
    clock.do_due(1.0)

    assert done == ["good", "good"]
    assert caplog.text.count("periodic duty failed") == 2


def test_the_thread_goes_on_until_it_is_over(django_db_blocker):
    twice, done = threading.Event(), []

    def count():
        done.append(1)
        if len(done) == 2:
            twice.set()

    with Clock([Duty("count", 0, count)]):
        assert twice.wait(10)


def test_the_duties_of_the_rooms_are_found(monkeypatch):
    monkeypatch.setattr(periodic, "_duties", dict(periodic._duties))

    @every(5, "test.duty")
    def duty():
        return None

    found = {one.name: one for one in periodic.duties()}

    assert (found["test.duty"].do, found["test.duty"].every_s) == (duty, 5)
    assert found["audit.seal"].every_s == 1


@pytest.mark.django_db
def test_the_trail_is_sealed_and_old_jobs_are_forgotten(task):
    trail.record("test.event", by=None)
    task(lambda progress: {})
    actions.enqueue("test.work", by=None, title="检查")

    work.seal()
    work.delete_ended()

    assert Seal.objects.count() == 1
