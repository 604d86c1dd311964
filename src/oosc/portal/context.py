"""What the frame of a page shows: who I am, the rooms of this post, the phone's bottom bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from oosc.access import policy
from oosc.access.pages import PAGES, PUBLIC, SIGNED_IN
from oosc.access.policy import Acting, Permission


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    label: str
    route: str
    icon: str = ""
    pages: tuple[Place, ...] = ()
    is_built: bool = True


ROOMS = (
    Place("待办", "portal:home", "check2-square"),
    Place("花名册", "rosters:list", "people", (
        Place("已收花名册", "rosters:list"),
        Place("收花名册", "rosters:receive"),
        Place("应报情况", "rosters:due"),
        Place("到期销毁", "rosters:destruction"),
    )),
    Place("比对", "linkage:runs", "intersect", (
        Place("比对运行", "linkage:runs"),
        Place("疑似未入学", "linkage:suspected"),
        Place("人工判定", "linkage:review"),
        Place("人工判定清单", "linkage:pairs"),
        Place("已有解释", "linkage:explained"),
        Place("学籍已找到", "linkage:found"),
        Place("在籍无居住登记", "linkage:ghosts"),
        Place("重复登记", "linkage:duplicates"),
        Place("未登记儿童", "linkage:unregistered"),
    )),
    Place("儿童", "children:list", "person-badge", (
        Place("儿童名单", "children:list"),
        Place("登记儿童", "children:register"),
        Place("查看申请", "children:requests"),
        Place("明文导出", "exports:clear_list"),
    )),
    Place("台账", "cases:ledger", "journal-text", (
        Place("工作台账", "cases:ledger"),
        Place("销号审批", "cases:approvals"),
        Place("入学花名册", "schooling:enrolled"),
        Place("未入学花名册", "schooling:not_enrolled"),
        Place("已封存花名册", "schooling:sealed"),
    )),
    Place("文书", "", "file-earmark-text", is_built=False),
    Place("检查", "", "shop", is_built=False),
    Place("机制", "members:group", "diagram-3", (
        Place("领导小组", "members:group"),
        Place("岗位交接", "members:hand_over"),
    )),
    Place("指标", "", "bar-chart-line", is_built=False),
    Place("系统", "portal:system", "gear", (
        Place("账号", "members:officers"),
        Place("单位与岗位", "members:units"),
        Place("参数", "parameters:list"),
        Place("工作日历", "parameters:calendar"),
        Place("区划", "places:regions"),
        Place("学校", "places:schools"),
        Place("后台作业", "jobs:list"),
        Place("作业队列", "jobs:queue"),
        Place("留痕", "portal:trail"),
    )),
    Place("操作手册", "portal:guide", "book"),
)  # fmt: skip
BOTTOM = (
    Place("待办", "portal:home", "check2-square"),
    Place("名单", "linkage:suspected", "list-ul"),
    Place("记走访", "cases:visits", "house-door"),
    Place("儿童", "children:list", "person-badge"),
    Place("更多", "portal:rooms", "grid"),
)


def frame(request: HttpRequest) -> dict[str, Any]:  # Any: Django's own signature
    """Return the frame; nothing of it asks the database."""
    acting: Acting | None = getattr(request, "acting", None)
    return {
        "frame": {
            "demo": settings.DEMO,
            "large": request.COOKIES.get("size") == "large",
            "acting": acting,
            "rooms": rooms_of(request, acting),
            "bottom": [_shown(request, place) for place in BOTTOM if may_open(acting, place.route)],
            "may_search": policy.holds(acting, Permission.CHILD_VIEW),
        }
    }


def rooms_of(request: HttpRequest, acting: Acting | None) -> list[dict[str, Any]]:
    """The rooms this post has a right to; a room it has none to is absent.

    Grey are those that nobody can open yet: the offices that will have them see that they are
    still to come.
    """
    here = request.resolver_match.view_name if request.resolver_match else ""
    named = any(here in _names(room) for room in ROOMS)
    shown = []
    for room in ROOMS:
        if not room.is_built:
            shown += [_unbuilt(room)] if policy.holds(acting, Permission.GROUP_VIEW) else []
            continue
        pages = [_shown(request, page) for page in room.pages if may_open(acting, page.route)]
        if not may_open(acting, room.route) and not pages:
            continue
        entry = (
            _shown(request, room)
            if may_open(acting, room.route)
            else {**pages[0], "label": room.label, "icon": room.icon}
        )
        names = _names(room)
        rooms_apps = {_app(name) for name in names} - {"portal"}
        is_open = here in names if named else _app(here) in rooms_apps
        entry.update(pages=pages, open=is_open, current=entry["current"] and not pages)
        shown.append(entry)
    return shown


def _unbuilt(room: Place) -> dict[str, Any]:  # Any: what the template reads
    return {"label": room.label, "icon": room.icon, "unbuilt": True}


def _names(room: Place) -> set[str]:
    return {page.route for page in room.pages} | {room.route}


def _app(route: str) -> str:
    return route.partition(":")[0]


def may_open(acting: Acting | None, route: str) -> bool:
    needed = PAGES.get(route)
    if needed is None:
        return False
    if needed in (PUBLIC, SIGNED_IN):
        return acting is not None
    return policy.holds(acting, Permission(needed))


def _shown(request: HttpRequest, place: Place) -> dict[str, Any]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    try:
        url = reverse(place.route)
    except NoReverseMatch:
        url = "#"
    shown = {"label": place.label, "icon": place.icon, "url": url, "current": here == place.route}
    return {**shown, "counts": place.route == "portal:home"}
