"""The kinds of roster, and how far one has come."""

from enum import StrEnum

from django.db.models import TextChoices


class Kind(TextChoices):
    """What a roster is; the values are the layouts of rosterlink (domain §5.2)."""

    POLICE_HUKOU = "police_hukou", "户籍学龄人口"
    POLICE_FLOATING = "police_floating", "流动学龄人口"
    SCHOOL_ROLL = "school_roll", "学籍名册"
    ELSEWHERE_ROLL = "elsewhere_roll", "外地就读"
    DEFERRAL = "deferral", "缓学名单"
    DEATHS = "deaths", "死亡登记"
    BORDER_EXITS = "border_exits", "出入境记录"
    DISABLED_CERT = "disabled_cert", "残疾人证持有儿童"
    POVERTY = "poverty", "困难家庭儿童"
    LEFT_BEHIND = "left_behind", "留守儿童"
    VACCINATION = "vaccination", "预防接种"
    KINDERGARTEN_LEAVERS = "kindergarten_leavers", "幼儿园毕业生"


class State(TextChoices):
    CHECKING = "checking", "正在检查"
    UNMAPPED = "unmapped", "待对表头"
    CHECKED = "checked", "待收下"
    RECEIVED = "received", "已收下"
    WITHDRAWN = "withdrawn", "已撤回"
    DISCARDED = "discarded", "未收下"  # refused while it was read, or put away by the clerk


class Standing(TextChoices):
    """How a sender stands with a roster that it owes."""

    OVERDUE = "overdue", "未收到，已逾期"
    AWAITED = "awaited", "未收到，没到期"
    LATE = "late", "已收下，迟报"
    IN_TIME = "in_time", "按时收下"


class Which(StrEnum):
    """The rows that one figure of the changes counts; the values stand in addresses."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"


# A received roster never changes; it can only be withdrawn, with a reason.
NEXT = {
    # From checking to checking: its job was stopped, or came to grief, and is asked for again.
    State.CHECKING: {State.CHECKING, State.UNMAPPED, State.CHECKED, State.DISCARDED},
    State.UNMAPPED: {State.CHECKING, State.DISCARDED},
    State.CHECKED: {State.CHECKING, State.RECEIVED, State.DISCARDED},
    State.RECEIVED: {State.WITHDRAWN},
    State.WITHDRAWN: set[State](),
    State.DISCARDED: set[State](),
}
