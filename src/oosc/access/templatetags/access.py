"""`{% may "case_verify" case as may_verify %}`: a template asks the policy."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from oosc.access import policy
from oosc.access.policy import Located, Permission

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str, subject: Located | None = None) -> bool:
    """True when the post that acts has the permission, and, where named, for this subject."""
    acting: Any = getattr(context["request"], "acting", None)  # Any: set by the middleware
    return acting is not None and policy.allows(acting, Permission(permission), subject)
