"""The chain over the trail: who changes, adds, removes or reorders an event breaks it here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from oosc.audit.models import Event, Seal

FIRST = b"\0" * 32
BATCH = 1000
# An event younger than this may still wait for its seal; an older one without is broken.
PENDING = timedelta(minutes=1)
LOOK_BACK = timedelta(hours=6)

_COLUMNS = (
    "id",
    "at",
    "verb",
    "subject_type",
    "subject_id",
    "officer_id",
    "post_id",
    "unit_id",
    "role",
    "address",
    "purpose",
    "facts",
)


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many are sealed and pending, and the first bad event."""

    sealed: int
    pending: int
    bad: str | None = None
    why: str = ""


def digest(number: int, previous: bytes, event: dict[str, Any]) -> bytes:
    """Return the SHA-256 over a seal's number, the seal before it and the event's columns."""
    words = json.dumps(
        [_plain(event[column]) for column in _COLUMNS],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(number.to_bytes(8, "big") + previous + words.encode()).digest()


def seal_waiting() -> int:
    """Seal what has come in, in order. Return how many. One sealer at a time."""
    if not _waiting().exists():  # most seconds nothing has come in, and nobody need queue
        return 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE audit_seal IN EXCLUSIVE MODE")
        last = Seal.objects.order_by("-number").first()
        number, previous = (last.number, bytes(last.value)) if last else (0, FIRST)
        seals = []
        for event in _waiting().order_by("id").values(*_COLUMNS)[:BATCH]:
            number += 1
            value = digest(number, previous, event)
            seals.append(Seal(number=number, event_id=event["id"], previous=previous, value=value))
            previous = value
        Seal.objects.bulk_create(seals)
    return len(seals)


def _waiting() -> QuerySet[Event]:
    """Events without a seal. The longest transaction is far shorter than the time looked back,
    so that a trail of years is not searched every second; `verify` looks at all of it."""
    waiting = Event.objects.filter(seal__isnull=True)
    last = Seal.objects.select_related("event").order_by("-number").first()
    return waiting.filter(at__gte=last.event.at - LOOK_BACK) if last else waiting


def verify(at: datetime) -> Verdict:
    """Walk the whole chain and name the first event that does not fit.

    `at` is the moment of asking: events younger than a minute may still wait for their seal.
    """
    number, previous = 0, FIRST
    for seal in _seals():
        number += 1
        bad = _fault(seal, number, previous)
        if bad:
            return Verdict(number - 1, 0, str(seal["event_id"]), bad)
        previous = bytes(seal["value"])
    waiting = Event.objects.filter(seal__isnull=True)
    late = waiting.filter(at__lt=at - PENDING).order_by("id").first()
    if late:
        return Verdict(number, 0, str(late.pk), "超过一分钟仍未封印")
    return Verdict(number, waiting.count())


def _fault(seal: dict[str, Any], number: int, previous: bytes) -> str:
    if seal["number"] != number:
        return "序号不连续，有封印被删除或插入"
    if bytes(seal["previous"]) != previous:
        return "与前一封印不衔接"
    event = {column: seal[f"event__{column}"] for column in _COLUMNS}
    if digest(number, previous, event) != bytes(seal["value"]):
        return "内容与封印不符，事后被改过"
    return ""


def _seals() -> Iterator[dict[str, Any]]:  # Any: a row of mixed columns
    columns = (f"event__{column}" for column in _COLUMNS)
    rows = Seal.objects.order_by("number")
    yield from rows.values("number", "event_id", "previous", "value", *columns).iterator(BATCH)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    if value is None or isinstance(value, (str, int, float, dict, list)):
        return value
    return str(value)
