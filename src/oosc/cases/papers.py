"""The papers of a case in words: 入户核查表 W14 and 强制报告单 W21."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.timezone import localtime

from oosc.access import policy
from oosc.access.policy import DataClass, Level
from oosc.cases.models import MandatoryReport, Visit
from oosc.cases.queries import RESTRICTED
from oosc.cases.states import Claim
from oosc.children.queries import shown_name
from oosc.members.acting import Acting


def visit_words(
    visit: Visit, by: Acting, signature: bytes = b""
) -> dict[str, Any]:  # Any: what the layout reads
    """W14 入户核查表. `signature`: the picture, for a post that may see it."""
    case, child = visit.case, visit.case.child
    met = (
        f"{visit.get_met_display()}{'，见到孩子本人' if visit.child_present else '，没有见到孩子'}"
    )
    return {
        "title": "入户核查表" + ("（已更正，不作数）" if visit.annulled_at else ""),
        "number": case.number,
        "facts": [
            ["姓名", shown_name(child.name, by=by), "性别", child.sex],
            ["出生日期", _day(child.birth_date), "责任社区", case.region.name],
            ["责任学校", case.school.name if case.school else "—", "疑似依据", case.trigger],
            ["核查时间", _visited_at(visit), "方式", visit.get_mode_display()],
            ["地点", _where(visit)],
            ["核查人", "、".join(visit.visitors)],
            ["住址与登记", visit.get_address_match_display(), "见到了谁", met],
            ["现在怎么上学", shown_claim(visit, by), "离校日期", _day(visit.left_on) or "—"],
            ["安全筛查", visit.safety_label, "核查结论", visit.get_conclusion_display()],
            ["照片和材料", f"{len(visit.photo_keys)} 份，存电子卷"],
            *([["更正", visit.annulled_why]] if visit.annulled_at else []),
        ],
        "sections": [{"title": "核查情况", "words": visit.account}],
        "signature": list(signature),
        "signers": [
            ["核查人", "、".join(visit.visitors)],
            ["监护人", _signed(visit)],
            ["登记", f"{localtime(visit.recorded_at):%Y-%m-%d %H:%M}"],
        ],
    }


def shown_claim(visit: Visit, by: Acting) -> str:
    """How the family says the child is schooled; an illness only to whom health is shown."""
    if visit.claim == Claim.ILLNESS and policy.level(by, DataClass.HEALTH) < Level.TASKS:
        return RESTRICTED
    return visit.claim_label


def shown_signing(visit: Visit) -> str:
    """How a visit was signed for, on a page."""
    if visit.refused_to_sign:
        return f"拒签{f'，见证人：{visit.witness}' if visit.witness else ''}"
    return "已签" if visit.signature_key else "未签"


def _visited_at(visit: Visit) -> str:
    at = f" {visit.visited_at:%H:%M}" if visit.visited_at else ""
    return f"{visit.visited_on:%Y-%m-%d}{at}"


def _where(visit: Visit) -> str:
    place = visit.place or "—"
    if visit.longitude is None or visit.latitude is None:
        return place
    return f"{place}（东经 {visit.longitude:.5f}°，北纬 {visit.latitude:.5f}°）"


def _signed(visit: Visit) -> str:
    if visit.refused_to_sign:
        return f"（{shown_signing(visit)}）"
    return "（已在屏幕上签字，如下）" if visit.signature_key else "（未签）"


def report_words(report: MandatoryReport, by: Acting) -> dict[str, Any]:  # Any: as above
    """W21 强制报告单."""
    child = report.child
    kind = MandatoryReport.Kind(report.kind).label if report.kind else ""
    reporter = report.reported_by or report.found_by
    who = reporter.holder_on(report.found_at.date())
    return {
        "title": "强制报告单" + ("（已作废）" if report.annulled_at else ""),
        "number": report.case.number if report.case else "",
        "to": "公安、民政、教育",
        "facts": [
            ["儿童", shown_name(child.name, by=by), "性别", child.sex],
            ["出生日期", _day(child.birth_date), "社区", report.region.name],
            ["发现时间", _moment(report.found_at), "报齐时间", _moment(report.reported_at)],
            ["情形", kind],
            *(
                [
                    f"向{one}报告",
                    f"{one.person}，{one.get_means_display()}",
                    "时间",
                    _moment(one.told_at),
                ]
                for one in report.told.all()
            ),
            *([["作废", report.annulled_why]] if report.annulled_at else []),
        ],
        "sections": [
            {"title": "发现的情况", "words": report.account},
            {"title": "已采取措施", "words": report.measures},
        ],
        "basis": "《中华人民共和国未成年人保护法》第十一条第二款",
        "signers": [
            ["报告单位", reporter.unit.name],
            ["报告人", who.name if who else ""],
            ["日期", _day(localtime(report.reported_at).date() if report.reported_at else None)],
        ],
        "answer": {
            "title": "反馈",
            "words": "\n".join(
                f"{_moment(one.answered_at)} {one}：{one.words}" for one in report.answers.all()
            ),
            "signers": [["反馈单位", ""], ["日期", ""]],
        },
    }


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""
