"""Suspicions raised in bulk: all that a filter found, by a job when they are many, and back."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.urls import reverse

import factories
import runs_made
import world
from oosc.audit.models import Event
from oosc.cases.actions import assigning, visiting
from oosc.cases.models import Case
from oosc.exports.models import Export
from oosc.jobs import actions as jobs
from oosc.jobs.models import Job
from oosc.jobs.states import State as JobState
from oosc.jobs.states import Stopped
from oosc.jobs.worker import Progress, Worker
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.linkage import actions, work
from oosc.linkage.models import Batch, Finding, Run
from oosc.linkage.states import Kind
from oosc.parameters.models import Parameter

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY


@pytest.fixture
def run(education_officer) -> Run:
    """Five suspected children: three in the east, two in the west, one of them over age."""
    run = runs_made.by_hand(education_officer)
    for name in ("林小雨", "梅青", "江晚"):
        runs_made.put(run, Kind.SUSPECTED, name)
    runs_made.put(run, Kind.SUSPECTED, "桑夏至", place=factories.WEST)
    runs_made.put(
        run,
        Kind.SUSPECTED,
        "柏立冬",
        place=factories.WEST,
        birth_date=date(2010, 9, 21),
        grade=None,
    )
    return runs_made.count(run)


@pytest.fixture
def client(education_officer, client_as):
    return client_as(education_officer)


@pytest.fixture
def many(monkeypatch):
    """A job's work begins at three, in portions of two."""
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    monkeypatch.setattr("oosc.linkage.work.PORTION", 2)


def raise_all(client, run: Run, query: str = "", **form: str):
    return client.post(reverse("linkage:raise", args=[run.pk]) + query, {"all": "1", **form})


def test_all_that_the_filter_found_after_it_was_counted(run, client):
    query = f"?region={factories.EAST}"
    asked = raise_all(client, run, query)
    words = asked.content.decode()

    assert "将为筛选到的 3 名儿童各立一案" in words
    assert "社区：东桥社区" in words
    assert not Case.objects.exists()

    answer = raise_all(client, run, query, confirm="3")
    batch = Batch.objects.get()
    listed = reverse("linkage:list", args=[run.pk, "suspected"])
    assert answer.headers["Location"] == f"{listed}{query}&batch={batch.pk}"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "已立案 3 人" in page
    assert "立错了，撤回这一批" in page
    assert {case.region.code for case in Case.objects.all()} == {factories.EAST}


def test_who_has_a_case_is_not_counted_again(run, client):
    raise_all(client, run, f"?region={factories.EAST}", confirm="3")

    assert "筛选到的 2 名" in raise_all(client, run).content.decode()


def test_a_list_that_changed_meanwhile_is_asked_for_again(run, client):
    answer = raise_all(client, run, confirm="4")

    assert answer.status_code == 200
    assert "名单刚刚有变化" in answer.content.decode()
    assert not Case.objects.exists()


def test_nobody_found_is_nobody_raised(run, client):
    answer = raise_all(client, run, "?age=7", confirm="0")

    assert answer.headers["Location"].endswith("?age=7")
    assert not Batch.objects.exists()


def test_many_are_raised_by_a_job(run, client, many):
    answer = raise_all(client, run, confirm="5")
    batch = Batch.objects.get()

    assert answer.headers["Location"] == reverse("linkage:batch", args=[batch.pk])
    assert "立案 5 人" in client.get(answer.headers["Location"]).content.decode()
    assert not Case.objects.exists()

    Worker().work_off()

    job = Job.objects.get(pk=batch.job_id)
    assert (job.state, job.result["cases"]) == (JobState.DONE, 5)
    assert batch.cases.count() == Case.objects.count() == 5
    assert Case.objects.first().opened_by_id == batch.by_id
    assert "已立案 5 人" in client.get(job.result["address"]).content.decode()


def test_begun_again_it_goes_on_where_it_was(run, education_officer, many):
    keys = [str(key) for key in Finding.objects.values_list("pk", flat=True)]
    batch = actions.raise_batch(run, keys, by=education_officer, on=TODAY, now=actions.localtime())
    actions.raise_portion(batch, keys[:2], by=education_officer, on=TODAY)
    Job.objects.filter(pk=batch.job_id).update(checkpoint={"done": 2})

    Worker().work_off()

    assert batch.cases.count() == 5
    assert Batch.objects.get().already == 0


class TestStoppedOnTheWay:
    """The first two of five were reached; then somebody stopped the job."""

    @pytest.fixture
    def batch(self, run, client, many) -> Batch:
        raise_all(client, run, confirm="5")
        batch = Batch.objects.get()
        job = jobs.claim()
        with pytest.raises(Stopped):
            work.raise_batch(_StoppedAfterOne(job), batch=str(batch.pk))
        jobs.cancel(job, by=client.acting)
        jobs.stop(job.pk, job.owner)
        return batch

    def again(self, client, batch: Batch):
        batch.refresh_from_db()
        return client.post(reverse("jobs:again", args=[batch.job_id]), follow=True)

    def test_what_was_raised_stays_and_the_page_says_so(self, batch, client):
        page = client.get(reverse("jobs:detail", args=[batch.job_id])).content.decode()

        assert Case.objects.count() == batch.cases.count() == 2
        assert "已按要求停止。已立的案留着，再来一次只补没轮到的人。" in page
        assert "如开始之前" not in page
        assert f'<a href="{reverse("linkage:batch", args=[batch.pk])}">看已办的</a>' in page
        assert "已立案 2 人" in client.get(reverse("linkage:batch", args=[batch.pk])).text

    def test_once_more_raises_only_who_was_not_reached(self, batch, client):
        assert "立案 3 人（接着上次）" in self.again(client, batch).text
        Worker().work_off()
        batch.refresh_from_db()

        assert (batch.cases.count(), batch.already) == (5, 0)
        assert Case.objects.count() == 5
        assert Event.objects.get(verb="run.batch_continued").facts["left"] == 3

    def test_stopped_twice_it_goes_on_from_the_second_stop(self, batch, client):
        self.again(client, batch)
        batch.refresh_from_db()
        jobs.cancel(batch.job_id, by=client.acting)  # before it began

        assert "立案 3 人（接着上次）" in self.again(client, batch).text
        Worker().work_off()

        batch.refresh_from_db()
        assert (batch.cases.count(), batch.already) == (5, 0)

    def test_not_twice_and_not_while_it_is_at_it(self, batch, client):
        first = reverse("jobs:again", args=[batch.job_id])
        client.post(first)
        assert "正在立案" in client.post(first).text
        Worker().work_off()
        assert "已经立完" in client.post(first).text

    def test_not_when_it_was_taken_back(self, batch, client):
        first = reverse("jobs:again", args=[batch.job_id])
        client.post(reverse("linkage:withdraw_batch", args=[batch.pk]))

        assert "已经撤回" in client.post(first).text

    def test_not_by_another_post(self, batch, second_education_officer):
        with pytest.raises(Refused, match="由别的岗位立案"):
            actions.raise_rest(batch, by=second_education_officer)

    def test_the_taking_back_goes_on_as_well(self, batch, client, many):
        self.again(client, batch)
        Worker().work_off()
        client.post(reverse("linkage:withdraw_batch", args=[batch.pk]))
        batch.refresh_from_db()
        job = jobs.claim()
        with pytest.raises(Stopped):
            work.withdraw_batch(_StoppedAfterOne(job), batch=str(batch.pk))
        jobs.cancel(job, by=client.acting)
        jobs.stop(job.pk, job.owner)
        assert Case.objects.unfinished().count() == 3

        page = client.get(reverse("jobs:detail", args=[job.pk])).text
        assert "已撤回的不再恢复，再来一次只撤其余的。" in page
        self.again(client, batch)
        Worker().work_off()

        assert not Case.objects.unfinished().exists()


class _StoppedAfterOne(Progress):
    """Hears the stop before its second portion."""

    def __init__(self, job: Job) -> None:
        super().__init__(job, threading.Event())

    def report(self, done: int, total: int, sentence: str = "") -> None:
        if self.figures.total:
            self.end = Stopped
        super().report(done, total, sentence)


class TestTakenBack:
    def test_the_whole_batch(self, run, client):
        raise_all(client, run, confirm="5")
        batch = Batch.objects.get()

        answer = client.post(reverse("linkage:withdraw_batch", args=[batch.pk]), follow=True)

        assert "这一批 5 件已于" in answer.content.decode()
        assert set(Case.objects.values_list("closing_reason", flat=True)) == {"C00"}
        assert not Case.objects.unfinished().exists()
        assert Event.objects.get(verb="run.batch_withdrawn").facts["cases"] == 5
        assert "筛选到的 5 名" in raise_all(client, run).content.decode()

    def test_many_by_a_job(self, run, client, many):
        raise_all(client, run, confirm="5")
        Worker().work_off()
        batch = Batch.objects.get()

        client.post(reverse("linkage:withdraw_batch", args=[batch.pk]))
        assert Case.objects.unfinished().count() == 5
        Worker().work_off()

        assert not Case.objects.unfinished().exists()

    def test_not_while_it_is_raised(self, run, client, many):
        raise_all(client, run, confirm="5")
        batch = Batch.objects.get()

        answer = client.post(reverse("linkage:withdraw_batch", args=[batch.pk]))

        assert answer.status_code == 409
        assert "还在立案" in answer.content.decode()

    def test_not_once_one_was_visited(self, run, client, education_officer, community_officer):
        raise_all(client, run, f"?region={factories.EAST}", confirm="3")
        case = Case.objects.first()
        assigning.assign(case, by=education_officer, on=TODAY, region=case.region, school=None)
        visiting.record_visit(case, by=community_officer, facts=world.visit_facts())
        batch = Batch.objects.get()

        answer = client.post(reverse("linkage:withdraw_batch", args=[batch.pk]))

        assert answer.status_code == 409
        assert "已有走访记录" in answer.content.decode()
        page = client.get(reverse("linkage:batch", args=[batch.pk])).content.decode()
        assert "撤回这一批" not in page

    def test_once_and_by_its_own_post(
        self, run, client, education_officer, second_education_officer, client_as
    ):
        raise_all(client, run, confirm="5")
        batch = Batch.objects.get()
        address = reverse("linkage:withdraw_batch", args=[batch.pk])

        assert client_as(second_education_officer).post(address).status_code == 404
        with pytest.raises(Refused, match="由别的岗位立案"):
            actions.withdraw_batch(
                batch, by=second_education_officer, on=TODAY, now=actions.localtime()
            )
        client.post(address)
        assert "已经撤回过了" in client.post(address).content.decode()


class TestAges:
    """Full years on the day of the run, with the too young, the too old and the unknown."""

    @pytest.fixture
    def ages(self, run) -> Run:
        for name, born, reason in (
            ("五岁", date(2020, 9, 22), "never_on_roll"),
            ("六岁", date(2020, 9, 21), "never_on_roll"),
            ("未知", None, "age_unknown"),
            ("待核", date(2015, 1, 1), "age_unknown"),
        ):
            runs_made.put(run, Kind.SUSPECTED, name, birth_date=born, reason_code=reason)
        return runs_made.count(run)

    @pytest.mark.parametrize(
        ("age", "names"),
        [
            ("under", {"五岁"}),
            ("6", {"六岁"}),
            ("10", {"林小雨", "梅青", "江晚", "桑夏至"}),
            ("11", {"待核"}),
            ("15", set()),
            ("over", {"柏立冬"}),
            ("unknown", {"未知", "待核"}),
        ],
    )
    def test_by_age(self, ages, client, age, names):
        address = reverse("linkage:list", args=[ages.pk, "suspected"])

        found = client.get(address, {"age": age, "size": "100"}).context["page"]

        assert {finding.name for finding in found.objects} == names

    def test_without_a_grade(self, ages, client):
        address = reverse("linkage:list", args=[ages.pk, "suspected"])

        found = client.get(address, {"grade": "none"}).context["page"]

        assert [finding.name for finding in found.objects] == ["柏立冬"]


class TestPaper:
    def take(self, client, run: Run, form: str, query: str = ""):
        address = reverse("linkage:export", args=[run.pk, "suspected"]) + query
        return client.post(address, {"purpose": "反馈社区、学校", "form": form})

    def test_on_paper_stands_what_was_asked_for(self, run, client, education_officer):
        words = self.take(client, run, "sheet", f"?region={factories.WEST}").content.decode()

        for said in (
            "疑似未入学名单", "社区：西桥社区", "共 2 人", "用途：反馈社区、学校",
            f"制表人：{education_officer.officer_name}", education_officer.unit_name,
            "<td>2</td>", "桑夏至",
        ):  # fmt: skip
            assert said in words, said
        assert "林小雨" not in words

    def test_the_pdf_numbers_its_pages(self, run, client):
        assert self.take(client, run, "pdf").content.startswith(b"%PDF")

    def test_what_is_too_long_says_how_to_narrow(self, run, client, monkeypatch):
        monkeypatch.setattr("oosc.lists.papers.MOST_ON_PAPER", 3)

        answer = self.take(client, run, "sheet")

        assert answer.status_code == 409
        assert "请先筛选，或改导出 Excel" in answer.content.decode()

    def test_what_is_long_is_made_in_the_background(self, run, client, education_officer):
        Parameter.objects.create(
            code="export_at_once_rows", value="2", region=factories.region(), basis="本地约定",
            effective_from=date(2026, 9, 1), set_at=clock.now(),
            set_by=education_officer.post_id, set_by_words="教育中心",
        )  # fmt: skip

        answer = self.take(client, run, "xlsx")
        export = Export.objects.get()
        assert answer.headers["Location"] == reverse("exports:detail", args=[export.pk])
        Worker().work_off()

        export.refresh_from_db()
        assert (export.rows, Job.objects.get(name="exports.make").state) == (5, JobState.DONE)
