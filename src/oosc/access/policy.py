"""Who may do what, and why: the only place where this is decided.

Each grant names the clause of the notice or the article of law that it rests on. What is not granted here is refused, to administrators as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum, auto
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from oosc.access.roles import Role
from oosc.kernel.refusal import Refused


class Permission(StrEnum):
    """What can be asked for. Reading is a permission like any other."""

    HOME = auto()
    ROSTER_VIEW = auto()
    ROSTER_RECEIVE = auto()
    ROSTER_WITHDRAW = auto()
    ROSTER_OF_OTHERS = auto()  # of any sender within reach, not of one's own unit alone
    RUN_VIEW = auto()
    RUN_START = auto()
    LIST_VIEW = auto()  # the lists of a run, within reach
    PAIR_DECIDE = auto()
    SUSPICION_RAISE = auto()
    CHILD_VIEW = auto()
    CHILD_REGISTER = auto()
    CHILD_EDIT = auto()
    CHILD_MERGE = auto()  # join two records that are one child
    REVEAL = auto()
    REVEAL_APPROVE = auto()
    CASE_VIEW = auto()
    CASE_ASSIGN = auto()
    CASE_VERIFY = auto()
    CASE_WITHDRAW = auto()
    CASE_APPROVE = auto()
    MANDATORY_REPORT = auto()
    SCHOOLING_VIEW = auto()
    SCHOOLING_SEAL = auto()
    EXPORT = auto()
    EXPORT_CLEAR = auto()  # with numbers, phones, addresses as they are
    EXPORT_CLEAR_AGREE = auto()  # the second of the two who let such a list leave
    JOB_VIEW = auto()
    QUEUE_VIEW = auto()  # that work moves, and of what kind; never whose or of what
    PARAMETER_VIEW = auto()
    PARAMETER_SET = auto()
    SECURITY_SET = auto()  # parameters of signing in
    CALENDAR_SET = auto()
    REGION_VIEW = auto()
    REGION_IMPORT = auto()
    SCHOOL_MANAGE = auto()
    OFFICER_MANAGE = auto()  # accounts: made, locked, unlocked
    POST_GRANT = auto()  # rights: posts given and ended
    POST_HAND_OVER = auto()
    FACTOR_RESET_APPROVE = auto()  # the second of the two who take a second factor away
    GROUP_VIEW = auto()
    GROUP_MANAGE = auto()
    DUTY_TEXT_SET = auto()
    TRAIL_VIEW = auto()
    FIGURE_VIEW = auto()


class Reach(StrEnum):
    """How far a grant goes (属地管理、分级负责)."""

    OWN_REGION = auto()  # the unit's region and all below it
    OWN_SCHOOL = auto()
    OWN_CLASS = auto()
    EVERYWHERE = auto()  # things that lie nowhere: accounts, parameters, the trail


class DataClass(StrEnum):
    """The rows of the access matrix, domain §8.2."""

    IDENTITY = "A"  # name, sex, grade, community
    ID_NUMBER = "B"
    CONTACT = "C"  # address, phone
    GUARDIAN = "D"
    SCHOOLING = "E"
    HEALTH = "F"
    AID = "G"
    CUSTODY = "H"
    RELIGION = "I"
    EXITS = "J"
    VISITS = "K"
    JUDICIAL = "L"
    VACCINATION = "M"
    LABOUR = "N"
    PERIMETER = "O"
    FIGURES = "P"
    PICTURES = "Q"


class Level(IntEnum):
    """How much of a data class a role sees. A higher level includes the lower ones."""

    NONE = 0
    COUNTS = 1
    TASKS = 2  # only of the cases and tasks that are one's own
    MASKED = 3
    FULL = 4
    WRITE = 5


@dataclass(frozen=True)
class Grant:
    role: Role
    permission: Permission
    reach: Reach
    ground: str  # a clause of docs/notice.md, or a law of docs/laws.md with its article


class Acting(Protocol):
    """Who acts: an officer in the post chosen at sign-in. Posts of one person do not add up."""

    @property
    def role(self) -> str: ...
    @property
    def region_code(self) -> str | None: ...  # 2, 4, 6, 9 or 12 digits
    @property
    def school_id(self) -> UUID | None: ...
    @property
    def class_name(self) -> str: ...


class Located(Protocol):
    """Anything that lies in places: a child lies in several at once."""

    @property
    def region_codes(self) -> Collection[str]: ...
    @property
    def school_ids(self) -> Collection[UUID]: ...
    @property
    def class_names(self) -> Collection[tuple[UUID, str]]: ...


def _grants(
    ground: str, reach: Reach, permissions: Iterable[Permission], *roles: Role
) -> list[Grant]:
    return [Grant(role, permission, reach, ground) for permission in permissions for role in roles]


P = Permission
BUSINESS = [role for role in Role if role not in {Role.AUDIT, Role.SYS, Role.SECADMIN}]

GRANTS: tuple[Grant, ...] = (
    *_grants("JZ-4", Reach.EVERYWHERE, [P.HOME], *Role),
    # Rosters: each office hands in its own, the education centre all of them.
    *_grants(
        "JY-2a",
        Reach.OWN_REGION,
        [P.ROSTER_VIEW, P.ROSTER_RECEIVE, P.ROSTER_WITHDRAW, P.ROSTER_OF_OTHERS],
        Role.EDU,
    ),
    *_grants(
        "GA-1", Reach.OWN_REGION, [P.ROSTER_VIEW, P.ROSTER_RECEIVE, P.ROSTER_WITHDRAW], Role.POLICE
    ),
    *_grants(
        "MZ-3b", Reach.OWN_REGION, [P.ROSTER_VIEW, P.ROSTER_RECEIVE, P.ROSTER_WITHDRAW], Role.CIVIL
    ),
    *_grants(
        "WJ-1b", Reach.OWN_REGION, [P.ROSTER_VIEW, P.ROSTER_RECEIVE, P.ROSTER_WITHDRAW], Role.HEALTH
    ),
    *_grants(
        "XC-1", Reach.OWN_REGION, [P.ROSTER_VIEW, P.ROSTER_RECEIVE, P.ROSTER_WITHDRAW], Role.RURAL
    ),
    *_grants(
        "XX-3a", Reach.OWN_SCHOOL, [P.ROSTER_VIEW, P.ROSTER_RECEIVE, P.ROSTER_WITHDRAW], Role.SCHOOL
    ),
    *_grants(
        "SQ-6b", Reach.OWN_REGION, [P.ROSTER_VIEW, P.ROSTER_RECEIVE, P.ROSTER_WITHDRAW], Role.COMM
    ),
    # The comparison, its lists, the doubtful pairs.
    *_grants(
        "JY-2a",
        Reach.OWN_REGION,
        [P.RUN_VIEW, P.RUN_START, P.LIST_VIEW, P.PAIR_DECIDE, P.SUSPICION_RAISE],
        Role.EDU,
    ),
    *_grants("SQ-2a", Reach.OWN_REGION, [P.RUN_VIEW, P.LIST_VIEW, P.SUSPICION_RAISE], Role.COMM),
    *_grants("XX-3c", Reach.OWN_SCHOOL, [P.RUN_VIEW, P.LIST_VIEW, P.SUSPICION_RAISE], Role.SCHOOL),
    *_grants("ZZ-1", Reach.OWN_REGION, [P.RUN_VIEW, P.LIST_VIEW], Role.LEAD),
    # The register.
    *_grants(
        "JY-2a",
        Reach.OWN_REGION,
        [P.CHILD_VIEW, P.CHILD_REGISTER, P.CHILD_EDIT, P.CHILD_MERGE],
        Role.EDU,
    ),
    *_grants("SQ-2a", Reach.OWN_REGION, [P.CHILD_VIEW, P.CHILD_REGISTER, P.CHILD_EDIT], Role.COMM),
    *_grants("XX-3a", Reach.OWN_SCHOOL, [P.CHILD_VIEW, P.CHILD_EDIT], Role.SCHOOL),
    *_grants("XX-2c", Reach.OWN_CLASS, [P.CHILD_VIEW], Role.TEACHER),
    *_grants("ZZ-1", Reach.OWN_REGION, [P.CHILD_VIEW], Role.LEAD),
    *_grants("GA-1", Reach.OWN_REGION, [P.CHILD_VIEW], Role.POLICE),
    *_grants("MZ-2a", Reach.OWN_REGION, [P.CHILD_VIEW], Role.CIVIL),
    *_grants("WJ-2a", Reach.OWN_REGION, [P.CHILD_VIEW], Role.HEALTH),
    *_grants("XC-2a", Reach.OWN_REGION, [P.CHILD_VIEW], Role.RURAL),
    *_grants("JY-2c", Reach.OWN_REGION, [P.CHILD_VIEW], Role.COUNTY),
    # Opening what is masked: every role that may see the class in full asks, the head answers.
    *_grants(
        "网护条例36",
        Reach.OWN_REGION,
        [P.REVEAL],
        Role.EDU,
        Role.COMM,
        Role.POLICE,
        Role.CIVIL,
        Role.HEALTH,
        Role.RURAL,
        Role.LEAD,
        Role.COUNTY,
    ),
    *_grants("网护条例36", Reach.OWN_SCHOOL, [P.REVEAL], Role.SCHOOL),
    *_grants("网护条例36", Reach.OWN_CLASS, [P.REVEAL], Role.TEACHER),
    *_grants("网护条例36", Reach.OWN_REGION, [P.REVEAL_APPROVE], Role.LEAD),
    # Cases.
    *_grants(
        "JY-5b",
        Reach.OWN_REGION,
        [P.CASE_VIEW, P.CASE_ASSIGN, P.CASE_WITHDRAW, P.CASE_APPROVE, P.CASE_VERIFY],
        Role.EDU,
    ),
    # Whoever opened a case by mistake takes it back; the action asks whether it was they (C00).
    *_grants("SQ-2a", Reach.OWN_REGION, [P.CASE_VIEW, P.CASE_VERIFY, P.CASE_WITHDRAW], Role.COMM),
    *_grants("XX-4", Reach.OWN_SCHOOL, [P.CASE_VIEW, P.CASE_VERIFY, P.CASE_WITHDRAW], Role.SCHOOL),
    *_grants("XX-2c", Reach.OWN_CLASS, [P.CASE_VIEW, P.CASE_VERIFY], Role.TEACHER),
    *_grants("ZZ-1", Reach.OWN_REGION, [P.CASE_VIEW, P.CASE_APPROVE], Role.LEAD),
    *_grants("MZ-3c", Reach.OWN_REGION, [P.CASE_VIEW, P.CASE_APPROVE], Role.CIVIL),
    *_grants("GA-1", Reach.OWN_REGION, [P.CASE_VIEW, P.CASE_APPROVE], Role.POLICE),
    *_grants("JY-2c", Reach.OWN_REGION, [P.CASE_VIEW], Role.COUNTY),
    *_grants("未保法11", Reach.OWN_REGION, [P.MANDATORY_REPORT], Role.COMM, Role.EDU),
    *_grants("未保法11", Reach.OWN_SCHOOL, [P.MANDATORY_REPORT], Role.SCHOOL),
    *_grants("未保法11", Reach.OWN_CLASS, [P.MANDATORY_REPORT], Role.TEACHER),
    # The two rosters of the school year and the ledger of suspicions.
    *_grants("SQ-1c", Reach.OWN_REGION, [P.SCHOOLING_VIEW, P.SCHOOLING_SEAL], Role.COMM),
    *_grants("JY-2b", Reach.OWN_REGION, [P.SCHOOLING_VIEW, P.SCHOOLING_SEAL], Role.EDU),
    *_grants("JY-2b", Reach.OWN_REGION, [P.SCHOOLING_VIEW], Role.LEAD),
    *_grants("XX-3a", Reach.OWN_SCHOOL, [P.SCHOOLING_VIEW], Role.SCHOOL),
    *_grants("个保法6", Reach.OWN_REGION, [P.EXPORT], Role.EDU, Role.COMM, Role.LEAD),
    *_grants("个保法6", Reach.OWN_SCHOOL, [P.EXPORT], Role.SCHOOL),
    # In clear: the keepers of the register ask, the head answers.
    *_grants("网护条例36", Reach.OWN_REGION, [P.EXPORT_CLEAR], Role.EDU, Role.COMM),
    *_grants("网护条例36", Reach.OWN_SCHOOL, [P.EXPORT_CLEAR], Role.SCHOOL),
    *_grants("网护条例36", Reach.OWN_REGION, [P.EXPORT_CLEAR, P.EXPORT_CLEAR_AGREE], Role.LEAD),
    *_grants("JZ-4", Reach.EVERYWHERE, [P.JOB_VIEW], *BUSINESS),
    # The mechanism.
    *_grants("SD-1a", Reach.EVERYWHERE, [P.GROUP_VIEW], *BUSINESS),
    *_grants("SD-1a", Reach.OWN_REGION, [P.GROUP_MANAGE], Role.OFFICE),
    *_grants("GW-3", Reach.OWN_REGION, [P.DUTY_TEXT_SET], Role.OFFICE),
    *_grants("JZ-4", Reach.OWN_REGION, [P.POST_HAND_OVER], Role.LEAD, Role.OFFICE, Role.EDU),
    *_grants("个保法6", Reach.OWN_REGION, [P.FIGURE_VIEW], *BUSINESS),
    # The three administrators keep the machine, never a child's file (三员分立).
    *_grants(
        "等保",
        Reach.EVERYWHERE,
        [
            P.OFFICER_MANAGE,
            P.REGION_IMPORT,
            P.SCHOOL_MANAGE,
            P.REGION_VIEW,
            P.PARAMETER_VIEW,
            P.CALENDAR_SET,
            P.QUEUE_VIEW,
        ],
        Role.SYS,
    ),
    *_grants(
        "等保",
        Reach.EVERYWHERE,
        [
            P.POST_GRANT,
            P.POST_HAND_OVER,
            P.FACTOR_RESET_APPROVE,
            P.PARAMETER_VIEW,
            P.SECURITY_SET,
            P.REGION_VIEW,
        ],
        Role.SECADMIN,
    ),
    *_grants("等保", Reach.EVERYWHERE, [P.TRAIL_VIEW], Role.AUDIT),
    *_grants(
        "JZ-1",
        Reach.OWN_REGION,
        [P.PARAMETER_VIEW, P.PARAMETER_SET, P.CALENDAR_SET, P.REGION_VIEW, P.SCHOOL_MANAGE],
        Role.EDU,
    ),
    *_grants(
        "JZ-1", Reach.OWN_REGION, [P.PARAMETER_VIEW, P.PARAMETER_SET, P.REGION_VIEW], Role.LEAD
    ),
)

# The matrix of domain §8.2, a line for each data class, in the order of `_COLUMNS`.
# W write, R full, M masked, T own tasks only, A counts only, - nothing.
# JUSTICE, LABOR, UNITED_FRONT and YOUTH see children of their own tasks alone (T). Their tasks come
# with referrals (移交), which are not built: until then none of them holds CHILD_VIEW or CASE_VIEW,
# and a T of theirs opens nothing (docs/decisions/0012).
_COLUMNS = (
    Role.LEAD,
    Role.EDU,
    Role.COMM,
    Role.SCHOOL,
    Role.TEACHER,
    Role.POLICE,
    Role.CIVIL,
    Role.HEALTH,
    Role.JUSTICE,
    Role.LABOR,
    Role.RURAL,
    Role.UNITED_FRONT,
    Role.YOUTH,
    Role.CULTURE,
    Role.COUNTY,
)
_MATRIX = {
    DataClass.IDENTITY:    "M W W W R W R R T T R T T - R",
    DataClass.ID_NUMBER:   "T R R R - W R T T T R - - - T",
    DataClass.CONTACT:     "T R W R R W R T T - T T - - T",
    DataClass.GUARDIAN:    "T R W R R W T T T - T - - - T",
    DataClass.SCHOOLING:   "M W R W R A R - T - R - - - R",
    DataClass.HEALTH:      "A T T T T - W W - - - - - - A",
    DataClass.AID:         "A R R T - - W - - - W - - - A",
    DataClass.CUSTODY:     "T T - T - W T - T - - - - - A",
    DataClass.RELIGION:    "A T - - - - - - - - - W - - -",
    DataClass.EXITS:       "- T T - - W - - - - - - - - -",
    DataClass.VISITS:      "T W W W W T T T T T T T - - T",
    DataClass.JUDICIAL:    "R R T T - T - - W T - - - - T",
    DataClass.VACCINATION: "A A A W - - - W - - - - - - A",
    DataClass.LABOUR:      "R A A - - T - - T W - - - R A",
    DataClass.PERIMETER:   "R R R R - W - - - - - - - W A",
    DataClass.FIGURES:     "R W A A A A A A A A A A A A R",
    DataClass.PICTURES:    "- T W W W T - - T - - - - - -",
}  # fmt: skip
_LETTERS = {
    "W": Level.WRITE,
    "R": Level.FULL,
    "M": Level.MASKED,
    "T": Level.TASKS,
    "A": Level.COUNTS,
    "-": Level.NONE,
}
LEVELS: dict[tuple[str, DataClass], Level] = {
    (role, data_class): _LETTERS[letter]
    for data_class, line in _MATRIX.items()
    for role, letter in zip(_COLUMNS, line.split(), strict=True)
}
# Notes of the matrix: 文体/市监/执法 share a column (labour checks: 市监 alone reads them);
# OFFICE and the youth bodies see counts of children; AUDIT sees samples masked.
for _class in DataClass:
    LEVELS[Role.MARKET, _class] = LEVELS[Role.CULTURE, _class]
    LEVELS[Role.ENFORCEMENT, _class] = LEVELS[Role.CULTURE, _class]
    LEVELS[Role.OFFICE, _class] = Level.COUNTS
    LEVELS[Role.AUDIT, _class] = Level.MASKED if _class is DataClass.IDENTITY else Level.NONE
    LEVELS[Role.SYS, _class] = Level.NONE
    LEVELS[Role.SECADMIN, _class] = Level.NONE
LEVELS[Role.CULTURE, DataClass.LABOUR] = Level.NONE
LEVELS[Role.ENFORCEMENT, DataClass.LABOUR] = Level.NONE

_BY_ROLE: dict[tuple[str, Permission], frozenset[Reach]] = {
    (role, permission): frozenset(
        g.reach for g in GRANTS if g.role == role and g.permission == permission
    )
    for role in Role
    for permission in Permission
}


def reaches(by: Acting, permission: Permission) -> frozenset[Reach]:
    return _BY_ROLE.get((by.role, permission), frozenset())


def holds(by: Acting | None, permission: Permission) -> bool:
    """True when this post has the permission at all, wherever it reaches."""
    return by is not None and bool(reaches(by, permission))


def level(by: Acting, data_class: DataClass) -> Level:
    """How much of a data class this post may see of what lies within its reach."""
    return LEVELS.get((by.role, data_class), Level.NONE)


def allows(by: Acting, permission: Permission, subject: Located | None = None) -> bool:
    granted = reaches(by, permission)
    if subject is None or Reach.EVERYWHERE in granted:
        return bool(granted)
    region = by.region_code
    return (
        (
            Reach.OWN_REGION in granted
            and region is not None
            and any(code.startswith(region) for code in subject.region_codes)
        )
        or (Reach.OWN_SCHOOL in granted and by.school_id in subject.school_ids)
        or (
            Reach.OWN_CLASS in granted
            and by.school_id is not None
            and bool(by.class_name)
            and (by.school_id, by.class_name) in subject.class_names
        )
    )


def within_reach(
    by: Acting,
    permission: Permission,
    regions: Iterable[str] = (),
    schools: Iterable[str] = (),
    classes: Iterable[tuple[str, str]] = (),
) -> Q:
    """Return the same rule as a filter over these paths. One test puts both to the same rows.

    `classes` are pairs of paths: the school, and the name of the class in it.
    """
    granted = reaches(by, permission)
    if Reach.EVERYWHERE in granted:
        return Q()
    allowed = Q(pk__in=[])
    if Reach.OWN_REGION in granted and by.region_code is not None:
        for path in regions:
            allowed |= code_range(path, by.region_code)
    if Reach.OWN_SCHOOL in granted and by.school_id is not None:
        for path in schools:
            allowed |= Q((path, by.school_id))
    if Reach.OWN_CLASS in granted and by.school_id is not None and by.class_name:
        for school, name in classes:
            allowed |= Q((school, by.school_id), (name, by.class_name))
    return allowed


def code_range(path: str, code: str) -> Q:
    """A prefix of a region code as a range of the index.

    From the code to the code with its last digit raised by one (after 9 comes `:`, which holds
    because columns of codes are compared byte by byte). The empty code is the whole nation.
    """
    if not code:
        return ~Q(pk__in=[])  # an empty Q would vanish where it is joined to others by “or”
    return Q((f"{path}__gte", code), (f"{path}__lt", code[:-1] + chr(ord(code[-1]) + 1)))


def require(by: Acting, permission: Permission, subject: Located | None = None) -> None:
    if not allows(by, permission, subject):
        raise Refused("您所在的岗位没有办理此事项的权限。请换用有权限的岗位，或与安全管理员联系。")
