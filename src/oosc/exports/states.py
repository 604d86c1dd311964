"""How far a list that is to leave in clear has come."""

from __future__ import annotations

from django.db.models import TextChoices


class ClearState(TextChoices):
    ASKED = "asked", "待批准"
    AGREED = "agreed", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    ALONE = "alone", "不用批准"  # so few rows that nobody else is asked


ANSWERED = (ClearState.AGREED, ClearState.REFUSED)
MAY_BE_MADE = (ClearState.AGREED, ClearState.ALONE)
