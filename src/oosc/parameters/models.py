"""What offices have set for themselves. A value is never changed: a later one follows it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from uuid6 import uuid7

from oosc.parameters.definitions import BY_CODE, Definition

# Statistical codes name province, city, county, subdistrict and community.
CODE_LENGTHS = (2, 4, 6, 9, 12)


class ParameterQuerySet(models.QuerySet["Parameter"]):
    def in_force(self, region_code: str, on: date) -> ParameterQuerySet:
        """Values that apply to a region on a day, the one that counts last.

        The most specific region wins; in one region the value that took effect last.
        """
        codes = [region_code[:length] for length in CODE_LENGTHS if length <= len(region_code)]
        return self.by_rank(on).filter(Q(region=None) | Q(region__code__in=codes))

    def by_rank(self, on: date) -> ParameterQuerySet:
        """Values of all regions that apply on a day, in the same order."""
        return self.filter(effective_from__lte=on).order_by(
            Length("region__code").asc(nulls_first=True), "effective_from", "set_at"
        )


class Parameter(models.Model):
    """One value that an office set, from a day on, for a region and all below it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField("参数", max_length=40)
    value = models.CharField("值", max_length=40)
    # Without a region it holds for the whole installation.
    region = models.ForeignKey(
        "places.Region", models.PROTECT, null=True, blank=True, verbose_name="适用地区"
    )
    effective_from = models.DateField("生效日期")
    basis = models.CharField("依据", max_length=200)
    set_at = models.DateTimeField("设定时间")
    # The post, and its words as they stood: rooms below members do not look them up.
    set_by = models.UUIDField("设定岗位")
    set_by_words = models.CharField("设定人", max_length=120)

    objects = ParameterQuerySet.as_manager()

    class Meta:
        verbose_name = "参数值"
        indexes = [models.Index(fields=["code", "effective_from"], name="parameters_code_from")]
        constraints = [
            models.CheckConstraint(condition=~Q(value=""), name="parameters_value_not_empty"),
            models.CheckConstraint(condition=~Q(basis=""), name="parameters_basis_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.definition.name}：{self.words}"

    @property
    def definition(self) -> Definition:
        return BY_CODE[self.code]

    @property
    def words(self) -> str:
        return self.definition.words(self.value)


class CalendarDay(models.Model):
    """A rest day on a weekday, a worked rest day (调休), or a named day, as an office entered it.

    A year with any day here is known by these days alone; see `calendar.py`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40)

    class Meta:
        verbose_name = "工作日历"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}{'上班' if self.is_workday else '放假'}"
