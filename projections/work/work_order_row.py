"""A work order's row, and the shapes of the facts in its lists."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID

from projections.engine.facts import Fact, Late
from projections.engine.shapes import Id, Quantity
from projections.engine.table import Table
from projections.lookup.external_refs import BY_EXTERNAL_ID, ExternalRefValue


class OrderStep(Fact):
    """What moved the status: a fact, or a decision of the office. `what` is its topic."""

    what: str
    decision: NotRequired[bool]
    technician: NotRequired[Id]
    reason: NotRequired[str]
    note: NotRequired[str | None]
    late: NotRequired[Late]


class RequiredPart(Fact):
    """A part that the repair needs."""

    part: Id
    quantity: Quantity
    why: str | None


class Use(Fact):
    """A part that was used, or what took that back (`corrects`), with its first serials."""

    part: Id
    quantity: Quantity
    lot: str | None
    serials: list[str]
    serials_count: NotRequired[int]
    billable: bool | None
    technician: Id | None
    visit: Id | None
    corrects: Id | None
    movement: Id
    location: Id


class NetUse(Use):
    """What is left of a use, and what was `returned`, where something came back."""

    returned: NotRequired[Quantity]


class Diagnosis(Fact):
    """What was found, as codes and a note."""

    problem: str
    cause: str
    remedy: str
    note: str | None


class Labour(Fact):
    """Whole minutes that somebody spent on it."""

    minutes: int
    kind: str
    technician: Id | None


class Note(Fact):
    """Something to remember."""

    text: str | None


class Photo(Fact):
    """A picture, found by its hash; `size` is in bytes."""

    sha256: str
    size: int
    media_type: str


class Completion(Fact):
    """That the work is done, with `fixed` and `remedy`; or that it cannot be done, with `reason` and `note`."""

    outcome: str
    technician: Id | None
    fixed: NotRequired[str]
    remedy: NotRequired[str | None]
    reason: NotRequired[str]
    note: NotRequired[str | None]


class WorkOrderRow(TypedDict):
    """A work order."""

    id: UUID
    number: str
    status: str
    priority: str
    problem: str | None
    case_id: UUID | None
    customer: UUID
    site: UUID | None
    equipment: UUID | None
    technician: UUID | None
    hold_reason: str | None
    hold_note: str | None
    parts_used: list[NetUse]
    diagnosis: Diagnosis | None
    labour_minutes: int
    steps: list[OrderStep]
    parts_required: list[RequiredPart]
    uses: list[Use]
    diagnoses: list[Diagnosis]
    labour: list[Labour]
    notes: list[Note]
    photos: list[Photo]
    completions: list[Completion]
    reported: list[Completion]
    taken_back: list[Id]
    counts: dict[str, int]
    opened_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    closed_at: datetime | None
    external_ref: ExternalRefValue | None
    external_id: str | None
    position: int
    version: int


WORK_ORDERS = Table.of(
    "work_orders",
    WorkOrderRow,
    key=("id",),
    indexes=(
        *BY_EXTERNAL_ID,
        ("opened_at", "id"),
        ("technician", "opened_at"),
        ("customer", "opened_at"),
        ("equipment", "opened_at"),
        ("case_id",),
        ("number",),
    ),
)
