"""The register: children with their households, guardians, places and circumstances."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Acting, Permission, Reach
from oosc.children import rules
from oosc.children.states import IdType, Origin, PlaceKind, Purpose, RequestState
from oosc.database.names import Holds
from oosc.kernel.once import once
from oosc.places.fields import CodeField
from oosc.places.models import Region
from oosc.places.queries import Place, atlas
from oosc.vault.fields import BlindIndexField, EncryptedField, EncryptedJSONField
from oosc.vault.managers import VaultQuerySet

COMMUNITY_DIGITS = 12
# What the list of children is narrowed by, in the index of each of its orders.
_LISTED = ("merged_into", "home", "hukou", "school", "grade", "name")
MOST_OF_A_NAME = 500  # children whose guardian bears one name: more are no answer to a question


class Household(models.Model):
    """A household of the hukou book."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("户号", max_length=30, blank=True, default="")
    region = models.ForeignKey(
        "places.Region", models.PROTECT, null=True, blank=True, verbose_name="户籍社区"
    )

    class Meta:
        verbose_name = "户"
        constraints = [
            models.UniqueConstraint(
                fields=["number", "region"],
                condition=~Q(number=""),
                name="children_household_once",
            )
        ]

    def __str__(self) -> str:
        return self.number


class ChildQuerySet(VaultQuerySet["Child"]):
    def visible_to(self, by: Acting) -> Self:
        return self.filter(reach(by)).filter(merged_into=None)

    def found_by(self, words: str) -> Self:
        """Children found by name, pinyin, number, its last four, or a guardian's phone."""
        return self.filter(meant(words))


def reach(by: Acting, permission: Permission = Permission.CHILD_VIEW) -> Q:
    """Children whom this post reaches through any of their present places, as a filter.

    The same rule as `Child.region_codes`, `school_ids` and `class_names` put to the policy; a test
    puts both to the same rows.
    """
    allowed = policy.within_reach(
        by, permission, schools=["school"], classes=[("school", "class_name")]
    )
    if Reach.OWN_REGION not in policy.reaches(by, permission):
        return allowed
    land = Land.of(by, permission)
    allowed |= land.regions.holds("home") | land.regions.holds("hukou")
    if len(by.region_code or "") >= COMMUNITY_DIGITS:
        return allowed  # a community has no say over a school that stands in it
    return allowed | land.schools.holds("school")


def reaches_child(by: Acting, permission: Permission = Permission.CHILD_VIEW) -> Q:
    """Rows of another table whose `child` this post so reaches.

    The child of a row is looked up by its key, and only where the row itself does not say that it
    is within reach: joined to the children, a database would read all of a county.
    """
    return Q(Exists(Child.objects.filter(reach(by, permission), pk=OuterRef("child"))))


@dataclass(frozen=True)
class Share:
    """Which rows of a small table lie within reach, and which do not.

    A filter names the fewer of the two. To be one of a few is looked up in an index; not to be
    one of a few is read off while the list is walked in its own order. A database that does not
    know how many there are would collect a whole county and then sort it.
    """

    inside: Sequence[UUID]
    outside: Sequence[UUID]

    def holds(self, path: str) -> Q:
        """True of rows whose key at `path` lies within."""
        if len(self.inside) <= len(self.outside):
            return Q((f"{path}__in", self.inside))
        return Q((f"{path}__isnull", False)) & ~Q((f"{path}__in", self.outside))


@dataclass(frozen=True)
class Land:
    """The regions and the schools, those within reach of a post and those without."""

    regions: Share
    schools: Share

    @classmethod
    def of(cls, by: Acting, permission: Permission) -> Land:
        return _land(by, permission)


@once
def _land(by: Acting, permission: Permission) -> Land:
    places = atlas()
    return Land(*(_share(of, by, permission) for of in (places.regions, places.schools)))


def _share(places: Sequence[Place], by: Acting, permission: Permission) -> Share:
    lying: dict[bool, list[UUID]] = {True: [], False: []}
    for place in places:
        lying[policy.allows(by, permission, place)].append(place.key)
    return Share(lying[True], lying[False])


def meant(words: str) -> Q:
    """Whom a search means, as a condition on children."""
    asked = rules.read_search(words)
    if asked.kind is rules.Asked.LAST_FOUR:
        return Q(id_no_last4=asked.text) | _of_guardian(phone_last4=asked.text)
    if asked.kind is rules.Asked.NUMBER:
        number = Q(id_no_index=asked.text) | Q(student_no_index=asked.text)
        return number | _of_guardian(phone_index=asked.text) | _of_household(asked.text)
    if asked.kind is rules.Asked.LETTERS:
        initials = policy.code_range("name_initials", asked.text)
        return initials | policy.code_range("name_pinyin", asked.text)
    # A guardian is known by the whole name alone: a part of one would be half the register.
    return Q(name__holds=asked.text) | _of_guardian(name=asked.text)


def _of_household(number: str) -> Q:
    """Children of whichever household has this number, one in each community at most."""
    return Q(
        household__in=list(Household.objects.filter(number=number).values_list("pk", flat=True))
    )


def _of_guardian(**known: str) -> Q:
    """Children of whoever is so known: few, so as values and not as a table to go through."""
    found = Guardian.objects.filter(**known).values_list("child", flat=True)
    return Q(pk__in=list(found[:MOST_OF_A_NAME]))


class Child(models.Model):
    """One child, once. Where it lies is copied from its present places, see `_settle`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField("姓名", max_length=50)
    # Compared byte by byte, so that the beginning of a name is a range of the index.
    name_initials = CodeField("拼音首字母", max_length=30, editable=False, db_index=True)
    name_pinyin = CodeField("拼音", max_length=120, editable=False, db_index=True)
    former_name = models.CharField("曾用名", max_length=50, blank=True, default="")
    sex = models.CharField("性别", max_length=1, choices=[("男", "男"), ("女", "女")], blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    id_type = models.CharField(
        "证件类型", max_length=10, choices=IdType, default=IdType.IDENTITY_CARD
    )
    id_no = EncryptedField("证件号", label="children.Child.id_no", blank=True, default="")
    id_no_index = BlindIndexField(of="id_no", purpose="id_no")
    id_no_last4 = BlindIndexField(of="id_no", purpose="id_no", last=4)
    # The first six characters: what every list shows of a number, so that it opens none.
    id_no_head = models.CharField("证件号前六位", max_length=6, editable=False, default="")
    ethnicity = models.CharField("民族", max_length=20, blank=True, default="")
    student_no = EncryptedField("学籍号", label="children.Child.student_no", blank=True, default="")
    student_no_index = BlindIndexField(of="student_no", purpose="student_no")
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, verbose_name="户"
    )
    origin = models.CharField("来源", max_length=10, choices=Origin)
    registered_on = models.DateField("登记日期")
    registered_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="登记岗位",
    )  # fmt: skip
    # No index of its own: nearly all rows are alike in it, and the database would choose it.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name="并入",
    )  # fmt: skip
    # Perhaps the same child, for a person to decide: a run never merges two records by itself.
    resembles = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="疑与此记录重复",
        related_name="+", db_index=False,
    )  # fmt: skip
    # Fields that a person corrected: a run leaves them alone.
    corrected = models.JSONField("人工更正的栏目", default=list, blank=True)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    # The present places, copied so that a list of a whole county asks one table.
    home = models.ForeignKey(
        "places.Region", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="现住社区", editable=False,
    )  # fmt: skip
    hukou = models.ForeignKey(
        "places.Region", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="户籍社区", editable=False,
    )  # fmt: skip
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="就读学校", editable=False,
    )  # fmt: skip
    grade = models.PositiveSmallIntegerField("年级", null=True, blank=True, editable=False)
    class_name = models.CharField("班级", max_length=20, blank=True, default="", editable=False)

    objects = ChildQuerySet.as_manager()

    class Meta:
        verbose_name = "儿童"
        indexes = [
            # The order of the list, with all that its filters, the reach and a search for a part
            # of a name ask for.
            models.Index(
                fields=["name_initials", "id", *_LISTED],
                name="children_child_in_order",
            ),
            # The same by age: far down the list only this is walked.
            models.Index(
                fields=["birth_date", "id", *_LISTED],
                name="children_child_by_age",
            ),
            models.Index(fields=["school", "grade", "class_name"], name="children_child_school"),
            models.Index(fields=["name", "id"], name="children_child_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(grade__range=(1, 12)),
                name="children_grade_known",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="children_child_named"),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="children_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.spell()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    def spell(self) -> None:
        """Fill what follows from the name and the number; `bulk_create` calls it by hand."""
        self.name_initials, self.name_pinyin = rules.spelling(self.name)
        self.id_no_head = self.id_no[: rules.SHOWN_OF_NUMBER]

    @property
    def heir(self) -> Child:
        """The record into which this one was merged, however often that one was merged again."""
        return self.merged_into.heir if self.merged_into else self

    @property
    def region(self) -> Region | None:
        """The community in charge: where the child lives, else where its hukou is."""
        return self.home or self.hukou

    @property
    def region_codes(self) -> Collection[str]:
        codes = {region.code for region in (self.home, self.hukou) if region}
        if self.school:
            # A school is its subdistrict's, not that of the community in which it stands.
            codes.add(self.school.region.code[: rules.SUBDISTRICT_DIGITS])
        return codes

    @property
    def school_ids(self) -> Collection[UUID]:
        return {self.school_id} if self.school_id else set()

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return {(self.school_id, self.class_name)} if self.school_id else set()


Child._meta.get_field("name").register_lookup(Holds)


class GuardianQuerySet(VaultQuerySet["Guardian"]):
    def present(self) -> Self:
        """Those who are it now; who was taken off stays in the file."""
        return self.filter(ended_on=None)


class Guardian(models.Model):
    """A parent or other guardian, as one child's, until a day (exclusive)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(Child, models.PROTECT, related_name="guardians", verbose_name="儿童")
    name = models.CharField("姓名", max_length=50)
    relation = models.CharField("与儿童关系", max_length=20, blank=True, default="")
    id_no = EncryptedField("证件号", label="children.Guardian.id_no", blank=True, default="")
    id_no_index = BlindIndexField(of="id_no", purpose="id_no")
    phone = EncryptedField("电话", label="children.Guardian.phone", blank=True, default="")
    phone_index = BlindIndexField(of="phone", purpose="phone")
    phone_last4 = BlindIndexField(of="phone", purpose="phone", last=4)
    is_main = models.BooleanField("主要联系人", default=False)
    ended_on = models.DateField("至", null=True, blank=True)

    objects = GuardianQuerySet.as_manager()

    class Meta:
        verbose_name = "监护人"
        ordering = ["-is_main", "id"]
        # Looked for by the whole name, and read from the index alone.
        indexes = [models.Index(fields=["name", "child"], name="children_guardian_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_main=False) | Q(ended_on__isnull=True),
                name="children_main_guardian_is_present",
            ),
            models.UniqueConstraint(
                fields=["child"], condition=Q(is_main=True), name="children_one_main_guardian"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChildPlace(models.Model):
    """Where a child lies, from a day to a day (exclusive), and on what ground."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(Child, models.PROTECT, related_name="places", verbose_name="儿童")
    kind = models.CharField("类别", max_length=10, choices=PlaceKind)
    region = models.ForeignKey(
        "places.Region", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="社区",
    )  # fmt: skip
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="学校",
    )  # fmt: skip
    grade = models.PositiveSmallIntegerField("年级", null=True, blank=True)
    class_name = models.CharField("班级", max_length=20, blank=True, default="")
    address = EncryptedField("地址", label="children.ChildPlace.address", blank=True, default="")
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    source = models.CharField("依据", max_length=80, blank=True, default="")
    # Who put it down; nobody where a run did. What a person put down, a run leaves alone.
    placed_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="登记岗位",
    )  # fmt: skip

    objects = VaultQuerySet["ChildPlace"].as_manager()

    class Meta:
        verbose_name = "所在"
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "kind"],
                condition=Q(until__isnull=True),
                name="children_one_present_place",
                violation_error_message="该儿童已有同类的现在位置，请先结束原来的。",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="children_place_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(kind=PlaceKind.SCHOOL, region__isnull=True)
                | ~Q(kind=PlaceKind.SCHOOL) & Q(school__isnull=True),
                name="children_school_place_has_school",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.school or self.region or ''}"


class Circumstance(models.Model):
    """What may put a child first: 留守, 残疾, 低保 … Encrypted: some of it is most private."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(
        Child, models.PROTECT, related_name="circumstances", verbose_name="儿童"
    )
    kind = EncryptedField("类别", label="children.Circumstance.kind")
    kind_index = BlindIndexField(of="kind", purpose="circumstance")
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    source = models.CharField("依据", max_length=80, blank=True, default="")

    objects = VaultQuerySet["Circumstance"].as_manager()

    class Meta:
        verbose_name = "情况"
        constraints = [
            models.UniqueConstraint(
                fields=["child", "kind_index"],
                condition=Q(until__isnull=True),
                name="children_circumstance_once",
            ),
        ]

    def __str__(self) -> str:
        return f"情况（{self.since}）"


class ChildSource(models.Model):
    """The row of a roster behind a child: how a later run finds it without a valid number."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="sources", verbose_name="儿童")
    roster_kind = models.CharField("名册", max_length=30)
    sender = models.ForeignKey(
        "members.Unit", models.PROTECT, related_name="+", verbose_name="报送单位"
    )
    # A keyed hash of what the row says of the child; see `linkage`.
    fingerprint = models.BinaryField("指纹", max_length=32)
    as_of = models.DateField("数据时点", null=True, blank=True)
    row_number = models.PositiveIntegerField("行号", null=True, blank=True)

    class Meta:
        verbose_name = "来源"
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "roster_kind", "sender"], name="children_source_once"
            ),
        ]

    def __str__(self) -> str:
        return self.roster_kind


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def visible_to(self, by: Acting) -> Self:
        """What this post asked, and what waits for it: only of children within its reach."""
        return self.filter(reaches_child(by))


class AccessRequest(models.Model):
    """申请查看: a post asks to open what no task of its own covers (D24)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(
        "members.Post", models.PROTECT, related_name="+", verbose_name="申请岗位"
    )
    officer = models.ForeignKey(
        "members.Officer", models.PROTECT, related_name="+", verbose_name="申请人"
    )
    child = models.ForeignKey(Child, models.PROTECT, related_name="+", verbose_name="儿童")
    fields = models.JSONField("申请查看的内容")  # values of `Masked`
    purpose = models.CharField("用途", max_length=20, choices=Purpose)
    reason = models.CharField("说明", max_length=200)
    case_id = models.UUIDField("案件", null=True, blank=True)
    # Asked together for one task, and answered together (domain §8.3 I5).
    batch = models.UUIDField("批次", null=True, blank=True, db_index=True)
    state = models.CharField(
        "状态", max_length=10, choices=RequestState, default=RequestState.ASKED
    )
    asked_at = models.DateTimeField("申请时间")
    answered_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="批准岗位",
    )  # fmt: skip
    answered_by_officer = models.ForeignKey(
        "members.Officer", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="批准人",
    )  # fmt: skip
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.CharField("答复说明", max_length=200, blank=True, default="")
    expires_at = models.DateTimeField("有效至", null=True, blank=True)
    # When who asked has read the answer: until then it stands on their home page.
    seen_at = models.DateTimeField("看到答复", null=True, blank=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "查看申请"
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[RequestState.ASKED, RequestState.WITHDRAWN],
                    answered_at__isnull=True,
                )
                | ~Q(state__in=[RequestState.ASKED, RequestState.WITHDRAWN])
                & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="children_request_answered_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.GRANTED) | Q(expires_at__isnull=False),
                name="children_granted_request_expires",
            ),
            # Who asks does not answer, in whatever post.
            models.CheckConstraint(
                condition=Q(answered_by_officer__isnull=True)
                | ~Q(answered_by_officer=F("officer")),
                name="children_request_answered_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"查看申请（{self.get_state_display()}）"


class Merge(models.Model):
    """Two records found to be one child: what went over, and how it was before.

    The lost record stays and points to the kept one, so that its old address still leads there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kept = models.ForeignKey(
        Child, models.PROTECT, related_name="merges", verbose_name="保留的记录"
    )
    lost = models.ForeignKey(Child, models.PROTECT, related_name="+", verbose_name="并入的记录")
    merged_at = models.DateTimeField("合并时间")
    merged_by = models.ForeignKey(
        "members.Post", models.PROTECT, related_name="+", verbose_name="合并岗位"
    )
    # Model → keys of the rows that now belong to the kept record.
    moved = models.JSONField("随之移动的", default=dict)
    # The columns of both as they were, places that ended with it, main guardians.
    before = EncryptedJSONField("合并前", label="children.Merge.before")
    kept_version = models.PositiveIntegerField("合并后版本")
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = VaultQuerySet["Merge"].as_manager()

    class Meta:
        verbose_name = "合并"
        ordering = ["-merged_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lost"], condition=Q(undone_at__isnull=True), name="children_merged_once"
            ),
            models.CheckConstraint(condition=~Q(kept=F("lost")), name="children_merge_joins_two"),
        ]

    def __str__(self) -> str:
        return f"合并（{self.merged_at:%Y-%m-%d}）"
