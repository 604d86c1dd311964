"""How many children from the rosters of a run come into the register at once.

Written in portions, each with a handful of queries, so that 300,000 children pass in constant
memory. What decides whether a row and a record are one child stands in `_Portion.find`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet, Value
from django.db.models.functions import Coalesce

from oosc.children import rules
from oosc.children.facts import GuardianFacts, PlaceFacts, RunFacts, SourceFacts
from oosc.children.models import (
    Child,
    ChildPlace,
    ChildSource,
    Circumstance,
    Guardian,
    Household,
)
from oosc.children.states import Kind, Origin, PlaceKind
from oosc.database import bulk
from oosc.vault.blind_index import indexer

PORTION = 500  # written under one lock, which nobody should wait for longer than a moment
ROWS_A_STATEMENT = 500
Row = tuple[str, UUID, bytes]  # kind of roster, sender, fingerprint
Known = list[Any]  # Any: key of the child, as of, number of the row: as that row was last told
COPIED = ("home", "hukou", "school", "grade", "class_name")
NOT_BORN = date.min  # stands for no birth date
FROM_RUN = ("name", "former_name", "sex", "birth_date", "id_type", "ethnicity")
SEEN = attrgetter(
    *FROM_RUN, "household_id", "grade", "class_name", "home_id", "hukou_id", "school_id"
)
WRITTEN = (
    *FROM_RUN, "name_initials", "name_pinyin", "id_no", "id_no_head", "student_no", *COPIED,
    "household", "resembles", "version",
)  # fmt: skip


@dataclass
class Result:
    children: dict[str, UUID] = field(default_factory=dict)
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("created", "changed", "unchanged", "doubtful"), 0)
    )


@dataclass(frozen=True)
class Intake:
    on: date

    def take(
        self, facts: Iterable[RunFacts], *, progress: Callable[[int], None] | None = None
    ) -> Result:
        result = Result()
        for portion in _portions(facts):
            _Portion(portion, self.on, result).write()
            if progress:
                progress(len(result.children))
        return result


def settle(child: Child, places: Iterable[PlaceFacts | ChildPlace]) -> None:
    """Copy the present places onto the child."""
    present = {place.kind: place for place in places}
    hukou, home = present.get(PlaceKind.HUKOU), present.get(PlaceKind.RESIDENCE)
    school = present.get(PlaceKind.SCHOOL)
    child.hukou_id = hukou.region_id if hukou else None
    child.home_id = home.region_id if home else None
    child.school_id = school.school_id if school else None
    child.grade = school.grade if school else None
    child.class_name = rules.class_name(school.grade, school.class_name) if school else ""


def facts_of(place: ChildPlace) -> PlaceFacts:
    return PlaceFacts(
        kind=PlaceKind(place.kind),
        region_id=place.region_id,
        school_id=place.school_id,
        grade=place.grade,
        class_name=place.class_name,
        address=place.address,
        source=place.source,
    )


def _portions(facts: Iterable[RunFacts]) -> Iterator[list[RunFacts]]:
    rest = iter(facts)
    while portion := list(islice(rest, PORTION)):
        yield portion


class _Portion:
    """One portion: found again or made new, compared, and written."""

    def __init__(self, facts: Sequence[RunFacts], on: date, result: Result) -> None:
        self.facts, self.on, self.result = facts, on, result
        self.index = {name: indexer(name) for name in ("id_no", "student_no")}
        self.make: dict[type[Model], Callable[..., Any]] = {
            model: bulk.maker(model) for model in (Child, ChildPlace, Guardian, Circumstance)
        }
        self.sure = {f.key: self._sure(f.id_no) for f in facts}
        self.known_rows = self._sources()
        self.by_row = self._children_by_row()
        self.by_number = self._children_by_number()
        self.by_joined = self._children_by_joined_number()
        self.by_name = self._children_by_name()
        found = (*self.by_row.values(), *self.by_number.values())
        known = {child.pk for child in (*found, *(heir for heir, _ in self.by_joined.values()))}
        self.places = _grouped(_of(ChildPlace.objects.filter(until=None), known))
        self.guardians = _grouped(_of(Guardian.objects.all(), known))
        self.kinds = _grouped(_of(Circumstance.objects.filter(until=None), known))
        self.households = self._households()
        self.created: dict[UUID, Child] = {}
        self.changed: dict[UUID, Child] = {}
        self.new_places: dict[UUID, ChildPlace] = {}
        self.new_guardians: dict[UUID, Guardian] = {}
        self.new_kinds: list[Circumstance] = []
        self.ended: list[UUID] = []
        self.told_anew: dict[UUID, Guardian] = {}
        self.rows: dict[Row, tuple[UUID, SourceFacts]] = {}

    def write(self) -> None:
        for facts in self.facts:
            self.result.children[facts.key] = self._take(facts).pk
        bulk.insert(Child, self.created.values())
        if self.changed:
            Child.objects.bulk_create(
                self.changed.values(), update_conflicts=True, unique_fields=["pk"],
                update_fields=list(WRITTEN), batch_size=ROWS_A_STATEMENT,
            )  # fmt: skip
        ChildPlace.objects.filter(pk__in=self.ended).update(until=self.on)
        Guardian.objects.bulk_update(self.told_anew.values(), ["phone", "id_no", "relation"])
        bulk.insert(ChildPlace, self.new_places.values())
        bulk.insert(Guardian, self.new_guardians.values())
        bulk.insert(Circumstance, self.new_kinds)
        self._write_sources()

    def _write_sources(self) -> None:
        make = bulk.maker(ChildSource)
        rows = [
            make(
                child_id=child,
                roster_kind=said.roster_kind,
                sender_id=said.sender_id,
                fingerprint=said.fingerprint,
                as_of=said.as_of,
                row_number=said.row_number,
            )
            for key, (child, said) in self.rows.items()
            if _is_news(said, self.known_rows.get(key))
        ]
        bulk.insert(ChildSource, [row for row in rows if _row_of(row) not in self.known_rows])
        ChildSource.objects.bulk_create(
            [row for row in rows if _row_of(row) in self.known_rows],
            update_conflicts=True,
            batch_size=ROWS_A_STATEMENT,
            unique_fields=["fingerprint", "roster_kind", "sender"],
            update_fields=["as_of", "row_number"],
        )

    def find(self, facts: RunFacts) -> tuple[Child | None, UUID | None]:
        """Return the record that is this child, and else the key of the one it resembles.

        The row it came from before, or a sure number with the same name: nothing less joins.
        Two sure numbers that differ part two children, whatever else agrees: they may be twins.
        But what a person has joined stays joined, whichever of its two numbers a roster bears.
        """
        sure = self.sure[facts.key]
        heir, name = self.by_joined.get(sure, (None, ""))
        if heir and (rules.same_name(name, facts.name) or rules.same_name(heir.name, facts.name)):
            return heir, None
        resembles = None
        for row in _rows(facts):
            found = self.by_row.get(row)
            if found and (_numbers_agree(found, sure) or found is heir):
                return found, None
            resembles = resembles or (found and found.pk)
        found = self.by_number.get(sure) if sure else None
        if found and rules.same_name(found.name, facts.name):
            return found, None
        resembles = resembles or (found and found.pk)
        return None, resembles or self.by_name.get((facts.name, facts.birth_date))

    def _take(self, facts: RunFacts) -> Child:
        child, resembles = self.find(facts)
        if child is None:
            child = self._make(facts, resembles)
        else:
            self._compare(child, facts)
        self._remember(child, facts)
        return child

    def _make(self, facts: RunFacts, resembles: UUID | None) -> Child:
        child: Child = self.make[Child](
            id_no=facts.id_no,
            student_no=facts.student_no,
            origin=Origin.RUN,
            registered_on=self.on,
            household_id=self._household(facts),
            resembles_id=resembles,
            **{name: getattr(facts, name) for name in FROM_RUN},
        )
        child.spell()
        settle(child, facts.places)
        for place in facts.places:
            self._place(child, place)
        for number, guardian in enumerate(facts.guardians):
            self._guardian(child, guardian, is_main=number == 0)
        for kind in dict.fromkeys(facts.circumstances):
            self._circumstance(child, kind)
        self.created[child.pk] = child
        self.result.counts["created"] += 1
        self.result.counts["doubtful"] += resembles is not None
        return child

    def _compare(self, child: Child, facts: RunFacts) -> None:
        before = self._look(child)
        self._correct(child, facts)
        self._move(child, facts)
        self._tell_guardians(child, facts)
        held = {one.kind for one in self.kinds[child.pk]}
        for kind in set(facts.circumstances) - held:
            self._circumstance(child, kind)
        if before == self._look(child):
            self.result.counts["unchanged"] += 1
            return
        child.version += 1
        child.spell()
        if child.pk not in self.created:
            self.changed[child.pk] = child
        self.result.counts["changed"] += 1

    @staticmethod
    def _look(child: Child) -> tuple[object, ...]:
        # The numbers as they lie there, closed: a new one is a text.
        return SEEN(child), child.__dict__.get("id_no"), child.__dict__.get("student_no")

    def _correct(self, child: Child, facts: RunFacts) -> None:
        """Take over what the rosters say, but for what a person corrected or they leave out."""
        for name in FROM_RUN:
            said = getattr(facts, name)
            if said and name not in child.corrected:
                setattr(child, name, said)
        for name, held in (("id_no", child.id_no_index), ("student_no", child.student_no_index)):
            said = getattr(facts, name)
            is_new = said and self.index[name](said) != _plain(held)
            if is_new and name not in child.corrected:
                setattr(child, name, said)
        child.household_id = self._household(facts) or child.household_id

    def _move(self, child: Child, facts: RunFacts) -> None:
        present = {place.kind: place for place in self.places[child.pk]}
        said: dict[str, PlaceFacts | None] = dict.fromkeys(facts.gone)
        said |= {place.kind: place for place in facts.places}
        for kind, place in said.items():
            held = present.get(kind)
            if held and (held.placed_by_id or (place and _same_place(held, place))):
                continue
            if held:
                self._end(held)
                present.pop(kind)
            if place:
                present[kind] = self._place(child, place)
        self.places[child.pk] = list(present.values())
        settle(child, present.values())

    def _end(self, place: ChildPlace) -> None:
        # One put down a moment ago, by another row of this run, is not written at all.
        if self.new_places.pop(place.pk, None) is None:
            self.ended.append(place.pk)

    def _tell_guardians(self, child: Child, facts: RunFacts) -> None:
        if "guardian" in child.corrected:
            return
        held = {guardian.name: guardian for guardian in self.guardians[child.pk]}
        for said in facts.guardians:
            guardian = held.get(said.name)
            if guardian is None:
                is_main = not any(one.is_main for one in held.values())
                self._guardian(child, said, is_main=is_main)
                held = {guardian.name: guardian for guardian in self.guardians[child.pk]}
            elif _takes_over(guardian, said) and guardian.pk not in self.new_guardians:
                self.told_anew[guardian.pk] = guardian

    def _place(self, child: Child, place: PlaceFacts) -> ChildPlace:
        row: ChildPlace = self.make[ChildPlace](
            child_id=child.pk,
            kind=place.kind,
            region_id=place.region_id,
            school_id=place.school_id,
            grade=place.grade,
            class_name=place.class_name,
            address=place.address,
            since=self.on,
            source=place.source,
        )
        self.new_places[row.pk] = row
        self.places[child.pk].append(row)
        return row

    def _guardian(self, child: Child, said: GuardianFacts, *, is_main: bool) -> None:
        row: Guardian = self.make[Guardian](
            child_id=child.pk,
            name=said.name,
            relation=rules.relation(said.relation),
            id_no=said.id_no or "",
            phone=said.phone or "",
            is_main=is_main,
        )
        self.new_guardians[row.pk] = row
        self.guardians[child.pk].append(row)

    def _circumstance(self, child: Child, kind: Kind) -> None:
        row: Circumstance = self.make[Circumstance](
            child_id=child.pk, kind=kind.value, since=self.on, source="名册比对"
        )
        self.new_kinds.append(row)
        self.kinds[child.pk].append(row)

    def _remember(self, child: Child, facts: RunFacts) -> None:
        """So that the next portion and the next run find this child again."""
        sure = self.sure[facts.key]
        if sure:
            self.by_number.setdefault(sure, child)
        self.by_name.setdefault((facts.name, facts.birth_date), child.pk)
        for row, source in zip(_rows(facts), facts.sources, strict=True):
            self.rows[row] = (self.by_row.setdefault(row, child).pk, source)

    def _sure(self, number: str) -> bytes:
        """The blind index of a number that is whole and checked; of any other, nothing."""
        return self.index["id_no"](number) if rules.is_sure_number(number) else b""

    def _sources(self) -> dict[Row, Known]:
        prints = {source.fingerprint for facts in self.facts for source in facts.sources}
        rows = ChildSource.objects.filter(fingerprint__in=prints).values_list(
            "roster_kind", "sender_id", "fingerprint", "child_id", "as_of", "row_number"
        )
        return {(kind, sender, bytes(found)): known for kind, sender, found, *known in rows}

    def _children_by_row(self) -> dict[Row, Child]:
        keys = {child for child, *_ in self.known_rows.values()}
        found = {child.pk: child for child in Child.objects.filter(pk__in=keys, merged_into=None)}
        return {row: found[child] for row, (child, *_) in self.known_rows.items() if child in found}

    def _children_by_number(self) -> dict[bytes, Child]:
        already = {_plain(child.id_no_index): child for child in self.by_row.values()}
        wanted = set(self.sure.values()) - {b""} - already.keys()
        found = Child.objects.filter(id_no_index__in=wanted, merged_into=None).order_by("-id")
        return {_plain(child.id_no_index): child for child in found} | already

    def _children_by_joined_number(self) -> dict[bytes, tuple[Child, str]]:
        """Numbers of records that were merged: the record that stayed, and the name of old."""
        wanted = set(self.sure.values()) - {b""} - self.by_number.keys()
        joined = Child.objects.filter(id_no_index__in=wanted).exclude(merged_into=None)
        known = {one.pk: one for one in (*self.by_row.values(), *self.by_number.values())}
        return {
            _plain(one.id_no_index): (known.setdefault(one.heir.pk, one.heir), one.name)
            for one in joined.select_related("merged_into").order_by("-id")
        }

    def _children_by_name(self) -> dict[tuple[str, date | None], UUID]:
        """Of those not yet found, who bears the same name and was born on the same day."""
        new = [facts for facts in self.facts if self.find_at_once(facts) is None]
        # Asked by the name alone: of one day there are many more children than of one name.
        born = Coalesce("birth_date", Value(NOT_BORN))
        found = Child.objects.alias(born=born).filter(
            name__in={facts.name for facts in new},
            born__in={facts.birth_date or NOT_BORN for facts in new},
            merged_into=None,
        )
        rows = found.order_by("-id").values_list("name", "birth_date", "pk")
        return {(name, birth_date): pk for name, birth_date, pk in rows}

    def find_at_once(self, facts: RunFacts) -> Child | None:
        rows = (self.by_row.get(row) for row in _rows(facts))
        sure = self.sure[facts.key]
        heir, _ = self.by_joined.get(sure, (None, ""))
        return next(filter(None, rows), None) or self.by_number.get(sure) or heir

    def _households(self) -> dict[tuple[str, UUID | None], Household]:
        wanted = {
            (facts.household_no, facts.household_region_id)
            for facts in self.facts
            if facts.household_no
        }
        numbers = {number for number, _ in wanted}
        found = {(h.number, h.region_id): h for h in Household.objects.filter(number__in=numbers)}
        new = {key: Household(number=key[0], region_id=key[1]) for key in wanted - found.keys()}
        Household.objects.bulk_create(new.values(), batch_size=ROWS_A_STATEMENT)
        return found | new

    def _household(self, facts: RunFacts) -> UUID | None:
        found = self.households.get((facts.household_no, facts.household_region_id))
        return found.pk if found else None


def _rows(facts: RunFacts) -> list[Row]:
    return [(s.roster_kind, s.sender_id, s.fingerprint) for s in facts.sources]


def _plain(index: bytes | memoryview | None) -> bytes:
    return bytes(index or b"")


def _numbers_agree(child: Child, sure: bytes) -> bool:
    held = _plain(child.id_no_index)
    return not sure or not held or held == sure or not rules.is_sure_number(child.id_no)


def _same_place(held: ChildPlace, said: PlaceFacts) -> bool:
    same = (held.region_id, held.school_id, held.grade, held.class_name) == (
        said.region_id, said.school_id, said.grade, said.class_name,
    )  # fmt: skip
    return same and (not said.address or held.address == said.address)


def _takes_over(guardian: Guardian, said: GuardianFacts) -> bool:
    """Take over what is said of a known guardian; True where something changed."""
    changed = False
    said_of = {"relation": rules.relation(said.relation), "id_no": said.id_no, "phone": said.phone}
    for name, value in said_of.items():
        if value and getattr(guardian, name) != value:
            setattr(guardian, name, value)
            changed = True
    return changed


def _is_news(said: SourceFacts, held: Known | None) -> bool:
    return held is None or held[1:] != [said.as_of, said.row_number]


def _row_of(source: ChildSource) -> Row:
    return source.roster_kind, source.sender_id, bytes(source.fingerprint)


def _of(rows: QuerySet, children: Collection[UUID]) -> QuerySet:  # type: ignore[type-arg]  # of any model with a child
    return rows.filter(child__in=children) if children else rows.none()


def _grouped(rows: QuerySet) -> defaultdict[UUID, list]:  # type: ignore[type-arg]  # as above
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.child_id].append(row)
    return grouped
