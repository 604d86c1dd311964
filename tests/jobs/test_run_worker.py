"""The command that is started beside the web process."""

from __future__ import annotations

import io
import os
import signal

import pytest
from django.core.management import call_command

from oosc.jobs import actions, periodic
from oosc.jobs.models import Job
from oosc.jobs.states import State

# The worker lets go of its connection between two jobs, and a transaction around a test with it.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def without_duties(monkeypatch):
    monkeypatch.setattr(periodic, "duties", list)


def test_it_does_what_is_queued_and_goes_home_when_told(task):
    def leave(progress):
        os.kill(os.getpid(), signal.SIGTERM)
        return {}

    task(leave)
    for number in (1, 2):
        actions.enqueue("test.work", by=None, title=f"第 {number} 件")

    call_command("run_worker")

    assert sorted(Job.objects.values_list("state", flat=True)) == [State.DONE, State.QUEUED]


def test_it_can_work_off_the_queue_and_end(task):
    task(lambda progress: {})
    actions.enqueue("test.work", by=None, title="一件")
    said = io.StringIO()

    call_command("run_worker", until_empty=True, stdout=said)

    assert said.getvalue() == "已做 1 件作业\n"
