"""The fixed lists of the comparison."""

from __future__ import annotations

from django.db.models import TextChoices


class RunState(TextChoices):
    QUEUED = "queued", "等待运行"
    RUNNING = "running", "正在比对"
    DONE = "done", "已完成"
    FAILED = "failed", "没有办成"
    STOPPED = "stopped", "已停止"


class Kind(TextChoices):
    """Which list of a run a row stands on. Every resident child of school age stands on one of
    the first three, so that the sum of a run adds up and every count leads to its list."""

    FOUND = "found", "学籍已找到"
    EXPLAINED = "explained", "已有解释"
    SUSPECTED = "suspected", "疑似未入学"
    GHOST = "ghost", "在籍无居住登记"
    DUPLICATE = "duplicate", "重复登记"
    UNREGISTERED = "unregistered", "未登记"


RESIDENT_KINDS = (Kind.FOUND, Kind.EXPLAINED, Kind.SUSPECTED)


class Verdict(TextChoices):
    """What a clerk said of a doubtful pair."""

    SAME = "same", "同一人"
    DIFFERENT = "different", "不是同一人"
    SKIPPED = "skipped", "跳过"


class Change(TextChoices):
    """How a child stands against an earlier run."""

    NEW = "new", "新出现"
    OPEN = "open", "仍在名单"
    RESOLVED = "resolved", "已找到或已有解释"
    GONE = "gone", "名册里不再有"
