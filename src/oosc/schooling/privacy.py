"""How each field of this room is treated. Children under 14: 《个人信息保护法》第二十八条."""

from oosc.kernel.privacy import Treatment

FIELDS = {
    "SchoolYearStatus": {
        "id": Treatment.KEEP,
        "child": Treatment.KEEP,
        "school_year": Treatment.KEEP,
        "status": Treatment.MASK,  # a restricted form is shown as 在读
        "source": Treatment.KEEP,
        "source_key": Treatment.KEEP,
        "region": Treatment.KEEP,
        "school": Treatment.KEEP,
        "grade": Treatment.KEEP,
        "since": Treatment.KEEP,
        "until": Treatment.KEEP,
        "evidence": Treatment.REMOVE,
        "version": Treatment.KEEP,
    },
    "StatusChange": {
        "id": Treatment.KEEP,
        "record": Treatment.KEEP,
        "from_status": Treatment.MASK,
        "to_status": Treatment.MASK,
        "on": Treatment.KEEP,
        "source": Treatment.KEEP,
        "source_key": Treatment.KEEP,
        "by": Treatment.KEEP,
        "evidence": Treatment.REMOVE,
    },
    "SealedRoster": {
        "id": Treatment.KEEP,
        "kind": Treatment.KEEP,
        "school_year": Treatment.KEEP,
        "region": Treatment.KEEP,
        "sealed_on": Treatment.KEEP,
        "sealed_by": Treatment.KEEP,
        "sealed_by_name": Treatment.KEEP,
        "rows_count": Treatment.KEEP,
        "file_key": Treatment.REMOVE,
        "columns": Treatment.KEEP,
    },
    "SealedCorrection": {
        "id": Treatment.KEEP,
        "roster": Treatment.KEEP,
        "row": Treatment.KEEP,
        "words": Treatment.REMOVE,
        "why": Treatment.REMOVE,
        "on": Treatment.KEEP,
        "by": Treatment.KEEP,
        "by_name": Treatment.KEEP,
    },
}
