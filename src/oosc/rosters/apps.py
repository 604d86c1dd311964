"""What this room tells the rooms below: how a workbook is read without danger."""

from __future__ import annotations

from django.apps import AppConfig


class RostersConfig(AppConfig):
    name = "oosc.rosters"

    def ready(self) -> None:
        from oosc.rosters import hooks

        hooks.register()
