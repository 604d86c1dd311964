"""What is written here: the office's own words of a clause."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.places.models import Region
from oosc.portal.duties import BY_ID
from oosc.portal.models import DutyText


@transaction.atomic
def enter_duty_text(
    clause: str, *, by: Acting, on: date, text: str, document_number: str
) -> DutyText:
    """Enter a clause in the words of the office's own document (GW-3)."""
    region = Region.objects.get(code=by.region_code)
    require(by, Permission.DUTY_TEXT_SET, region)
    if clause not in BY_ID:
        raise Refused("没有这一条，请从条款表里选。")
    if not text.strip() or not document_number.strip():
        raise Refused("请填写原文和文号。")
    entered, _ = DutyText.objects.update_or_create(
        region=region,
        clause=clause,
        defaults={
            "text": text.strip(),
            "document_number": document_number.strip(),
            "entered_by_id": by.post_id,
            "entered_on": on,
        },
    )
    trail.record("duty_text.entered", entered, by=by, clause=clause)
    return entered
