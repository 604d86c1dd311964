"""What this room tells the rooms below: what rests on a roster, and the run as a task."""

from __future__ import annotations

from django.apps import AppConfig


class LinkageConfig(AppConfig):
    name = "oosc.linkage"

    def ready(self) -> None:
        from oosc.linkage import hooks

        hooks.register()
