"""The rules of a lease, and the words about a job, on plain values."""

from __future__ import annotations

from datetime import datetime, timedelta

# A worker that has not been heard of for so long is dead, and its job is begun again.
LEASE = timedelta(seconds=30)
HEARTBEAT_S = 2.0
# A job during which the worker died so often would only kill it again.
MAX_ATTEMPTS = 5

KILLED_TOO_OFTEN = f"连续 {MAX_ATTEMPTS} 次做到一半被中断。请联系系统管理员查看后台日志。"
DISK_FULL = "磁盘已满。请联系系统管理员清理磁盘，然后再办一次。"
UNEXPECTED = "后台出错。"
# What a task that ends early leaves, unless it registers words of its own.
NOTHING_STAYS = "一切如开始之前。"


def unexpected(number: str) -> str:
    return f"{UNEXPECTED}请再办一次；仍不成，请把编号 {number} 告诉系统管理员。"


def machine_trouble(trouble: str) -> str:
    """What the keeper of the machine may read of why a job failed."""
    if trouble in (DISK_FULL, KILLED_TOO_OFTEN) or trouble.startswith(UNEXPECTED):
        return trouble
    return "内容不合要求，原因只有提交的单位能看"


def is_stuck(waits: timedelta, silent: timedelta | None) -> bool:
    """True where a job has waited for longer than a lease and no worker is at another.

    `silent`: since a worker that has a job was last heard of; None where none has.
    """
    return waits > LEASE and (silent is None or silent > LEASE)


def percent(done: int, total: int) -> int | None:
    """Return how much is done, or None while nobody knows how much there is."""
    return min(100 * done // total, 100) if total > 0 else None


def remaining(started_at: datetime, now: datetime, done: int, total: int) -> str:
    """Say how long it will still take, once there is something to go by."""
    elapsed = (now - started_at).total_seconds()
    if elapsed < 5 or not 0 < done < total:
        return ""
    seconds = round(elapsed * (total - done) / done)
    return f"约剩 {max(seconds, 1)} 秒" if seconds < 100 else f"约剩 {round(seconds / 60)} 分钟"
