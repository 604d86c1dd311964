"""What becomes of a field on screen and when it leaves the office (domain §8.3)."""

from __future__ import annotations

from enum import StrEnum, auto

# A compound surname is shown whole, so that a masked name still sounds like a name.
COMPOUND_SURNAMES = frozenset(
    """
    欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 宇文 长孙 夏侯 端木 百里 南宫 轩辕
    呼延 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 闾丘 鲜于 赫连 独孤 拓跋 西门 东郭
    """.split()  # noqa: SIM905  # forty words read better as words
)


class Treatment(StrEnum):
    """Every stored field has one; `tests/whole` asks for it."""

    KEEP = auto()
    MASK = auto()
    REMOVE = auto()


def mask_name(name: str) -> str:
    """王小明 → 王*, 欧阳小雪 → 欧阳*."""
    if not name:
        return ""
    return (name[:2] if name[:2] in COMPOUND_SURNAMES else name[0]) + "*"


def mask_id(number: str) -> str:
    """Keep the first six. With the birth date in its own column, the last four would tell all."""
    return number[:6] + "*" * max(len(number) - 6, 0)


def mask_phone(number: str) -> str:
    """Keep the first three and the last four: 138****5678."""
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]
