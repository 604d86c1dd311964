"""换发主密钥：新增一把，把全部密文改用新密钥。可随时中断，再次执行即继续。"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from oosc.vault import keys, rotation


class Command(BaseCommand):
    help = "换发主密钥；不带 --commit 时只列出各字段的密文分别在哪把密钥之下。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--commit", action="store_true", help="执行换发，或继续中断的换发")
        parser.add_argument("--forget-old", action="store_true", help="确认无遗留后删去旧密钥")

    def handle(self, *, commit: bool, forget_old: bool, **_: Any) -> None:  # Django's own options
        if commit:
            self._rotate()
        if forget_old:
            self._forget()
        self._list()

    def _rotate(self) -> None:
        if not rotation.is_unfinished():
            keys.add_key()
        for label, rows in rotation.rotate():
            self.stdout.write(f"{label}：已改写 {rows} 行")

    def _forget(self) -> None:
        if rotation.is_unfinished():
            raise CommandError("还有密文在旧密钥之下，请先执行 rotate_keys --commit。")
        keys.forget_old_keys()

    def _list(self) -> None:
        ring = keys.ring()
        self.stdout.write(f"当前密钥 {ring.current}，密钥环共 {len(ring.masters)} 把")
        for label, counted in rotation.counts().items():
            under = "，".join(f"密钥 {id_}：{rows} 行" for id_, rows in sorted(counted.items()))
            self.stdout.write(f"{label}　{under or '无密文'}")
