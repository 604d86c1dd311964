"""Many new rows of one model at once, as `bulk_create` writes them, in about half its time.

`bulk_create` asks every field of every row how it wants to be written, through six calls. Here
that is asked once for each field; what encrypts or converts still has the word for each row. And
a model's own constructor asks every field for every row what it is when nothing is said of it:
`maker` asks once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState

M = TypeVar("M", bound=models.Model)
Write = Callable[[models.Model], Any]  # Any: what the driver takes for this column

LOOKED_AT = 1000  # entries of each index
DAYS = 10_000  # of dates, that are made once each
AS_THEY_ARE = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.BooleanField,
)


def insert(model: type[M], rows: Iterable[M]) -> None:
    """Insert rows whose keys are known, or are made by the database. It returns no keys."""
    fields = [f for f in model._meta.local_concrete_fields if not isinstance(f, models.AutoField)]
    database = connections[DEFAULT_DB_ALIAS]  # not the proxy, which looks it up each time
    quote = database.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"
    writes = [_write(field, database) for field in fields]
    lines = [[write(row) for write in writes] for row in rows]
    if lines:
        with transaction.atomic(savepoint=False), database.cursor() as cursor:
            cursor.executemany(statement, lines)


def maker(model: type[M]) -> Callable[..., M]:
    """What makes new rows of a model, a great many, from values named by column (`child_id`).

    A row so made is as the model's constructor makes it, but that nobody hears of it by signal.
    """
    fields = model._meta.concrete_fields
    called = {f.attname: f.default for f in fields if f.has_default() and callable(f.default)}
    plain = {f.attname: f.get_default() for f in fields if f.attname not in called}

    def make(**values: Any) -> M:  # Any: of any field
        row = model.__new__(model)
        held = row.__dict__
        held["_state"] = ModelState()
        held.update(plain)
        held.update(values)
        for name, default in called.items():
            if name not in values:
                held[name] = default()
        return row

    return make


def analyse(model: type[models.Model]) -> None:
    """Let the database learn how many rows there are now, before it is asked for some of them.

    One that does not know takes the list of a run for a handful of rows, and reads all of it.
    """
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        cursor.execute(f"ANALYZE {database.ops.quote_name(model._meta.db_table)}")


def _write(
    field: models.Field[Any, Any], database: BaseDatabaseWrapper
) -> Write:  # Any: of any value
    """How one field of a row becomes a value of the driver."""
    name = field.attname
    own = getattr(field, "writer", None)  # a field of the vault prepares itself for many rows
    if own is not None:
        return cast(Write, own(database))
    kept: Any = field  # Any: at the end of a chain of keys, a field of any value
    while isinstance(kept, models.ForeignKey):
        kept = kept.target_field
    if type(kept) is models.UUIDField:
        return attrgetter(name) if database.features.has_native_uuid_field else _hex_key(name)
    if type(field) in AS_THEY_ARE or _is_text(field):
        return attrgetter(name)
    if type(field) is models.DateField and not (field.auto_now or field.auto_now_add):
        prepared = lru_cache(maxsize=DAYS)(lambda day: field.get_db_prep_save(day, database))
        return lambda row: prepared(getattr(row, name))
    if type(field) is models.JSONField:
        return _json(field, database)
    return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), database)


def _is_text(field: models.Field[Any, Any]) -> bool:  # Any: of any value
    """Whether a field of another room is written as every text is."""
    own, plain = type(field), models.CharField
    return isinstance(field, plain) and (own.pre_save, own.get_prep_value) == (
        plain.pre_save,
        plain.get_prep_value,
    )


def _json(field: models.Field[Any, Any], database: BaseDatabaseWrapper) -> Write:  # Any: JSON
    """Most rows have nothing but the default, which is made once."""
    usual, name = field.get_default(), field.attname
    made = field.get_db_prep_save(usual, database)

    def write(row: models.Model) -> Any:
        value = getattr(row, name)
        return made if value == usual else field.get_db_prep_save(value, database)

    return write


def _hex_key(name: str) -> Write:
    def write(row: models.Model) -> str | None:
        key: UUID | None = getattr(row, name)
        return key.hex if key else None

    return write
