"""One schooling status a child and school year, and the rosters sealed from them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Acting, Permission, Reach
from oosc.children.models import Land
from oosc.schooling.states import ENROLLED, RosterKind, Source, Status
from oosc.vault.fields import EncryptedJSONField
from oosc.vault.managers import VaultQuerySet


class SchoolYearStatusQuerySet(models.QuerySet["SchoolYearStatus"]):
    def visible_to(self, by: Acting) -> Self:
        """What is counted for a region within reach, or stands at one's own school."""
        permission = Permission.SCHOOLING_VIEW
        own = policy.within_reach(by, permission, schools=["school"])
        if Reach.OWN_REGION not in policy.reaches(by, permission):
            return self.filter(own)
        return self.filter(Land.of(by, permission).regions.holds("region") | own)

    def of_kind(self, kind: RosterKind) -> Self:
        if kind is RosterKind.ENROLLED:
            # Said by what it is not: nearly all are, and an index would collect them first.
            return self.exclude(status__in=sorted(set(Status) - kind.statuses))
        return self.filter(status__in=sorted(kind.statuses))

    def newest(self, school_year: str) -> Self:
        """The last word on each child: of this school year, or of the one before and none since."""
        year = int(school_year[:4])
        since = SchoolYearStatus.objects.filter(
            child=OuterRef("child"), school_year__gt=OuterRef("school_year"),
            school_year__lte=school_year,
        )  # fmt: skip
        near = self.filter(school_year__in=[school_year, f"{year - 1}-{year}"])
        return near.exclude(Exists(since))

    def put_off(self) -> Self:
        """Years by which a child's entry was put off: 缓学, and not in school in it after all."""
        deferred = StatusChange.objects.filter(record=OuterRef("pk"), to_status=Status.DEFERRED)
        return self.filter(Exists(deferred)).exclude(status__in=sorted(ENROLLED))


class SchoolYearStatus(models.Model):
    """How one child is schooled in one school year, and who says so."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(
        "children.Child", models.PROTECT, related_name="school_years", verbose_name="儿童"
    )
    school_year = models.CharField("学年", max_length=9)
    status = models.CharField("就学状态", max_length=24, choices=Status)
    source = models.CharField("依据", max_length=10, choices=Source)
    source_key = models.UUIDField("来源记录", null=True, blank=True)  # the run, visit or case
    # The community that counts the child for this year: when the family moves, the rosters of
    # the years before stay with the community of then, and every child is on one roster.
    region = models.ForeignKey(
        "places.Region", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="计入社区",
    )  # fmt: skip
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="学校",
    )  # fmt: skip
    grade = models.PositiveSmallIntegerField("年级", null=True, blank=True)
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    evidence = models.CharField("说明", max_length=200, blank=True, default="")
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = SchoolYearStatusQuerySet.as_manager()

    class Meta:
        verbose_name = "学年就学状态"
        constraints = [
            models.UniqueConstraint(
                fields=["child", "school_year"], name="schooling_one_status_a_year"
            ),
            models.CheckConstraint(
                condition=Q(school_year__regex=r"^[0-9]{4}-[0-9]{4}$"),
                name="schooling_year_written_in_full",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="schooling_status_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school_year", "region", "grade", "id", "status", "child"],
                name="schooling_roster",
            ),
            # With all that the roster of those not in school asks for: else a database would
            # walk the index above, and with it every child that is in school.
            models.Index(
                fields=["school_year", "status", "region", "child", "id"], name="schooling_standing"
            ),
            models.Index(fields=["school_year", "school", "status"], name="schooling_school"),
        ]

    def __str__(self) -> str:
        return f"{self.school_year} {self.get_status_display()}"

    @property
    def region_codes(self) -> Collection[str]:
        return {self.region.code} if self.region else set()

    @property
    def school_ids(self) -> Collection[UUID]:
        return {self.school_id} if self.school_id else set()

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return {(self.school_id, self.child.class_name)} if self.school_id else set()


class StatusChange(models.Model):
    """One change of a status: what it was, what it became, who said so. Only ever added."""

    record = models.ForeignKey(
        SchoolYearStatus, models.PROTECT, related_name="changes", verbose_name="学年就学状态"
    )
    from_status = models.CharField("原状态", max_length=24, choices=Status, blank=True)
    to_status = models.CharField("新状态", max_length=24, choices=Status)
    on = models.DateField("日期")
    source = models.CharField("依据", max_length=10, choices=Source)
    source_key = models.UUIDField("来源记录", null=True, blank=True)
    by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="岗位",
    )  # fmt: skip
    evidence = models.CharField("说明", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "就学状态变动"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_from_status_display()}→{self.get_to_status_display()}"


class SealedRosterQuerySet(models.QuerySet["SealedRoster"]):
    def visible_to(self, by: Acting) -> Self:
        return self.filter(
            policy.within_reach(by, Permission.SCHOOLING_VIEW, regions=["region__code"])
        )


class SealedRoster(models.Model):
    """A roster as it stood on a day. Its rows lie encrypted in a file and never change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("名册", max_length=14, choices=RosterKind)
    school_year = models.CharField("学年", max_length=9)
    region = models.ForeignKey(
        "places.Region", models.PROTECT, related_name="+", verbose_name="范围"
    )
    sealed_on = models.DateField("封存日期")
    sealed_by = models.ForeignKey(
        "members.Post", models.PROTECT, related_name="+", verbose_name="封存岗位"
    )
    sealed_by_name = models.CharField("封存人", max_length=50)  # as printed; holders change
    rows_count = models.PositiveIntegerField("人数")
    file_key = models.CharField("文件", max_length=80)
    # The headings it was sealed with: key, heading, width, width on A4. None: those of its kind.
    columns = models.JSONField("栏目", default=list, blank=True)

    objects = SealedRosterQuerySet.as_manager()

    class Meta:
        verbose_name = "封存花名册"
        ordering = ["-sealed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "school_year", "region", "sealed_on"],
                name="schooling_sealed_once_a_day",
                violation_error_message="今天已封存过这本名册。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.school_year} {self.get_kind_display()}"

    @property
    def unit(self) -> str:
        """What its rows are counted in: a 台账 counts cases."""
        return "件" if self.kind == RosterKind.SUSPECTED else "人"

    @property
    def region_codes(self) -> Collection[str]:
        return [self.region.code]

    @property
    def school_ids(self) -> Collection[UUID]:
        return ()

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return ()


class SealedCorrection(models.Model):
    """A later correction of one row: the sealed row stays, this stands beside it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    roster = models.ForeignKey(
        SealedRoster, models.PROTECT, related_name="corrections", verbose_name="封存花名册"
    )
    row = models.PositiveIntegerField("序号")
    # {"column": …, "was": …, "now": …}
    words = EncryptedJSONField("更正内容", label="schooling.SealedCorrection.words")
    why = models.CharField("更正理由", max_length=200)
    on = models.DateField("日期")
    by = models.ForeignKey(
        "members.Post", models.PROTECT, related_name="+", verbose_name="更正岗位"
    )
    by_name = models.CharField("更正人", max_length=50)  # as printed; holders change

    objects = VaultQuerySet["SealedCorrection"].as_manager()

    class Meta:
        verbose_name = "封存后更正"
        ordering = ["row", "id"]

    def __str__(self) -> str:
        return f"更正（第 {self.row} 行）"
