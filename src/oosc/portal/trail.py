"""The trail as the audit administrator reads it: who, when, what, from where; never a child."""

from __future__ import annotations

from django.http import HttpRequest

from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.lists.page import Filter, ListPage, list_page
from oosc.members.models import Officer, Unit

# What an event is called on the page, by the beginning of its verb.
GROUPS = (
    ("case.", "个案"),
    ("child", "儿童"),
    ("roster", "花名册"),
    ("run", "比对"),
    ("pair", "人工判定"),
    ("schooling", "就学状态"),
    ("mandatory_report", "强制报告"),
    ("access", "被拒与找不到"),
    ("officer", "账号"),
    ("session", "登录"),
    ("post", "岗位"),
    ("parameter", "参数"),
    ("calendar", "工作日历"),
)


def page(request: HttpRequest) -> ListPage:
    return list_page(
        request,
        Event.objects.select_related("seal"),
        filters=[
            Filter(
                "group", "事项", lambda rows, value: rows.filter(verb__startswith=value), GROUPS
            ),
            Filter("role", "角色", lambda rows, value: rows.filter(role=value), Role.choices),
            Filter("from", "自", lambda rows, value: rows.filter(at__date__gte=value), kind="date"),
            Filter("to", "至", lambda rows, value: rows.filter(at__date__lte=value), kind="date"),
        ],
        sorts={"at": ["id"]},
        default_sort="-at",
        unit="条",
    )


def named(events: list[Event]) -> list[Event]:
    """Put the names of officers and units beside the keys of the events of one page."""
    officers = dict(
        Officer.objects.filter(pk__in=[e.officer_id for e in events]).values_list("pk", "name")
    )
    units = dict(Unit.objects.filter(pk__in=[e.unit_id for e in events]).values_list("pk", "name"))
    for event in events:
        event.who = officers.get(event.officer_id, "系统")  # type: ignore[attr-defined,arg-type]  # for the template
        event.where = units.get(event.unit_id, "")  # type: ignore[attr-defined,arg-type]  # for the template
    return events
