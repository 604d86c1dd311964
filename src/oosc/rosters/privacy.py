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
    "rows",
    "rows_with_problems",
    "problems",
    "problem_counts",
    "new",
    "changed",
    "unchanged",
    "gone",
    "sheets",
    "headings",
    "mapping",
    "skipped",
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
        # What senders call their files, and what officers write, may name a child.
        "file_name": Treatment.REMOVE,
        "refusal": Treatment.REMOVE,
        "withdrawn_why": Treatment.REMOVE,
    },
    "HeadingMapping": dict.fromkeys(
        ["id", "sender", "kind", "field", "heading", "told_by", "told_at"], Treatment.KEEP
    ),
}
