"""How each field of this room is treated."""

from oosc.kernel.privacy import Treatment

FIELDS = {
    "StoredFile": {
        "id": Treatment.KEEP,
        "sha256": Treatment.KEEP,
        "size": Treatment.KEEP,
        "media_type": Treatment.KEEP,
        "data_key": Treatment.REMOVE,
        "holders": Treatment.KEEP,
        "stored_at": Treatment.KEEP,
        "destroyed_at": Treatment.KEEP,
    },
}
