"""备份数据库和加密文件到一个加密的文件；密钥不在里面。"""

from __future__ import annotations

import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.portal import backup


class Command(BaseCommand):
    help = "备份数据库和加密文件，平台可以照常运行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="备份写到哪个文件")

    def handle(self, *, file: Path, **_: Any) -> None:  # Any: Django's own options
        try:
            manifest = backup.back_up(file, clock.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except (OSError, sqlite3.Error, DatabaseError) as error:
            raise CommandError(f"没有写成备份：{error}。没有留下半截的文件。") from error
        size = file.stat().st_size / 1024 / 1024
        self.stdout.write(f"已备份到 {file}（{size:.1f} MB，加密文件 {manifest.files} 个）。")
        self.stdout.write(
            f"密钥不在备份里：请确认 {settings.DATA_DIR / 'keys'} 已另外抄两份，分开存放。"
        )
