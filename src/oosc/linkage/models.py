"""A run of the comparison, its lists, the doubtful pairs and what people decided of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.database.names import Holds
from oosc.linkage.states import Kind, RunState, Verdict
from oosc.members.acting import Acting
from oosc.places.fields import CodeField
from oosc.vault.fields import BlindIndexField, EncryptedField, EncryptedJSONField
from oosc.vault.managers import VaultQuerySet


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, by: Acting) -> Self:
        """Runs whose region holds one's own, or lies in it: a community sees its subdistrict's."""
        if not policy.holds(by, Permission.RUN_VIEW):
            return self.none()
        code = by.region_code or ""
        above = [code[:digits] for digits in (2, 4, 6, 9, 12) if digits <= len(code)]
        return self.filter(policy.code_range("region__code", code) | Q(region__code__in=above))

    def done(self) -> Self:
        return self.filter(state=RunState.DONE)

    def newest(self) -> Run | None:
        return self.done().order_by("-id").first()


class Run(models.Model):
    """One comparison. Its manifest says all that it rests on: run again, it gives the same."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField("序号")
    region = models.ForeignKey("places.Region", models.PROTECT, verbose_name="辖区")
    judged_on = models.DateField("判定日")
    rosters = models.ManyToManyField("rosters.Roster", related_name="runs", verbose_name="花名册")
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上一次"
    )
    state = models.CharField("状态", max_length=10, choices=RunState, default=RunState.QUEUED)
    job_id = models.UUIDField("作业", null=True, blank=True)
    manifest = models.JSONField("清单", default=dict, blank=True)
    counts = models.JSONField("人数", default=dict, blank=True)
    requested_by = models.ForeignKey("members.Post", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("发起时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    failure = models.CharField("没有办成的原因", max_length=300, blank=True, default="")

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = "比对"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="linkage_run_number_once"),
            models.CheckConstraint(
                condition=~Q(state=RunState.DONE) | Q(finished_at__isnull=False),
                name="linkage_done_run_has_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judged_on.year} 年第 {self.number} 次比对"

    @property
    def region_codes(self) -> Collection[str]:
        return [self.region.code]

    @property
    def school_ids(self) -> Collection[UUID]:
        return []

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return []


class FindingQuerySet(VaultQuerySet["Finding"]):
    def visible_to(self, by: Acting) -> Self:
        return self.filter(
            policy.within_reach(
                by,
                Permission.LIST_VIEW,
                regions=["region_code"],
                schools=["school"],
                classes=[("school", "class_name")],
            )
        )


class Finding(models.Model):
    """One row of a list of a run: a child as the rosters show it, and why it stands there.

    The community's code is copied: a run says what was true on its day, and a list of 300,000
    rows asks no other table for its reach.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By the run alone a database would read all of it, where an index below tells the list.
    run = models.ForeignKey(Run, models.PROTECT, related_name="findings", db_index=False)
    kind = models.CharField("名单", max_length=14, choices=Kind)
    child = models.ForeignKey(
        "children.Child", models.PROTECT, null=True, blank=True, related_name="findings",
        db_index=False,  # see the indexes below
    )  # fmt: skip
    roster_id = models.UUIDField("花名册", null=True, blank=True)
    roster_ids = models.JSONField("所据名册", default=list, blank=True)
    row_key = models.CharField("行", max_length=120)
    other_key = models.CharField("对应行", max_length=120, blank=True, default="")
    name = models.CharField("姓名", max_length=60, blank=True, default="")
    name_initials = CodeField("拼音首字母", max_length=20, blank=True, default="")
    sex = models.CharField("性别", max_length=2, blank=True, default="")
    birth_date = models.DateField("出生日期", null=True, blank=True)
    grade = models.PositiveSmallIntegerField("应读或在读年级", null=True, blank=True)
    region = models.ForeignKey(
        "places.Region", models.PROTECT, null=True, blank=True, related_name="+"
    )
    region_code = CodeField("区划代码", max_length=12)
    community = models.CharField("社区", max_length=60, blank=True, default="")
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, related_name="+"
    )
    school_name = models.CharField("学校", max_length=80, blank=True, default="")
    class_name = models.CharField("班级", max_length=20, blank=True, default="")
    id_head = models.CharField("证件号前六位", max_length=6, blank=True, default="")
    id_no = EncryptedField("证件号", label="linkage.Finding.id_no", blank=True, default="")
    id_no_index = BlindIndexField(of="id_no", purpose="id_no")
    id_no_last4 = BlindIndexField(of="id_no", purpose="id_no", last=4)
    reason_code = models.CharField("原因码", max_length=40)
    reason = models.CharField("列入原因", max_length=300)
    nearest = models.CharField("最接近的记录", max_length=200, blank=True, default="")
    nearest_reason = models.CharField("为何不是", max_length=300, blank=True, default="")
    # The same child in another run: by its number, else by what its row says (keyed hash).
    print = models.BinaryField("指纹", max_length=32)
    is_new = models.BooleanField("新出现", default=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "比对结果"
        ordering = ["-is_new", "region_code", "id"]
        indexes = [
            # One for each order of a list, down to the key: a page reads no more than its rows.
            # That of the names holds them, so that a part of a name is looked for in it alone.
            models.Index(fields=["run", "kind", "region_code", "id"], name="linkage_by_region"),
            models.Index(
                fields=["run", "kind", "name_initials", "name", "id"], name="linkage_by_name"
            ),
            models.Index(
                fields=["run", "kind", "-is_new", "region_code", "id"], name="linkage_new_first"
            ),
            models.Index(fields=["run", "kind", "birth_date", "id"], name="linkage_by_birth"),
            models.Index(fields=["run", "kind", "school_name", "id"], name="linkage_by_school"),
            models.Index(fields=["run", "kind", "reason_code", "id"], name="linkage_by_reason"),
            models.Index(fields=["run", "kind", "grade", "id"], name="linkage_of_grade"),
            models.Index(fields=["run", "kind", "school", "id"], name="linkage_of_school"),
            # Three lists of residents as one: in this order, whichever of them a row is on.
            models.Index(fields=["run", "region_code", "id", "kind"], name="linkage_residents"),
            # By these two runs are compared.
            models.Index(fields=["run", "kind", "print", "id"], name="linkage_by_print"),
            models.Index(fields=["child", "run"], name="linkage_of_child"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def region_codes(self) -> Collection[str]:
        return [self.region_code]

    @property
    def school_ids(self) -> Collection[UUID]:
        return [self.school_id] if self.school_id else []

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return [(self.school_id, self.class_name)] if self.school_id else []


Finding._meta.get_field("name").register_lookup(Holds)


class TallyQuerySet(models.QuerySet["Tally"]):
    def visible_to(self, by: Acting) -> Self:
        """The share of the counts within one's reach: the same rows as those of `Finding`."""
        return self.filter(
            policy.within_reach(
                by, Permission.LIST_VIEW, regions=["region_code"], schools=["school"]
            )
        )


class Tally(models.Model):
    """How many rows of a list lie in one community and at one school, counted once a run.

    The lists of a run never change, and a page shows their counts beside each of them.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="tallies")
    kind = models.CharField("名单", max_length=14, choices=Kind)
    region_code = CodeField("区划代码", max_length=12)
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, related_name="+"
    )
    rows = models.PositiveIntegerField("行数")
    new = models.PositiveIntegerField("新出现")

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = "名单人数"
        indexes = [models.Index(fields=["run", "region_code"], name="linkage_tally_region")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.rows}"


class PairQuerySet(VaultQuerySet["Pair"]):
    def visible_to(self, by: Acting) -> Self:
        """Pairs of a run that is done, whose child lives within reach."""
        reach = policy.within_reach(by, Permission.PAIR_DECIDE, regions=["region_code"])
        return self.filter(reach, run__state=RunState.DONE)


class Pair(models.Model):
    """Two rows that may be one child: a clerk says. Two clerks at once never see the same pair."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="pairs")
    rank = models.PositiveIntegerField("次序")
    left_key = models.CharField("居住登记行", max_length=120)
    right_key = models.CharField("对方行", max_length=120)
    left_print = models.BinaryField("居住登记指纹", max_length=32)
    right_print = models.BinaryField("对方指纹", max_length=32)
    # What is shown side by side: source, as-of date and fields of both rows.
    left = EncryptedJSONField("居住登记", label="linkage.Pair.left")
    right = EncryptedJSONField("对方", label="linkage.Pair.right")
    probability = models.FloatField("把握")
    reason_code = models.CharField("原因码", max_length=40, blank=True, default="")
    reason = models.CharField("说明", max_length=300, blank=True, default="")
    region_code = CodeField("区划代码", max_length=12)
    # By these the list of pairs is searched and filtered.
    left_name = models.CharField("居住登记姓名", max_length=60, blank=True, default="")
    right_name = models.CharField("对方姓名", max_length=60, blank=True, default="")
    left_initials = CodeField("居住登记拼音首字母", max_length=20, blank=True, default="")
    right_initials = CodeField("对方拼音首字母", max_length=20, blank=True, default="")
    left_kind = models.CharField("居住登记名册", max_length=24, blank=True, default="")
    right_kind = models.CharField("对方名册", max_length=24, blank=True, default="")
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, related_name="+"
    )
    verdict = models.CharField("判定", max_length=10, choices=Verdict, blank=True, default="")
    decided_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("判定时间", null=True, blank=True)
    claimed_by = models.UUIDField("正在看的人", null=True, blank=True)
    claimed_until = models.DateTimeField("看到何时", null=True, blank=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = "待判定的一对"
        ordering = ["run", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "left_key", "right_key"], name="linkage_pair_once_a_run"
            ),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="linkage_verdict_says_who",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "verdict", "rank"], name="linkage_pairs_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.run} 第 {self.rank} 对"

    @property
    def region_codes(self) -> Collection[str]:
        return [self.region_code]

    @property
    def school_ids(self) -> Collection[UUID]:
        return []

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return []


class Decision(models.Model):
    """What a person decided of two rows, remembered for every later run.

    The rows are known by keyed hashes of what they say. Where a row says something else the next
    time, its hash differs, and the pair comes back to a person.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    left_print = models.BinaryField("居住登记指纹", max_length=32)
    right_print = models.BinaryField("对方指纹", max_length=32)
    same = models.BooleanField("同一人")
    pair = models.ForeignKey(Pair, models.PROTECT, null=True, blank=True, related_name="decisions")
    by = models.ForeignKey("members.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "判定"
        constraints = [
            models.UniqueConstraint(
                fields=["left_print", "right_print"],
                condition=Q(undone_at__isnull=True),
                name="linkage_one_decision_a_pair",
            ),
        ]

    def __str__(self) -> str:
        return "同一人" if self.same else "不是同一人"


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, by: Acting) -> Self:
        """What one's own post has raised."""
        return self.filter(by=by.post_id)


class Batch(models.Model):
    """Suspicions raised at one go, so that they can be taken back at one go.

    Long ones are raised and taken back by a job, portion by portion.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="batches")
    by = models.ForeignKey("members.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField("立案时间")
    picked = models.JSONField("所选各行", default=list)
    cases = models.ManyToManyField("cases.Case", related_name="batches", verbose_name="个案")
    already = models.PositiveIntegerField("已有个案", default=0)
    placeless = models.PositiveIntegerField("不知住处", default=0)
    job_id = models.UUIDField("作业", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = "一批立案"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.run}的一批立案"
