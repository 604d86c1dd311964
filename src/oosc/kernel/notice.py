"""What the clauses are called: SQ-2a stands in the code, 社区居委会（二） on a page."""

from __future__ import annotations

import re

NUMERALS = "零一二三四五六七八九"

BODIES = {
    "GW": "公文",
    "ZZ": "人员组成",
    "JZ": "工作机制",
    "SD": "街道办事处",
    "SQ": "社区居委会",
    "JY": "教育中心",
    "TZ": "党建办〔统战〕",
    "GA": "派出所",
    "MZ": "社会事务办〔民政〕",
    "SF": "司法所",
    "LD": "劳务所",
    "XC": "乡村振兴服务科",
    "WT": "文体服务科",
    "WJ": "社会事务办〔卫健〕",
    "SC": "市场监管所",
    "ZF": "综合执法队",
    "TF": "团工委、妇工委",
    "XX": "义务教育学校",
}
CLAUSE = re.compile(r"\b([A-Z]{2})-(\d)[a-z]?\b")


def in_words(text: str) -> str:
    """Put the name of each clause in place of its code."""
    return CLAUSE.sub(_called, text)


def _called(code: re.Match[str]) -> str:
    body = BODIES.get(code[1])
    return f"{body}（{NUMERALS[int(code[2])]}）" if body else code[0]
