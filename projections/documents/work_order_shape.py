"""The shape of the document of a work order."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID

from projections.engine.shapes import Id, Instant, Quantity
from projections.work.warranties import Warranty


class Customer(TypedDict):
    """Whose order it is: the entry that stays where entries were merged. One who was erased has no words left."""

    id: UUID
    name: str | None
    phones: list[str]
    email: str | None
    language: str | None


class Site(TypedDict):
    """Where to go; an order without a site has the zone of its customer."""

    id: UUID | None
    address: str | None
    access_notes: str | None
    zone: str | None


class RequiredPart(TypedDict):
    """A part that the repair needs."""

    part: Id
    quantity: Quantity
    why: str | None
    at: Instant


class UsedPart(TypedDict):
    """What is left of a part that was used, and what was `returned`; it has its first serials."""

    part: Id
    quantity: Quantity
    returned: NotRequired[Quantity]
    location: Id
    serials: list[str]
    serials_count: NotRequired[int]
    lot: str | None
    technician: Id | None
    at: Instant


class Note(TypedDict):
    """Something to remember."""

    text: str | None
    at: Instant


class Labour(TypedDict):
    """Whole minutes that somebody spent on it."""

    minutes: int
    kind: str
    technician: Id | None
    at: Instant


class Photo(TypedDict):
    """A picture, found by its hash; `size` is in bytes."""

    sha256: str
    size: int
    media_type: str
    at: Instant


class End(TypedDict):
    """How a repair ended: it is done, with `fixed` and `remedy`, or cannot be done, with a `reason`."""

    outcome: str
    fixed: NotRequired[str]
    remedy: NotRequired[str | None]
    reason: NotRequired[str]


class Outcome(End):
    """What somebody said at the end of the work."""

    technician: Id | None
    note: NotRequired[str | None]
    at: Instant


class Visit(TypedDict):
    """A visit of the order."""

    id: UUID
    technician: UUID | None
    status: str
    window_start: datetime
    window_end: datetime


class Finding(TypedDict):
    """What was found, as codes."""

    problem: str
    cause: str
    remedy: str


class Diagnosis(Finding):
    """What was found, as codes and a note."""

    note: str | None
    at: Instant


class RepairPart(TypedDict):
    """A part that was used for an earlier repair."""

    part: Id
    quantity: Quantity


class Repair(TypedDict):
    """An earlier repair of the same machine, in codes and parts."""

    work_order: UUID
    number: str
    finished_at: datetime | None
    diagnosis: Finding | None
    outcome: End | None
    parts_used: list[RepairPart]


class Equipment(TypedDict):
    """The machine, with the warranties that hold and its last repairs."""

    id: UUID
    model: str | None
    serial: str | None
    warranties: list[Warranty]
    repairs: list[Repair]


class WorkOrderDocument(TypedDict):
    """All that a technician needs to know of a work order, offline; of a list that is cut, the count is beside it."""

    id: UUID
    number: str
    status: str
    problem: str | None
    priority: str
    technician: UUID | None
    hold_reason: str | None
    opened_at: datetime
    finished_at: datetime | None
    case: UUID | None
    customer: Customer
    site: Site
    equipment: NotRequired[Equipment]
    diagnosis: NotRequired[Diagnosis]
    parts_required: list[RequiredPart]
    parts_required_count: NotRequired[int]
    parts_used: list[UsedPart]
    parts_used_count: NotRequired[int]
    notes: list[Note]
    notes_count: NotRequired[int]
    labour: list[Labour]
    labour_count: NotRequired[int]
    photos: list[Photo]
    photos_count: NotRequired[int]
    outcomes: list[Outcome]
    outcomes_count: NotRequired[int]
    visits: list[Visit]
    visits_count: NotRequired[int]
