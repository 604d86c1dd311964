"""Is this installation as it should be? One Chinese line for each thing that was looked at."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core import checks
from django.db import connection

from oosc.audit import chain
from oosc.audit.models import Event
from oosc.documents import glyphs
from oosc.kernel.refusal import Refused
from oosc.parameters import calendar
from oosc.portal import certificates, serving, upgrading
from oosc.vault import keys

OPEN_TO_OTHERS = 0o077
LEAST_FREE_PERCENT, LEAST_FREE_BYTES = 10, 1024**3
OLDEST_SQLITE = (3, 37, 0)
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
RENEW_WITHIN = timedelta(days=30)
# What they ask for follows from a certificate, and the line on HTTPS says whether one is needed.
OF_HTTPS = frozenset({"security.W004", "security.W008", "security.W012", "security.W016"})


class Verdict(StrEnum):
    GOOD = "正常"
    NOTE = "提醒"
    BAD = "不对"


@dataclass(frozen=True)
class Line:
    verdict: Verdict
    sentence: str

    def __str__(self) -> str:
        return f"[{self.verdict}] {self.sentence}"


def _good(sentence: str) -> Line:
    return Line(Verdict.GOOD, sentence)


def _note(sentence: str) -> Line:
    return Line(Verdict.NOTE, sentence)


def _bad(sentence: str) -> Line:
    return Line(Verdict.BAD, sentence)


def lines(now: datetime) -> Iterator[Line]:
    """Look at everything; what needs the database only where it has all its tables."""
    for look in BEFORE_THE_DATABASE:
        yield look(now)
    if upgrading.is_pending():
        yield _bad("数据库还不是这个版本的：请执行 make serve，它会先备份再更新")
        return
    yield _good("数据库是这个版本的")
    for look in WITH_THE_DATABASE:
        yield look(now)
    yield from _of_django()


def _keys(now: datetime) -> Line:
    folder = settings.DATA_DIR / "keys"
    exposed = [p.name for p in (folder, *folder.iterdir()) if p.stat().st_mode & OPEN_TO_OTHERS]
    if exposed:
        return _bad(f"别的用户能读密钥：{'、'.join(exposed)}。请执行 chmod -R go= {folder}")
    try:
        ring = keys.ring()
    except keys.UnsafeKeys as error:
        return _bad(str(error))
    return _good(f"密钥只有本账号可读，密钥环共 {len(ring.masters)} 把")


def _data(now: datetime) -> Line:
    folder = settings.DATA_DIR
    looked_at = [folder / "oosc.sqlite3", folder / "files"]
    exposed = [p.name for p in looked_at if p.exists() and p.stat().st_mode & OPEN_TO_OTHERS]
    if exposed and folder.stat().st_mode & OPEN_TO_OTHERS:
        return _bad(f"别的用户能读数据：{'、'.join(exposed)}。请执行 chmod 700 {folder}")
    return _good("数据只有本账号可读")


def _fonts(now: datetime) -> Line:
    try:
        count = len(glyphs.coverage())
    except Refused as refused:
        return _bad(str(refused))
    return _good(f"打印用的中文字体齐全，覆盖 {count} 字")


def _disk(now: datetime) -> Line:
    usage = shutil.disk_usage(settings.DATA_DIR)
    percent = 100 * usage.free // usage.total
    words = f"磁盘剩余 {usage.free / 1024**3:.1f} GB（{percent}%）"
    is_enough = percent >= LEAST_FREE_PERCENT and usage.free >= LEAST_FREE_BYTES
    return _good(words) if is_enough else _bad(f"{words}，请腾出空间或换大的磁盘")


def _clock(now: datetime) -> Line:
    if os.environ.get("OOSC_TODAY"):
        return _bad("日期被 OOSC_TODAY 固定住了，期限会算错。正式使用请去掉它")
    return _good(f"时钟：{now:%Y-%m-%d %H:%M}（北京时间），请与手机核对")


def _https(now: datetime) -> Line:
    certificate = certificates.in_use()
    named = serving.named_hosts()
    if certificate is None:
        if named:
            return _bad("写了别的主机，但没有证书。请执行 make manage ARGS=make_certificate")
        return _note("没有证书，只在本机打开。要让别的电脑、手机连上请先做证书")
    left = certificate.not_valid_after_utc - now
    if left < timedelta():
        return _bad("证书已过期，请再执行一次 make_certificate")
    missing = {host for host in named if host[0] not in "*."} - certificates.hosts_of(certificate)
    if missing:
        return _bad(f"证书里没有 {'、'.join(sorted(missing))}，请再执行一次 make_certificate")
    words = f"HTTPS 证书还有 {left.days} 天到期"
    return _note(f"{words}，请再执行一次 make_certificate") if left < RENEW_WITHIN else _good(words)


def _hosts(now: datetime) -> Line:
    if "*" in settings.ALLOWED_HOSTS:
        return _bad("OOSC_HOSTS 写了 *，任何主机名都能用。请写明这台机器的名字和地址")
    return _good(f"主机名：{'、'.join(settings.ALLOWED_HOSTS)}")


def _debug(now: datetime) -> Line:
    if settings.DEBUG:
        return _bad("OOSC_DEBUG 开着，出错时会显示数据。正式使用请去掉它")
    return _good("没有开调试")


def _demo(now: datetime) -> Line:
    if settings.DEMO:
        return _note("这里是示例数据，请勿录入真实信息")
    return _good("不是示例数据")


def _database(now: datetime) -> Line:
    if connection.vendor != "sqlite":
        return _good("数据库是 PostgreSQL")
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return _bad(f"SQLite {version} 太旧，要 3.37 或更新")
    with connection.cursor() as cursor:
        for name, wanted in PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}")
            [found] = cursor.fetchone()
            if found != wanted:
                return _bad(f"SQLite 的 {name} 是 {found}，应为 {wanted}。请停止平台后重新启动")
    return _good(f"SQLite {version}，设置正确")


def _calendar(now: datetime) -> Line:
    year = now.year
    if calendar.year_in_force(year) is None:
        return _bad(f"还没有 {year} 年的工作日历，期限只按双休日算。请在“参数、工作日历”里录入")
    if now.month >= calendar.FIRST_MONTH_OF_NEWS and calendar.year_in_force(year + 1) is None:
        return _note(f"{year + 1} 年的工作日历还没有录入，公布后请录入")
    return _good(f"{year} 年的工作日历已有")


def _trail(now: datetime) -> Line:
    last = Event.objects.order_by("-at").first()
    if last and last.at > now + timedelta(minutes=5):
        return _bad("时钟倒退了：留痕里有比现在晚的记录。请校准这台机器的时间")
    verdict = chain.verify(now)
    if verdict.bad:
        return _bad(f"留痕链不完好：事件 {verdict.bad}，{verdict.why}。平台在运行吗")
    return _good(f"留痕链完好，已封印 {verdict.sealed} 条")


def _of_django() -> Iterator[Line]:
    found = [
        one
        for one in checks.run_checks(include_deployment_checks=True)
        if not one.is_silenced() and (settings.SECURE or one.id not in OF_HTTPS)
    ]
    for one in found:
        yield _bad(f"Django 检查 {one.id}：{one.msg}")
    if not found:
        yield _good("Django 的部署检查没有发现问题")


BEFORE_THE_DATABASE: tuple[Callable[[datetime], Line], ...] = (
    _keys,
    _data,
    _fonts,
    _disk,
    _clock,
    _https,
    _hosts,
    _debug,
    _demo,
)
WITH_THE_DATABASE: tuple[Callable[[datetime], Line], ...] = (_database, _calendar, _trail)
