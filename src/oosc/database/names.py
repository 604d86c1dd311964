"""A part of a name, looked for in a column of hundreds of thousands."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Contains
from django.db.models.sql.compiler import SQLCompiler


class Holds(Contains):
    """A part of a name. PostgreSQL looks up its characters first, in an index of them."""

    lookup_name = "holds"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:  # Any: its operators are untyped
        return str(connection.operators["contains"] % rhs)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:  # Any: parameters of a query
        said, parameters = super().as_sql(compiler, connection)
        name, of_name = self.process_lhs(compiler, connection)
        characters = f"string_to_array({name}, NULL) @> %s::text[]"
        return f"({said} AND {characters})", [*parameters, *of_name, list(str(self.rhs))]
