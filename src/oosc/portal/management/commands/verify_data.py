"""核对这里的数据：数据库完整、留痕链完好、密文能解开、加密文件都在。"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oosc.kernel import clock
from oosc.portal import verifying


class Command(BaseCommand):
    help = "核对数据库、留痕链、密文和加密文件；有一处不对即退出 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of", type=datetime.fromisoformat, help="留痕链核对到哪个时刻；默认现在"
        )

    def handle(self, *, as_of: datetime | None, **_: Any) -> None:  # Any: Django's own options
        try:
            for sentence in verifying.verify(as_of or clock.now()):
                self.stdout.write(sentence)
        except verifying.Unsound as error:
            raise CommandError(str(error)) from error
