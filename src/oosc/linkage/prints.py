"""The print of a row: a keyed hash of what it says of a child.

It tells nothing by itself, and a row that says something else has another one.
"""

from __future__ import annotations

from collections.abc import Mapping

from oosc.vault.blind_index import blind_index

PURPOSE = "linkage.print"
GUARDIANS = ("guardian_name", "father_name", "mother_name", "household_head")


def row_print(kind: str, sender: str, row: Mapping[str, str]) -> bytes:
    """Return the print of one row: roster kind, sender, name, number, birth date, guardian."""
    number = row.get("id_no") or row.get("cert_no") or ""
    guardian = next((row[field] for field in GUARDIANS if row.get(field)), "")
    said = (kind, sender, row.get("name", ""), number, row.get("birth_date", ""), guardian)
    return blind_index(PURPOSE, "|".join(said))


def person_print(row: Mapping[str, str]) -> bytes:
    """Return the print by which two runs know the same child: its number, else name and birth."""
    number = row.get("id_no", "")
    said = (
        number if len(number) == 18 else "|".join((row.get("name", ""), row.get("birth_date", "")))
    )
    return blind_index(PURPOSE, said)
