"""Rosters: the batch as received. Its file and its rows lie encrypted outside the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.timezone import localdate
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.members.acting import Acting
from oosc.rosters.states import NEXT, Kind, State
from oosc.vault.fields import EncryptedField, EncryptedJSONField
from oosc.vault.managers import VaultQuerySet

NEWEST_FIRST = ("-as_of", "-received_at", "-id")


class RosterQuerySet(VaultQuerySet["Roster"]):
    def visible_to(self, by: Acting) -> RosterQuerySet:
        """What this unit handed in; for the education centre, what any unit in reach did."""
        reach = policy.within_reach(by, Permission.ROSTER_VIEW, ["region__code"], ["school"])
        if policy.holds(by, Permission.ROSTER_OF_OTHERS):
            return self.filter(reach)
        return self.filter(reach, sender_id=by.unit_id)

    def received(self) -> RosterQuerySet:
        return self.filter(state=State.RECEIVED)

    def newest_first(self) -> RosterQuerySet:
        return self.order_by(*NEWEST_FIRST)

    def latest_of_each(self) -> RosterQuerySet:
        """The newest received roster of each sender and kind."""
        return self.received().filter(pk__in=_newest())

    def latest_or_since(self, moment: datetime) -> RosterQuerySet:
        """The same, and whatever else was received from a moment on."""
        return self.received().filter(Q(received_at__gte=moment) | Q(pk__in=_newest()))

    def with_places(self) -> RosterQuerySet:
        return self.select_related("sender", "region", "school", "checked_by", "received_by")


def _newest() -> models.QuerySet[Any, Any]:  # Any: of keys
    """The keys of the newest ones: all rosters ranked once, not each asked for its newer ones."""
    place = Window(RowNumber(), partition_by=["sender", "kind"], order_by=NEWEST_FIRST)
    ranked = Roster.objects.received().order_by().annotate(place=place)
    return ranked.filter(place=1).values("pk")


class Roster(models.Model):
    """One file of one sender: checked, then received, perhaps withdrawn; never edited.

    It holds counts and hashes, never a person. The keys name encrypted files of the vault: the
    file as it came, its rows as Parquet, its problems as JSON.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("名册种类", max_length=24, choices=Kind)
    sender = models.ForeignKey(
        "members.Unit", models.PROTECT, related_name="rosters", verbose_name="报送单位"
    )
    # Copied from the sender: where a roster lay stays true when a unit moves.
    region = models.ForeignKey("places.Region", models.PROTECT, verbose_name="辖区")
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, verbose_name="学校"
    )
    as_of = models.DateField("数据时点")
    state = models.CharField("状态", max_length=10, choices=State, default=State.CHECKING)

    # What senders call files, sheets and columns may name a child; without a row of headings
    # the first child's row is taken for one.
    file_name = EncryptedField("文件名", label="rosters.Roster.file_name", max_length=200)
    file_hash = models.CharField("文件校验值", max_length=64)
    file_bytes = models.PositiveBigIntegerField("文件字节数")
    file_key = models.CharField("原文件", max_length=64, blank=True, default="")
    rows_key = models.CharField("各行", max_length=64, blank=True, default="")
    problems_key = models.CharField("问题清单", max_length=64, blank=True, default="")
    file_destroyed_on = models.DateField("原文件销毁日期", null=True, blank=True)
    # Nobody, where the parameter lets it be destroyed by itself.
    file_destroyed_by = models.ForeignKey(
        "members.Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="批准销毁岗位",
    )

    rows = models.PositiveIntegerField("行数", default=0)
    rows_with_problems = models.PositiveIntegerField("有问题的行", default=0)
    problems = models.PositiveIntegerField("问题数", default=0)
    problem_counts = EncryptedJSONField(
        "各类问题数", label="rosters.Roster.problem_counts", default=dict
    )
    new = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("不变", default=0)
    gone = models.PositiveIntegerField("上次有、这次没有", default=0)
    sheets = EncryptedJSONField("工作表", label="rosters.Roster.sheets", default=list)
    headings = EncryptedJSONField("看到的表头", label="rosters.Roster.headings", default=list)
    mapping = EncryptedJSONField("表头对应", label="rosters.Roster.mapping", default=dict)
    skipped = EncryptedJSONField("跳过的内容", label="rosters.Roster.skipped", default=list)
    # What could not be read or mapped, as the officer was told it.
    refusal = EncryptedField("未能读取", label="rosters.Roster.refusal", blank=True, default="")

    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上一份"
    )
    # The roster whose failed rows this one brings again, corrected.
    supplements = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name="更正的花名册",
    )

    job_id = models.UUIDField("检查作业", null=True, blank=True)
    checked_by = models.ForeignKey(
        "members.Post", models.PROTECT, related_name="+", verbose_name="提交岗位"
    )
    uploaded_at = models.DateTimeField("提交时间")
    received_at = models.DateTimeField("收下时间", null=True, blank=True)
    received_by = models.ForeignKey(
        "members.Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="收下岗位",
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "members.Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="撤回岗位",
    )
    withdrawn_why = models.CharField("撤回理由", max_length=200, blank=True, default="")

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = "花名册"
        ordering = ["-uploaded_at", "-id"]
        indexes = [
            # In the order in which the newest is looked for: its first entry is the answer.
            models.Index(
                fields=["kind", "sender", "state", "as_of", "received_at", "id"],
                name="rosters_newest",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["file_hash"],
                condition=Q(state=State.RECEIVED),
                name="rosters_file_received_once",
                violation_error_message="这个文件已经收下过。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.RECEIVED, State.WITHDRAWN])
                | Q(received_at__isnull=False, received_by__isnull=False) & ~Q(rows_key=""),
                name="rosters_received_says_when_and_who",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why=""),
                name="rosters_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=Q(rows_with_problems__lte=F("rows")), name="rosters_problem_rows_are_rows"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender.name} {self.get_kind_display()}（{self.as_of:%Y-%m-%d}）"

    @property
    def region_codes(self) -> Collection[str]:
        return [self.region.code]

    @property
    def school_ids(self) -> Collection[UUID]:
        return [self.school_id] if self.school_id else []

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return []

    @property
    def next_states(self) -> set[State]:
        return NEXT[State(self.state)]

    @property
    def uploaded_on(self) -> date:
        return localdate(self.uploaded_at)

    @property
    def received_on(self) -> date | None:
        return localdate(self.received_at) if self.received_at else None

    @property
    def withdrawn_on(self) -> date | None:
        return localdate(self.withdrawn_at) if self.withdrawn_at else None

    @property
    def number(self) -> str:
        """What stands on the receipt: the day it was handed in and the end of its key."""
        return f"{self.uploaded_on:%Y%m%d}-{self.pk.hex[-6:].upper()}"

    @property
    def stem(self) -> str:
        """The name under which its rows are numbered: unlike any other's, and safe in a cell."""
        return self.pk.hex[-12:].upper()


class HeadingMapping(models.Model):
    """What a sender calls a column, told once by hand and honoured from then on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sender = models.ForeignKey("members.Unit", models.PROTECT, verbose_name="报送单位")
    kind = models.CharField("名册种类", max_length=24, choices=Kind)
    field = models.CharField("平台字段", max_length=40)
    heading = models.CharField("文件里的表头", max_length=100)
    told_by = models.ForeignKey(
        "members.Post", models.PROTECT, related_name="+", verbose_name="指定岗位"
    )
    told_at = models.DateTimeField("指定时间")

    class Meta:
        verbose_name = "表头对应"
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "kind", "field"], name="rosters_one_heading_a_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender}：{self.heading}"
