"""The orders of the list hold the names as well; PostgreSQL finds a part of one by characters."""

from typing import Any

from django.db import migrations, models

LISTED = ["merged_into", "home", "hukou", "school", "grade", "name"]


def add(apps: Any, schema_editor: Any) -> None:  # Any: as Django calls it
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX children_name_characters ON children_child"
            " USING gin (string_to_array(name, NULL))"
        )


def remove(apps: Any, schema_editor: Any) -> None:  # Any: as above
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX children_name_characters")


class Migration(migrations.Migration):
    dependencies = [("children", "0003_list_by_birth_date")]

    operations = [
        migrations.RemoveIndex(model_name="child", name="children_child_list"),
        migrations.RemoveIndex(model_name="child", name="children_child_by_birth"),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(
                fields=["name_initials", "id", *LISTED], name="children_child_in_order"
            ),
        ),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(fields=["birth_date", "id", *LISTED], name="children_child_by_age"),
        ),
        migrations.RunPython(add, remove),
    ]
