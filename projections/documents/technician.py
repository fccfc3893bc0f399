"""The document of a technician, only for themselves."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.location import Location
from domain.topics import events_of
from domain.work.technician import Technician
from projections.documents.due import Due, Share
from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.engine.projection import Rows
from projections.stock.locations import LOCATIONS
from projections.work.technicians import TECHNICIANS


class TechnicianDocument(TypedDict):
    """What a technician's devices know of the technician; one who was erased has no name."""

    id: UUID
    name: str | None
    zone: str
    language: str
    active: bool
    van: UUID | None


def body(rows: Rows, id: str) -> Body | None:
    """Their data, and their van: the one that the office set, unless they took another into custody."""
    technician = rows.get(TECHNICIANS, UUID(id))
    if technician is None:
        return None
    fields = {name: technician[name] for name in ("id", "name", "zone", "language", "active")}
    taken = [location["id"] for location in rows.where(LOCATIONS, custodian=technician["id"])]
    van = taken[0] if taken and technician["van"] not in taken else technician["van"]
    return fields | {"van": van}


def _changed(due: Due, event: Recorded, rows: Rows) -> None:
    due.mark(event, rows, [_of(event.stream)])


def _van_taken(due: Due, event: Recorded[Location.CustodyTaken], rows: Rows) -> None:
    due.mark(event, rows, [_of(each) for each in (event.data.technician, event.data.previous) if each is not None])


def _of(technician: UUID) -> Share:
    return Share(technician, "technician", str(technician))


_TOPICS = tuple(events_of(Technician))
TECHNICIAN = Kind(
    "technician",
    TechnicianDocument,
    body,
    {**dict.fromkeys(_TOPICS, _changed), Location.CustodyTaken.TOPIC: _van_taken},
)
