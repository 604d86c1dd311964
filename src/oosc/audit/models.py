"""What happened: events that are only ever added, and the chain of seals over them."""

from __future__ import annotations

from django.db import models
from uuid6 import uuid7


class Event(models.Model):
    """One thing that an officer did, saw, or was refused.

    It holds keys, codes and counts, never a name, a number or the words of a child's file.
    Who acted is copied as plain keys: this room knows no other.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField("时间", db_index=True)
    verb = models.CharField("事项", max_length=60)
    subject_type = models.CharField("对象类别", max_length=60, blank=True, default="")
    subject_id = models.CharField("对象", max_length=60, blank=True, default="")
    officer_id = models.UUIDField("人员", null=True, blank=True, db_index=True)
    post_id = models.UUIDField("岗位", null=True, blank=True)
    unit_id = models.UUIDField("单位", null=True, blank=True)
    role = models.CharField("角色", max_length=20, blank=True, default="")
    address = models.CharField("来自", max_length=45, blank=True, default="")
    purpose = models.CharField("用途", max_length=200, blank=True, default="")
    facts = models.JSONField("要素", default=dict, blank=True)

    class Meta:
        verbose_name = "留痕"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_event_subject"),
            models.Index(fields=["verb", "at"], name="audit_event_verb"),
            # What the trail is narrowed by, in its order: also counted by the index alone.
            models.Index(fields=["unit_id", "id"], name="audit_event_unit"),
            models.Index(fields=["role", "id"], name="audit_event_role"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M:%S}"


class Seal(models.Model):
    """The place of one event in the chain: its number, and a hash over it and the seal before."""

    number = models.BigIntegerField("序号", primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, verbose_name="留痕", related_name="seal")
    previous = models.BinaryField("前序值", max_length=32)
    value = models.BinaryField("校验值", max_length=32)

    class Meta:
        verbose_name = "封印"

    def __str__(self) -> str:
        return f"封印 {self.number}"
