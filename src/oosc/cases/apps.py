"""What this room tells the rooms below: which case covers a child, and the pieces of its page."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "oosc.cases"

    def ready(self) -> None:
        from oosc.cases import hooks

        hooks.register()
