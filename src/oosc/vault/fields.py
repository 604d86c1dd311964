"""Encrypted fields and their blind index.

    id_no = EncryptedField("公民身份号码", label="children.Child.id_no", blank=True)
    id_no_index = BlindIndexField(of="id_no", purpose="id_no")
    id_no_last4 = BlindIndexField(of="id_no", purpose="id_no", last=4)

The label goes into every ciphertext: it is chosen once and survives a renaming. The primary
key goes in too, so it must be known before the insert (UUID v7).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django import forms
from django.apps import apps
from django.core import checks
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute
from django.utils.functional import cached_property

from oosc.vault import cipher
from oosc.vault.blind_index import blind_index, indexer
from oosc.vault.sealed import Ready, Sealed

ST = TypeVar("ST")
GT = TypeVar("GT")

if TYPE_CHECKING:
    _Field = models.Field
else:

    class _Field(models.Field):
        """Django's own takes no parameters at run time."""

        def __class_getitem__(cls, _):
            return cls


class _OpenedOnAccess(DeferredAttribute):
    """Decrypts when the attribute is first read; a list that does not show it never does."""

    field: EncryptedField[Any, Any]  # whichever

    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:  # as Django's
        if instance is None:
            return self
        held = super().__get__(instance, owner)
        if isinstance(held, Ready):
            return held.sealed
        if isinstance(held, Sealed):
            held = self.field.open(held, self.field.row_of(instance))
            instance.__dict__[self.field.attname] = held
        return held

    def __set__(self, instance: models.Model, value: object) -> None:
        if isinstance(value, Sealed) and value.pk is None:
            value = value.bound_to(self.field.row_of(instance))
        instance.__dict__[self.field.attname] = value


class EncryptedField(_Field[ST, GT]):
    """Text that lies encrypted. "" stays empty, and is allowed where `blank=True`."""

    # From these the checker of types learns what the attribute holds.
    _pyi_private_set_type: str
    _pyi_private_get_type: str

    descriptor_class = _OpenedOnAccess
    # Django thinks that `blank` does not reach the database; here it makes the CHECK.
    non_db_attrs = tuple(attr for attr in models.Field.non_db_attrs if attr != "blank")

    def __init__(self, *args: Any, label: str, **options: Any) -> None:  # as Django's Field
        self.label = label
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:  # as Django's: name, path, args, kwargs
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "label": self.label}

    # How it lies in the database

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:  # as BinaryField
        return cast(str, connection.ops.binary_placeholder_sql(value))

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        """A required value is never empty: nobody can blank it behind our back."""
        if self.may_be_empty:
            return None
        return f"length({connection.ops.quote_name(cast(str, self.column))}) > 0"

    @property
    def may_be_empty(self) -> bool:
        return self.blank

    def get_lookup(self, lookup_name: str) -> Any:  # a Lookup class, as Django's
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted; filter by its blind index.")
        return super().get_lookup(lookup_name)

    # From an instance to the database and back

    def row_of(self, instance: models.Model) -> object:
        """Return the primary key of the row this field lies in, as far as it is known."""
        return instance.__dict__.get(self._key)

    @cached_property
    def _key(self) -> str:
        return cast(str, cast(Any, self.model._meta.pk).attname)  # every model has one

    def from_db_value(self, value: bytes | None, *_: object) -> Sealed | str | None:
        if value is None:
            return None
        if not value and self.may_be_empty:
            return ""
        return Sealed(bytes(value), self.label)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # as Django's
        pk = self.row_of(model_instance)
        held = model_instance.__dict__.get(self.attname)
        if isinstance(held, Sealed) and held.pk == pk:
            return held  # never opened: what lies in the row stays as it is
        return self.seal(getattr(model_instance, self.attname), pk)

    def seal(self, value: object, pk: object) -> Sealed | None:
        """Encrypt a value for one row. An empty text stays empty, and None is NULL."""
        if value is None:
            return None
        if pk is None:
            raise ValueError(f"{self.label}: the primary key must be known before it is encrypted.")
        if value == "" and isinstance(value, str):
            return Sealed(b"", self.label, pk)
        return Sealed(cipher.encrypt(self.written(value).encode(), self.label, pk), self.label, pk)

    def writer(self, connection: Any) -> Callable[[models.Model], Any]:  # Any: the driver's own
        """What makes of new rows the values to insert: the ring is asked once for all of them."""
        encrypt = cipher.encrypter(self.label)
        binary, attname = connection.Database.Binary, self.attname

        def write(row: models.Model) -> Any:
            value, pk = row.__dict__.get(attname), self.row_of(row)
            if isinstance(value, Sealed) or value is None or value == "" or pk is None:
                return self.get_db_prep_value(self.pre_save(row, add=True), connection)
            return binary(encrypt(self.written(value).encode(), pk))

        return write

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Take only what `pre_save` sealed: a bare value came by `update()`, which has no key."""
        if value is None:
            return None
        if isinstance(value, Sealed):
            return connection.Database.Binary(value.data)
        if value in ("", b""):  # the default of a column that a migration adds
            return connection.Database.Binary(b"")
        raise TypeError(f"{self.label} cannot be set by update(); use save() or bulk_update().")

    def open(self, sealed: Sealed, pk: object) -> Any:  # text here, whatever JSON holds below
        return sealed.open(pk)

    def written(self, value: object) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self.label} holds text, not {type(value).__name__}.")
        return value

    # Around it

    def to_python(self, value: Any) -> Any:  # as CharField's
        return value if isinstance(value, str) or value is None else str(value)

    def formfield(self, **options: Any) -> forms.Field | None:  # as CharField's
        return super().formfield(**{"max_length": self.max_length, **options})

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.label} would lie in the dump in clear; take a backup instead.")

    def check(self, **options: Any) -> list[checks.CheckMessage]:  # as Django's
        return [*super().check(**options), *self._check_vault()]

    def _check_vault(self) -> list[checks.CheckMessage]:
        from oosc.vault.managers import VaultQuerySet

        found: list[checks.CheckMessage] = []
        if self.unique or cast(Any, self).db_index:  # the stubs lack it
            found.append(
                checks.Error(
                    "A ciphertext has no index; give it a BlindIndexField.",
                    obj=self,
                    id="vault.E001",
                )
            )
        if isinstance(self.model._meta.pk, models.AutoField):
            found.append(
                checks.Error(
                    "The primary key must be known before the insert.", obj=self, id="vault.E002"
                )
            )
        if not isinstance(self.model._default_manager.all(), VaultQuerySet):
            found.append(
                checks.Error(
                    "The QuerySet must derive from VaultQuerySet.", obj=self, id="vault.E003"
                )
            )
        if len([field for field in encrypted_fields() if field.label == self.label]) > 1:
            found.append(
                checks.Error(
                    f"The label {self.label} is used by another field.", obj=self, id="vault.E004"
                )
            )
        return found


class EncryptedJSONField(EncryptedField[ST, GT]):
    """JSON that lies encrypted; also an empty one is encrypted, so nobody can empty it."""

    _pyi_private_set_type: Any  # whatever JSON holds
    _pyi_private_get_type: Any

    empty_strings_allowed = False

    @property
    def may_be_empty(self) -> bool:
        return False

    def open(self, sealed: Sealed, pk: object) -> Any:  # whatever JSON holds
        return json.loads(sealed.open(pk))

    def seal(self, value: object, pk: object) -> Sealed | None:
        if value == "" and isinstance(value, str):
            raise TypeError(f"{self.label} holds JSON; an empty one is {{}}, [] or None.")
        return super().seal(value, pk)

    def written(self, value: object) -> str:
        return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)

    def to_python(self, value: Any) -> Any:  # as JSONField's
        return value

    def formfield(self, **options: Any) -> forms.Field | None:  # as JSONField's
        return super().formfield(**{"form_class": forms.JSONField, **options})


class BlindIndexField(_Field[bytes | str | None, bytes | None]):
    """Finds rows by an encrypted value: `filter(id_no_index="35058219…")`.

    The text is normalised and keyed for the query; bytes of `blind_index()` are taken as they
    are. No value has no index (NULL), and nothing is found by an empty text.
    """

    def __init__(
        self, *args: Any, of: str, purpose: str, last: int | None = None, **options: Any
    ) -> None:  # as Django's Field
        self.of, self.purpose, self.last = of, purpose, last
        options.update(null=True, blank=True, editable=False)
        options.setdefault("db_index", not options.get("unique"))
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:  # as Django's: name, path, args, kwargs
        name, path, args, options = super().deconstruct()
        own = {"of": self.of, "purpose": self.purpose, "last": self.last}
        return name, path, args, {**options, **own}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:  # as BinaryField
        return cast(str, connection.ops.binary_placeholder_sql(value))

    def get_prep_value(self, value: Any) -> bytes | None:
        return blind_index(self.purpose, value, self.last) if isinstance(value, str) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        if self._source_is_untouched(model_instance):
            return cast(bytes | None, getattr(model_instance, self.attname))
        index = self.of_instance(model_instance)
        setattr(model_instance, self.attname, index)
        return index

    def writer(self, connection: Any) -> Callable[[models.Model], Any]:  # Any: the driver's own
        """What makes of new rows the values to insert: the ring is asked once for all of them."""
        index = indexer(self.purpose, self.last)
        binary, attname, of = connection.Database.Binary, self.attname, self.of

        def write(row: models.Model) -> Any:
            value = row.__dict__.get(of)
            if not isinstance(value, str):  # sealed, or left out
                return self.get_db_prep_value(self.pre_save(row, add=True), connection)
            found = row.__dict__[attname] = index(value) or None
            return found and binary(found)

        return write

    def of_instance(self, instance: models.Model) -> bytes | None:
        return blind_index(self.purpose, getattr(instance, self.of) or "", self.last) or None

    def value_to_string(self, obj: models.Model) -> str:
        return ""  # made anew when it is loaded

    def to_python(self, value: Any) -> bytes | None:
        return value or None

    def _source_is_untouched(self, instance: models.Model) -> bool:
        if self.attname in instance.get_deferred_fields():
            return False
        return isinstance(instance.__dict__.get(self.of), Sealed) or (
            self.of in instance.get_deferred_fields()
        )


def encrypted_fields() -> Sequence[EncryptedField[Any, Any]]:  # whichever
    """Every encrypted field of every room, in the order of their labels."""
    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedField)
    ]
    return sorted(fields, key=lambda field: field.label)
