"""名册比对：默认用各单位最近收下的花名册，与页面上“开始比对”是同一件事。"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oosc.access.policy import Permission, require
from oosc.jobs.worker import Worker
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.linkage import actions, queries
from oosc.linkage.models import Finding, Pair, Run
from oosc.linkage.queries import Offered
from oosc.linkage.states import Kind, RunState
from oosc.members.acting import Acting, acting_from
from oosc.places.models import Region
from oosc.rosters.models import Roster


class Command(BaseCommand):
    help = "比对最近收下的花名册；不加 --commit 只说会用哪些。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="判定日，如 2026-09-21；默认今天")
        parser.add_argument("--officer", required=True, help="以哪个账号（用户名）办理")
        parser.add_argument("--post", help="以哪个岗位；只有一个岗位时不用写")
        parser.add_argument("--like", type=int, help="用第几次比对所用的花名册和判定日，再比一次")
        parser.add_argument(
            "--roster",
            action="append",
            default=[],
            help="用这一份（回执上的编号）代替同一单位同种的那一份；可以写多次",
        )
        parser.add_argument("--commit", action="store_true", help="真的比对，并等它做完")

    def handle(  # the options named
        self,
        *,
        on: date | None,
        officer: str,
        post: str | None,
        like: int | None,
        roster: Sequence[str],
        commit: bool,
        **_: Any,  # Any: Django's own options
    ) -> None:
        today = clock.today()
        try:
            by = acting_from(officer, post, on=today)
            require(by, Permission.RUN_START, Region.objects.get(code=by.region_code))
            repeated = _repeated(by, like) if like else None
            chosen = _chosen(queries.offered(by.region_code or ""), repeated, roster)
            on = on or (repeated.judged_on if repeated else today)
            self._say_which(chosen, on)
            if not commit:
                actions.check_rosters(chosen)
                self.stdout.write("仅说明，没有比对。确认无误后加 --commit。")
                return
            run = self._compare(by, chosen, on)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self._say_what_came(run)

    def _say_which(self, chosen: Sequence[Roster], on: date) -> None:
        self.stdout.write(f"判定日 {on}，用 {len(chosen)} 份花名册：")
        for roster in chosen:
            self.stdout.write(
                f"　{roster.number}　{roster.get_kind_display()}　{roster.sender.name}　"
                f"{roster.as_of}　{roster.rows} 行"
            )

    def _compare(self, by: Acting, chosen: Sequence[Roster], on: date) -> Run:
        """Do it here, unless the worker of a running platform was quicker: then wait for that."""
        run = actions.start_run(by=by, on=on, rosters=chosen, now=clock.now())
        Worker().work_off()
        run = actions.follow(Run.objects.get(pk=run.pk))
        if run.state in (RunState.QUEUED, RunState.RUNNING):
            raise Refused("比对已交给正在运行的平台，请在页面“比对运行”里看结果。")
        if run.state != RunState.DONE:
            raise Refused(run.failure or "比对没有完成，请在页面“后台作业”里看原因。")
        return run

    def _say_what_came(self, run: Run) -> None:
        self.stdout.write(f"{run} 已完成：")
        for kind in Kind:
            count = Finding.objects.filter(run=run, kind=kind).count()
            self.stdout.write(f"　{kind.label} {count} 人")
        waiting = Pair.objects.filter(run=run, verdict="").count()
        self.stdout.write(f"　待人工判定 {waiting} 对")


def _repeated(by: Acting, number: int) -> Run:
    run = Run.objects.visible_to(by).filter(region__code=by.region_code, number=number).first()
    if run is None:
        raise Refused(f"没有第 {number} 次比对。请在页面“比对运行”里看是第几次。")
    return run


def _chosen(offered: Offered, repeated: Run | None, numbers: Sequence[str]) -> list[Roster]:
    """The latest, or those of the run repeated; each that is named takes its fellow's place."""
    chosen = list(offered.latest)
    if repeated:
        chosen, gone = offered.like(repeated)
        if gone and not numbers:
            named = "、".join(map(str, gone))
            raise Refused(f"那次用的{named}已撤回或销毁。请用 --roster 指明换哪一份。")
    by_number = {roster.number: roster for roster in (*offered.latest, *offered.earlier)}
    for number in numbers:
        if number.upper() not in by_number:
            raise Refused(f"没有编号为 {number} 的花名册，或已撤回、销毁。编号在回执上。")
        named_one = by_number[number.upper()]
        chosen = [one for one in chosen if not _are_fellows(one, named_one)] + [named_one]
    return chosen


def _are_fellows(one: Roster, other: Roster) -> bool:
    return (one.sender_id, one.kind) == (other.sender_id, other.kind)
