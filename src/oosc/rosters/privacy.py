"""How each field of this room is treated. Rows and files lie in the vault, not here."""

from oosc.kernel.privacy import Treatment

_KEPT = [
    "id",
    "kind",
    "sender",
    "region",
    "school",
    "as_of",
    "state",
    "file_hash",
    "file_bytes",
    "file_key",
    "rows_key",
    "problems_key",
    "file_destroyed_on",
    "file_destroyed_by",
    "rows",
    "rows_with_problems",
    "problems",
    "new",
    "changed",
    "unchanged",
    "gone",
    "previous",
    "supplements",
    "job_id",
    "checked_by",
    "uploaded_at",
    "received_at",
    "received_by",
    "withdrawn_at",
    "withdrawn_by",
]

FIELDS = {
    "Roster": {
        **dict.fromkeys(_KEPT, Treatment.KEEP),
        # What senders call files and columns, and what officers write, may name a child.
        "file_name": Treatment.REMOVE,
        "sheets": Treatment.REMOVE,
        "headings": Treatment.REMOVE,
        "mapping": Treatment.REMOVE,
        "skipped": Treatment.REMOVE,
        "problem_counts": Treatment.REMOVE,
        "refusal": Treatment.REMOVE,
        "withdrawn_why": Treatment.REMOVE,
    },
    "HeadingMapping": dict.fromkeys(
        ["id", "sender", "kind", "field", "heading", "told_by", "told_at"], Treatment.KEEP
    ),
}
