"""The files that lie encrypted outside the database."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from oosc.vault.fields import EncryptedField
from oosc.vault.managers import VaultQuerySet


class StoredFileQuerySet(VaultQuerySet["StoredFile"]):
    def live(self) -> StoredFileQuerySet:
        return self.filter(destroyed_at__isnull=True)


class StoredFile(models.Model):
    """One file: what it is, the key it is encrypted with, and how many times it is held.

    The row of a destroyed file stays, without its key, as the proof that it was destroyed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha256 = models.CharField("校验值", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField("类型", max_length=100)
    data_key = EncryptedField("文件密钥", label="vault.StoredFile.data_key", blank=True)
    holders = models.PositiveIntegerField("引用数", default=1)
    stored_at = models.DateTimeField("存入时间")
    destroyed_at = models.DateTimeField("销毁时间", null=True, blank=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = "加密文件"
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(destroyed_at__isnull=True),
                name="vault_content_kept_once",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, holders__gt=0)
                | Q(destroyed_at__isnull=False, holders=0),
                name="vault_destroyed_when_nobody_holds_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}（{self.size} 字节）"
