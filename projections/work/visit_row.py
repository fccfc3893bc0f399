"""A visit's row, and the shapes of the facts in its lists."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID

from projections.engine.facts import Fact, Late
from projections.engine.shapes import Id, Instant
from projections.engine.table import Table


class VisitStep(Fact):
    """What moved the visit: a fact, or a decision of the office. `what` is its topic.

    `seen` is the position that the author of a reply had read, `unasked` that nobody had given them the visit.
    """

    what: str
    decision: NotRequired[bool]
    technician: NotRequired[Id | None]
    window_start: NotRequired[Instant]
    window_end: NotRequired[Instant]
    reason: NotRequired[str | None]
    note: NotRequired[str | None]
    unasked: NotRequired[bool]
    seen: NotRequired[int]
    late: NotRequired[Late]


class Signature(Fact):
    """A picture of a signature, found by its hash; `size` is in bytes."""

    sha256: str
    size: int
    media_type: str
    signer: str | None
    technician: Id | None


class StaleAcceptance(TypedDict):
    """An acceptance of an earlier plan: who gave it when, and the window that they had read."""

    at: Instant
    technician: Id | None
    window_start: Instant | None
    window_end: Instant | None


class VisitRow(TypedDict):
    """A visit."""

    id: UUID
    work_order: UUID
    customer: UUID
    technician: UUID | None
    status: str
    window_start: datetime
    window_end: datetime
    zone: str
    local_start: str
    local_end: str
    reason: str | None
    note: str | None
    signatures: list[Signature]
    steps: list[VisitStep]
    taken_back: list[Id]
    counts: dict[str, int]
    planned_at: datetime
    stale_acceptance: StaleAcceptance | None
    dispatched_at: datetime | None
    accepted_at: datetime | None
    travel_started_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None
    position: int
    version: int


VISITS = Table.of(
    "visits",
    VisitRow,
    key=("id",),
    indexes=(("window_start", "id"), ("technician", "window_start"), ("work_order",), ("customer",)),
)


class ListedVisit(VisitRow):
    """A visit as it is asked for; it is `missed` when its window has passed and nobody came."""

    missed: bool
