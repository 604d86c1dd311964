"""`{% shown_name child %}`, `{% masked child "id_no" %}`: what this post may read of a child."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template import Context

from oosc.access import policy
from oosc.access.policy import Permission
from oosc.children import queries
from oosc.children.models import Child, Guardian
from oosc.children.queries import CAN_OPEN, Opening, Rights
from oosc.children.states import Kind, Masked
from rosterlink import school_age
from rosterlink.reading import LAYOUTS

register = template.Library()
OF_GUARDIAN = {"phone": Masked.GUARDIAN_PHONE, "id_no": Masked.GUARDIAN_ID_NO}


@register.simple_tag(takes_context=True)
def shown_name(context: Context, child: Child) -> str:
    return queries.shown_name(child.name, by=context["request"].acting)


@register.simple_tag(takes_context=True)
def shown_guardian(context: Context, guardian: Guardian) -> str:
    return queries.shown_guardian(guardian.name, by=context["request"].acting)


@register.inclusion_tag("children/_mask.html", takes_context=True)
def masked(context: Context, row: Child | Guardian, name: str) -> dict[str, Any]:
    """A masked field with its button. `rights` in the context says whether it must be asked for."""
    if isinstance(row, Guardian):
        return mask(context, row.child, OF_GUARDIAN[name], row)
    return mask(context, row, Masked(name), None)


def mask(
    context: Context, child: Child, field: Masked, guardian: Guardian | None
) -> dict[str, Any]:
    by = context["request"].acting
    rights: Rights | None = context.get("rights")
    return {
        "child": child,
        "guardian": guardian,
        "field": field,
        "whose": queries.shown_name(child.name, by=by),
        "shut": queries.masked_value(child, field, guardian),
        "opening": _opening(by, field, rights).name.lower(),
    }


def _opening(by: Any, field: Masked, rights: Rights | None) -> Opening:
    """What the button says. A list does not ask for the tasks of each row: the answer will."""
    if rights is not None:
        return rights.opening(field)
    may = policy.holds(by, Permission.REVEAL) and policy.level(by, field.data_class) in CAN_OPEN
    return Opening.AT_ONCE if may else Opening.NEVER


@register.filter
def kind_label(value: str) -> str:
    return str(Kind(value).label)


@register.filter
def class_words(child: Child) -> str:
    return queries.class_words(child)


@register.filter
def age(child: Child, today: date) -> str:
    return f"{school_age.age_on(child.birth_date, today)} 岁" if child.birth_date else ""


@register.filter
def field_labels(fields: list[str]) -> str:
    return "、".join(str(Masked(field).label) for field in fields)


@register.filter
def roster_name(kind: str) -> str:
    """The Chinese name of a kind of roster."""
    layout = LAYOUTS.get(kind)
    return layout.name if layout else kind
