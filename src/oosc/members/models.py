"""Who: units, officers, the posts they hold, and the leading group by version."""

from __future__ import annotations

import secrets
import time
from base64 import b32decode, b32encode
from datetime import date
from urllib.parse import quote, urlencode
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Acting, Permission
from oosc.access.roles import ADMINISTRATORS, Role
from oosc.members.states import GroupRole
from oosc.vault.fields import EncryptedField
from oosc.vault.managers import VaultQuerySet


class UnitQuerySet(models.QuerySet["Unit"]):
    def within_reach(self, by: Acting, permission: Permission) -> UnitQuerySet:
        return self.filter(policy.within_reach(by, permission, ["region__code"], ["school"]))


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

    objects = UnitQuerySet.as_manager()

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

    @property
    def region_codes(self) -> list[str]:
        return [self.region.code]

    @property
    def school_ids(self) -> list[UUID]:
        return [self.school_id] if self.school_id else []

    @property
    def class_names(self) -> list[tuple[UUID, str]]:
        return []


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
    # Raised when name or phone change: who saves second is told. So in the models below.
    version = models.PositiveIntegerField("版本", default=1, editable=False)

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

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = "旧密码"
        ordering = ["-set_at"]

    def __str__(self) -> str:
        return f"{self.officer} {self.set_at:%Y-%m-%d}"


ISSUER = "保学"  # as the authenticator on a phone lists it
TOLERANCE = 1  # steps of thirty seconds, to either side


def new_secret() -> str:
    return b32encode(secrets.token_bytes(20)).decode()


class FactorQuerySet(VaultQuerySet["Factor"]):
    pass


class Factor(ThrottlingMixin, Device):  # type: ignore[misc]  # django-otp publishes no types
    """动态口令 (TOTP, RFC 6238): the second factor of an officer. Its secret lies encrypted.

    Like django-otp's own device, whose secret is a column that cannot be another.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(Officer, models.CASCADE, related_name="+", verbose_name="人员")
    secret = EncryptedField("密钥", label="members.Factor.secret", default=new_secret)
    # So many steps the officer's clock is ahead, and the last step that was accepted.
    drift = models.SmallIntegerField("偏差", default=0)
    last_step = models.BigIntegerField("最近一步", default=-1)

    objects = FactorQuerySet.as_manager()

    class Meta:
        verbose_name = "动态口令"
        constraints = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="members_factor_once"),
        ]

    @property
    def persistent_id(self) -> str:
        """What a session remembers. The key as a number: django-otp reads it back as one."""
        return f"{self.model_label()}/{self.id.int}"

    @property
    def key(self) -> bytes:
        return b32decode(self.secret)

    @property
    def config_url(self) -> str:
        """What an authenticator takes as a QR code."""
        named = quote(f"{ISSUER}:{self.user.get_username()}")
        return f"otpauth://totp/{named}?{urlencode({'secret': self.secret, 'issuer': ISSUER})}"

    def verify_token(self, token: str) -> bool:
        """Whether this is the code of now. Each is accepted once, and a wrong one makes wait."""
        if not self.verify_is_allowed()[0]:
            return False
        totp = TOTP(self.key, drift=self.drift)
        totp.time = time.time()  # of the machine: a demo may stand on another day
        if not (token.isdecimal() and totp.verify(int(token), TOLERANCE, self.last_step + 1)):
            self.throttle_increment()
            return False
        self.last_step, self.drift = totp.t(), totp.drift
        self.throttle_reset()
        return True

    def get_throttle_factor(self) -> int:
        return 1  # second, doubled at each wrong code


class FactorReset(models.Model):
    """A request to take an officer's second factor away: one asks, another decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="factor_resets", verbose_name="人员"
    )
    reason = models.CharField("事由", max_length=200)
    asked_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    approved = models.BooleanField("同意", null=True, blank=True)

    class Meta:
        verbose_name = "动态口令重置"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(decided_at__isnull=True),
                name="members_one_open_factor_reset",
                violation_error_message="该人员已有待审批的动态口令重置。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="members_factor_reset_by_two",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, approved__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, approved__isnull=False),
                name="members_factor_reset_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.asked_at:%Y-%m-%d}"


class PostQuerySet(models.QuerySet["Post"]):
    def open_on(self, day: date) -> PostQuerySet:
        """Posts that exist on a day, whether somebody holds them or not."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gt=day), since__lte=day, unit__ended_on__isnull=True
        )

    def within_reach(self, by: Acting, permission: Permission) -> PostQuerySet:
        reach = policy.within_reach(by, permission, ["unit__region__code"], ["unit__school"])
        return self.filter(reach)


class Post(models.Model):
    """A seat in a unit: a role with its reach, from a day on, whoever holds it.

    What records who did something points here, and so does open work: a hand-over gives the
    seat a new holder and moves no work. Who sat on it on a day says `Holding`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name="单位")
    role = models.CharField("角色", max_length=20, choices=Role)
    title = models.CharField("岗位名称", max_length=60)
    class_name = models.CharField("班级", max_length=20, blank=True, default="")
    since = models.DateField("设立日期")
    # The first day on which the post is no more.
    until = models.DateField("撤销日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "岗位"
        ordering = ["unit__name", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "title", "class_name"],
                condition=Q(until__isnull=True),
                name="members_post_once",
                violation_error_message="本单位已有同名的岗位。",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="members_post_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.TEACHER) | ~Q(class_name=""),
                name="members_teacher_has_class",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name}{self.name}"

    @property
    def name(self) -> str:
        """The title, with the class where it has one: 班主任（三年级1班）."""
        return f"{self.title}（{self.class_name}）" if self.class_name else self.title

    @property
    def is_administrator(self) -> bool:
        return self.role in ADMINISTRATORS

    @property
    def region_codes(self) -> list[str]:
        return self.unit.region_codes

    @property
    def school_ids(self) -> list[UUID]:
        return self.unit.school_ids

    @property
    def class_names(self) -> list[tuple[UUID, str]]:
        return [(school, self.class_name) for school in self.school_ids]

    def holder_on(self, day: date) -> Officer | None:
        """Who held the post on a day: the name that a paper of that day prints."""
        holding = self.holdings.held_on(day).select_related("officer").first()
        return holding.officer if holding else None


class HoldingQuerySet(models.QuerySet["Holding"]):
    def begin(
        self, post: Post, officer: Officer, since: date, until: date | None = None
    ) -> Holding:
        return self.create(post=post, officer=officer, role=post.role, since=since, until=until)

    def held_on(self, day: date) -> HoldingQuerySet:
        return self.filter(
            Q(until__isnull=True) | Q(until__gt=day),
            Q(post__until__isnull=True) | Q(post__until__gt=day),
            since__lte=day,
            post__unit__ended_on__isnull=True,
        )

    def overlapping(self, since: date, until: date | None) -> HoldingQuerySet:
        """Holdings that share at least one day with this period."""
        later = self.filter(Q(until__isnull=True) | Q(until__gt=since))
        return later.filter(since__lt=until) if until else later

    def with_place(self) -> HoldingQuerySet:
        """With all that `acting.in_post` reads."""
        return self.select_related("officer", "post__unit__region", "post__unit__school")


class Holding(models.Model):
    """An officer holds a post from a day to a day. Periods end; they are never removed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings", verbose_name="岗位")
    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="holdings", verbose_name="人员"
    )
    # The post's role, which never changes: a constraint cannot look into another table.
    role = models.CharField("角色", max_length=20, choices=Role, editable=False)
    since = models.DateField("任职起")
    # The first day on which it is no longer held: who leaves today has lost it today.
    until = models.DateField("任职止", null=True, blank=True)
    # The head's own choice of who answers 申请查看 in their stead (domain §8.3): it is given to
    # the person and does not pass to the next holder.
    may_approve_reveals = models.BooleanField("可批准查看", default=False)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="members_holding_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["post"],
                condition=Q(until__isnull=True),
                name="members_one_holder",
                violation_error_message="该岗位已有人在任，请先办理交接或卸任。",
            ),
            # 三员分立: of the three administrators an officer is at most one. Periods with an
            # end are compared by the action, under a lock on the officer.
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(until__isnull=True, role__in=sorted(ADMINISTRATORS)),
                name="members_one_administrator",
                violation_error_message="同一人员不能兼任两名管理员。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.officer}"

    def held_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


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


class GroupMember(models.Model):
    """A place in a version of the leading group: the duty named, and the post that fills it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(LeadingGroup, models.PROTECT, related_name="members")
    role = models.CharField("职务", max_length=10, choices=GroupRole)
    duty = models.CharField("所任职务", max_length=80)
    # As the document names them; the post may have another holder by now.
    name = models.CharField("姓名", max_length=50, blank=True, default="")
    post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="group_places",
        verbose_name="岗位",
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    class Meta:
        verbose_name = "领导小组成员"
        ordering = ["group", "order"]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.duty}"
