"""Long work: a table of leases. A killed job is begun again as if it had not begun."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from oosc.audit.trail import Actor
from oosc.jobs.rules import LEASE
from oosc.jobs.states import ENDED, State


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, by: Actor) -> JobQuerySet:
        """The jobs that this post asked for, and those of its unit."""
        own = Q(post_id__isnull=False, post_id=by.post_id)
        return self.filter(own | Q(unit_id__isnull=False, unit_id=by.unit_id))

    def claimable(self, now: datetime) -> JobQuerySet:
        """Queued, or held by a worker that is dead."""
        # A lease that ends far ahead was made before the clock was put back.
        lapsed = Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LEASE)
        return self.filter(Q(state=State.QUEUED) | Q(state=State.RUNNING) & lapsed)

    def held_by(self, owner: str) -> JobQuerySet:
        return self.filter(state=State.RUNNING, owner=owner)


class Job(models.Model):
    """One piece of long work: who asked, who does it, how far it is, what came of it.

    Arguments and result hold keys and counts, never personal data. `owner` is the token of one
    claim: whoever no longer holds it can write nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField("作业", max_length=60)
    title = models.CharField("标题", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    arguments = models.JSONField("参数", default=dict, blank=True)
    result = models.JSONField("结果", default=dict, blank=True)
    trouble = models.CharField("未完成的原因", max_length=500, blank=True, default="")
    post_id = models.UUIDField("岗位", null=True, blank=True)
    unit_id = models.UUIDField("单位", null=True, blank=True, db_index=True)

    owner = models.CharField("租约号", max_length=32, blank=True, default="")
    lease_until = models.DateTimeField("租约到期", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("第几次做", default=0)
    checkpoint = models.JSONField("断点", default=dict, blank=True)
    cancel_requested = models.BooleanField("要求停止", default=False)

    done = models.PositiveIntegerField("已做", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    sentence = models.CharField("进度说明", max_length=200, blank=True, default="")

    created_at = models.DateTimeField("提交时间")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "作业"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["state", "lease_until"],
                condition=Q(state__in=[State.QUEUED, State.RUNNING]),
                name="jobs_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.RUNNING, lease_until__isnull=False) & ~Q(owner="")
                | ~Q(state=State.RUNNING) & Q(lease_until__isnull=True, owner=""),
                name="jobs_running_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED), finished_at__isnull=False)
                | ~Q(state__in=sorted(ENDED)) & Q(finished_at__isnull=True),
                name="jobs_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state=State.FAILED) & ~Q(trouble="")
                | ~Q(state=State.FAILED) & Q(trouble=""),
                name="jobs_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_state_display()}）"

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED
