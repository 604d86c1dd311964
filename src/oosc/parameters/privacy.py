"""Nothing here is about a child. Who set a value is an officer in a post, on the record."""

from oosc.kernel.privacy import Treatment

KEEP = Treatment.KEEP

FIELDS = {
    "Parameter": {
        "id": KEEP,
        "code": KEEP,
        "value": KEEP,
        "region": KEEP,
        "effective_from": KEEP,
        "basis": KEEP,
        "set_at": KEEP,
        "set_by": KEEP,
        "set_by_words": Treatment.MASK,
        "withdrawn_at": KEEP,
        "withdrawn_by_words": Treatment.MASK,
    },
    "CalendarYear": {
        "id": KEEP,
        "year": KEEP,
        "version": KEEP,
        "days": KEEP,
        "set_at": KEEP,
        "set_by": KEEP,
        "set_by_words": Treatment.MASK,
    },
    "CalendarDay": {"id": KEEP, "day": KEEP, "is_workday": KEEP, "name": KEEP},
}
