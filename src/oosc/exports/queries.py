"""What pages ask about lists that are to leave in clear."""

from __future__ import annotations

from django.db.models import QuerySet

from oosc.exports.models import ClearExport
from oosc.exports.states import ANSWERED, ClearState
from oosc.members.acting import Acting


def waiting_for(by: Acting) -> QuerySet[ClearExport]:
    """What waits for this officer's answer, the oldest first."""
    asked = ClearExport.objects.answerable_by(by).filter(state=ClearState.ASKED)
    return asked.select_related("officer", "post__unit").order_by("asked_at")


def unread_answers(by: Acting) -> QuerySet[ClearExport]:
    """Answers to one's own requests that one has not read yet."""
    return ClearExport.objects.asked_by(by).filter(state__in=ANSWERED, seen_at=None)
