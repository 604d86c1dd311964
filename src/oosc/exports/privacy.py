"""How each field of this room is treated. The rows of a list lie in its encrypted file alone."""

from oosc.kernel.privacy import Treatment

FIELDS = {
    "Export": {
        "id": Treatment.KEEP,
        "job_id": Treatment.KEEP,
        "officer": Treatment.KEEP,
        "post": Treatment.KEEP,
        "path": Treatment.KEEP,
        "query": Treatment.KEEP,
        "words": Treatment.REMOVE,
        "title": Treatment.KEEP,
        "purpose": Treatment.KEEP,
        "rows": Treatment.KEEP,
        "asked_at": Treatment.KEEP,
        "file_key": Treatment.REMOVE,
        "made_at": Treatment.KEEP,
        "expires_at": Treatment.KEEP,
        "destroyed_at": Treatment.KEEP,
    },
}
