"""后台作业进程：与网页进程一同启动，一次做一件；被终止后再启动，未完成的从头做起。"""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from oosc.jobs import periodic
from oosc.jobs.worker import Worker


class Command(BaseCommand):
    help = "启动后台作业进程。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-empty", action="store_true", help="做完排队的作业即退出")

    def handle(self, *, until_empty: bool, **_: Any) -> None:  # Django's own options
        worker = Worker()
        if until_empty:
            self.stdout.write(f"已做 {worker.work_off()} 件作业")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.go_home())
        with periodic.Clock(periodic.duties()):
            worker.run()
