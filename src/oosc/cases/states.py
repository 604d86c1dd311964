"""The whole life of a case on one screen (domain §4.2), and the reasons for striking it off."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices

from oosc.access.policy import DataClass, Permission
from oosc.access.roles import Role


class State(TextChoices):
    """How far a case has come, S0 to S9."""

    SUSPECTED = "suspected", "疑似"
    ASSIGNED = "assigned", "已派核"
    VERIFYING = "verifying", "核查中"
    CONFIRMED = "confirmed", "已确认"
    PERSUADING = "persuading", "劝返中"
    AGREED = "agreed", "同意复学"
    RETURNED = "returned", "已返校"
    OBSERVING = "observing", "稳定观察"
    CLOSING = "closing", "申请销号"
    CLOSED = "closed", "已销号"


@dataclass(frozen=True)
class Arrow:
    """One step: what it is called, who may take it, within which limit, on which clause."""

    event: str
    label: str
    now: State
    to: State
    permission: Permission
    clause: str
    limit: str = ""  # code of the parameter that limits the state arrived at


_V = Permission.CASE_VERIFY
_A = Permission.CASE_APPROVE

ARROWS: tuple[Arrow, ...] = (
    Arrow("assign", "派核", State.SUSPECTED, State.ASSIGNED, Permission.CASE_ASSIGN, "JY-5a", "case.verify"),
    Arrow("reassign", "改派", State.ASSIGNED, State.ASSIGNED, Permission.CASE_ASSIGN, "JY-5a", "case.verify"),
    Arrow("reassign", "改派", State.VERIFYING, State.ASSIGNED, Permission.CASE_ASSIGN, "JY-5a", "case.verify"),
    Arrow("hand_back", "退回派核", State.ASSIGNED, State.SUSPECTED, _V, "SQ-2a", "case.assign"),
    Arrow("hand_back", "退回派核", State.VERIFYING, State.SUSPECTED, _V, "SQ-2a", "case.assign"),
    Arrow("withdraw", "撤销立案", State.SUSPECTED, State.CLOSED, Permission.CASE_WITHDRAW, "JY-5b"),
    Arrow("withdraw", "撤销立案，待人工核定", State.SUSPECTED, State.CLOSING, Permission.CASE_WITHDRAW, "JY-5b", "case.close"),
    Arrow("withdraw", "撤销立案", State.ASSIGNED, State.CLOSED, Permission.CASE_WITHDRAW, "JY-5b"),
    Arrow("withdraw", "撤销立案，待人工核定", State.ASSIGNED, State.CLOSING, Permission.CASE_WITHDRAW, "JY-5b", "case.close"),
    Arrow("withdraw", "撤销立案，待人工核定", State.VERIFYING, State.CLOSING, Permission.CASE_WITHDRAW, "JY-5b", "case.close"),
    Arrow("start", "开始核查", State.ASSIGNED, State.VERIFYING, _V, "SQ-2a", "case.verify"),
    Arrow("confirm", "确认未就学", State.VERIFYING, State.CONFIRMED, _V, "SQ-2a"),
    Arrow("rule_out", "申请排除", State.VERIFYING, State.CLOSING, _V, "SQ-2a", "case.close"),
    Arrow("correct", "更正走访", State.CONFIRMED, State.VERIFYING, _V, "SQ-2a", "case.verify"),
    Arrow("rule_out", "申请排除", State.CONFIRMED, State.CLOSING, _V, "SQ-2a", "case.close"),
    Arrow("persuade", "开始劝返", State.CONFIRMED, State.PERSUADING, _V, "SQ-2c", "case.persuade_again"),
    Arrow("agree", "同意复学", State.PERSUADING, State.AGREED, _V, "SQ-2c", "case.place"),
    Arrow("close", "申请销号", State.PERSUADING, State.CLOSING, _V, "JY-5b", "case.close"),
    Arrow("return", "已返校", State.AGREED, State.RETURNED, _V, "JY-1c", "case.register"),
    Arrow("fall_back", "又不同意", State.AGREED, State.PERSUADING, _V, "SQ-2c", "case.persuade_again"),
    Arrow("observe", "进入观察", State.RETURNED, State.OBSERVING, _V, "JY-1c"),
    Arrow("close", "申请销号", State.OBSERVING, State.CLOSING, _V, "JY-5b", "case.close"),
    Arrow("relapse", "再次离校", State.OBSERVING, State.PERSUADING, _V, "SQ-2c", "case.persuade_again"),
    Arrow("approve", "批准销号", State.CLOSING, State.CLOSED, _A, "JY-5b"),
    Arrow("send_back", "退回", State.CLOSING, State.SUSPECTED, _A, "JY-5b", "case.assign"),
    Arrow("send_back", "退回", State.CLOSING, State.ASSIGNED, _A, "JY-5b", "case.verify"),
    Arrow("send_back", "退回", State.CLOSING, State.VERIFYING, _A, "JY-5b", "case.verify"),
    Arrow("send_back", "退回", State.CLOSING, State.CONFIRMED, _A, "JY-5b"),
    Arrow("send_back", "退回", State.CLOSING, State.PERSUADING, _A, "JY-5b", "case.persuade_again"),
    Arrow("send_back", "退回", State.CLOSING, State.OBSERVING, _A, "JY-5b"),
    Arrow("reopen", "重开", State.CLOSED, State.VERIFYING, Permission.SUSPICION_RAISE, "JY-5b", "case.verify"),
    Arrow("reopen", "重开", State.CLOSED, State.PERSUADING, Permission.SUSPICION_RAISE, "JY-5b", "case.persuade_again"),
)  # fmt: skip

NEXT: dict[State, frozenset[State]] = {
    state: frozenset(arrow.to for arrow in ARROWS if arrow.now == state) for state in State
}


class Source(TextChoices):
    """Where a suspicion came from (D11)."""

    MATCH = "match", "比对"
    LAPSED = "lapsed", "逾期未办结"  # a transfer, a registration or a leave whose time ran out
    ABSENCE = "absence", "学校缺勤"
    PLATFORM = "platform", "上级平台下发"
    COMMUNITY = "community", "社区发现"
    TIP = "tip", "群众反映"
    DEPARTMENT = "department", "部门线索"


class Mode(TextChoices):
    """How a verification was made."""

    HOME_VISIT = "home_visit", "入户"
    PHONE = "phone", "电话"
    REGISTER_QUERY = "register_query", "查询学籍"
    REMOTE_ASSIST = "remote_assist", "外地协查"


class AddressMatch(TextChoices):
    """Whether the family lives where the rosters say (D25)."""

    MATCHES = "matches", "相符"
    DIFFERS = "differs", "不符"
    MOVED = "moved", "已搬走"


class Met(TextChoices):
    """Who was spoken to."""

    PARENTS = "parents", "父母"
    GRANDPARENTS = "grandparents", "祖辈"
    RELATIVES = "relatives", "其他亲属"
    NEIGHBOURS = "neighbours", "邻居"
    SCHOOL = "school", "学校老师"
    NOBODY = "nobody", "无人在家"


class Claim(TextChoices):
    """How the child is schooled now, as the family says."""

    ELSEWHERE = "elsewhere", "外地在读"
    HERE = "here", "辖区内在读"
    NONE = "none", "没有上学"
    ALTERNATIVE = "alternative", "私塾或在家"
    ILLNESS = "illness", "因病因残"
    UNCLEAR = "unclear", "说不清"


class Safety(TextChoices):
    """安全筛查: what a visitor must ask (未保法第十一条)."""

    NONE = "none", "未发现异常"
    SUSPECTED_HARM = "suspected_harm", "疑似受侵害"
    DANGER = "danger", "处于危险"


class Conclusion(TextChoices):
    """What a verification found."""

    NEVER_ENROLLED = "never_enrolled", "失学，未曾入学"
    DROPOUT = "dropout", "辍学，已离校"
    ILLEGAL_ALTERNATIVE = "illegal_alternative", "私塾或在家，未入学"
    ENROLLED_UNREGISTERED = "enrolled_unregistered", "在校，学籍待补"
    RULED_OUT = "ruled_out", "不属失学，材料待补"
    NOT_FOUND = "not_found", "还需再查"


class Body(TextChoices):
    """To whom a mandatory report is made (未保法第十一条), and who answers."""

    POLICE = "police", "公安"
    CIVIL = "civil", "民政"
    EDUCATION = "education", "教育"
    OTHER = "other", "其他单位"


class Means(TextChoices):
    """How somebody was told."""

    PHONE = "phone", "电话"
    IN_PERSON = "in_person", "当面"
    WRITTEN = "written", "书面"


# The three that the law names: a report is made when each of them was told.
MUST_BE_TOLD = (Body.POLICE, Body.CIVIL, Body.EDUCATION)


class Reason(TextChoices):
    """Why a case is struck off or ruled out, C00 to C99."""

    WITHDRAWN = "C00", "撤销立案"
    RETURNED_STABLE = "C01", "复学且观察期满"
    ENROLLED = "C02", "比对误报，本就在读"
    REGISTERED = "C03", "在校无学籍，已补籍"
    ENROLLED_ELSEWHERE = "C04", "外地在读"
    GRADUATED = "C05", "已毕业"
    DEFERRED = "C06", "批准缓学"
    SUSPENDED = "C07", "批准休学"
    HOME_DELIVERY = "C08", "重度残疾，送教上门"
    SPECIAL_PLACEMENT = "C09", "特殊教育安置"
    DECEASED = "C10", "死亡"
    ABROAD = "C11", "出国（境）"
    MOVED_OUT = "C12", "户籍迁出或转出本地入学"
    INFO_ERROR = "C13", "信息错误"
    DUPLICATE = "C14", "双重户籍或重复登记"
    NO_SUCH_PERSON = "C15", "查无此人、空挂户"
    MISSING = "C16", "失踪"
    OVERAGE = "C17", "超龄未完成"
    CUSTODY = "C18", "专门学校等场所受教育"
    HANDED_OVER = "C19", "转办属地"
    OTHER = "C99", "其他"


class EvidenceKind(TextChoices):
    """What proves a reason."""

    ROLL_QUERY = "roll_query", "学籍系统查询件"
    STUDENT_NO = "student_no", "学籍号"
    SCHOOL_PROOF = "school_proof", "就读学校证明（盖章）"
    ATTENDANCE = "attendance", "观察期考勤"
    TALK = "talk", "家长或学生谈话记录"
    DIPLOMA = "diploma", "毕业证号或学籍毕业状态"
    APPROVAL = "approval", "批准文书（含起止）"
    COMMITTEE = "committee", "专委会结论编号"
    TEACHING_PLAN = "teaching_plan", "送教方案"
    FIRST_LESSON = "first_lesson", "首次送教记录"
    PLACEMENT = "placement", "安置单"
    DEATH = "death", "死亡证明、户籍注销或火化证明"
    EXIT = "exit", "出境记录"
    ABROAD_PROOF = "abroad_proof", "境外就读、居留材料或监护人声明"
    MOVE = "move", "户籍迁移信息"
    RECEIPT = "receipt", "接收地回执或在读证明"
    CORRECTION = "correction", "更正前后值与公安或学籍依据"
    COMPARISON = "comparison", "两条记录对照与公安或学籍确认"
    COMMUNITY_VISIT = "community_visit", "社区入户记录（两人签）"
    POLICE_CHECK = "police_check", "派出所核实"
    POLICE_RULING = "police_ruling", "公安机关认定或立案证明"
    AGE = "age", "年龄材料"
    PERSUASIONS = "persuasions", "历次劝返记录"
    WHEREABOUTS = "whereabouts", "去向（职教、就业培训）"
    OFFICIAL_LETTER = "official_letter", "司法、公安来函编号"
    HAND_OVER = "hand_over", "移交函"
    STATEMENT = "statement", "书面说明"
    OTHER_PROOF = "other_proof", "其他佐证"
    PHOTO = "photo", "照片"
    SIGNATURE = "signature", "签字"


E = EvidenceKind
# What is proved by its number: the platform keeps the number and, of some, no paper at all.
NUMBERED = frozenset({E.STUDENT_NO, E.DIPLOMA, E.COMMITTEE, E.OFFICIAL_LETTER, E.APPROVAL})
# Of these the paper has to be there beside its number.
NUMBER_AND_FILE = frozenset({E.APPROVAL})


@dataclass(frozen=True)
class Closing:
    """What a reason needs, who approves it, and where the child then stands."""

    reason: Reason
    needs: tuple[EvidenceKind, ...]
    approvers: tuple[Role, ...]
    # Schooling statuses that may follow, the usual one first; none where the child's stays.
    statuses: tuple[str, ...] = ()
    from_verifying: bool = True  # may rule a suspicion out, not only end a persuasion
    puts_back: bool = False  # the child stands again where it stood before the suspicion
    has_term: bool = False  # an approved leave: from when, until when
    recheck: str = ""  # code of the parameter after which somebody looks once more
    rechecks_again: bool = False  # every so often, not once
    or_needs: tuple[EvidenceKind, ...] = ()  # what does in place of `needs`, all together
    tells: DataClass | None = None  # what it gives away: a disability, a custody


_EDU = (Role.EDU,)
CLOSINGS: dict[Reason, Closing] = {
    closing.reason: closing
    for closing in (
        Closing(Reason.WITHDRAWN, (), _EDU, puts_back=True),
        Closing(Reason.RETURNED_STABLE, (E.SCHOOL_PROOF, E.STUDENT_NO, E.ATTENDANCE, E.TALK), _EDU, ("enrolled_local",), from_verifying=False),
        Closing(Reason.ENROLLED, (E.ROLL_QUERY, E.STUDENT_NO), _EDU, ("enrolled_local",)),
        Closing(Reason.REGISTERED, (E.STUDENT_NO,), _EDU, ("enrolled_local",)),
        Closing(Reason.ENROLLED_ELSEWHERE, (E.SCHOOL_PROOF, E.STUDENT_NO), _EDU, ("enrolled_outside",), or_needs=(E.ROLL_QUERY,)),
        Closing(Reason.GRADUATED, (E.DIPLOMA,), _EDU, ("graduated",)),
        Closing(Reason.DEFERRED, (E.APPROVAL,), _EDU, ("deferred",), has_term=True),
        Closing(Reason.SUSPENDED, (E.APPROVAL,), _EDU, ("suspended",), has_term=True),
        Closing(Reason.HOME_DELIVERY, (E.COMMITTEE, E.TEACHING_PLAN, E.STUDENT_NO, E.FIRST_LESSON), (Role.EDU, Role.CIVIL), ("home_delivery",), tells=DataClass.HEALTH),
        Closing(Reason.SPECIAL_PLACEMENT, (E.PLACEMENT, E.STUDENT_NO), _EDU, ("special_school", "inclusive_class", "special_class"), tells=DataClass.HEALTH),
        Closing(Reason.DECEASED, (E.DEATH,), _EDU, ("deceased",)),
        Closing(Reason.ABROAD, (E.EXIT, E.ABROAD_PROOF), (Role.EDU, Role.POLICE), ("abroad",), recheck="case.recheck_abroad"),
        Closing(Reason.MOVED_OUT, (E.MOVE, E.RECEIPT), _EDU, ("moved_out", "enrolled_outside")),
        Closing(Reason.INFO_ERROR, (E.CORRECTION,), _EDU, ("pending",)),
        Closing(Reason.DUPLICATE, (E.COMPARISON,), _EDU, ("invalid",)),
        Closing(Reason.NO_SUCH_PERSON, (E.COMMUNITY_VISIT, E.POLICE_CHECK), (Role.EDU, Role.POLICE), ("invalid",)),
        Closing(Reason.MISSING, (E.POLICE_RULING,), (Role.LEAD,), ("missing",), recheck="case.recheck_missing", rechecks_again=True),
        Closing(Reason.OVERAGE, (E.AGE, E.PERSUASIONS, E.WHEREABOUTS), (Role.LEAD,), ("overage_uncompleted",)),
        Closing(Reason.CUSTODY, (E.OFFICIAL_LETTER,), _EDU, ("custody_education", "specialised_school"), tells=DataClass.CUSTODY),
        Closing(Reason.HANDED_OVER, (E.HAND_OVER, E.RECEIPT), _EDU, puts_back=True),
        Closing(Reason.OTHER, (E.STATEMENT, E.OTHER_PROOF, E.OTHER_PROOF), (Role.LEAD,)),
    )
}  # fmt: skip
# Evidence whose very kind gives the same away.
TELLING: dict[EvidenceKind, DataClass] = {
    kind: closing.tells
    for closing in CLOSINGS.values()
    for kind in closing.needs
    if closing.tells and kind in {E.COMMITTEE, E.TEACHING_PLAN, E.FIRST_LESSON, E.PLACEMENT, E.OFFICIAL_LETTER}
}  # fmt: skip
# Bodies whose only part in a case is to agree to some reasons.
ONLY_AGREE = frozenset({Role.POLICE, Role.CIVIL})


def reasons_of(role: str) -> list[Reason]:
    """The reasons to which a body is asked to agree."""
    return [closing.reason for closing in CLOSINGS.values() if role in closing.approvers]
