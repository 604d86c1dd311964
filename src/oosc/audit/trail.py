"""The one way to leave a trace: in the transaction of the write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from django.db import models

from oosc.audit.models import Event
from oosc.kernel import clock

Fact = str | int | float | bool | None | list[str] | list[int] | Mapping[str, int]


class Actor(Protocol):
    """Who acts, as far as the trail needs to know."""

    @property
    def officer_id(self) -> UUID | None: ...
    @property
    def post_id(self) -> UUID | None: ...
    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def role(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def purpose(self) -> str: ...


def record(
    verb: str,
    subject: models.Model | None = None,
    *,
    by: Actor | None,
    **facts: Fact | UUID,
) -> Event:
    """Add one event. `facts` are keys, codes and counts: never what is in a child's file.

    `by` is None for what the system does by itself, such as a job at night.
    """
    event = _event(verb, subject._meta.label if subject else "", subject and subject.pk, by, facts)
    event.save(force_insert=True)
    return event


def record_each(
    verb: str,
    model: type[models.Model],
    keys: Iterable[UUID],
    *,
    by: Actor | None,
    **facts: Fact | UUID,
) -> None:
    """The same event for many subjects of one kind, in few statements."""
    Event.objects.bulk_create(
        (_event(verb, model._meta.label, key, by, facts) for key in keys), batch_size=500
    )


def _event(
    verb: str, label: str, key: object, by: Actor | None, facts: Mapping[str, Fact | UUID]
) -> Event:
    return Event(
        at=clock.now(),
        verb=verb,
        subject_type=label,
        subject_id=str(key) if label else "",
        officer_id=by.officer_id if by else None,
        post_id=by.post_id if by else None,
        unit_id=by.unit_id if by else None,
        role=by.role if by else "",
        address=by.address if by else "",
        purpose=by.purpose if by else "",
        facts={name: str(fact) if isinstance(fact, UUID) else fact for name, fact in facts.items()},
    )
