"""The matrix of domain §8.2, written once more and put to the policy cell by cell."""

from __future__ import annotations

import pytest

import factories
from oosc.access import policy
from oosc.access.policy import DataClass, Level
from oosc.access.roles import Role

COLUMNS = [
    [Role.LEAD],
    [Role.EDU],
    [Role.COMM],
    [Role.SCHOOL],
    [Role.TEACHER],
    [Role.POLICE],
    [Role.CIVIL],
    [Role.HEALTH],
    [Role.JUSTICE],
    [Role.LABOR],
    [Role.RURAL],
    [Role.UNITED_FRONT],
    [Role.YOUTH],
    [Role.CULTURE, Role.MARKET, Role.ENFORCEMENT],
    [Role.COUNTY],
]
MATRIX = """
A 姓名/性别/年级/社区 | M | W | W | W | R(本班) | W | R | R | T | T | R | T | T(受助) | — | R
B 完整证件号 | T | R | R | R | — | W | R | T | T | T | R | — | — | — | T
C 住址、电话 | T | R | W | R | R(本班) | W | R | T | T | — | T | T | — | — | T
D 监护人信息 | T | R | W | R | R(本班) | W | T | T | T | — | T | — | — | — | T
E 学籍/就读状态 | M | W | R | W | R(本班) | A | R(残疾) | — | T | — | R(脱贫) | — | — | — | R
F 残疾、健康、评估 | A | T | T(类别) | T(安置建议) | T(要点) | — | W | W | — | — | — | — | — | — | A
G 救助、脱贫类别 | A | R(标签) | R(本社区标签) | T(标签) | — | — | W | — | — | — | W | — | — | — | A
H 服刑/涉案/专门学校 | T | T | — | T(校长) | — | W | T | — | T | — | — | — | — | — | A
I 宗教核查 | A | T(是否办结) | — | — | — | — | — | — | — | — | — | W | — | — | —
J 出入境 | — | T(是/否+日期) | T(是/否) | — | — | W | — | — | — | — | — | — | — | — | —
K 核查/劝返记录 | T | W | W | W | W(本班) | T | T | T | T | T | T | T | — | — | T
L 司法文书、移送 | R | R | T | T | — | T | — | — | W | T | — | — | — | — | T
M 接种 | A | A | A | W(本校) | — | — | — | W | — | — | — | — | — | — | A
N 用工检查（单位） | R | A | A | — | — | T | — | — | T | W | — | — | — | R(市监) | A
O 周边检查/场所 | R | R | R | R(本校) | — | W | — | — | — | — | — | — | — | W | A
P 统计报表 | R | W | A(本社区) | A(本校) | A(本班) | A | A | A | A | A | A | A | A | A | R
Q 照片、录音 | — | T | W | W | W(本班) | T | — | — | T | — | — | — | — | — | —
"""
LEVEL_OF = {
    "W": Level.WRITE,
    "R": Level.FULL,
    "M": Level.MASKED,
    "T": Level.TASKS,
    "A": Level.COUNTS,
    "—": Level.NONE,
}


def _cells():
    for line in MATRIX.strip().splitlines():
        head, *cells = line.split(" | ")
        for roles, cell in zip(COLUMNS, cells, strict=True):
            for role in roles:
                yield DataClass(head[0]), role, _expected(role, cell)


def _expected(role: Role, cell: str) -> Level:
    """A cell of the shared column that names one of its offices is for that one alone."""
    if "(市监)" in cell and role != Role.MARKET:
        return Level.NONE
    return LEVEL_OF[cell[0]]


@pytest.mark.parametrize(("data_class", "role", "expected"), list(_cells()))
def test_each_cell(data_class, role, expected):
    assert policy.LEVELS[role, data_class] is expected


@pytest.mark.parametrize("data_class", DataClass)
@pytest.mark.parametrize("role", [Role.SYS, Role.SECADMIN])
def test_administrators_see_no_child(role, data_class):
    assert policy.LEVELS[role, data_class] is Level.NONE


@pytest.mark.parametrize("data_class", DataClass)
def test_the_office_sees_counts(data_class):
    assert policy.LEVELS[Role.OFFICE, data_class] is Level.COUNTS


@pytest.mark.django_db
def test_the_auditor_sees_samples_masked():
    auditor = factories.acting(Role.AUDIT)

    assert policy.level(auditor, DataClass.IDENTITY) is Level.MASKED
    assert policy.level(auditor, DataClass.ID_NUMBER) is Level.NONE


def test_every_role_has_a_cell_for_every_class():
    assert len(policy.LEVELS) == len(Role) * len(DataClass)
