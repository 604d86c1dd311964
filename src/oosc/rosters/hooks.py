"""What this room registers with the rooms below."""

from __future__ import annotations

from oosc.kernel.refusal import Refused
from oosc.places import tables
from oosc.rosters import in_clear
from rosterlink.reading import Unreadable

MOST_LINES = 20_000  # of a table that is no roster


def register() -> None:
    tables.register(lines_of)


def lines_of(name: str, content: bytes) -> tables.Lines:
    """The first visible sheet of a workbook, read in the guarded child as a roster is."""
    from rosterlink.reading.intake import open_sheets  # takes a second to load, and is rare

    with in_clear.private_folder() as folder:
        path = folder / f"table{in_clear.suffix(name)}"
        path.write_bytes(content)
        try:
            sheets, _ = open_sheets(path)
        except Unreadable as error:
            raise Refused(str(error)) from None
        shown = next((one for one in sheets if one.table.num_rows and not one.hidden), None)
        if shown is None:
            raise Refused("工作簿里没有内容，请核对是不是选错了文件。")
        heads = [list(shown.labels)] if shown.labels else []
        return [*heads, *shown.top(MOST_LINES)]
