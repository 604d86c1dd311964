"""A case and what belongs to it: visits, evidence, mandatory reports, and every move."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7

from oosc.access import policy
from oosc.access.policy import Acting, Permission, Reach
from oosc.access.roles import Role
from oosc.cases.rules import Signing, is_signed_for
from oosc.cases.states import (
    ARROWS,
    ONLY_AGREE,
    AddressMatch,
    Arrow,
    Body,
    Claim,
    Conclusion,
    EvidenceKind,
    Means,
    Met,
    Mode,
    Reason,
    Safety,
    Source,
    State,
    reasons_of,
)
from oosc.children.models import Land, reaches_child
from oosc.kernel.limits import TimeUnit
from oosc.vault.fields import EncryptedField
from oosc.vault.managers import VaultQuerySet


class CaseQuerySet(VaultQuerySet["Case"]):
    def visible_to(self, by: Acting, permission: Permission = Permission.CASE_VIEW) -> CaseQuerySet:
        """Cases of one's region, school or class; to look at, also of every child in reach.

        Whose only part in a case is to agree to a reason (police, civil affairs) sees the cases
        that ask for it, and no other (domain §8.2 K: own tasks).
        """
        mine = policy.within_reach(
            by, permission, schools=["school"], classes=[("school", "class_name")]
        )
        if Reach.OWN_REGION in policy.reaches(by, permission):
            mine |= Land.of(by, permission).regions.holds("region")
        if permission is Permission.CASE_VIEW:
            mine |= reaches_child(by, permission)
        if by.role in ONLY_AGREE:
            mine &= Q(closing_reason__in=reasons_of(by.role))
        return self.filter(mine)

    def unfinished(self) -> CaseQuerySet:
        return self.filter(closed_on__isnull=True)

    def overdue(self, today: date) -> CaseQuerySet:
        return self.unfinished().filter(due_on__lt=today)


class Case(models.Model):
    """One child believed to be out of school, from the first suspicion to striking off (销号)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("案号", max_length=30, unique=True)
    child = models.ForeignKey(
        "children.Child", models.PROTECT, related_name="cases", verbose_name="儿童"
    )
    # The community in charge. It changes only by a hand-over that the other side signs for.
    region = models.ForeignKey("places.Region", models.PROTECT, verbose_name="责任社区")
    school = models.ForeignKey(
        "places.School", models.PROTECT, null=True, blank=True, verbose_name="责任学校"
    )
    class_name = models.CharField("班级", max_length=20, blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=State, default=State.SUSPECTED)
    state_since = models.DateField("进入本状态")
    round = models.PositiveSmallIntegerField("轮次", default=1)
    school_year = models.CharField("学年", max_length=9)
    source = models.CharField("来源", max_length=10, choices=Source)
    trigger_code = models.CharField("依据码", max_length=40)
    # What a neighbour told is in it, and may be anything: it lies encrypted.
    trigger = EncryptedField("疑似依据", label="cases.Case.trigger", blank=True, default="")
    # The run and the rosters it rests on: a withdrawn roster takes its suspicions along.
    run_id = models.UUIDField("比对", null=True, blank=True, db_index=True)
    roster_ids = models.JSONField("所据名册", default=list, blank=True)
    # Where the child stood before the suspicion: a withdrawn one puts it back there.
    status_before = models.CharField("立案前就学状态", max_length=24, blank=True, default="")
    source_before = models.CharField("立案前依据", max_length=10, blank=True, default="")
    until_before = models.DateField("立案前期满日期", null=True, blank=True)
    # What the verification confirmed, and since when the child is away: a dropout only in time.
    found = models.CharField("核查结论", max_length=24, choices=Conclusion, blank=True, default="")
    left_on = models.DateField("离校日期", null=True, blank=True)
    opened_on = models.DateField("立案日期")
    opened_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="立案"
    )
    due_on = models.DateField("应办结日期", null=True, blank=True, db_index=True)
    due_unit = models.CharField(
        "期限单位",
        max_length=12,
        choices=[(unit.value, unit.value) for unit in TimeUnit],
        default="",
    )
    due_rule = models.CharField("期限", max_length=60, blank=True, default="")
    closing_reason = models.CharField(
        "销号理由", max_length=3, choices=Reason, blank=True, default=""
    )
    closing_from = models.CharField(
        "申请前状态", max_length=10, choices=State, blank=True, default=""
    )
    closing_words = EncryptedField(
        "申请说明", label="cases.Case.closing_words", blank=True, default=""
    )
    closing_status = models.CharField("销号后就学状态", max_length=24, blank=True, default="")
    closing_since = models.DateField("批准自", null=True, blank=True)
    closing_until = models.DateField("批准至", null=True, blank=True)
    # Who asked, as a person: nobody approves what he asked for himself, in whichever post.
    closing_by = models.ForeignKey(
        "members.Officer", models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_on = models.DateField("销号日期", null=True, blank=True)
    # A closed case that somebody is to look at once more: the end of a leave, a child abroad.
    recheck_on = models.DateField("复核日期", null=True, blank=True, db_index=True)
    closed_by = models.ForeignKey(
        "members.Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="销号人",
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "个案"
        ordering = ["-opened_on", "-number"]
        indexes = [
            models.Index(fields=["state", "due_on"], name="cases_state_due"),
            models.Index(fields=["region", "state"], name="cases_region_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(closed_on__isnull=True),
                name="cases_one_open_case_per_child",
                violation_error_message="该儿童已有未销号的个案。",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_on__isnull=False) & ~Q(closing_reason="")
                | ~Q(state=State.CLOSED) & Q(closed_on__isnull=True, closed_by__isnull=True),
                name="cases_closed_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__gte=F("opened_on")) | Q(closed_on__isnull=True),
                name="cases_closed_after_opened",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSING) | ~Q(closing_reason=""),
                name="cases_closing_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(found=Conclusion.DROPOUT) | Q(left_on__isnull=False),
                name="cases_dropout_says_since_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}（{self.get_state_display()}）"

    @property
    def arrows(self) -> list[Arrow]:
        """What may follow from here, each event once."""
        seen: dict[str, Arrow] = {}
        for arrow in ARROWS:
            if arrow.now == self.state:
                seen.setdefault(arrow.event, arrow)
        return list(seen.values())

    @property
    def region_codes(self) -> Collection[str]:
        return [self.region.code]

    @property
    def school_ids(self) -> Collection[UUID]:
        return [self.school_id] if self.school_id else []

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        return [(self.school_id, self.class_name)] if self.school_id else []


class Consent(models.Model):
    """One body's agreement to the striking off that is being asked for, by one of its people.

    Goes with the request: sent back, the next request is agreed to anew.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="consents", verbose_name="个案")
    role = models.CharField("同意单位", max_length=16, choices=Role)
    post = models.ForeignKey("members.Post", models.PROTECT, related_name="+")
    officer = models.ForeignKey("members.Officer", models.PROTECT, related_name="+")
    given_on = models.DateField("同意日期")

    class Meta:
        verbose_name = "销号同意"
        ordering = ["given_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "role"], name="cases_one_consent_a_body"),
            # Two consents are two people, whatever posts one of them holds (一人多岗).
            models.UniqueConstraint(fields=["case", "officer"], name="cases_one_consent_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}同意"


class VisitQuerySet(VaultQuerySet["Visit"]):
    def standing(self) -> Self:
        """All but those that were put right: those stay to be read, and count for nothing."""
        return self.filter(annulled_at__isnull=True)


class Visit(models.Model):
    """入户核查表 W14: who went, when, how, what was found.

    Once recorded it is not changed. One recorded wrongly is annulled, and stays readable.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="visits", verbose_name="个案")
    round = models.PositiveSmallIntegerField("轮次", default=1)  # that of the case, at the time
    # Made by the page before it sends: a form sent twice is one visit.
    client_key = models.UUIDField("表单号", unique=True)
    visited_on = models.DateField("核查日期")
    mode = models.CharField("方式", max_length=16, choices=Mode)
    visitors = models.JSONField("核查人")
    place = EncryptedField("地点", label="cases.Visit.place", blank=True, default="")
    visited_at = models.TimeField("时间", null=True, blank=True)
    address_match = models.CharField(
        "住址与登记", max_length=10, choices=AddressMatch, blank=True, default=""
    )
    met = models.CharField("见到了谁", max_length=14, choices=Met, blank=True, default="")
    child_present = models.BooleanField("见到儿童本人", null=True)
    # A value of `Claim`: it may tell of an illness.
    claim = EncryptedField("现在怎么上学", label="cases.Visit.claim", blank=True, default="")
    account = EncryptedField("核查情况", label="cases.Visit.account", blank=True, default="")
    safety = EncryptedField("安全筛查", label="cases.Visit.safety")
    conclusion = models.CharField("结论", max_length=24, choices=Conclusion)
    left_on = models.DateField("离校日期", null=True, blank=True)
    signature_key = models.CharField("签字", max_length=64, blank=True, default="")
    refused_to_sign = models.BooleanField("拒签", default=False)
    witness = EncryptedField("见证人", label="cases.Visit.witness", blank=True, default="")
    photo_keys = models.JSONField("照片", default=list, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    recorded_by = models.ForeignKey("members.Post", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    annulled_at = models.DateTimeField("更正时间", null=True, blank=True)
    annulled_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="更正"
    )
    annulled_why = EncryptedField(
        "更正理由", label="cases.Visit.annulled_why", blank=True, default=""
    )

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "入户核查"
        ordering = ["-visited_on", "-recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90),
                name="cases_visit_place_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.visited_on}"

    @property
    def is_signed_for(self) -> bool:
        signing = Signing(bool(self.signature_key), self.refused_to_sign, self.witness)
        return is_signed_for(signing, len(set(self.visitors)))

    @property
    def claim_label(self) -> str:
        return Claim(self.claim).label if self.claim else "—"

    @property
    def safety_label(self) -> str:
        return Safety(self.safety).label


class Evidence(models.Model):
    """A file or a number that proves something about a case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence", verbose_name="个案")
    round = models.PositiveSmallIntegerField("轮次", default=1)  # that of the case, at the time
    kind = models.CharField("种类", max_length=20, choices=EvidenceKind)
    file_key = models.CharField("文件", max_length=64, blank=True, default="")
    media_type = models.CharField("文件类型", max_length=40, blank=True, default="")
    number = EncryptedField("编号", label="cases.Evidence.number", blank=True, default="")
    note = EncryptedField("说明", label="cases.Evidence.note", blank=True, default="")
    added_by = models.ForeignKey("members.Post", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)

    objects = VaultQuerySet.as_manager()

    class Meta:
        verbose_name = "证据"
        ordering = ["added_at"]

    def __str__(self) -> str:
        return self.get_kind_display()


class MandatoryReportQuerySet(VaultQuerySet["MandatoryReport"]):
    def to_make(self) -> Self:
        """Those of which some body is still to be told."""
        return self.filter(reported_at__isnull=True, annulled_at__isnull=True)

    def visible_to(self, by: Acting) -> Self:
        """Reports of one's region, or of a child whose case, school or class is one's own."""
        own = policy.within_reach(
            by,
            Permission.MANDATORY_REPORT,
            regions=["region__code"],
            schools=["case__school", "child__school"],
            classes=[
                ("case__school", "case__class_name"),
                ("child__school", "child__class_name"),
            ],
        )
        return self.filter(own)


class MandatoryReport(models.Model):
    """强制报告 W21: what was found, to whom it was told, and the answer (未保法第十一条)."""

    class Kind(models.TextChoices):
        HARM = "harm", "遭受或疑似遭受侵害"
        DANGER = "danger", "面临危险"
        VIOLENCE = "violence", "家庭暴力"
        UNATTENDED = "unattended", "无人监护"
        LABOUR = "labour", "被非法招用"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="mandatory_reports"
    )
    # The visit whose 安全筛查 opened it; none where somebody opened it by hand.
    visit = models.OneToOneField(
        Visit, models.PROTECT, null=True, blank=True, related_name="mandatory_report"
    )
    child = models.ForeignKey("children.Child", models.PROTECT, related_name="+")
    region = models.ForeignKey("places.Region", models.PROTECT, related_name="+")
    found_at = models.DateTimeField("发现时间")
    due_at = models.DateTimeField("应报时间")
    kind = EncryptedField("情形", label="cases.MandatoryReport.kind", blank=True, default="")
    account = EncryptedField("经过", label="cases.MandatoryReport.account", blank=True, default="")
    measures = EncryptedField(
        "已采取措施", label="cases.MandatoryReport.measures", blank=True, default=""
    )
    # When the last of the bodies that the law names was told; whom, stands in `told`.
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)
    reported_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+"
    )
    found_by = models.ForeignKey("members.Post", models.PROTECT, related_name="+")
    annulled_at = models.DateTimeField("作废时间", null=True, blank=True)
    annulled_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="作废"
    )
    annulled_why = EncryptedField(
        "作废理由", label="cases.MandatoryReport.annulled_why", blank=True, default=""
    )

    objects = MandatoryReportQuerySet.as_manager()

    class Meta:
        verbose_name = "强制报告"
        ordering = ["-found_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True) | Q(annulled_at__isnull=True),
                name="cases_report_made_is_not_annulled",
            ),
        ]

    def __str__(self) -> str:
        return f"强制报告 {self.found_at:%Y-%m-%d %H:%M}"

    @property
    def region_codes(self) -> Collection[str]:
        return [self.region.code]

    @property
    def school_ids(self) -> Collection[UUID]:
        of_case = self.case.school_ids if self.case else []
        return {*of_case, *self.child.school_ids}

    @property
    def class_names(self) -> Collection[tuple[UUID, str]]:
        of_case = self.case.class_names if self.case else []
        return {*of_case, *self.child.class_names}


class Told(models.Model):
    """One body that was told of a mandatory report: who took it, how and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(MandatoryReport, models.PROTECT, related_name="told")
    body = models.CharField("单位", max_length=10, choices=Body)
    person = EncryptedField("接报人", label="cases.Told.person")
    means = models.CharField("方式", max_length=10, choices=Means, blank=True, default="")
    told_at = models.DateTimeField("报告时间")
    recorded_by = models.ForeignKey("members.Post", models.PROTECT, related_name="+")

    objects = VaultQuerySet.as_manager()

    class Meta:
        verbose_name = "强制报告对象"
        ordering = ["told_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "body"], name="cases_told_once_a_body"),
        ]

    def __str__(self) -> str:
        return self.get_body_display()


class Answer(models.Model):
    """What a body answered to a mandatory report. Answers are added, never written over."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(MandatoryReport, models.PROTECT, related_name="answers")
    body = models.CharField("反馈单位", max_length=10, choices=Body)
    words = EncryptedField("反馈", label="cases.Answer.words")
    answered_at = models.DateTimeField("反馈时间")
    recorded_by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = VaultQuerySet.as_manager()

    class Meta:
        verbose_name = "强制报告反馈"
        ordering = ["answered_at", "id"]

    def __str__(self) -> str:
        return self.get_body_display()


class Move(models.Model):
    """One step of a case, kept for good."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="moves", verbose_name="个案")
    event = models.CharField("事项", max_length=12)
    from_state = models.CharField("原状态", max_length=10, choices=State, blank=True, default="")
    to_state = models.CharField("新状态", max_length=10, choices=State)
    on = models.DateField("日期")
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey(
        "members.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办"
    )
    words = EncryptedField("说明", label="cases.Move.words", blank=True, default="")

    objects = VaultQuerySet.as_manager()

    class Meta:
        verbose_name = "个案经过"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.case.number} {self.event}"


class CaseNumber(models.Model):
    """The next number of a region and year: no number is used twice."""

    region_code = models.CharField(max_length=9)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "案号"
        constraints = [
            models.UniqueConstraint(fields=["region_code", "year"], name="cases_number_series")
        ]

    def __str__(self) -> str:
        return f"{self.region_code}-{self.year}-{self.last:04d}"
