"""Every write to the parameters and the working-day calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from oosc.access.policy import Acting, Permission, require
from oosc.audit import trail
from oosc.audit.trail import Actor
from oosc.kernel import clock
from oosc.kernel.refusal import ChangedMeanwhile, Refused
from oosc.parameters import queries, rules
from oosc.parameters.definitions import BY_CODE
from oosc.parameters.models import CalendarDay, CalendarYear, Parameter
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
    version: int | None = None,
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
    if version not in (None, queries.version_of(code)):
        raise ChangedMeanwhile
    parameter = Parameter.objects.create(
        code=code,
        value=definition.read(value),
        region=region,
        effective_from=effective_from,
        basis=basis,
        set_at=clock.now(),
        set_by=by.post_id,
        set_by_words=_words(by),
    )
    trail.record(
        "parameter.set", parameter, by=by, code=code, value=parameter.value,
        effective_from=effective_from.isoformat(), region=region.code if region else "",
    )  # fmt: skip
    return parameter


@transaction.atomic
def withdraw_parameter(parameter: Parameter, *, by: Setter, today: date) -> Parameter:
    """Take back a value whose day has not come. It stays in the history, and never held."""
    parameter = Parameter.objects.select_for_update(of=("self",)).get(pk=parameter.pk)
    _require(by, parameter)
    if parameter.withdrawn_at is not None:
        raise Refused("这次设定已经撤回。")
    if parameter.effective_from <= today:
        raise Refused("这个值已经生效，不能撤回：期限已按它计算。请设定新的值。")
    parameter.withdrawn_at = clock.now()
    parameter.withdrawn_by_words = _words(by)
    parameter.save(update_fields=["withdrawn_at", "withdrawn_by_words"])
    trail.record("parameter.withdrawn", parameter, by=by, code=parameter.code)
    return parameter


@transaction.atomic
def enter_year(
    year: int, days: Mapping[date, NamedDay], *, by: Setter, version: int | None = None
) -> CalendarYear:
    """Enter which days of a year are rest days and worked rest days; the earlier entry is kept."""
    require(by, Permission.CALENDAR_SET)
    rules.check_year(days, year)
    said = [[day.isoformat(), one.is_workday, one.name] for day, one in sorted(days.items())]
    entry = _enter(year, said, by, version)
    trail.record("calendar.entered", by=by, year=year, rest=entry.rest, worked=entry.worked)
    return entry


@transaction.atomic
def restore_year(year: int, number: int, *, by: Setter) -> CalendarYear:
    """Put back a year as it was entered before; 0: as it came with the platform."""
    require(by, Permission.CALENDAR_SET)
    earlier = CalendarYear.objects.filter(year=year, version=number).first()
    if earlier is None and number:
        raise Refused("没有这一次录入，请刷新页面。")
    last = CalendarYear.objects.filter(year=year).first()
    days = earlier.days if earlier else []
    if last is None or last.days == days:
        raise Refused("现在用的就是这一次的安排。")
    entry = _enter(year, days, by, last.version)
    trail.record("calendar.restored", by=by, year=year, version=number)
    return entry


def _enter(year: int, days: list[Any], by: Setter, version: int | None) -> CalendarYear:
    """Add an entry, and let the days of the year be those that it names."""
    last = queries.version_of_year(year)
    if version not in (None, last):
        raise ChangedMeanwhile
    CalendarDay.objects.filter(day__year=year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=date.fromisoformat(day), is_workday=is_workday, name=name)
        for day, is_workday, name in days
    )
    return CalendarYear.objects.create(
        year=year, version=last + 1, days=days, set_at=clock.now(), set_by=by.post_id,
        set_by_words=_words(by),
    )  # fmt: skip


def _require(by: Setter, parameter: Parameter) -> None:
    if parameter.region is None:
        require(by, Permission.SECURITY_SET)
    else:
        require(by, Permission.PARAMETER_SET, parameter.region)


def _words(by: Setter) -> str:
    return f"{by.unit_name} {by.post_title} {by.officer_name}"
