"""Bringing the database to this version, never without a backup of what could be lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from oosc.members.models import Officer
from oosc.portal import backup


def bring_up_to_date(say: Callable[[str], None], at: datetime) -> None:
    """Apply what is pending. Where there is data, back it up first."""
    if not is_pending():
        return
    if has_data():
        file = settings.DATA_DIR / "backups" / f"before-upgrade-{at:%Y%m%d-%H%M%S}.backup"
        file.parent.mkdir(mode=0o700, exist_ok=True)
        backup.back_up(file, at)
        say(f"新版本要改动数据库，已先备份到 {file}")
    call_command("migrate", verbosity=0, interactive=False)


def is_pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def has_data() -> bool:
    tables = connection.introspection.table_names()
    return Officer._meta.db_table in tables and Officer.objects.exists()
