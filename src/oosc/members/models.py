"""Who: units, officers, the posts they hold, and the leading group by version."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from oosc.access.roles import ADMINISTRATORS, Role


class Unit(models.Model):
    """A member body: an office, a community, a school (domain §8.1)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField("名称", max_length=80)
    role = models.CharField("承担职责", max_length=20, choices=Role)
    region = models.ForeignKey(
        "places.Region", models.PROTECT, verbose_name="管辖区划", related_name="units"
    )
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, verbose_name="学校"
    )
    ended_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "单位"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="members_unit_once"),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.SCHOOL, Role.TEACHER]) | Q(school__isnull=False),
                name="members_school_unit_has_school",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfficerManager(BaseUserManager["Officer"]):
    def get_by_natural_key(self, username: str | None) -> Officer:
        return self.get(username=username)


class Officer(AbstractBaseUser):
    """A person who works here. What they may do hangs on their posts, never on them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=50)
    phone = models.CharField("办公电话", max_length=20, blank=True, default="")
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=True)
    password_changed_at = models.DateTimeField("改密时间", null=True, blank=True)
    # Raised by 退出所有设备: a session that began under a lower number is over.
    session_epoch = models.PositiveIntegerField("会话代", default=0)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    objects = OfficerManager()

    class Meta:
        verbose_name = "人员"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class PastPassword(models.Model):
    """The hashes of an officer's last passwords, which may not come back."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = "旧密码"
        ordering = ["-set_at"]

    def __str__(self) -> str:
        return f"{self.officer} {self.set_at:%Y-%m-%d}"


class PostQuerySet(models.QuerySet["Post"]):
    def held_on(self, day: date) -> PostQuerySet:
        return self.filter(
            Q(until__isnull=True) | Q(until__gte=day), since__lte=day, unit__ended_on__isnull=True
        )


class Post(models.Model):
    """An officer in a role, for a unit, from a day to a day.

    Open work hangs on the post: a hand-over moves no work, it gives the post a new holder
    by ending this row and opening the next one with `successor_of`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="posts", verbose_name="人员")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name="单位")
    role = models.CharField("角色", max_length=20, choices=Role)
    title = models.CharField("岗位名称", max_length=60)
    class_name = models.CharField("班级", max_length=20, blank=True, default="")
    since = models.DateField("任职起")
    until = models.DateField("任职止", null=True, blank=True)
    successor_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name="接任自", related_name="successor"
    )
    # The head's own choice of who answers 申请查看 in their stead (domain §8.3).
    may_approve_reveals = models.BooleanField("可批准查看", default=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "岗位"
        ordering = ["unit__name", "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="members_post_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.TEACHER) | ~Q(class_name=""),
                name="members_teacher_has_class",
            ),
            # 三员分立: of the three administrators an officer holds at most one, now.
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(until__isnull=True, role__in=sorted(ADMINISTRATORS)),
                name="members_one_administrator_role",
                violation_error_message="同一人员不能兼任两名管理员。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.title}"

    def held_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class LeadingGroup(models.Model):
    """One version of the leading group, by the document that sets it up (GW-3, SD-1a)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region = models.ForeignKey("places.Region", models.PROTECT, verbose_name="区划")
    document_number = models.CharField("文号", max_length=60)
    title = models.CharField("题名", max_length=120)
    effective_from = models.DateField("生效日期")
    published_by = models.ForeignKey(
        Post, models.PROTECT, related_name="+", verbose_name="录入岗位"
    )

    class Meta:
        verbose_name = "领导小组"
        ordering = ["-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "document_number"], name="members_group_document_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.document_number}）"


class GroupRole(models.TextChoices):
    LEADER = "leader", "组长"
    DEPUTY = "deputy", "副组长"
    MEMBER = "member", "成员"


class GroupMember(models.Model):
    """A seat in a version of the leading group: the duty named, and the post that fills it."""

    group = models.ForeignKey(LeadingGroup, models.PROTECT, related_name="members")
    role = models.CharField("职务", max_length=10, choices=GroupRole)
    duty = models.CharField("所任职务", max_length=80)
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, blank=True, related_name="seats", verbose_name="岗位"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "领导小组成员"
        ordering = ["group", "order"]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.duty}"
