"""Which page needs which permission. A page without a line here fails the build.

The value is a permission that the post must hold, SIGNED_IN for whoever has signed in, or
PUBLIC for everybody. Whose rows a page shows is decided by `visible_to` of the models.
"""

from __future__ import annotations

from oosc.access.policy import Permission as P

PUBLIC = "public"
SIGNED_IN = "signed_in"

PAGES: dict[str, P | str] = {
    # portal
    "portal:home": SIGNED_IN,
    "portal:healthz": PUBLIC,
    "portal:text_size": PUBLIC,
    "portal:search": P.CHILD_VIEW,
    "portal:rooms": SIGNED_IN,
    "portal:system": SIGNED_IN,
    "lists:search": SIGNED_IN,
    # parameters
    "parameters:list": P.PARAMETER_VIEW,
    "parameters:detail": P.PARAMETER_VIEW,
    "parameters:calendar": P.PARAMETER_VIEW,
    "parameters:year": P.PARAMETER_VIEW,
}
