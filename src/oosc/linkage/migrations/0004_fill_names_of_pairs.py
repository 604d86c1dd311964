"""Fill what the list of pairs is searched and filtered by, from what each pair shows.

Apart from the columns themselves: PostgreSQL changes no table that has rows written in the same
transaction. The school stays unknown; going back leaves the values, which 0003 then drops.
"""

from typing import Any

from django.db import migrations

from oosc.children.rules import spelling
from oosc.rosters.states import Kind

PORTION = 500


def fill(apps: Any, schema_editor: Any) -> None:  # Any: as Django calls it
    kinds = {label: value for value, label in Kind.choices}
    for pair in apps.get_model("linkage", "Pair").objects.iterator(chunk_size=PORTION):
        for side in ("left", "right"):
            shown = getattr(pair, side)
            name = shown.get("name", "")
            setattr(pair, f"{side}_name", name[:60])
            setattr(pair, f"{side}_initials", spelling(name)[0][:20])
            setattr(pair, f"{side}_kind", kinds.get(shown.get("roster", ""), ""))
        pair.save(
            update_fields=[
                "left_name", "right_name", "left_initials", "right_initials",
                "left_kind", "right_kind",
            ]
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("linkage", "0003_pairs_listed_and_batches")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
