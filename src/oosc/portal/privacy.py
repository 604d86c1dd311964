"""How each field of this room is treated. It holds the office's own words, no persons."""

from oosc.kernel.privacy import Treatment

FIELDS = {
    "DutyText": {
        "id": Treatment.KEEP,
        "region": Treatment.KEEP,
        "clause": Treatment.KEEP,
        "document_number": Treatment.KEEP,
        "text": Treatment.KEEP,
        "entered_by": Treatment.KEEP,
        "entered_on": Treatment.KEEP,
    },
}
