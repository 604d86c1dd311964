"""Lists too long to wait for: asked for by one officer in one post, made by the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

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
