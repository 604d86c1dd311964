"""A request as every view behind the door receives it."""

from __future__ import annotations

from django.http import HttpRequest

from oosc.members.acting import Acting
from oosc.members.models import Officer


class OfficerRequest(HttpRequest):
    """Signed in, and acting in a post: the middleware `acting` has seen to both."""

    user: Officer
    acting: Acting


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
