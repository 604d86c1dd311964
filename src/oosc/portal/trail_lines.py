"""An event in words: the names behind its keys, and what its codes are called in the rooms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, TextChoices

from oosc.access.roles import Role
from oosc.audit.models import Event
from oosc.audit.words import FACTS, VERBS
from oosc.cases import states as cases
from oosc.children import states as children
from oosc.children.models import Child
from oosc.jobs import registry
from oosc.kernel.keys import key_in
from oosc.kernel.once import once
from oosc.linkage import states as linkage
from oosc.linkage.listing import REASONS
from oosc.members.models import Officer, Unit
from oosc.parameters.definitions import BY_CODE
from oosc.places.queries import atlas
from oosc.portal.context import ROOMS
from oosc.portal.duties import BY_ID
from oosc.rosters import states as rosters
from oosc.schooling import states as schooling

SHOWN_OF_A_KEY = 8  # characters, from its end
# What leads to one child, whose traces can be asked for as a whole.
OF_A_CHILD = frozenset({"children.Child", "cases.Case", "cases.MandatoryReport"})
_NAMED_FACTS = frozenset({"officer", "officer_before", "sender", "region", "school"})

# What a code is called, by the beginning of the verb and the fact that holds it.
_CHOICES: Mapping[tuple[str, str], type[TextChoices]] = {
    ("case", "body"): cases.Body,
    ("case", "conclusion"): cases.Conclusion,
    ("case", "kind"): cases.EvidenceKind,
    ("case", "reason"): cases.Reason,
    ("case", "source"): cases.Source,
    ("case", "state"): cases.State,
    ("child", "field"): children.Masked,
    ("child", "kind"): children.PlaceKind,
    ("export", "field"): children.Masked,
    ("mandatory_report", "told"): cases.Body,
    ("pair", "verdict"): linkage.Verdict,
    ("post", "role"): Role,
    ("roster", "kind"): rosters.Kind,
    ("run", "kind"): linkage.Kind,
    ("schooling", "kind"): schooling.RosterKind,
    ("schooling", "what"): schooling.RosterKind,
    ("schooling", "source"): schooling.Source,
    ("schooling", "status"): schooling.Status,
    ("unit", "role"): Role,
}
_CODES = {
    "code": {
        **{code: label for of_kind in REASONS.values() for code, label in of_kind},
        **{code: definition.name for code, definition in BY_CODE.items()},
        "reported": "人工立案",
        "leave_ended": "休学、缓学到期",
    },
    "form": {"xlsx": "Excel", "pdf": "PDF", "sheet": "打印页", "paper": "打印页"},
    "method": {"GET": "打开", "POST": "提交"},
    "what": {"marked": "带标记的原文件", "failed": "有问题的行"},
    "kind": {
        "name": "按姓名",
        "letters": "按拼音",
        "last_four": "按证件号后四位",
        "number": "按整个号码",
    },
}
_PAGES = {
    place.route: place.label for room in ROOMS for place in (room, *room.pages) if place.route
}


@dataclass(frozen=True)
class Line:
    """One event as a page or a paper shows it."""

    event: Event
    who: str
    where: str
    role: str
    what: str
    about: str
    facts: Sequence[tuple[str, str]]

    @property
    def is_of_a_child(self) -> bool:
        return self.event.subject_type in OF_A_CHILD

    @property
    def told(self) -> str:
        words = [f"{label} {value}" for label, value in self.facts]
        return "；".join([*words, *([f"用途 {self.event.purpose}"] if self.event.purpose else [])])

    @property
    def seal(self) -> str:
        seal = getattr(self.event, "seal", None)
        return f"{seal.number:,}" if seal else "待封印"


def lines(events: Sequence[Event]) -> list[Line]:
    """Put into words the events of one page: a query for each kind of thing that has a name."""
    names = _names(events)
    return [_line(event, names) for event in events]


def _line(event: Event, names: Mapping[str, str]) -> Line:
    return Line(
        event=event,
        who=names.get(
            str(event.officer_id), "系统" if event.officer_id is None else "已删除的账号"
        ),
        where=names.get(str(event.unit_id), ""),
        role=Role(event.role).label if event.role in Role.values else "",
        what=VERBS.get(event.verb, event.verb),
        about=_about(event, names),
        facts=[
            (FACTS.get(key, key), words)
            for key, value in event.facts.items()
            if (words := _value(event.verb, key, value, names))
        ],
    )


def _about(event: Event, names: Mapping[str, str]) -> str:
    if not event.subject_id:
        return ""
    kind = str(_model(event.subject_type)._meta.verbose_name)
    return f"{kind} {names.get(event.subject_id) or _short(event.subject_id)}"


def _model(label: str) -> type[Model]:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):  # a room of an earlier version
        return Event


def _names(events: Iterable[Event]) -> dict[str, str]:
    """The names of officers, offices and places behind these keys; a child stays a key."""
    keys = {str(key) for event in events for key in _keys(event) if key}
    uuids = [key for key in keys if key_in(key)]
    found = dict(unit_names())
    officers = Officer.objects.filter(pk__in=uuids).values_list("pk", "name")
    found |= {str(key): name for key, name in officers}
    places = atlas()
    found |= {region.code: region.name for region in places.regions if region.code in keys}
    for place in (*places.regions, *places.schools):
        found[str(place.key)] = place.name
    return found


@once
def unit_names() -> Mapping[str, str]:
    """Every unit, in the order of the filter; there are some hundred of them."""
    pairs = Unit.objects.order_by("name").values_list("pk", "name")
    return {str(key): name for key, name in pairs}


def _keys(event: Event) -> Iterable[Any]:  # Any: keys and codes as the trail keeps them
    yield from (event.officer_id, event.unit_id, event.subject_id)
    yield from (value for key, value in event.facts.items() if key in _NAMED_FACTS)


def _value(
    verb: str, key: str, value: Any, names: Mapping[str, str]
) -> str:  # Any: what JSON holds
    """A fact in words; empty where there is nothing to say."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return "、".join(f"{FACTS.get(part, part)} {number}" for part, number in value.items())
    if isinstance(value, list):
        return "、".join(_code(verb, key, str(one)) for one in value)
    if key in _NAMED_FACTS and str(value) in names:
        return names[str(value)]
    return f"{value:,}" if _is_count(key, value) else _code(verb, key, str(value))


def _is_count(key: str, value: object) -> bool:
    return isinstance(value, int) and key != "year"


def _code(verb: str, key: str, text: str) -> str:
    group = verb.partition(".")[0]
    choices = _CHOICES.get((group, "field" if key == "fields" else key))
    if choices and text in choices.values:
        return str(choices(text).label)
    if (group, key) == ("child", "fields"):
        return _field_of_a_child(text)
    if key == "page" or (verb, key) == ("list.exported", "what"):
        return _page(text.replace(".", ":"))
    if key == "name":
        return dict(registry.titles()).get(text, text)
    if key == "clause" and text in BY_ID:
        return f"{BY_ID[text].body} {text}"
    return _CODES.get(key, {}).get(text) or (_short(text) if key_in(text) else text)


def _page(route: str) -> str:
    """The page as the menu calls it; one that is not in the menu is called by its room."""
    if route in _PAGES:
        return _PAGES[route]
    room = next((room for room in ROOMS if _room(room.route) == _room(route)), None)
    return f"“{room.label}”里的页面" if room else "平台的页面"


def _room(route: str) -> str:
    return route.partition(":")[0]


def _field_of_a_child(name: str) -> str:
    try:
        return str(Child._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a column
    except FieldDoesNotExist:
        return name


def _short(key: str) -> str:
    """Keys made within the same minute differ in their ends."""
    return f"…{key[-SHOWN_OF_A_KEY:]}"
