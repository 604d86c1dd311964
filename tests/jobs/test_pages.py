"""The pages of the jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse, reverse_lazy

import roster_files
from oosc.jobs import actions, registry, rules
from oosc.jobs.actions import Figures
from oosc.jobs.models import Job
from oosc.jobs.states import State
from oosc.kernel import clock

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
    assert "every 2s" not in piece
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


# --- the list -------------------------------------------------------------------------------


def test_the_list_is_narrowed_and_cut_into_pages(client, job):
    running = actions.claim()
    actions.fail(running.pk, running.owner, "磁盘已满。")
    for number in range(25):
        actions.enqueue("test.work", by=client.acting, title=f"第 {number} 件")
    page_one = reverse("jobs:list")

    assert "共 26 件" in client.get(page_one).text
    assert "检查花名册：派出所" in client.get(page_one, {"page": 2}).text
    failed = client.get(page_one, {"state": "failed"}).text
    assert "共 1 件" in failed
    assert "第 3 件" not in failed
    assert "没有符合条件的作业" in client.get(page_one, {"state": "done"}).text
    assert "共 26 件" in client.get(page_one, {"state": "nonsense", "since": "no day"}).text


# --- once more ------------------------------------------------------------------------------


@pytest.fixture
def failed(job):
    running = actions.claim()
    actions.fail(running.pk, running.owner, "磁盘已满。")
    return running


def test_a_failed_job_is_done_again_by_the_action_of_its_room(client, failed, monkeypatch):
    asked = []

    def again(*, by, **arguments):
        asked.append((by.post_id, arguments))
        return actions.enqueue("test.work", by=by, title="再一次").pk

    monkeypatch.setitem(registry._agains, "test.work", again)
    assert "再来一次" in client.get(page("detail", failed)).text

    answer = client.post(page("again", failed), follow=True)

    assert "再一次" in answer.text
    assert asked == [(client.acting.post_id, {})]


def test_what_no_room_lets_be_done_again_has_no_button_and_is_refused(client, failed):
    assert "再来一次" not in client.get(page("detail", failed)).text

    answer = client.post(page("again", failed))

    assert answer.status_code == 409
    assert "请到原来的页面再办一次" in answer.text


def test_a_job_that_runs_or_is_done_is_not_done_again(client, job, monkeypatch):
    monkeypatch.setitem(registry._agains, "test.work", lambda **_: pytest.fail("asked"))

    assert client.post(page("again", job)).status_code == 409


def test_a_roster_whose_check_was_stopped_is_checked_again(acting, client_as):
    police = client_as("police")
    roster = roster_files.put_in(police.acting, roster_files.workbook([roster_files.child(1)]))
    actions.cancel(roster.job_id, by=police.acting)

    answer = police.post(reverse("jobs:again", args=[roster.job_id]))

    roster.refresh_from_db()
    assert answer.headers["Location"] == reverse("jobs:detail", args=[roster.job_id])
    assert Job.objects.get(pk=roster.job_id).state == State.QUEUED


# --- whether the queue moves ----------------------------------------------------------------


QUEUE = reverse_lazy("jobs:queue")


def test_the_keeper_of_the_machine_sees_that_the_queue_moves_and_not_what_is_in_it(
    client, job, client_as
):
    running = actions.claim()
    actions.heartbeat(running.pk, running.owner, Figures(1, 4, "正在读 林小雨"))
    actions.enqueue("test.work", by=client.acting, title="第二件")

    seen = client_as("sys").get(QUEUE).text

    assert "1 件在等" in seen
    assert "1 件在做，最近一次心跳" in seen
    assert "25%" in seen
    for told in ("派出所", "第二件", "林小雨"):
        assert told not in seen


def test_a_queue_that_nobody_works_on_is_said_to_be_stuck(job, client_as):
    Job.objects.update(created_at=clock.now() - timedelta(minutes=7))

    seen = client_as("sys").get(QUEUE).text

    assert "队列没有动" in seen
    assert "最早的已等 7 分钟" in seen


def test_a_queue_behind_a_living_job_is_not_stuck(job, client, client_as):
    actions.claim()
    actions.enqueue("test.work", by=client.acting, title="第二件")
    Job.objects.update(created_at=clock.now() - timedelta(minutes=7))

    assert "队列没有动" not in client_as("sys").get(QUEUE).text


@pytest.mark.parametrize(
    ("trouble", "shown"),
    [
        (rules.DISK_FULL, True),
        (rules.unexpected("1a2b3c4d"), True),
        ("第 3 行 林小雨 的证件号不对。", False),
    ],
)
def test_only_the_machines_own_troubles_are_shown_to_its_keeper(job, client_as, trouble, shown):
    running = actions.claim()
    actions.fail(running.pk, running.owner, trouble)

    seen = client_as("sys").get(QUEUE).text

    assert (trouble in seen) is shown
    assert "林小雨" not in seen


@pytest.mark.parametrize("name", ["detail", "progress", "cancel", "again"])
def test_the_keeper_of_the_machine_opens_no_job(job, client_as, name):
    keeper = client_as("sys")
    ask = keeper.post if name in ("cancel", "again") else keeper.get

    assert ask(page(name, job)).status_code == 404
