"""This room keeps nothing yet: a paper is told its words and forgets them."""

from oosc.kernel.privacy import Treatment

FIELDS: dict[str, dict[str, Treatment]] = {}
