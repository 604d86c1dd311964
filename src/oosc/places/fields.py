"""Columns of codes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class CodeField(models.CharField):  # type: ignore[type-arg]  # its value is a plain str
    """A code compared byte by byte, so that a prefix is a range of the index.

    PostgreSQL would otherwise sort it by the language of the database.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:  # Any: Django's TypedDict
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
