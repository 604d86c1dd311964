"""How each field of this room is treated. A job holds keys and counts, never a person."""

from oosc.kernel.privacy import Treatment

FIELDS = {
    "Job": {
        "id": Treatment.KEEP,
        "name": Treatment.KEEP,
        "title": Treatment.KEEP,
        "state": Treatment.KEEP,
        "arguments": Treatment.KEEP,
        "result": Treatment.KEEP,
        "trouble": Treatment.KEEP,
        "post_id": Treatment.KEEP,
        "unit_id": Treatment.KEEP,
        "owner": Treatment.REMOVE,
        "lease_until": Treatment.KEEP,
        "attempts": Treatment.KEEP,
        "checkpoint": Treatment.KEEP,
        "cancel_requested": Treatment.KEEP,
        "done": Treatment.KEEP,
        "total": Treatment.KEEP,
        "sentence": Treatment.KEEP,
        "created_at": Treatment.KEEP,
        "started_at": Treatment.KEEP,
        "finished_at": Treatment.KEEP,
    },
}
