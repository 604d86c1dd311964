"""The list of children as it may leave in clear (domain §8.3): few columns, none of them S3R."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpRequest

from oosc.access import policy
from oosc.access.policy import Level, Permission
from oosc.children import queries, views
from oosc.children.finding import PLACES
from oosc.children.models import Child, ChildPlace, Guardian
from oosc.children.states import Masked, PlaceKind
from oosc.lists.page import ListPage
from oosc.lists.workbook import Column
from oosc.members.acting import Acting
from oosc.places.models import School
from oosc.places.states import Stage

WIDTHS = {Masked.RESIDENCE_ADDRESS: 36, Masked.HUKOU_ADDRESS: 36}
PLACE_OF = {
    Masked.RESIDENCE_ADDRESS: PlaceKind.RESIDENCE,
    Masked.HUKOU_ADDRESS: PlaceKind.HUKOU,
}


class Children:
    title = "儿童名单"
    route = "children:list"
    subject = Child
    child = "pk"

    def fields(self, by: Acting) -> list[tuple[str, str]]:
        if not policy.holds(by, Permission.EXPORT_CLEAR):
            return []
        full = (field for field in Masked if policy.level(by, field.data_class) >= Level.FULL)
        return [(field.value, str(field.label)) for field in full]

    def label(self, code: str) -> str:
        return str(Masked(code).label)

    def page(self, request: HttpRequest) -> ListPage:
        return views.page_of(request)  # type: ignore[arg-type]  # behind the door, or made anew

    def is_restricted(self, page: ListPage) -> bool:
        school = page.values.get("school")
        special = School.objects.filter(pk=school, stage=Stage.SPECIAL) if school else None
        return page.is_restricted or (special is not None and special.exists())

    def columns(self, fields: Sequence[str]) -> list[Column]:
        chosen = [Masked(field) for field in fields]
        named = any(field.is_of_guardian for field in chosen)
        return [
            Column("序号", 6, centred=True),
            *(Column(column.heading, column.width, column.centred) for column in views.PLAIN),
            *([Column("监护人", 16)] if named else []),
            *(Column(str(field.label), WIDTHS.get(field, 22)) for field in chosen),
        ]

    def rows(
        self, keys: Sequence[UUID], fields: Sequence[str], by: Acting
    ) -> Iterator[list[object]]:
        chosen = [Masked(field) for field in fields]
        for start in range(0, len(keys), views.PORTION):
            portion = keys[start : start + views.PORTION]
            found = Child.objects.filter(pk__in=portion).select_related(*PLACES)
            children: dict[UUID, Any] = {c.pk: c for c in found.prefetch_related(*_BESIDE)}
            for number, key in enumerate(portion, start=start + 1):
                yield [number, *_cells(children[key], chosen, by)]


# Any: rows of two models, and children with what was prefetched
_BESIDE: tuple[Prefetch[Any], ...] = (
    Prefetch("guardians", Guardian.objects.filter(is_main=True), to_attr="main_guardians"),
    Prefetch("places", ChildPlace.objects.filter(until=None), to_attr="present_places"),
)


def _cells(child: Any, fields: Sequence[Masked], by: Acting) -> Iterator[object]:
    guardian: Guardian | None = next(iter(child.main_guardians), None)
    if child.school and child.school.stage == Stage.SPECIAL:
        child.school, child.class_name = None, ""  # its name says that the child is disabled
    row = {"child": child, "name": queries.shown_name(child.name, by=by)}
    yield from (column.of(row) for column in views.PLAIN)
    if any(field.is_of_guardian for field in fields):
        yield views.shown_guardian(guardian, by)
    yield from (_clear(child, field, guardian) for field in fields)


def _clear(child: Any, field: Masked, guardian: Guardian | None) -> str:
    if field.is_of_guardian and guardian is None:
        return ""
    if field in PLACE_OF:
        of_kind = (one.address for one in child.present_places if one.kind == PLACE_OF[field])
        return next(of_kind, "")
    return queries.opened_value(child, field, guardian)
