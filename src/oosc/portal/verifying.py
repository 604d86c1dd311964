"""Is what lies here sound? Database, trail, and a sample of everything that is encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from oosc.audit import chain
from oosc.vault import files
from oosc.vault.cipher import Tampered
from oosc.vault.fields import encrypted_fields
from oosc.vault.models import StoredFile

VALUES_OF_EACH_FIELD = 200
FILES_READ = 50


class Unsound(Exception):
    """One Chinese sentence that says what is wrong."""


def verify(at: datetime) -> Iterator[str]:
    """Yield a sentence for each thing that was found sound; raise Unsound at the first that is not.

    `at` is the moment as of which the trail must be sealed.
    """
    if connection.vendor == "sqlite":
        yield _database()
    yield _trail(at)
    yield _values()
    yield _files()


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        [found] = cursor.fetchone()
        if found != "ok":
            raise Unsound(f"数据库损坏：{found[:200]}")
        cursor.execute("PRAGMA foreign_key_check")
        loose = cursor.fetchone()
        if loose:
            raise Unsound(f"数据库不完整：{loose[0]} 表有一行指向不存在的记录。")
    return "数据库完整"


def _trail(at: datetime) -> str:
    verdict = chain.verify(at)
    if verdict.bad:
        raise Unsound(f"留痕链断裂：事件 {verdict.bad}，{verdict.why}。")
    return f"留痕链完好，已封印 {verdict.sealed} 条"


def _values() -> str:
    read = 0
    for field in encrypted_fields():
        rows = field.model._base_manager.exclude(**{f"{field.attname}__isnull": True})
        sample = rows.order_by("?").values_list("pk", field.attname)[:VALUES_OF_EACH_FIELD]
        for pk, sealed in sample:
            if sealed:
                _open(field.label, pk, sealed)
                read += 1
    return f"抽查密文 {read} 处，都能解开"


def _open(label: str, pk: object, sealed: object) -> None:
    try:
        sealed.open(pk)  # type: ignore[attr-defined]  # a Sealed, from values_list
    except Tampered:
        raise Unsound(f"{label} 有一处密文解不开：密钥不对，或数据被改动过。") from None


def _files() -> str:
    live = StoredFile.objects.live()
    for row in live.only("id", "sha256").iterator():
        if not files.path_of(row.sha256, row.pk).exists():
            raise Unsound(f"有一个加密文件不见了（校验值 {row.sha256[:12]}）。")
    try:
        for row in live.order_by("?")[:FILES_READ]:
            for _ in files.chunks(row.sha256):
                pass
    except Tampered:
        raise Unsound("有一个加密文件打不开：密钥不对，或文件被改动过。") from None
    return f"加密文件 {live.count()} 个都在，抽查的都能打开"
