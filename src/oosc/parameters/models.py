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
        return self.by_rank(on).told_to(region_code)

    def told_to(self, region_code: str) -> ParameterQuerySet:
        """Every value set for a region or one above it, those that were taken back too."""
        codes = [region_code[:length] for length in CODE_LENGTHS if length <= len(region_code)]
        return self.filter(Q(region=None) | Q(region__code__in=codes))

    def by_rank(self, on: date) -> ParameterQuerySet:
        """Values of all regions that apply on a day, in the same order."""
        return self.filter(effective_from__lte=on, withdrawn_at=None).order_by(
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
    # Taken back before its day came: it never held, and stands in the history.
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by_words = models.CharField("撤回人", max_length=120, blank=True, default="")

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


class CalendarYear(models.Model):
    """A year as an office entered it, one time after the other: the last one holds.

    None of its days means the arrangement that came with the platform.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    year = models.PositiveSmallIntegerField("年")
    version = models.PositiveIntegerField("版本")
    # [day, whether it is worked, name], as `rules.NamedDay` says them.
    days = models.JSONField("安排", default=list, blank=True)
    set_at = models.DateTimeField("录入时间")
    set_by = models.UUIDField("录入岗位", null=True, blank=True)
    set_by_words = models.CharField("录入人", max_length=120)

    class Meta:
        verbose_name = "年度安排"
        ordering = ["year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["year", "version"], name="parameters_year_version")
        ]

    def __str__(self) -> str:
        return f"{self.year} 年第 {self.version} 次录入"

    @property
    def rest(self) -> int:
        return sum(not is_workday for _, is_workday, _ in self.days)

    @property
    def worked(self) -> int:
        return len(self.days) - self.rest
