"""Whether an error says that the disk is full: the system's own way, and each database's."""

from __future__ import annotations

import errno
import re

from django.db import DatabaseError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# SQLite and PostgreSQL say it each in its own words.
FULL_WORDS = re.compile(r"disk is full|No space left", re.IGNORECASE)


def is_full(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return error.errno in FULL
    return isinstance(error, DatabaseError) and bool(FULL_WORDS.search(str(error)))
