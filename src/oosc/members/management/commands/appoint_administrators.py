"""The first three accounts of an installation: without them nobody could make any other."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.actions import founding


class Command(BaseCommand):
    help = (
        "Make the accounts of the three administrators (系统、安全、审计) of a new installation. "
        "Prints their one-time passwords with --commit; refuses where one of them exists."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="statistical code of the place, e.g. of the subdistrict")
        parser.add_argument("name", help="its name")
        parser.add_argument("--commit", action="store_true")

    def handle(self, *, code: str, name: str, commit: bool, **_options: Any) -> None:  # Any: Django
        if not commit:
            self.stdout.write(f"将为{name}（{code}）建三名管理员的账号。确认无误后加 --commit。")
            return
        try:
            appointed = founding.appoint_administrators(code=code, name=name, at=clock.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for role, username, password in appointed:
            self.stdout.write(f"{role}\t{username}\t{password}")
        self.stdout.write("请当面交给三位不同的人；首次登录须改密码、设置动态口令。")
