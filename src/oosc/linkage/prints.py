"""The print of a row: a keyed hash of what it says of a child.

It tells nothing by itself, and a row that says something else has another one.
"""

from __future__ import annotations

from collections.abc import Mapping

from oosc.vault.blind_index import blind_index

PURPOSE = "linkage.print"
GUARDIANS = ("guardian_name", "father_name", "mother_name", "household_head")
# Where a row says neither number nor birth date, many a child bears its name.
WHERE = ("community", "address", "home_address", "school_name", "grade", "class_no", "phone")
SAID = ("name", "name_pinyin", "id_no", "cert_no", "passport", "birth_date", *GUARDIANS, *WHERE)


def row_print(kind: str, sender: str, row: Mapping[str, str]) -> bytes:
    """Return the print of one row: roster kind, sender, name, number, birth date, guardian."""
    number = row.get("id_no") or row.get("cert_no") or row.get("passport") or ""
    name = row.get("name") or row.get("name_pinyin") or ""
    birth_date = row.get("birth_date", "")
    guardian = next((row[field] for field in GUARDIANS if row.get(field)), "")
    said = [kind, sender, name, number, birth_date, guardian]
    if not number and not birth_date:
        said += [row.get(field, "") for field in WHERE]
    return blind_index(PURPOSE, "\0".join(said))


def number_print(number: str) -> bytes:
    """Return the print by which two runs know the same child: its number, where that is sure."""
    return blind_index(PURPOSE, number)
