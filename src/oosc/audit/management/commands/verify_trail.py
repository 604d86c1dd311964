"""Walk the chain of the trail and name the first bad event."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oosc.audit import chain
from oosc.kernel import clock


class Command(BaseCommand):
    help = "Verify the chain over the trail; exit 1 and name the first bad event if it is broken."

    def handle(self, **_options: Any) -> None:  # Any: Django's own signature
        verdict = chain.verify(clock.now())
        if verdict.bad:
            raise CommandError(f"留痕链断裂：事件 {verdict.bad}，{verdict.why}。")
        self.stdout.write(f"留痕链完好：已封印 {verdict.sealed} 条，待封印 {verdict.pending} 条。")
