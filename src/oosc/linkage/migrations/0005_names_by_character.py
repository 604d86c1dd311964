"""On PostgreSQL: find a part of a name by its characters, without reading a whole list.

SQLite reads its index of the names as fast, and has no such index.
"""

from typing import Any

from django.db import migrations


def add(apps: Any, schema_editor: Any) -> None:  # Any: as Django calls it
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX linkage_name_characters ON linkage_finding"
            " USING gin (string_to_array(name, NULL))"
        )


def remove(apps: Any, schema_editor: Any) -> None:  # Any: as above
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX linkage_name_characters")


class Migration(migrations.Migration):
    dependencies = [("linkage", "0004_fill_names_of_pairs")]

    operations = [migrations.RunPython(add, remove)]
