"""逐项检查这台机器上的安装：密钥、字体、磁盘、时钟、证书、数据库、日历、留痕。"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oosc.kernel import clock
from oosc.portal import deployment
from oosc.portal.deployment import Verdict


class Command(BaseCommand):
    help = "逐项检查安装；有一项不对即退出 1。"
    requires_system_checks: list[str] = []  # they are among the lines

    def handle(self, **_: Any) -> None:  # Any: Django's own options
        bad = 0
        for line in deployment.lines(clock.now()):
            self.stdout.write(str(line))
            bad += line.verdict is Verdict.BAD
        if bad:
            raise CommandError(f"有 {bad} 项不对，请照上面的话改好。")
