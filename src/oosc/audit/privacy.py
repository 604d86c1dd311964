"""How each field of this room is treated. The trail holds keys, never persons' data."""

from oosc.kernel.privacy import Treatment

FIELDS = {
    "Event": {
        "id": Treatment.KEEP,
        "at": Treatment.KEEP,
        "verb": Treatment.KEEP,
        "subject_type": Treatment.KEEP,
        "subject_id": Treatment.KEEP,
        "officer_id": Treatment.KEEP,
        "post_id": Treatment.KEEP,
        "unit_id": Treatment.KEEP,
        "role": Treatment.KEEP,
        "address": Treatment.KEEP,
        "purpose": Treatment.KEEP,
        "facts": Treatment.KEEP,
    },
    "Seal": {
        "number": Treatment.KEEP,
        "event": Treatment.KEEP,
        "previous": Treatment.KEEP,
        "value": Treatment.KEEP,
    },
}
