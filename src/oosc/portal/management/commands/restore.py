"""恢复备份：先在旁边解开、核对，全部通过后才换上；原有的数据另放一处，不删。"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.portal import occupancy, restoring, upgrading


class Command(BaseCommand):
    help = "核对一份备份；加 --commit 才真的换上。"
    requires_system_checks: list[str] = []  # the database here may be the reason for restoring

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="备份文件")
        parser.add_argument("--commit", action="store_true", help="核对通过后换上")

    def handle(self, *, file: Path, commit: bool, **_: Any) -> None:  # Any: Django's own options
        try:
            with occupancy.replacing():
                self._restore(file, commit=commit)
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def _restore(self, file: Path, *, commit: bool) -> None:
        restoring.finish()
        occupied = upgrading.has_data()
        with restoring.proved(file, self.stdout.write) as manifest:
            made = datetime.fromisoformat(manifest.made_at)
            self.stdout.write(f"这是 {made:%Y-%m-%d %H:%M} 的备份，核对通过。")
            if not commit:
                self._say_what_would_be(occupied)
                return
            replaced = restoring.put_in_place(manifest, clock.now())
        self.stdout.write("已恢复。")
        if occupied:
            self.stdout.write(f"原有的数据移到了 {replaced.name}，确认不再需要后请删除。")
        else:
            restoring.discard(replaced)

    def _say_what_would_be(self, occupied: bool) -> None:
        if occupied:
            self.stdout.write("这里已有数据。换上时原有的数据会移到旁边，不删除。")
        self.stdout.write("仅核对，没有改动。要换上请加 --commit。")
