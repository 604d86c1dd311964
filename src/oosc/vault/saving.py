"""What a field cannot see of a save: loading a fixture, and a list of fields to write.

Two signals, because Django leaves no other door: a fixture is saved without `pre_save` of the
fields being called, and `update_fields` is known to the model alone.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import signals

from oosc.vault.fields import BlindIndexField, EncryptedField
from oosc.vault.sealed import Ready


def connect() -> None:
    signals.pre_save.connect(_before, dispatch_uid="vault")
    signals.post_save.connect(_after, dispatch_uid="vault")


def _before(
    sender: type[models.Model],
    instance: models.Model,
    raw: bool,
    update_fields: frozenset[str] | None,
    **_: Any,  # what else Django sends
) -> None:
    if raw:
        _prepare_raw(instance)
    elif update_fields:
        _refuse_without_index(instance, update_fields)


def _prepare_raw(instance: models.Model) -> None:
    # The index first: it reads what the other is about to put away.
    for field in instance._meta.concrete_fields:
        if isinstance(field, BlindIndexField):
            setattr(instance, field.attname, field.of_instance(instance))
    for field in instance._meta.concrete_fields:
        if isinstance(field, EncryptedField):
            setattr(instance, field.attname, Ready(field.pre_save(instance, add=True)))


def _refuse_without_index(instance: models.Model, update_fields: frozenset[str]) -> None:
    indexes = [f for f in instance._meta.concrete_fields if isinstance(f, BlindIndexField)]
    for field in indexes:
        if field.of in update_fields and field.name not in update_fields:
            raise ValueError(f"Save {field.of} together with its index {field.name}.")


def _after(sender: type[models.Model], instance: models.Model, raw: bool, **_: Any) -> None:
    if raw:
        for name, held in list(instance.__dict__.items()):
            if isinstance(held, Ready):
                instance.__dict__[name] = held.sealed
