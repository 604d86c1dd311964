"""What an engine does: bring rows to their comparable form, and find and weigh pairs of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


class EngineMissing(ValueError):
    """An engine cannot run here; the message is one Chinese sentence that says what to do."""


class Engine(Protocol):
    def read(self, rosters: Mapping[str, Sequence[pa.Table]], on: date) -> pa.Table:
        """Bring every row to the form that is compared, and return what of it is `person.KEPT`.

        `n` counts the rows from 0 through all rosters, in the order of `person.ROSTERS`.
        """

    def pairs(self, keep: float) -> pa.Table:
        """Return the pairs worth keeping: `a` < `b`, the levels, and the weight in bits.

        A pair of rows with one number and one name is certain and is not among them; nor are
        pairs of two rows of which both are settled so.
        """
