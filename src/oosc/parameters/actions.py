"""Every write to the parameters and the working-day calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

from django.db import transaction

from oosc.access.policy import Acting, Permission, require
from oosc.audit import trail
from oosc.audit.trail import Actor
from oosc.kernel import clock
from oosc.kernel.refusal import Refused
from oosc.parameters import rules
from oosc.parameters.definitions import BY_CODE
from oosc.parameters.models import CalendarDay, Parameter
from oosc.parameters.rules import NamedDay
from oosc.places.models import Region


class Setter(Acting, Actor, Protocol):
    """Who acts, with the words that are kept beside a value."""

    @property
    def post_id(self) -> UUID: ...
    @property
    def officer_name(self) -> str: ...
    @property
    def unit_name(self) -> str: ...
    @property
    def post_title(self) -> str: ...


@transaction.atomic
def set_parameter(
    code: str,
    value: str,
    *,
    by: Setter,
    region: Region | None,
    effective_from: date,
    basis: str,
    today: date,
) -> Parameter:
    """Set a value from a day on, for a region and all below it (notice, JZ-1).

    What is decided already stands: a value never takes effect in the past.
    """
    definition = BY_CODE[code]
    if definition.is_everywhere:
        require(by, Permission.SECURITY_SET)
        region = None
    elif region is None:
        raise Refused("请选择适用的地区。")
    else:
        require(by, Permission.PARAMETER_SET, region)
    if effective_from < today:
        raise Refused("生效日期不能早于今天：已经算定的期限不会重算。请填今天或以后的日期。")
    parameter = Parameter.objects.create(
        code=code,
        value=definition.read(value),
        region=region,
        effective_from=effective_from,
        basis=basis,
        set_at=clock.now(),
        set_by=by.post_id,
        set_by_words=f"{by.unit_name} {by.post_title} {by.officer_name}",
    )
    trail.record(
        "parameter.set", parameter, by=by, code=code, value=parameter.value,
        effective_from=effective_from.isoformat(), region=region.code if region else "",
    )  # fmt: skip
    return parameter


@transaction.atomic
def enter_year(year: int, days: Mapping[date, NamedDay], *, by: Setter) -> None:
    """Enter which days of a year are rest days and worked rest days, in place of what was there."""
    require(by, Permission.CALENDAR_SET)
    rules.check_year(days, year)
    CalendarDay.objects.filter(day__year=year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, is_workday=named.is_workday, name=named.name)
        for day, named in days.items()
    )
    worked = sum(named.is_workday for named in days.values())
    trail.record("calendar.entered", by=by, year=year, rest=len(days) - worked, worked=worked)
