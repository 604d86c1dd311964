"""What is said of a child, as plain values: by a form, or by a run over the rosters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from oosc.children.states import IdType, Kind, PlaceKind


@dataclass(frozen=True)
class GuardianFacts:
    """A number or a phone that is None is left as it is; an empty one is taken away."""

    name: str
    relation: str = ""
    id_no: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class PlaceFacts:
    kind: PlaceKind
    region_id: UUID | None = None
    school_id: UUID | None = None
    grade: int | None = None
    class_name: str = ""
    address: str = ""
    source: str = ""


@dataclass(frozen=True)
class ChildFacts:
    """What an officer enters. A number that is None is left as it is."""

    name: str
    sex: str = ""
    birth_date: date | None = None
    former_name: str = ""
    id_type: str = IdType.IDENTITY_CARD
    id_no: str | None = None
    ethnicity: str = ""
    student_no: str | None = None
    guardian: GuardianFacts | None = None
    places: tuple[PlaceFacts, ...] = ()


@dataclass(frozen=True)
class SourceFacts:
    """The roster row behind a child. `fingerprint` is keyed: it tells nothing by itself."""

    roster_kind: str
    sender_id: UUID
    fingerprint: bytes
    as_of: date | None = None
    row_number: int | None = None


@dataclass(frozen=True)
class RunFacts:
    """What the rosters of one run say of one child.

    `key` is the run's own name for the child; `gone` the kinds of place that the run has seen
    to be over. A place that the run says nothing of stays as it is.
    """

    key: str
    name: str
    sex: str = ""
    birth_date: date | None = None
    former_name: str = ""
    id_type: str = IdType.IDENTITY_CARD
    id_no: str = ""
    ethnicity: str = ""
    student_no: str = ""
    household_no: str = ""
    household_region_id: UUID | None = None
    guardians: tuple[GuardianFacts, ...] = ()
    places: tuple[PlaceFacts, ...] = ()
    gone: Collection[PlaceKind] = ()
    circumstances: tuple[Kind, ...] = ()
    sources: tuple[SourceFacts, ...] = field(default=())
