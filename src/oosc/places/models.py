"""Where: regions by their statistical code, schools and their campuses."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Acting, Permission
from oosc.places.fields import CodeField
from oosc.places.states import LEVELS, Stage


class RegionQuerySet(models.QuerySet["Region"]):
    def visible_to(self, by: Acting) -> RegionQuerySet:
        return self.filter(policy.within_reach(by, Permission.REGION_VIEW, regions=["code"]))

    def below(self, code: str) -> RegionQuerySet:
        """The region of this code and all below it."""
        return self.filter(policy.code_range("code", code))

    def communities(self) -> RegionQuerySet:
        return self.filter(level=12, ended_on__isnull=True)

    def by_code(self, code: str, on: date) -> Region | None:
        """The region that had this code on a day; another may have it today."""
        past = RegionCode.objects.filter(code=code, until__gt=on).order_by("until")
        found = past.select_related("region").first()
        return found.region if found else self.filter(code=code).first()


class Region(models.Model):
    """A place of any level, from the province to the community, by its code of today.

    What lies below a region begins with its code: the tree needs no table of ancestors, and no
    level is special. Other tables point here and copy no code.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = CodeField("统计用区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("级", choices=LEVELS, editable=False)
    ended_on = models.DateField("撤并日期", null=True, blank=True)
    # Raised by every write to it or to its aliases: who saves second is told.
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=list(LEVELS)), name="places_region_level_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.level = len(self.code)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    @property
    def region_codes(self) -> list[str]:
        return [self.code]

    @property
    def school_ids(self) -> list[UUID]:
        return []

    @property
    def class_names(self) -> list[tuple[UUID, str]]:
        return []


class RegionCode(models.Model):
    """A code that a region had before a day: rosters of that time still name it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="past_codes")
    code = CodeField("旧代码", max_length=12)
    # The first day on which it is the region's code no more.
    until = models.DateField("停用日期")

    class Meta:
        verbose_name = "旧区划代码"
        constraints = [
            models.UniqueConstraint(fields=["code", "until"], name="places_past_code_once")
        ]

    def __str__(self) -> str:
        return f"{self.code}（{self.until} 停用）"


class RegionAlias(models.Model):
    """Another name under which rosters know a region (村→社区, 别字)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="aliases")
    name = models.CharField("别名", max_length=60)

    class Meta:
        verbose_name = "区划别名"
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="places_alias_once")]

    def __str__(self) -> str:
        return self.name


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, by: Acting) -> SchoolQuerySet:
        return self.filter(
            policy.within_reach(by, Permission.REGION_VIEW, regions=["region__code"])
        )

    def managed_by(self, by: Acting) -> SchoolQuerySet:
        reach = policy.within_reach(by, Permission.SCHOOL_MANAGE, regions=["region__code"])
        return self.filter(reach)

    def open_on(self, day: date) -> SchoolQuerySet:
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))


class School(models.Model):
    """A school of compulsory education, by its identification code of ten digits."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = CodeField("学校标识码", max_length=10, unique=True)
    name = models.CharField("学校名称", max_length=80)
    stage = models.CharField("办学类型", max_length=10, choices=Stage)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所在社区或街道")
    closed_on = models.DateField("撤并日期", null=True, blank=True)
    # Raised by every write to it or to its campuses: who saves second is told.
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = "学校"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def region_codes(self) -> list[str]:
        return [self.region.code]

    @property
    def school_ids(self) -> list[UUID]:
        return [self.pk]

    @property
    def class_names(self) -> list[tuple[UUID, str]]:
        return []


class Campus(models.Model):
    """One site of a school. Its outline comes with the inspections."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="campuses")
    name = models.CharField("校区", max_length=60)
    address = models.CharField("地址", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "校区"
        constraints = [
            models.UniqueConstraint(fields=["school", "name"], name="places_campus_once")
        ]

    def __str__(self) -> str:
        return f"{self.school}{self.name}"
