"""Paper: every layout renders, twice the same, and what is typed stays text."""

from typing import Any

import pytest

from oosc.documents import glyphs
from oosc.documents.rendering import pdf

SIGNERS = [["制表人", "棠以宁"], ["审核人", ""]]
SECTIONS = [{"title": "家长说明", "words": "在外地亲戚家"}, {"title": "安全筛查", "words": ""}]
FACTS = [["儿童", "桑夏至", "性别", "女"], ["住址", "青桥社区"]]
RECEIPT = {"title": "回　执", "words": "已收下。", "signers": [["接收人", ""]]}
PAPERS: dict[str, dict[str, Any]] = {
    "ledger": {
        "title": "云屏街道 2026—2027 学年未入学花名册",
        "left": "填报单位：云屏街道教育中心",
        "right": "数据时点：2026年9月21日",
        "columns": [{"heading": "姓名", "width": 1}, {"heading": "备注", "align": "left"}],
        "rows": [["云谷雨", "09-16 起逾期"]] * 60,
        "signers": SIGNERS,
    },
    "handover": {
        "title": "数据移交单",
        "number": "20260921-AB12CD",
        "facts": FACTS,
        "fields": "姓名、性别",
        "confidentiality": ["专人收发。"],
        "note": "",
        "signers": SIGNERS,
        "receipt": RECEIPT,
    },
    "visit": {
        "title": "入户核查表",
        "number": "990000001-2026-0007",
        "facts": FACTS,
        "sections": SECTIONS,
        "signers": SIGNERS,
    },
    "mandatory_report": {
        "title": "强制报告单",
        "number": "990000001-2026-0001",
        "to": "云屏派出所",
        "facts": FACTS,
        "sections": SECTIONS,
        "basis": "《未成年人保护法》第十一条",
        "signers": SIGNERS,
        "answer": RECEIPT,
    },
}


@pytest.mark.parametrize("layout", PAPERS)
def test_every_layout_renders_and_equal_words_are_equal_bytes(layout: str) -> None:
    first = pdf(layout, PAPERS[layout])

    assert first.startswith(b"%PDF-")
    assert pdf(layout, PAPERS[layout]) == first


def test_what_is_typed_is_never_an_instruction() -> None:
    typed = '#panic("x") $x^2$ *b* \\ ] } " <a> @b'
    rows = [[typed, "=1+1"]]

    assert pdf("ledger", {**PAPERS["ledger"], "rows": rows, "title": typed}).startswith(b"%PDF-")


def test_a_layout_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        pdf("../paper", {})


@pytest.mark.parametrize("name", ["珺喆玥堃祎翀赟", "𬭎𫚖𬱖", "阿依古丽·买买提", "Émile Zola"])
def test_rare_names_are_drawn(name: str) -> None:
    assert glyphs.drawable(name) == name


def test_what_no_font_covers_is_written_as_its_code_point() -> None:
    assert glyphs.drawable("王\U00020000") == "王〔U+20000〕"
    assert glyphs.drawable("张\ufe00三") == "张三"
