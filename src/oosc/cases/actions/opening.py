"""A case is opened, or reopened: by an office, by a comparison, or by a term that ran out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from oosc.access.policy import Permission, require
from oosc.audit import trail
from oosc.cases import moving, rules
from oosc.cases.models import Case, CaseNumber
from oosc.cases.states import CLOSINGS, Reason, Source, State
from oosc.children.models import Child
from oosc.children.states import PlaceKind
from oosc.kernel.refusal import Refused
from oosc.members.acting import Acting
from oosc.places.models import Region, School
from oosc.schooling import actions as schooling
from oosc.schooling.models import SchoolYearStatus
from oosc.schooling.queries import Ending, over
from oosc.schooling.states import LIMITED, NOT_ENROLLED, Status
from oosc.schooling.states import Source as StatusSource
from rosterlink.school_age import school_year

# The suspicion was noticed by somebody and not computed: its words are his own.
BY_HAND = "reported"
REASONS_WITH_TERM = [closing.reason for closing in CLOSINGS.values() if closing.has_term]


@dataclass(frozen=True)
class Suspicion:
    """Why one child is believed to be out of school, and who is to look."""

    child: Child
    source: Source
    trigger_code: str
    trigger: str
    region: Region | None = None
    school: School | None = None
    class_name: str = ""
    run_id: UUID | None = None
    roster_ids: Sequence[str] = ()


@dataclass
class Raised:
    """What came of a batch: the cases, and the children for whom none was opened."""

    cases: list[Case] = field(default_factory=list)
    already: list[Case] = field(default_factory=list)  # the open case they had
    placeless: list[Child] = field(default_factory=list)  # nobody knows where they live


@transaction.atomic
def raise_suspicion(suspicion: Suspicion, *, by: Acting | None, on: date) -> Case:
    """Open a case for one child, or reopen the one it had (JY-5a, SQ-2a)."""
    raised = raise_suspicions([suspicion], by=by, on=on)
    if raised.already:
        number = raised.already[0].number
        raise Refused(f"该儿童已有未销号的个案（{number}），请在那个个案里办理。")
    if raised.placeless:
        raise Refused("还不知道该儿童住在哪个社区，请先在登记册里补上居住地再立案。")
    return raised.cases[0]


@transaction.atomic
def raise_suspicions(items: Iterable[Suspicion], *, by: Acting | None, on: date) -> Raised:
    """Open a case for each child that has none open. `by` None: the system, by its own rule."""
    items = list(items)
    # The children are locked, since a case that is not there yet cannot be.
    keys = sorted({item.child.pk for item in items})
    list(Child.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    raised = Raised()
    for item in items:
        if by:
            require(by, Permission.SUSPICION_RAISE, item.child)
        _raise(item, raised, by=by, on=on)
    return raised


@transaction.atomic
def end_leaves(*, on: date) -> int:
    """Reopen the cases whose approved leave has ended and after which nothing came (C06, C07)."""
    ended = Case.objects.filter(
        state=State.CLOSED, closing_reason__in=REASONS_WITH_TERM, recheck_on__lt=on
    )
    return sum(_end_leave(moving.locked(case), on=on) for case in ended.order_by("pk"))


@transaction.atomic
def raise_lapsed(*, on: date) -> int:
    """Suspect whose transfer or registration did not come to its end in time (domain §4.1)."""
    lapsed = {one.child.pk: one for one in over(on) if one.record.status in LIMITED}
    raised = raise_suspicions([_lapsed(one) for one in lapsed.values()], by=None, on=on)
    # An open case stays as it is; a child of whom nobody knows where it lives gets none.
    for child, source in [
        *((case.child, StatusSource.VISIT) for case in raised.already),
        *((child, StatusSource.RUN) for child in raised.placeless),
    ]:
        schooling.set_status(
            child, school_year=school_year(on), status=Status.SUSPECTED, by=None, source=source,
            on=on, evidence=_lapsed(lapsed[child.pk]).trigger,
        )  # fmt: skip
    return len(lapsed)


def _lapsed(one: Ending) -> Suspicion:
    return Suspicion(
        child=one.child,
        source=Source.LAPSED,
        trigger_code=LIMITED[Status(one.record.status)],
        trigger=f"{one.words}，逾期未办结",
        region=None if one.child.region else one.record.region,
        school=one.record.school,
    )


def _end_leave(case: Case, *, on: date) -> bool:
    leave = Reason(case.closing_reason).label
    until = case.closing_until
    if _is_followed(case, on):
        case.recheck_on = None
        case.save(update_fields=["recheck_on"])
        moving.log(
            case,
            "recheck",
            State.CLOSED,
            on=on,
            by=None,
            words=f"{leave}期满，已续批或入学",
        )
        return False
    words = f"{leave}至 {until:%Y-%m-%d} 期满，未见入学、复学或续批"
    region = None if case.child.region else case.region  # where nobody knows its home any more
    item = Suspicion(case.child, Source.LAPSED, "leave_ended", words, region=region)
    _reopen(case, item, by=None, on=on)
    return True


def _is_followed(case: Case, on: date) -> bool:
    """True when the register says how the child is schooled now that the leave has ended."""
    stands = SchoolYearStatus.objects.filter(child=case.child, school_year=school_year(on)).first()
    if stands is None:
        return False
    if stands.status in (Status.DEFERRED, Status.SUSPENDED):
        return stands.until is not None and stands.until >= on
    return stands.status not in NOT_ENROLLED


def _raise(item: Suspicion, raised: Raised, *, by: Acting | None, on: date) -> None:
    had = Case.objects.select_related("child__home", "child__hukou", "child__school", "region")
    had = had.select_for_update(of=("self",)).filter(child=item.child)
    last = had.order_by("-id").first()
    if last and last.closed_on is None:
        raised.already.append(last)
    elif item.region is None and item.child.region is None:
        raised.placeless.append(item.child)
    elif last:
        raised.cases.append(_reopen(last, item, by=by, on=on))
    else:
        raised.cases.append(_open(item, by=by, on=on))


def _open(item: Suspicion, *, by: Acting | None, on: date) -> Case:
    region, school, class_name = _places_of(item)
    case = Case(
        number=_next_number(region, on),
        child=item.child,
        region=region,
        school=school,
        class_name=class_name,
        state_since=on,
        school_year=school_year(on),
        source=item.source,
        trigger_code=item.trigger_code,
        trigger=item.trigger,
        run_id=item.run_id,
        roster_ids=list(item.roster_ids),
        opened_on=on,
        opened_by_id=by.post_id if by else None,
    )
    moving.set_limit(case, "case.assign", on)
    case.save()
    moving.log(case, "raise", None, on=on, by=by, words=item.trigger)
    _suspect(case, by=by, on=on)
    trail.record("case.raised", case, by=by, source=item.source.value, code=item.trigger_code)
    return case


def _reopen(case: Case, item: Suspicion, *, by: Acting | None, on: date) -> Case:
    step = rules.arrow("reopen", State.CLOSED, State.VERIFYING)
    # The family may have moved since: the community where it lives now is in charge.
    case.region, case.school, case.class_name = _places_of(item)
    case.round += 1
    case.closed_on, case.closed_by, case.recheck_on = None, None, None
    moving.forget_finding(case)
    moving.forget_request(case)
    case.source, case.trigger_code, case.trigger = item.source, item.trigger_code, item.trigger
    case.run_id, case.roster_ids = item.run_id, list(item.roster_ids)
    case.school_year = school_year(on)
    moving.move(case, step, on=on, by=by, words=item.trigger)
    _suspect(case, by=by, on=on)
    trail.record("case.reopened", case, by=by, round=case.round)
    return case


def _suspect(case: Case, *, by: Acting | None, on: date) -> None:
    """Note where the child stood, and that it is now suspected."""
    year = SchoolYearStatus.objects.filter(child=case.child, school_year=case.school_year).first()
    if year and year.status == Status.SUSPECTED:
        return
    case.status_before = year.status if year else Status.PENDING
    case.source_before = year.source if year else StatusSource.RUN
    case.until_before = year.until if year else None
    case.save(update_fields=["status_before", "source_before", "until_before"])
    # What somebody told in his own words stays in the case, where it lies encrypted.
    by_hand = case.trigger_code == BY_HAND
    evidence = f"登记疑似，个案 {case.number}" if by_hand else case.trigger
    moving.set_status(case, Status.SUSPECTED, by=by, on=on, evidence=evidence)


def _next_number(region: Region, on: date) -> str:
    """Return the next case number: region of nine digits, year, serial."""
    series, _ = CaseNumber.objects.select_for_update().get_or_create(
        region_code=region.code[:9], year=on.year
    )
    series.last += 1
    series.save(update_fields=["last"])
    return str(series)


def _places_of(item: Suspicion) -> tuple[Region, School | None, str]:
    """Who is in charge: the community where the child lives, else that of its hukou."""
    present = {
        place.kind: place
        for place in item.child.places.filter(until__isnull=True).select_related("region", "school")
    }
    home = present.get(PlaceKind.RESIDENCE) or present.get(PlaceKind.HUKOU)
    seat = present.get(PlaceKind.SCHOOL)
    region = item.region or (home.region if home else None)
    if region is None:
        raise Refused("还不知道该儿童住在哪个社区，请先在登记册里补上居住地再立案。")
    school = item.school or (seat.school if seat else None)
    is_seat = seat is not None and seat.school == school
    return region, school, item.class_name or (seat.class_name if seat and is_seat else "")
