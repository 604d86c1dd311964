"""The pages of the jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from oosc.jobs import actions
from oosc.jobs.actions import Figures
from oosc.jobs.models import Job
from oosc.jobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_as):
    return client_as("edu")


@pytest.fixture
def job(task, client):
    task(lambda progress: {})
    return actions.enqueue("test.work", by=client.acting, title="检查花名册：派出所")


def page(name, job):
    return reverse(f"jobs:{name}", args=[job.pk])


def test_the_list_shows_the_jobs_of_the_unit(client, job, client_as):
    shown = client.get(reverse("jobs:list"))

    assert "检查花名册：派出所" in shown.text
    assert "排队中" in shown.text
    assert "没有后台作业" in client_as("police").get(reverse("jobs:list")).text


def test_the_list_takes_few_queries(client, job, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(reverse("jobs:list"))


def test_a_queued_job_says_how_many_are_before_it(client, job):
    behind = actions.enqueue("test.work", by=client.acting, title="第二件")

    assert "即将开始" in client.get(page("detail", job)).text
    assert "前面还有 1 件" in client.get(page("detail", behind)).text


def test_a_running_job_shows_how_far_it_is_and_asks_again(client, job):
    running = actions.claim()
    actions.heartbeat(running.pk, running.owner, Figures(192, 300, "已检查 192,400 行"))
    began = running.started_at - timedelta(seconds=100)
    Job.objects.update(started_at=began)

    piece = client.get(page("progress", job)).text

    assert 'value="64"' in piece
    assert "已检查 192,400 行，约剩 " in piece
    assert 'hx-trigger="every 2s"' in piece
    assert "可以离开本页" in piece
    assert "停止，恢复原状" in piece
    assert " 64%" in client.get(reverse("jobs:list")).text


def test_while_nobody_knows_how_much_there_is_the_bar_has_no_value(client, job):
    actions.claim()

    piece = client.get(page("progress", job)).text

    assert '<progress aria-label="进行中">' in piece
    assert "已经开始" in piece


def test_a_failed_job_says_why_and_asks_no_more(client, job):
    running = actions.claim()
    actions.fail(running.pk, running.owner, "磁盘已满，请联系系统管理员。")

    piece = client.get(page("detail", job)).text

    assert "磁盘已满，请联系系统管理员。" in piece
    assert "hx-trigger" not in piece
    assert "停止，恢复原状" not in piece
    assert "磁盘已满" in client.get(reverse("jobs:list")).text


def test_a_finished_job_leads_to_its_result(client, job):
    running = actions.claim()
    actions.finish(running.pk, running.owner, {"address": "/rosters/1/"})

    piece = client.get(page("progress", job))

    assert '<a href="/rosters/1/">看结果</a>' in piece.text
    assert piece["HX-Refresh"] == "true"  # the page that asked has more to show now


def test_a_job_is_stopped_from_its_page(client, job):
    answer = client.post(page("cancel", job), follow=True)

    assert "已按要求停止" in answer.text
    job.refresh_from_db()
    assert job.state == State.STOPPED


def test_a_running_job_stops_without_leaving_the_page(client, job):
    actions.claim()

    piece = client.post(page("cancel", job), headers={"HX-Request": "true"})

    assert "正在停止" in piece.text
    assert "<html" not in piece.text


@pytest.mark.parametrize("name", ["detail", "progress", "cancel"])
def test_the_job_of_another_unit_is_not_there(job, client_as, name):
    other = client_as("police")
    ask = other.post if name == "cancel" else other.get

    assert ask(page(name, job)).status_code == 404
    job.refresh_from_db()
    assert job.state == State.QUEUED
