"""Tags that every page shares: icons, addresses with one value changed, head of a column."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oosc.kernel import notice
from oosc.lists.forms import PURPOSES
from oosc.lists.page import Filter, ListPage
from rosterlink.school_age import grade_name

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; it accompanies words and is silent to readers."""
    return format_html(
        '<svg class="bx-i" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("vendor/bootstrap-icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: Any) -> str:
    """This page's address with some values changed; an empty one is left out."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return "?" + query.urlencode()


@register.inclusion_tag("lists/_head.html", takes_context=True)
def head(context: Context, page: ListPage, name: str, label: str) -> dict[str, Any]:
    """The head of a column that sorts, with the direction it is in."""
    state = {name: "ascending", f"-{name}": "descending"}.get(page.sort, "none")
    turn = f"-{name}" if page.sort == name else name
    return {"request": context["request"], "state": state, "turn": turn, "label": label}


@register.inclusion_tag("lists/_export.html", takes_context=True)
def export(context: Context, page: ListPage, route: str, *keys: Any) -> dict[str, Any]:
    """The menu that takes a list along as it stands: {% export page "places:export_regions" %}."""
    request: HttpRequest = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "address": f"{reverse(route, args=keys)}?{request.GET.urlencode()}",
        "purposes": PURPOSES,
        "total": page.total,
        "unit": page.unit,
    }


@register.filter
def chosen(page: ListPage, one: Filter) -> str:
    """What is chosen in a field of the filter bar."""
    return page.values.get(one.name, "")


@register.filter
def comma(number: int | str | None) -> str:
    """1286 → 1,286; an unknown number is —, also one that a template did not find."""
    return f"{number:,}" if isinstance(number, int) else "—"


@register.filter
def grade(number: int | None) -> str:
    """7 → 七年级; an unknown grade is nothing."""
    return grade_name(number) if number else ""


@register.filter
def shows_more(page: ListPage) -> bool:
    """Whether a field beyond the first three is in use, so that it must be in sight."""
    return any(page.values.get(one.name) for one in page.filters[3:])


@register.filter
def clauses(text: str) -> str:
    """SQ-2a → 社区居委会（二）: no codes in front of people."""
    return notice.in_words(text)
