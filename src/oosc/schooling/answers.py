"""How a page answers when an action refuses: on the form, so that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import BaseForm

from oosc.audit import trail
from oosc.kernel.refusal import Refused
from oosc.members.http import OfficerRequest


def tried(request: OfficerRequest, form: BaseForm, act: Callable[[], object]) -> bool:
    """Do it; a refusal stands on the form, so that nothing typed is lost, and leaves a trace."""
    try:
        act()
    except Refused as refused:
        form.add_error(None, str(refused))
        form.refused = refused  # type: ignore[attr-defined]  # for the answer
        page = request.resolver_match.view_name if request.resolver_match else ""
        trail.record("access.refused", by=request.acting, page=page, method="POST")
        return False
    return True


def status_of(form: BaseForm) -> int:
    """The status of a page with this form: sent wrong 422, refused 409."""
    if getattr(form, "refused", None):
        return 409
    return 422 if form.is_bound and form.errors else 200
