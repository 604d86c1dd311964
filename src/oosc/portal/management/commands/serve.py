"""启动平台：先备份再更新数据库，然后网页和后台作业两个进程一同启动、一同停止。"""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.portal import occupancy, restoring, serving, upgrading


class Command(BaseCommand):
    help = "启动平台，直到按 Ctrl-C。端口由 PORT 指定。"

    # What they find stands in the code, where `make check` finds it: no start need wait for them.
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:  # Any: Django's own options
        try:
            with occupancy.serving():
                self._serve()
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def _serve(self) -> None:
        restoring.finish()
        upgrading.bring_up_to_date(self._say, clock.now())
        if not upgrading.has_data():
            self._say(
                "还没有账号。请另开一个窗口执行："
                'make manage ARGS="appoint_administrators 区划代码 名称 --commit"'
            )
        if serving.named_hosts() and serving.bound_to() == "127.0.0.1":
            self._say(
                "还没有证书，先只在本机打开。要让别的电脑、手机连上，请先执行："
                "make manage ARGS=make_certificate"
            )
        connection.close()
        serving.Server(_port(), self._say).run()

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError("PORT 要写 1 到 65535 的一个数，例如 PORT=9000。")
    return int(text)
