"""How each field of this room is treated. Places are public; no person is named here."""

from oosc.kernel.privacy import Treatment

KEEP = Treatment.KEEP

FIELDS = {
    "Region": {
        "id": KEEP,
        "code": KEEP,
        "name": KEEP,
        "level": KEEP,
        "ended_on": KEEP,
        "version": KEEP,
    },
    "RegionCode": {"id": KEEP, "region": KEEP, "code": KEEP, "until": KEEP},
    "RegionAlias": {"id": KEEP, "region": KEEP, "name": KEEP},
    "School": {
        "id": KEEP,
        "code": KEEP,
        "name": KEEP,
        "stage": KEEP,
        "region": KEEP,
        "closed_on": KEEP,
        "version": KEEP,
    },
    "Campus": {"id": KEEP, "school": KEEP, "name": KEEP, "address": KEEP},
}
