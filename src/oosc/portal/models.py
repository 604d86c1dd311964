"""The words of the notice as an office has them in its own document."""

from __future__ import annotations

from django.db import models


class DutyText(models.Model):
    """An office's own text of a clause; until it is entered, the home page shows our summary."""

    region = models.ForeignKey("places.Region", models.PROTECT, verbose_name="区划")
    clause = models.CharField("条款", max_length=8)
    document_number = models.CharField("文号", max_length=60)
    text = models.TextField("原文", max_length=2000)
    entered_by = models.ForeignKey("members.Post", models.PROTECT, related_name="+")
    entered_on = models.DateField("录入日期")

    class Meta:
        verbose_name = "条款原文"
        constraints = [
            models.UniqueConstraint(fields=["region", "clause"], name="portal_text_once"),
            models.CheckConstraint(condition=~models.Q(text=""), name="portal_text_not_empty"),
        ]

    def __str__(self) -> str:
        return self.clause
