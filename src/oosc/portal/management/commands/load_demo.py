"""载入示例街道，只载入一次；每次都换发密码并打印。"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.portal import occupancy, upgrading
from oosc.portal.demo import accounts, loading, mark


class Command(BaseCommand):
    help = "载入示例街道，打印各岗位的账号；再次执行只换发密码。"

    def handle(self, **_: Any) -> None:  # Any: Django's own options
        try:
            self._load()
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        now = clock.now()
        self.stdout.write("")
        self.stdout.write(accounts.table(accounts.renew(now.date(), now)))
        self.stdout.write("")

    def _load(self) -> None:
        if mark.is_loaded():
            upgrading.bring_up_to_date(self.stdout.write, clock.now())
            return
        if not mark.is_demo() and upgrading.has_data():
            raise Refused("这里已有本单位的数据，不能载入示例。请用 OOSC_DATA 另指一个文件夹。")
        with occupancy.replacing():
            if mark.is_demo():
                self.stdout.write("上次没有载入完，从头再来…")
                mark.wipe()
            call_command("migrate", verbosity=0, interactive=False)
            loading.load(clock.today(), self._say)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
