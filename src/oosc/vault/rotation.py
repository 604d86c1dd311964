"""Moving everything that is encrypted under the current key.

The first byte of each ciphertext names its key, and is written in the same transaction as the
rest: it is the checkpoint. A rotation that was killed goes on by looking for what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

from django.db import connection, models, transaction
from django.db.models.functions import Substr

from oosc.vault import cipher, keys
from oosc.vault.fields import EncryptedField, encrypted_fields
from oosc.vault.sealed import Sealed

BATCH = 500
AnyField = EncryptedField[Any, Any]  # text or JSON


def counts() -> dict[str, Counter[int]]:
    """For each field, how many ciphertexts lie under which key."""
    return {field.label: _counts_of(field) for field in encrypted_fields()}


def is_unfinished() -> bool:
    current = keys.ring().current
    return any(set(counted) - {current} for counted in counts().values())


def rotate() -> Iterator[tuple[str, int]]:
    """Rewrite what lies under older keys; yield the label and the rows of each batch."""
    # Until a whole pass finds nothing: a transaction begun before the new key may end during one.
    while is_unfinished():
        for field in encrypted_fields():
            yield from _rotate_field(field)


def _rotate_field(field: AnyField) -> Iterator[tuple[str, int]]:
    rows = _stale(field).order_by("pk").values_list("pk", field.attname)
    while True:
        with transaction.atomic():
            batch = list(rows.select_for_update()[:BATCH])
            _encrypt_anew(field, batch)
        if not batch:
            return
        rows = rows.filter(pk__gt=batch[-1][0])
        yield field.label, len(batch)


def _encrypt_anew(field: AnyField, batch: list[tuple[object, Sealed]]) -> None:
    """Write the ciphertexts alone: the values, and with them the indexes, do not change."""
    key_field = field.model._meta.pk
    assert key_field is not None  # every concrete model has one
    anew = [
        (
            field.get_db_prep_value(Sealed(_under_current_key(field, pk, sealed), ""), connection),
            key_field.get_db_prep_value(pk, connection),
        )
        for pk, sealed in batch
    ]
    names = (field.model._meta.db_table, str(field.column), str(key_field.column))
    table, column, key = map(connection.ops.quote_name, names)
    # SQL of our own: an update of the ORM for each row takes ten times as long, and a rotation
    # of a whole county's register is to be done in minutes.
    with connection.cursor() as cursor:
        cursor.executemany(f"update {table} set {column} = %s where {key} = %s", anew)


def _under_current_key(field: AnyField, pk: object, sealed: Sealed) -> bytes:
    return cipher.encrypt(sealed.open(pk).encode(), field.label, pk)


def _stale(field: AnyField) -> models.QuerySet[models.Model]:
    done = [b"", bytes((keys.ring().current,))]
    return _by_head(field).exclude(head__in=done)


def _by_head(field: AnyField) -> models.QuerySet[models.Model]:
    head = Substr(field.attname, 1, 1, output_field=models.BinaryField())
    rows = models.QuerySet(field.model).annotate(head=head)
    return cast(models.QuerySet[models.Model], rows)


def _counts_of(field: AnyField) -> Counter[int]:
    heads = _by_head(field).values_list("head").annotate(rows=models.Count("pk")).order_by()
    return Counter({bytes(head)[0]: rows for head, rows in heads if head})
