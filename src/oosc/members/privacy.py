"""How each field of this room is treated: officers act in public office, their secrets stay."""

from oosc.kernel.privacy import Treatment

KEEP, REMOVE = Treatment.KEEP, Treatment.REMOVE

FIELDS = {
    "Unit": {
        "id": KEEP,
        "name": KEEP,
        "role": KEEP,
        "region": KEEP,
        "school": KEEP,
        "ended_on": KEEP,
    },
    "Officer": {
        "id": KEEP,
        "username": KEEP,
        "name": KEEP,
        "phone": Treatment.MASK,
        "is_active": KEEP,
        "must_change_password": REMOVE,
        "password_changed_at": REMOVE,
        "session_epoch": REMOVE,
        "version": KEEP,
        "password": REMOVE,
        "last_login": REMOVE,
    },
    "PastPassword": {"id": REMOVE, "officer": REMOVE, "password": REMOVE, "set_at": REMOVE},
    "FactorReset": {
        "id": KEEP,
        "officer": KEEP,
        "reason": REMOVE,
        "asked_by": KEEP,
        "asked_at": KEEP,
        "decided_by": KEEP,
        "decided_at": KEEP,
        "approved": KEEP,
    },
    "Post": {
        "id": KEEP,
        "unit": KEEP,
        "role": KEEP,
        "title": KEEP,
        "class_name": KEEP,
        "since": KEEP,
        "until": KEEP,
        "version": KEEP,
    },
    "Holding": {
        "id": KEEP,
        "post": KEEP,
        "officer": KEEP,
        "role": KEEP,
        "since": KEEP,
        "until": KEEP,
        "may_approve_reveals": KEEP,
    },
    "LeadingGroup": {
        "id": KEEP,
        "region": KEEP,
        "document_number": KEEP,
        "title": KEEP,
        "effective_from": KEEP,
        "published_by": KEEP,
    },
    "GroupMember": {
        "id": KEEP,
        "group": KEEP,
        "role": KEEP,
        "duty": KEEP,
        "name": KEEP,
        "post": KEEP,
        "order": KEEP,
        "version": KEEP,
    },
}
