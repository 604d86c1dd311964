"""清空示例，重新载入。只在示例所在的文件夹里有效。"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from oosc.kernel.refusal import Refused
from oosc.portal import occupancy
from oosc.portal.demo import mark


class Command(BaseCommand):
    help = "清空示例数据，重新载入；不是示例则拒绝。"

    def handle(self, **_: Any) -> None:  # Any: Django's own options
        try:
            with occupancy.replacing():
                mark.wipe()
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        call_command("load_demo", stdout=self.stdout)
