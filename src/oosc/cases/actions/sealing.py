"""The ledger of the cases is sealed, and leaves the platform."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.members.acting import Acting
from oosc.places.models import Region
from oosc.schooling import actions as schooling
from oosc.schooling.models import SealedRoster
from oosc.schooling.rules import Column
from oosc.schooling.states import RosterKind


def exported(*, by: Acting, purpose: str, rows: int, form: str) -> None:
    """Leave the trace of a ledger that left the platform, or went on paper."""
    require(by, Permission.EXPORT)
    trail.record("case.exported", by=by.for_purpose(purpose), rows=rows, form=form)


@transaction.atomic
def seal_ledger(
    school_year: str, region: Region, *, by: Acting, on: date, rows: Iterable[dict[str, str]],
    columns: Sequence[Column],
) -> SealedRoster:  # fmt: skip
    """Seal the 疑似台账 of a school year as it stands: a dated snapshot (SQ-2b, JY-2b)."""
    book = RosterKind.SUSPECTED
    return schooling.seal_rows(book, school_year, region, rows, columns=columns, by=by, on=on)
