"""The base QuerySet of every model that has an encrypted field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from django.db import models

from oosc.vault.fields import BlindIndexField, EncryptedField

M = TypeVar("M", bound=models.Model)


class VaultQuerySet(models.QuerySet[M]):
    """Keeps ciphertext and index together, whichever way rows are written."""

    def update(self, **values: Any) -> int:  # as Django's
        for name in values:
            if isinstance(self._field(name), EncryptedField | BlindIndexField):
                raise TypeError(f"{name} cannot be set by update(); use save() or bulk_update().")
        return super().update(**values)

    def bulk_update(
        self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None
    ) -> int:
        names = self._with_indexes(fields)
        drafts = [self._draft(obj, names) for obj in objs]
        # A plain QuerySet: it ends in an update(), which ours refuses.
        plain: models.QuerySet[M] = models.QuerySet(self.model, self.query.chain(), self.db)
        return plain.bulk_update(drafts, names, batch_size)

    def bulk_create(
        self,
        objs: Iterable[M],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[M]:
        if update_conflicts and update_fields:
            names = self._with_indexes(update_fields)
            if names != list(update_fields) or any(map(self._is_encrypted, names)):
                self._refuse_another_row(unique_fields or ())
            update_fields = names
        return super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )

    def _refuse_another_row(self, unique_fields: Collection[str]) -> None:
        """The row in conflict keeps its key, and the ciphertext was made for the new one's."""
        if list(unique_fields) not in (["pk"], [self._pk.name]):
            raise TypeError("An encrypted field can only be updated on a conflict of the key.")

    def _draft(self, obj: M, names: Sequence[str]) -> M:
        """A copy that holds expressions for what is encrypted; the object itself stays as it is."""
        draft = self.model.__new__(self.model)
        draft.__dict__.update(obj.__dict__)
        for field in map(self._field, names):
            if isinstance(field, EncryptedField | BlindIndexField):
                value = field.pre_save(obj, add=False)
                draft.__dict__[field.attname] = models.Value(value, output_field=field)
        return draft

    def _with_indexes(self, names: Iterable[str]) -> list[str]:
        chosen = list(names)
        indexes = [
            field.name
            for field in self.model._meta.concrete_fields
            if isinstance(field, BlindIndexField) and field.of in chosen
        ]
        return [*chosen, *(name for name in indexes if name not in chosen)]

    def _is_encrypted(self, name: str) -> bool:
        return isinstance(self._field(name), EncryptedField)

    def _field(self, name: str) -> object:
        return self._pk if name == "pk" else self.model._meta.get_field(name)

    @property
    def _pk(self) -> models.Field[Any, Any]:  # whatever the model has
        pk = self.model._meta.pk
        assert pk is not None  # every model that is not abstract has one
        return pk
