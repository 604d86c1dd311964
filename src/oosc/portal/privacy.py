"""This room keeps nothing."""

from oosc.kernel.privacy import Treatment

FIELDS: dict[str, dict[str, Treatment]] = {}
