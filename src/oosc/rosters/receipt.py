"""W20 数据移交单: what it must say (domain §7.1), in words for page and paper alike."""

from __future__ import annotations

from datetime import date
from typing import Any

from oosc.kernel.refusal import Refused
from oosc.members.models import Post
from oosc.rosters import queries
from oosc.rosters.models import Roster

PURPOSE = "义务教育控辍保学名册比对，核对适龄儿童是否入学，不作他用"
CONFIDENTIALITY = [
    "本批数据含儿童个人信息，属敏感个人信息，只用于上述用途，不得转给无关单位和个人。",
    "由专人移交、专人接收，不得用邮箱、即时通信软件和网盘传递。",
    "原始文件加密保存，至留存期满销毁，销毁留有记录。",
]


def words(roster: Roster) -> dict[str, Any]:  # Any: JSON, as the layout `handover` reads it
    """Return the words of the hand-over form. Refused before the roster was received."""
    received_on = roster.received_on
    if not received_on or not roster.received_by:
        raise Refused("还没有收下，没有移交单可打。请先收下这份花名册。")
    handed_on = roster.uploaded_on
    return {
        "title": "数据移交单",
        "number": roster.number,
        "facts": [
            ["移交单位", roster.sender.name, "接收单位", _receiver(roster)],
            ["数据集", roster.get_kind_display(), "数据时点", _day(roster.as_of)],
            ["条数", f"{roster.rows:,} 条", "其中有问题", f"{roster.rows_with_problems:,} 条"],
            ["与上一份比", _changes(roster)],
            ["用途", PURPOSE],
            ["文件校验值", roster.file_hash],
        ],
        "fields": "、".join(_fields(roster)) + "。",
        "confidentiality": CONFIDENTIALITY,
        "note": _note(roster),
        "signers": [
            ["移交人", _holder(roster.checked_by, handed_on)],
            ["移交日期", _day(handed_on)],
        ],
        "receipt": {
            "title": "回　执",
            "words": f"上述数据已于{_day(received_on)}收下，共 {roster.rows:,} 条，"
            f"编号 {roster.number}。",
            "signers": [
                ["接收人", _holder(roster.received_by, received_on)],
                ["接收日期", _day(received_on)],
            ],
        },
    }


def _receiver(roster: Roster) -> str:
    """The education centre receives (JY-2a), whoever pressed the button."""
    centre = queries.centre_of(roster.region.code)
    return centre.name if centre else "教育中心"


def _holder(post: Post, day: date) -> str:
    holder = post.holder_on(day)
    return holder.name if holder else ""


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _changes(roster: Roster) -> str:
    if roster.previous is None:
        return "首次移交"
    return (
        f"新增 {roster.new:,}，更新 {roster.changed:,}，不变 {roster.unchanged:,}，"
        f"上次有、这次没有 {roster.gone:,}（上一份时点 {_day(roster.previous.as_of)}）"
    )


def _fields(roster: Roster) -> list[str]:
    usual = queries.fields_of(roster.kind)
    return [heading for field, heading in usual.items() if field in roster.mapping]


def _note(roster: Roster) -> str:
    if roster.withdrawn_on:
        return f"本批已于{_day(roster.withdrawn_on)}撤回。"
    return ""
