"""Lists taken along by one officer in one post: made by the worker, or in clear and locked."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.exports.states import ANSWERED, MAY_BE_MADE, ClearState
from oosc.members.acting import Acting
from oosc.vault.fields import EncryptedField
from oosc.vault.managers import VaultQuerySet


class ExportQuerySet(VaultQuerySet["Export"]):
    def visible_to(self, by: Acting) -> Self:
        """What this officer asked for in this post: to nobody else is it of use."""
        return self.filter(officer=by.officer_id, post=by.post_id)

    def held(self) -> Self:
        return self.exclude(file_key="").filter(destroyed_at=None)


class Export(models.Model):
    """One list taken along. Its rows are those that its page shows when it is made."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job_id = models.UUIDField("作业", null=True, blank=True, editable=False)
    officer = models.ForeignKey(
        "members.Officer", models.PROTECT, related_name="+", verbose_name="导出人"
    )
    post = models.ForeignKey(
        "members.Post", models.PROTECT, related_name="+", verbose_name="导出岗位"
    )
    # The address of the list's own 导出, with its filters; what was looked for lies encrypted.
    path = models.CharField("名单地址", max_length=200)
    query = models.CharField("筛选条件", max_length=1000, blank=True, default="")
    words = EncryptedField("查找内容", label="exports.Export.words", blank=True, default="")
    title = models.CharField("名单", max_length=200)
    purpose = models.CharField("用途", max_length=40)
    rows = models.PositiveIntegerField("行数")
    asked_at = models.DateTimeField("提出时间")
    file_key = models.CharField("文件", max_length=64, blank=True, default="", editable=False)
    made_at = models.DateTimeField("做好时间", null=True, blank=True)
    expires_at = models.DateTimeField("保存至", null=True, blank=True, db_index=True)
    destroyed_at = models.DateTimeField("销毁时间", null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = "导出"
        constraints = [
            models.CheckConstraint(
                condition=Q(file_key="", expires_at__isnull=True)
                | ~Q(file_key="") & Q(made_at__isnull=False, expires_at__isnull=False),
                name="exports_a_file_has_its_end",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def file_name(self) -> str:
        return f"{self.title}.xlsx"

    def is_open(self, now: datetime) -> bool:
        """Whether it can be fetched now."""
        return bool(self.file_key and not self.destroyed_at and self.expires_at) and (
            now < (self.expires_at or now)
        )


class ClearExportQuerySet(VaultQuerySet["ClearExport"]):
    def asked_by(self, by: Acting) -> Self:
        return self.filter(officer=by.officer_id, post=by.post_id)

    def answerable_by(self, by: Acting) -> Self:
        """Of posts within reach of the head, or of whom the head named; never one's own."""
        paths = ["post__unit__region__code"], ["post__unit__school"]
        reach = policy.within_reach(by, Permission.EXPORT_CLEAR_AGREE, *paths)
        if by.may_approve_reveals:
            reach |= policy.within_reach(by, Permission.EXPORT_CLEAR, *paths)
        return self.filter(reach).exclude(officer=by.officer_id)

    def visible_to(self, by: Acting) -> Self:
        return self.asked_by(by) | self.answerable_by(by)


class ClearExport(models.Model):
    """明文导出: a list with numbers, phones, addresses in clear, asked for and answered.

    Its file is an `Export` like another, locked with a password that is kept nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    officer = models.ForeignKey(
        "members.Officer", models.PROTECT, related_name="+", verbose_name="申请人"
    )
    post = models.ForeignKey(
        "members.Post", models.PROTECT, related_name="+", verbose_name="申请岗位"
    )
    source = models.CharField("来源", max_length=20)  # a name of `sources`
    path = models.CharField("名单地址", max_length=200)
    query = models.CharField("筛选条件", max_length=1000, blank=True, default="")
    words = EncryptedField("查找内容", label="exports.ClearExport.words", blank=True, default="")
    title = models.CharField("名单", max_length=200)
    scope = models.CharField("范围", max_length=300)  # the filters in words, for who answers
    fields = models.JSONField("明文内容")  # codes that the source knows
    purpose = models.CharField("用途", max_length=40)
    destination = models.CharField("去向", max_length=60)
    reason = models.CharField("说明", max_length=200)
    rows = models.PositiveIntegerField("行数")
    alone_rows = models.PositiveIntegerField("当时免批的行数")
    state = models.CharField("状态", max_length=10, choices=ClearState, default=ClearState.ASKED)
    asked_at = models.DateTimeField("申请时间")
    answered_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="批准岗位",
    )  # fmt: skip
    answered_by_officer = models.ForeignKey(
        "members.Officer", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="批准人",
    )  # fmt: skip
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.CharField("答复说明", max_length=200, blank=True, default="")
    # Until when the file may be made; how long the file itself is kept says its `Export`.
    expires_at = models.DateTimeField("有效至", null=True, blank=True)
    # When who asked has read the answer: until then it stands on their home page.
    seen_at = models.DateTimeField("看到答复", null=True, blank=True)
    export = models.OneToOneField(
        Export, models.PROTECT, null=True, blank=True, related_name="clear", verbose_name="文件"
    )

    objects = ClearExportQuerySet.as_manager()

    class Meta:
        verbose_name = "明文导出"
        constraints = [
            # Who asks does not agree, in whatever post.
            models.CheckConstraint(
                condition=Q(answered_by_officer__isnull=True)
                | ~Q(answered_by_officer=F("officer")),
                name="exports_clear_by_two",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=ANSWERED, answered_by__isnull=False,
                    answered_by_officer__isnull=False, answered_at__isnull=False,
                )
                | ~Q(state__in=ANSWERED)
                & Q(
                    answered_by__isnull=True, answered_by_officer__isnull=True,
                    answered_at__isnull=True,
                ),
                name="exports_clear_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClearState.ALONE) | Q(rows__lte=F("alone_rows")),
                name="exports_clear_alone_is_little",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MAY_BE_MADE, expires_at__isnull=False)
                | ~Q(state__in=MAY_BE_MADE) & Q(expires_at__isnull=True, export__isnull=True),
                name="exports_clear_file_was_agreed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def may_be_made(self, now: datetime) -> bool:
        return self.expires_at is not None and now < self.expires_at

    def watermark(self, at: datetime) -> str:
        """Who took the list along, when, for what and where to: on every page of the paper."""
        when = timezone.localtime(at)
        return (
            f"明文导出 {str(self.pk)[-6:]}　{self.officer.name}（{self.post.unit.name}）　"
            f"{when:%Y-%m-%d %H:%M}　用途：{self.purpose}　去向：{self.destination}"
        )
