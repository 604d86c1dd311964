"""Receive a roster from the command line: by the same steps as the pages."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting, acting_from
from oosc.members.models import Unit
from oosc.rosters import actions, intake, queries
from oosc.rosters.models import Roster
from oosc.rosters.states import Kind, State
from rosterlink.reading import Unreadable

SHOWN_PROBLEMS = 200


class Command(BaseCommand):
    help = "Read a roster from a file and report on it. With --commit, also store it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=Kind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--as-of", type=date.fromisoformat, required=True, help="day of the data"
        )
        parser.add_argument("--officer", required=True, help="user name of the receiving officer")
        parser.add_argument("--post", help="which of their posts, if they hold several")
        parser.add_argument("--sender", help="name of the unit it comes from; default: one's own")
        parser.add_argument("--commit", action="store_true", help="store it")

    def handle(  # as BaseCommand's, with the options named
        self,
        *,
        kind: str,
        file: Path,
        as_of: date,
        officer: str,
        post: str | None,
        sender: str | None,
        commit: bool,
        **_: Any,  # Any: Django's own options
    ) -> None:
        now = clock.now()
        try:
            by = acting_from(officer, post, on=now.date())
            unit = self._sender(by, sender)
            if not commit:
                self._report(intake.take_in(file, kind, mapping={}))
                self.stdout.write("仅检查，未收下。确认无误后加 --commit。")
                return
            roster = self._receive(file, kind=kind, sender=unit, as_of=as_of, by=by)
        except (Refused, Unreadable) as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"已收下 {roster.rows} 行，其中有问题 {roster.rows_with_problems} 行。"
            f"编号 {roster.number}。"
        )

    def _sender(self, by: Acting, name: str | None) -> Unit:
        units = {unit.name: unit for unit in queries.senders(by)}
        own = next((unit for unit in units.values() if unit.pk == by.unit_id), None)
        chosen = units.get(name) if name else own
        if chosen is None:
            raise Refused(f"请用 --sender 指明报送单位。可选：{'、'.join(units) or '无'}。")
        return chosen

    def _report(self, taken: intake.Intake) -> None:
        for problem in taken.problems[:SHOWN_PROBLEMS]:
            self.stdout.write(str(problem))
        for sentence in taken.reading.skipped:
            self.stdout.write(sentence)
        self.stdout.write(
            f"可收下 {taken.table.num_rows} 行，问题 {taken.reading.problem_count} 处。"
        )

    def _receive(self, file: Path, *, kind: str, sender: Unit, as_of: date, by: Acting) -> Roster:
        with file.open("rb") as source:
            roster = actions.hand_in(
                source,
                name=file.name,
                size=file.stat().st_size,
                kind=kind,
                sender=sender,
                as_of=as_of,
                at=clock.now(),
                by=by,
            )
        roster = actions.check(roster, step=lambda *_: None)()
        if roster.state != State.CHECKED:
            if roster.state == State.UNMAPPED:
                actions.discard(roster, by=by)
            raise Refused(roster.refusal)
        return actions.receive(roster, by=by, at=clock.now())
