"""The lawful form of a child's schooling in one school year (domain §4.1)."""

from __future__ import annotations

from django.db.models import TextChoices


class Status(TextChoices):
    """One a child and school year. A run may suspect; only a person says 失学 or 辍学."""

    PENDING = "pending", "待核实"
    ENROLLED_LOCAL = "enrolled_local", "本辖区在读"
    ENROLLED_OUTSIDE = "enrolled_outside", "辖区外在读"
    ENROLLED_UNREGISTERED = "enrolled_unregistered", "在校无学籍（待补籍）"
    SPECIAL_SCHOOL = "special_school", "特教学校在读"
    INCLUSIVE_CLASS = "inclusive_class", "随班就读"
    SPECIAL_CLASS = "special_class", "特教班"
    HOME_DELIVERY = "home_delivery", "送教上门"
    SPECIALISED_SCHOOL = "specialised_school", "专门学校"
    CUSTODY_EDUCATION = "custody_education", "羁押、服刑期间受教育"
    SUSPENDED = "suspended", "休学"
    DEFERRED = "deferred", "缓学"
    SUSPECTED = "suspected", "疑似失学辍学"
    NEVER_ENROLLED = "never_enrolled", "失学"
    DROPOUT = "dropout", "辍学"
    ILLEGAL_ALTERNATIVE = "illegal_alternative", "私塾、国学班、在家等替代"
    TRANSFER_IN_PROGRESS = "transfer_in_progress", "转学途中"
    GRADUATED = "graduated", "完成九年"
    ABROAD = "abroad", "出国（境）"
    MOVED_OUT = "moved_out", "户籍迁出"
    DECEASED = "deceased", "死亡"
    MISSING = "missing", "失踪（公安认定）"
    OVERAGE_UNCOMPLETED = "overage_uncompleted", "超龄未完成"
    INVALID = "invalid", "信息错误、查无此人"

    @property
    def counts_as_enrolled(self) -> bool:
        return self in ENROLLED

    @property
    def needs_a_person(self) -> bool:
        """True when no comparison of rosters may set it by itself."""
        return self not in BY_RUN

    @property
    def is_restricted(self) -> bool:
        """True for what only the few who deal with it may read: custody, specialised schools."""
        return self in {Status.SPECIALISED_SCHOOL, Status.CUSTODY_EDUCATION}

    @property
    def tells_of_health(self) -> bool:
        """True where the form itself says that a child is disabled or ill (domain §8.2 F)."""
        return self in OF_HEALTH

    @property
    def shown(self) -> str:
        """What lists and papers say: a restricted form reads as 在读 there."""
        return str(Status.ENROLLED_LOCAL.label if self.is_restricted else self.label)


OF_HEALTH = frozenset(
    {
        Status.SPECIAL_SCHOOL,
        Status.INCLUSIVE_CLASS,
        Status.SPECIAL_CLASS,
        Status.HOME_DELIVERY,
        Status.SUSPENDED,
        Status.DEFERRED,
    }
)
ENROLLED = frozenset(
    {
        Status.ENROLLED_LOCAL,
        Status.ENROLLED_OUTSIDE,
        Status.SPECIAL_SCHOOL,
        Status.INCLUSIVE_CLASS,
        Status.SPECIAL_CLASS,
        Status.HOME_DELIVERY,
        Status.SPECIALISED_SCHOOL,
        Status.CUSTODY_EDUCATION,
        Status.TRANSFER_IN_PROGRESS,
    }
)
# Who has a seat at a school: also on leave from it, or there without a student number.
AT_A_SCHOOL = ENROLLED | {Status.SUSPENDED, Status.ENROLLED_UNREGISTERED}
# Of school age, not in school: what the 未入学花名册 lists. 休学 and 缓学 are lawful, and stand
# there with their form, because nobody else will look when they end.
NOT_ENROLLED = frozenset(
    {
        Status.PENDING,
        Status.ENROLLED_UNREGISTERED,
        Status.SUSPENDED,
        Status.DEFERRED,
        Status.SUSPECTED,
        Status.NEVER_ENROLLED,
        Status.DROPOUT,
        Status.ILLEGAL_ALTERNATIVE,
        Status.MISSING,
        Status.OVERAGE_UNCOMPLETED,
    }
)
BY_RUN = frozenset(
    {
        Status.PENDING,
        Status.ENROLLED_LOCAL,
        Status.ENROLLED_OUTSIDE,
        Status.SPECIAL_SCHOOL,
        Status.INCLUSIVE_CLASS,
        Status.SPECIAL_CLASS,
        Status.HOME_DELIVERY,
        Status.SUSPENDED,
        Status.DEFERRED,
        Status.SUSPECTED,
        Status.ABROAD,
        Status.MOVED_OUT,
        Status.DECEASED,
    }
)
# What only a case decides, with the evidence and the approval that its reason asks for
# (domain §4.1, §4.2): the child leaves the care of the platform, or not all may read the form.
THROUGH_A_CASE = frozenset(
    {
        Status.SUSPECTED,
        Status.NEVER_ENROLLED,
        Status.DROPOUT,
        Status.SPECIALISED_SCHOOL,
        Status.CUSTODY_EDUCATION,
        Status.GRADUATED,
        Status.ABROAD,
        Status.MOVED_OUT,
        Status.DECEASED,
        Status.MISSING,
        Status.OVERAGE_UNCOMPLETED,
        Status.INVALID,
    }
)
BY_HAND = frozenset(Status) - THROUGH_A_CASE - {Status.PENDING}
# What may be noted while a case is open: the child stays on the roster of those not in school.
BESIDE_A_CASE = frozenset({Status.ENROLLED_UNREGISTERED, Status.ILLEGAL_ALTERNATIVE})
# Proved by the student number alone or among other things (domain §4.1).
WITH_STUDENT_NUMBER = frozenset(
    {
        Status.ENROLLED_LOCAL,
        Status.ENROLLED_OUTSIDE,
        Status.SPECIAL_SCHOOL,
        Status.INCLUSIVE_CLASS,
        Status.SPECIAL_CLASS,
        Status.HOME_DELIVERY,
    }
)
ON_LEAVE = frozenset({Status.SUSPENDED, Status.DEFERRED})
# What lasts only so long, by which parameter: afterwards the child is suspected (domain §4.1).
LIMITED = {
    Status.TRANSFER_IN_PROGRESS: "transfer_days",
    Status.ENROLLED_UNREGISTERED: "registration_days",
}


class Source(TextChoices):
    """Who says so. What a person decided, a run leaves alone."""

    RUN = "run", "名册比对"
    VISIT = "visit", "入户核查"
    HAND = "hand", "人工登记"
    CLOSING = "closing", "销号"


class RosterKind(TextChoices):
    """The lists that are sealed by school year (SQ-1c)."""

    ENROLLED = "enrolled", "入学花名册"
    NOT_ENROLLED = "not_enrolled", "未入学花名册"
    SUSPECTED = "suspected", "疑似台账"

    @property
    def statuses(self) -> frozenset[Status]:
        return {
            RosterKind.ENROLLED: ENROLLED,
            RosterKind.NOT_ENROLLED: NOT_ENROLLED,
            RosterKind.SUSPECTED: frozenset({Status.SUSPECTED}),
        }[self]
