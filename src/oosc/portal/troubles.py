"""What the page says when something outside the program has failed: the disk, the database."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError

from oosc.database import disk

BUSY_WORDS = re.compile(r"database is locked|statement timeout", re.IGNORECASE)


@dataclass(frozen=True)
class Trouble:
    status: int
    title: str
    sentence: str


UNKNOWN = Trouble(
    500,
    "系统出错",
    "没有办成，数据没有改动。请稍后再试；仍不行请告诉系统管理员出错的时间。",
)
DISK_FULL = Trouble(
    507,
    "磁盘已满",
    "服务器的磁盘满了，刚才的内容没有保存，已有的数据没有受影响。请告诉系统管理员腾出空间，再办一次。",
)
NO_DATABASE = Trouble(
    503,
    "数据库暂时连不上",
    "刚才的内容没有保存，已有的数据没有受影响。请过几分钟再试；仍不行请告诉系统管理员。",
)
BUSY = Trouble(503, "系统正忙", "同时在办的人多，这一步没有轮到，数据没有改动。请再试一次。")


def of(error: BaseException | None) -> Trouble:
    """Say what an exception that nobody expected comes from."""
    if disk.is_full(error):
        return DISK_FULL
    if isinstance(error, OperationalError) and BUSY_WORDS.search(str(error)):
        return BUSY
    if isinstance(error, OperationalError | InterfaceError):
        return NO_DATABASE
    return UNKNOWN
